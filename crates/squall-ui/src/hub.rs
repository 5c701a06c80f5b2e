//! Who is connected, and what all of them get.

use std::path::PathBuf;
use std::rc::Rc;

use bytes::Bytes;
use squall_html::data::ReportData;
use squall_run::control::Remote;
use tokio::sync::{Notify, mpsc};

use crate::events::{Phase, RunState, State, encode};
use crate::feed::Feed;
use crate::seconds::Read;
use crate::start::TestOffer;
use crate::stored;

/// Events that may wait for one reader; who is further behind is dropped, and gets the whole when it comes again.
const QUEUE: usize = 32;

/// Everything that is told.
#[derive(Debug)]
pub(crate) struct Hub {
    readers: Vec<Reader>,
    test: Option<TestOffer>,
    shown: Shown,
    /// The state that was told last.
    told: State,
    /// The event of the whole run, until something is new.
    whole: Option<Bytes>,
    /// Something was changed that pages are to see before the next second.
    changed: bool,
}

/// The run that is shown.
#[derive(Debug)]
enum Shown {
    None,
    /// It goes on.
    Live(Box<Feed>),
    /// It has ended, and is stored here.
    Ended(RunState, PathBuf),
}

#[derive(Debug)]
struct Reader {
    events: mpsc::Sender<Bytes>,
    /// Ends its connection.
    kick: Rc<Notify>,
}

impl Hub {
    pub(crate) fn new(test: Option<TestOffer>) -> Self {
        Self {
            readers: Vec::new(),
            told: State::new(None, test.as_ref()),
            test,
            shown: Shown::None,
            whole: None,
            changed: false,
        }
    }

    /// Lets pages see at the next look what was changed: one event for all changes until then.
    pub(crate) fn note_change(&mut self) {
        self.changed = true;
    }

    pub(crate) fn state(&self) -> State {
        let run = match &self.shown {
            Shown::None => None,
            Shown::Live(feed) => Some(feed.state()),
            Shown::Ended(run, _) => Some(run.clone()),
        };
        State::new(run, self.test.as_ref())
    }

    /// Returns the run that goes on.
    pub(crate) fn remote(&self) -> Option<&Remote> {
        match &self.shown {
            Shown::Live(feed) => Some(feed.remote()),
            Shown::None | Shown::Ended(..) => None,
        }
    }

    /// Returns the whole of the run that is shown.
    pub(crate) fn data(&mut self) -> Option<ReportData> {
        let data = match &mut self.shown {
            Shown::None => return None,
            Shown::Live(feed) => feed.whole().map_err(|error| error.to_string()),
            // Nobody was there when it ended.
            Shown::Ended(_, directory) => {
                stored::data(directory).map_err(|error| error.to_string())
            }
        };
        data.inspect_err(|error| tracing::warn!(error, "the dashboard cannot show the run"))
            .ok()
    }

    /// Shows a run from now on.
    pub(crate) fn show(&mut self, remote: Remote) {
        self.shown = Shown::Live(Box::new(Feed::of(remote)));
        self.read();
        self.tell_whole();
    }

    /// Says that the run has ended and is stored in this folder.
    pub(crate) fn end(&mut self, directory: PathBuf) {
        let Shown::Live(feed) = &self.shown else {
            return;
        };
        let run = RunState {
            state: Phase::Ended,
            ..feed.state()
        };
        self.shown = Shown::Ended(run, directory);
        self.tell_whole();
    }

    /// Takes one more reader, which gets everything from the beginning.
    pub(crate) fn join(&mut self, kick: &Rc<Notify>) -> mpsc::Receiver<Bytes> {
        let (events, receiver) = mpsc::channel(QUEUE);
        if self.readers.is_empty()
            && let Shown::Live(feed) = &mut self.shown
        {
            // Nobody was told what is new; this one gets it with the whole.
            feed.skip();
        }
        let first = [
            Some(Bytes::from_static(b"retry: 1000\n\n")),
            event("state", &self.state()),
            self.whole(),
        ];
        for bytes in first.into_iter().flatten() {
            // There is room, and the receiver is still here.
            events.try_send(bytes).ok();
        }
        self.readers.push(Reader {
            events,
            kick: Rc::clone(kick),
        });
        receiver
    }

    /// Reads on; returns whether there is something to tell.
    pub(crate) fn read(&mut self) -> bool {
        let Shown::Live(feed) = &mut self.shown else {
            return false;
        };
        let read = feed.read().unwrap_or_else(|error| {
            tracing::warn!(%error, "the dashboard cannot read the intervals of the run");
            Read::default()
        });
        if read.new {
            self.whole = None;
        }
        if read.anew {
            self.tell_whole();
        }
        read.new || self.changed
    }

    /// Tells everybody what is new.
    pub(crate) fn tell(&mut self) {
        self.changed = false;
        self.tell_state();
        let Shown::Live(feed) = &mut self.shown else {
            return;
        };
        self.whole = None;
        self.readers.retain(|reader| !reader.events.is_closed());
        if self.readers.is_empty() {
            return;
        }
        match feed.second() {
            Ok(event) => self.broadcast(&event.into()),
            Err(error) => tracing::warn!(%error, "the dashboard cannot tell a second"),
        }
    }

    /// Sends something that keeps connections open.
    pub(crate) fn keep_alive(&mut self) {
        self.broadcast(&Bytes::from_static(b": \n\n"));
    }

    /// Lets everybody read to the end of what there is.
    pub(crate) fn close(&mut self) {
        self.readers.clear();
    }

    fn whole(&mut self) -> Option<Bytes> {
        if self.whole.is_none() {
            self.whole = self.data().and_then(|data| event("run", &data));
        }
        self.whole.clone()
    }

    fn tell_whole(&mut self) {
        self.tell_state();
        self.whole = None;
        if self.readers.is_empty() {
            return;
        }
        if let Some(whole) = self.whole() {
            self.broadcast(&whole);
        }
        if let Shown::Live(feed) = &mut self.shown {
            feed.skip();
        }
    }

    fn tell_state(&mut self) {
        let state = self.state();
        if state != self.told {
            if let Some(event) = event("state", &state) {
                self.broadcast(&event);
            }
            self.told = state;
        }
    }

    fn broadcast(&mut self, event: &Bytes) {
        self.readers.retain(|reader| {
            let sent = reader.events.try_send(event.clone());
            if let Err(mpsc::error::TrySendError::Full(_)) = sent {
                reader.kick.notify_one();
            }
            sent.is_ok()
        });
    }
}

fn event(name: &str, data: &impl serde::Serialize) -> Option<Bytes> {
    match encode(name, data) {
        Ok(event) => Some(event.into()),
        Err(error) => {
            tracing::warn!(%error, "the dashboard cannot write `{name}`");
            None
        }
    }
}
