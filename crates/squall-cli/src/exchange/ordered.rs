//! A host whose scripts print after the answers that they got.

use std::sync::Arc;

use squall_engine::script::{
    Answer, CommandInlet, InterpreterUse, RunLink, ScriptEvent, ScriptFailure, ScriptHost,
    ScriptInfo,
};
use squall_protocol::Clock;

use super::feed::Printer;

/// Prints exchanges before it hands their ends to another host.
///
/// An exchange is seen before its end is delivered, so that everything is there to print when the end comes by. Threads that wait for
/// an answer are told past the host: what they print may still come first, if they are faster than the printing thread.
#[derive(Debug)]
pub(super) struct OrderedHost {
    host: Arc<dyn ScriptHost>,
    printer: Arc<Printer>,
}

impl OrderedHost {
    pub(super) fn new(host: Arc<dyn ScriptHost>, printer: Arc<Printer>) -> Self {
        Self { host, printer }
    }
}

impl ScriptHost for OrderedHost {
    fn prepare(&self, script: &Arc<ScriptInfo>) -> Result<(), ScriptFailure> {
        self.host.prepare(script)
    }

    fn start(&self, clock: &Clock, run: Arc<dyn RunLink>) -> Result<(), ScriptFailure> {
        self.host.start(clock, run)
    }

    fn attach(&self, thread: u32, commands: CommandInlet) {
        self.host.attach(thread, commands);
    }

    fn deliver(&self, events: &mut Vec<ScriptEvent>) {
        let goes_on =
            |event: &ScriptEvent| matches!(event, ScriptEvent::Done { .. } | ScriptEvent::Start(_));
        if events.iter().any(goes_on) {
            self.printer.catch_up();
        }
        self.host.deliver(events);
    }

    fn volume(&self, entry: &str, start_s: f64, end_s: f64) -> Result<Option<f64>, ScriptFailure> {
        self.host.volume(entry, start_s, end_s)
    }

    fn serve(&self, topic: &str, payload: &[u8]) -> Answer {
        self.host.serve(topic, payload)
    }

    fn notify(&self, topic: &str, payload: &[u8]) {
        self.host.notify(topic, payload);
    }

    fn take_use(&self) -> InterpreterUse {
        self.host.take_use()
    }

    fn finish(&self) -> Result<(), ScriptFailure> {
        self.host.finish()
    }
}
