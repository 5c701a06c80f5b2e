//! Volume models: a function of the test says how many virtual users there are, or how many iterations start, asked a little before each
//! window of time.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use squall_engine::script::{ScriptFailure, ScriptHost};
use squall_plan::{CheckedExecute, CheckedLoad};
use squall_protocol::Clock;

use crate::load::{Load, VolumeChange};

/// How long before a window its volume is asked for, at most; of a short window a fifth of its length.
const AHEAD_NS: u64 = 200_000_000;
const SECOND_NS: u64 = 1_000_000_000;

/// Steers the volumes of a stage.
#[derive(Debug)]
pub(crate) struct Steering {
    stage: String,
    host: Arc<dyn ScriptHost>,
    load: Arc<dyn Load>,
    clock: Clock,
    models: Vec<Model>,
}

/// The volume model of a scenario.
#[derive(Debug)]
struct Model {
    scenario: String,
    entry: String,
    /// Length of a window.
    every_ns: u64,
    counts: Counts,
    /// What was said last; at first what holds from the start on.
    last: Option<u32>,
    /// What of a window's number was less than a whole one, for the next window.
    rest: f64,
    /// The next window.
    next: u64,
}

/// What the number of a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    /// Virtual users that there are in a window.
    Users,
    /// Iterations that start in it.
    Iterations,
}

/// Volumes that are steered while a stage goes.
#[derive(Debug)]
pub(crate) struct Steered {
    over: Sender<()>,
    thread: JoinHandle<Result<(), String>>,
}

impl Steering {
    /// Asks for the first window of every volume of a stage; `None` where it has none.
    ///
    /// # Errors
    /// A model failed; nothing has started.
    pub(crate) fn new(
        (stage, execute): (&str, &CheckedExecute),
        host: Option<&Arc<dyn ScriptHost>>,
        load: &Arc<dyn Load>,
        clock: &Clock,
    ) -> Result<Option<Self>, String> {
        let Some(host) = host else { return Ok(None) };
        let mut models = Vec::new();
        for scenario in &execute.scenarios {
            let (entry, every_ns, counts) = match &scenario.load {
                CheckedLoad::Volume { entry, .. } => (entry, SECOND_NS, Counts::Users),
                CheckedLoad::Arrivals { entry, every, .. } => {
                    (entry, every.as_nanos(), Counts::Iterations)
                }
                _ => continue,
            };
            let mut model = Model {
                scenario: scenario.name.clone(),
                entry: entry.clone(),
                every_ns,
                counts,
                last: None,
                rest: 0.0,
                next: 0,
            };
            model.last = model.ask(&**host)?;
            model.next = 1;
            models.push(model);
        }
        Ok((!models.is_empty()).then(|| Self {
            stage: stage.to_owned(),
            host: Arc::clone(host),
            load: Arc::clone(load),
            clock: clock.clone(),
            models,
        }))
    }

    /// Begins when the stage has been told to start.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn begin(self, start_ns: u64) -> Result<Steered, String> {
        for model in &self.models {
            self.set(model, 0, model.last);
        }
        let (over, ended) = channel();
        let spawned = Builder::new()
            .name("squall-steer".to_owned())
            .spawn(move || self.steer(start_ns, &ended));
        let thread = spawned.map_err(|error| error.to_string())?;
        Ok(Steered { over, thread })
    }

    fn set(&self, model: &Model, window: u64, number: Option<u32>) {
        self.load.set_volume(&VolumeChange {
            stage: self.stage.clone(),
            scenario: model.scenario.clone(),
            at_ns: window * model.every_ns,
            users: number,
        });
    }

    fn steer(mut self, start_ns: u64, ended: &Receiver<()>) -> Result<(), String> {
        self.models.retain(|model| model.last.is_some());
        while let Some(due) = self.models.iter().map(Model::due_ns).min() {
            let now = self.clock.now();
            let wait = Duration::from_nanos((start_ns + due).saturating_sub(now));
            if ended.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                break;
            }
            self.ask(due)?;
        }
        Ok(())
    }

    /// Asks every model that is due for its next window, and forgets those that end.
    fn ask(&mut self, due: u64) -> Result<(), String> {
        let (mut models, mut failed) = (std::mem::take(&mut self.models), None);
        for model in models.iter_mut().filter(|model| model.due_ns() <= due) {
            let window = model.next;
            match model.ask(&*self.host) {
                Ok(number) => {
                    model.next = window + 1;
                    model.last = number;
                    self.set(model, window, number);
                }
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            for model in &models {
                self.set(model, model.next, None);
            }
            return Err(error);
        }
        models.retain(|model| model.last.is_some());
        self.models = models;
        Ok(())
    }
}

impl Model {
    /// When to ask for the next window, in nanoseconds since the start of the stage.
    fn due_ns(&self) -> u64 {
        let ahead = AHEAD_NS.min(self.every_ns / 5);
        (self.next * self.every_ns).saturating_sub(ahead)
    }

    /// Asks for the next window; half a user is a user, and what is less than a whole iteration is left for the window after.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "cut to what fits"
    )]
    fn ask(&mut self, host: &dyn ScriptHost) -> Result<Option<u32>, String> {
        let moment = |window: u64| window as f64 * self.every_ns as f64 / SECOND_NS as f64;
        let wanted = host.volume(&self.entry, moment(self.next), moment(self.next + 1));
        let wanted = wanted.map_err(|failure| explain(&self.entry, &failure))?;
        Ok(wanted.map(|number| match self.counts {
            Counts::Users => number.round().clamp(0.0, f64::from(u32::MAX)) as u32,
            Counts::Iterations => {
                let number = number.max(0.0) + self.rest;
                // Numbers such as 0.1 do not add up to whole ones exactly.
                let whole = (number + 1e-9).floor();
                self.rest = (number - whole).max(0.0);
                whole.clamp(0.0, f64::from(u32::MAX)) as u32
            }
        }))
    }
}

impl Steered {
    /// Ends with the stage.
    ///
    /// # Errors
    /// A model failed in the meantime.
    pub(crate) fn end(self) -> Result<(), String> {
        drop(self.over);
        let panicked = |_| Err("the thread that steers volumes panicked".to_owned());
        self.thread.join().unwrap_or_else(panicked)
    }
}

fn explain(entry: &str, failure: &ScriptFailure) -> String {
    let mut text = format!("volume model `{entry}`: {}", failure.message);
    if !failure.detail.is_empty() {
        text.push('\n');
        text.push_str(failure.detail.trim_end());
    }
    text
}
