//! What all oracles have in common: a thread, an address, a record.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::oracle::event_loop::{Due, EventLoop};
use crate::oracle::record::Record;

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) record: Arc<Record>,
    wake: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(due: Due) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (wake, woken) = UnixStream::pair()?;
        let record = Arc::new(Record::default());
        let event_loop = EventLoop::new(listener, woken, Arc::clone(&record), due)?;
        let thread = thread::Builder::new()
            .name("oracle".to_owned())
            .spawn(move || event_loop.run())?;
        Ok(Self {
            address,
            record,
            wake: Some(wake),
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // If it panicked, the test has seen requests without an answer.
            thread.join().ok();
        }
    }
}
