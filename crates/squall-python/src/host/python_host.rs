//! The engine's side of the host.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use squall_engine::script::{
    Answer, CommandInlet, InterpreterUse, RunLink, ScriptEvent, ScriptFailure, ScriptHost,
    ScriptInfo,
};
use squall_protocol::Clock;

use super::inbox::LoopEvent;
use super::script::Script;
use super::shared::Shared;
use super::{event_loop, failure, link};
use crate::reporter;

/// How long the event loop gets to end after the load: long enough for coroutines that clean up after themselves.
const END: Duration = Duration::from_secs(2);

/// Runs the scripts of the test that was loaded last.
#[derive(Debug)]
pub(crate) struct PythonHost {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl PythonHost {
    /// Makes a host without scripts.
    ///
    /// # Errors
    /// The system gives no descriptor.
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self {
            shared: Arc::new(Shared::new()?),
            thread: Mutex::default(),
        })
    }

    fn start_loop(&self) -> Result<(), ScriptFailure> {
        let (sender, opened) = std::sync::mpsc::channel();
        let shared = Arc::clone(&self.shared);
        let body = move || {
            Python::attach(|py| {
                let event_loop = event_loop::open(py, &shared);
                let failed = event_loop
                    .as_ref()
                    .err()
                    .map(|error| failure::of(py, error));
                // Whoever started this thread waits for the word.
                sender.send(failed).ok();
                let Ok(event_loop) = event_loop else { return };
                if let Err(error) = event_loop.call_method0("run_forever") {
                    error.print(py);
                }
                match event_loop::close(py, &event_loop) {
                    Ok(true) => {}
                    Ok(false) => LEFT_BEHIND.store(true, Ordering::Relaxed),
                    Err(error) => error.print(py),
                }
            });
        };
        let spawned = std::thread::Builder::new()
            .name("squall-python".to_owned())
            .stack_size(8 * 1024 * 1024)
            .spawn(body);
        let failed = |message: String| ScriptFailure {
            message,
            detail: String::new(),
        };
        let thread = spawned
            .map_err(|error| failed(format!("cannot start the thread of Python: {error}")))?;
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        match opened.recv() {
            Ok(None) => Ok(()),
            Ok(Some(failure)) => Err(failure),
            Err(_) => Err(failed("the thread of Python ended at once".to_owned())),
        }
    }

    /// Calls what scripts do once per process.
    fn once(&self, which: impl Fn(&Script) -> Option<&Py<PyAny>>) -> Result<(), ScriptFailure> {
        Python::attach(|py| {
            let mut first = Ok(());
            for script in self.shared.scripts() {
                if let Some(call) = which(&script)
                    && let Err(error) = call.call0(py)
                {
                    let mut told = failure::of(py, &error);
                    told.message = format!("`{}`: {}", script.info.entry, told.message);
                    first = first.and(Err(told));
                }
            }
            first
        })
    }
}

impl ScriptHost for PythonHost {
    fn prepare(&self, script: &Arc<ScriptInfo>) -> Result<(), ScriptFailure> {
        Python::attach(|py| match Script::resolve(py, script) {
            Ok(script) => {
                self.shared.add_script(Arc::new(script));
                Ok(())
            }
            Err(error) => Err(failure::of(py, &error)),
        })
    }

    fn start(&self, clock: &Clock, run: Arc<dyn RunLink>) -> Result<(), ScriptFailure> {
        self.shared.join_run(clock, run);
        link::set(Some(&self.shared));
        self.start_loop()?;
        self.once(|script| script.open.as_ref())
    }

    fn give_up_start(&self) {
        LEFT_BEHIND.store(true, Ordering::Relaxed);
    }

    fn attach(&self, thread: u32, commands: CommandInlet) {
        self.shared.attach(thread, commands);
    }

    fn deliver(&self, events: &mut Vec<ScriptEvent>) {
        let mut rest = Vec::with_capacity(events.len());
        for event in events.drain(..) {
            match event {
                ScriptEvent::Start(start)
                    if start.script.runs == squall_plan::ScriptRuns::Thread =>
                {
                    self.shared.pool.run(&self.shared, start);
                }
                ScriptEvent::GivenUp(id) if self.shared.pool.give_up(&self.shared, id) => {}
                ScriptEvent::Stopping(info) => {
                    if let Some(script) = self.shared.script(info.number) {
                        script.stopping.store(true, Ordering::Relaxed);
                    }
                }
                event => rest.push(LoopEvent::Script(event)),
            }
        }
        self.shared.inbox.put(rest);
    }

    fn volume(&self, entry: &str, start_s: f64, end_s: f64) -> Result<Option<f64>, ScriptFailure> {
        Python::attach(|py| {
            let asked = py
                .import("squall._script.runner")
                .and_then(|runner| runner.call_method1("volume", (entry, start_s, end_s)))
                .and_then(|number| number.extract());
            asked.map_err(|error| failure::of(py, &error))
        })
    }

    fn serve(&self, topic: &str, payload: &[u8]) -> Answer {
        Python::attach(|py| {
            let answer = py
                .import("squall._script.parent")
                .and_then(|parent| parent.call_method1("serve", (topic, PyBytes::new(py, payload))))
                .and_then(|answer| answer.extract());
            answer.map_err(|error| failure::of(py, &error).message)
        })
    }

    fn notify(&self, topic: &str, payload: &[u8]) {
        let (topic, payload) = (topic.to_owned(), payload.to_owned());
        let job = move |py: Python<'_>| {
            let told = py.import("squall._script.parent").and_then(|parent| {
                parent.call_method1("notify", (topic, PyBytes::new(py, &payload)))
            });
            if let Err(error) = told {
                error.write_unraisable(py, None);
            }
        };
        self.shared.inbox.put([LoopEvent::Do(Box::new(job))]);
    }

    fn take_use(&self) -> InterpreterUse {
        self.shared.meter.take()
    }

    fn finish(&self) -> Result<(), ScriptFailure> {
        self.shared.pool.close();
        let closed = self.once(|script| script.close.as_ref());
        let stop = |_: Python<'_>| {
            if let Some(state) = event_loop::state() {
                Python::attach(|py| drop(state.names.event_loop.call_method0(py, "stop")));
            }
        };
        self.shared.inbox.put([LoopEvent::Do(Box::new(stop))]);
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        wait_for(&self.shared, thread);
        link::set(None);
        closed
    }
}

/// A script never came back, so that its thread cannot be ended.
static LEFT_BEHIND: AtomicBool = AtomicBool::new(false);

/// Tells whether a thread still runs code of a test: the interpreter must then not be taken down in an orderly way, because that would
/// end the thread in the middle of functions that cannot be left so.
#[pyfunction]
pub(crate) fn left_behind() -> bool {
    LEFT_BEHIND.load(Ordering::Relaxed) || reporter::is_in_a_call()
}

/// Waits for the threads of scripts, but not for a script that never lets its thread go.
#[expect(
    clippy::disallowed_methods,
    reason = "no test waits here on a virtual clock: it is about threads of the system"
)]
fn wait_for(shared: &Shared, event_loop: Option<JoinHandle<()>>) {
    let limit = Instant::now() + END;
    let runs = || {
        event_loop
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    };
    while runs() || !shared.pool.has_ended() {
        if Instant::now() > limit {
            tracing::warn!("a script did not come back; its thread is left to itself");
            LEFT_BEHIND.store(true, Ordering::Relaxed);
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    if let Some(thread) = event_loop {
        // A panic there has been printed.
        thread.join().ok();
    }
}
