//! A connection within the process.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{Closer, Connection, Incoming, Outgoing};

/// Makes the two ends of a connection within the process.
pub fn pair() -> (Connection, Connection) {
    let (there, back) = (Arc::new(Pipe::default()), Arc::new(Pipe::default()));
    let end = |out: &Arc<Pipe>, back: &Arc<Pipe>| -> Connection {
        let outgoing = LocalOutgoing {
            out: Arc::clone(out),
            back: Arc::clone(back),
        };
        (
            Box::new(outgoing),
            Box::new(LocalIncoming(Arc::clone(back))),
        )
    };
    (end(&there, &back), end(&back, &there))
}

#[derive(Debug, Default)]
struct Pipe {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    messages: VecDeque<Vec<u8>>,
    closed: bool,
}

impl Pipe {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}

#[derive(Debug)]
struct LocalOutgoing {
    out: Arc<Pipe>,
    back: Arc<Pipe>,
}

impl Outgoing for LocalOutgoing {
    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        let mut state = self.out.lock();
        if state.closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        state.messages.push_back(message.to_vec());
        drop(state);
        self.out.changed.notify_one();
        Ok(())
    }

    fn closer(&self) -> Box<dyn Closer> {
        Box::new(LocalCloser([Arc::clone(&self.out), Arc::clone(&self.back)]))
    }
}

#[derive(Debug)]
struct LocalIncoming(Arc<Pipe>);

impl Incoming for LocalIncoming {
    fn receive(&mut self) -> io::Result<Option<Vec<u8>>> {
        let waiting = |state: &mut State| state.messages.is_empty() && !state.closed;
        let state = self.0.changed.wait_while(self.0.lock(), waiting);
        Ok(state
            .unwrap_or_else(PoisonError::into_inner)
            .messages
            .pop_front())
    }
}

#[derive(Debug)]
struct LocalCloser([Arc<Pipe>; 2]);

impl Closer for LocalCloser {
    fn close(&self) {
        self.0.iter().for_each(|pipe| pipe.close());
    }
}
