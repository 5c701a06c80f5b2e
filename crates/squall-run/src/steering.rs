//! Volume models: a function of the test says how many virtual users there are, asked a little before each second.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use squall_engine::script::{ScriptFailure, ScriptHost};
use squall_plan::{CheckedExecute, CheckedLoad};
use squall_protocol::Clock;

use crate::load::{Load, VolumeChange};

/// How long before a second its volume is asked for.
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
    /// What holds from the start on.
    first: Option<u32>,
}

/// Volumes that are steered while a stage goes.
#[derive(Debug)]
pub(crate) struct Steered {
    over: Sender<()>,
    thread: JoinHandle<Result<(), String>>,
}

impl Steering {
    /// Asks for the first second of every volume of a stage; `None` where it has none.
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
            if let CheckedLoad::Volume { entry, .. } = &scenario.load {
                models.push(Model {
                    scenario: scenario.name.clone(),
                    entry: entry.clone(),
                    first: volume(&**host, entry, 0)?,
                });
            }
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
            self.set(model, 0, model.first);
        }
        let (over, ended) = channel();
        let spawned = Builder::new()
            .name("squall-steer".to_owned())
            .spawn(move || self.steer(start_ns, &ended));
        let thread = spawned.map_err(|error| error.to_string())?;
        Ok(Steered { over, thread })
    }

    fn set(&self, model: &Model, second: u64, users: Option<u32>) {
        self.load.set_volume(&VolumeChange {
            stage: self.stage.clone(),
            scenario: model.scenario.clone(),
            at_ns: second * SECOND_NS,
            users,
        });
    }

    fn steer(mut self, start_ns: u64, ended: &Receiver<()>) -> Result<(), String> {
        self.models.retain(|model| model.first.is_some());
        let mut second = 0;
        while !self.models.is_empty() {
            second += 1;
            let due = (start_ns + second * SECOND_NS).saturating_sub(AHEAD_NS);
            let wait = Duration::from_nanos(due.saturating_sub(self.clock.now()));
            if ended.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                break;
            }
            self.ask(second)?;
        }
        Ok(())
    }

    /// Asks every model for a second, and forgets those that end.
    fn ask(&mut self, second: u64) -> Result<(), String> {
        let mut answers = Vec::new();
        for model in &self.models {
            let answer = volume(&*self.host, &model.entry, second);
            answers.push(answer.inspect_err(|_| self.end_all(second))?);
        }
        for (model, users) in self.models.iter().zip(&answers) {
            self.set(model, second, *users);
        }
        let mut goes_on = answers.iter().map(Option::is_some);
        self.models.retain(|_| goes_on.next() == Some(true));
        Ok(())
    }

    fn end_all(&self, second: u64) {
        for model in &self.models {
            self.set(model, second, None);
        }
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

/// Asks a model for a second; half a user is a user.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cut to what fits"
)]
fn volume(host: &dyn ScriptHost, entry: &str, second: u64) -> Result<Option<u32>, String> {
    let (start, end) = (second as f64, (second + 1) as f64);
    let wanted = host.volume(entry, start, end);
    let wanted = wanted.map_err(|failure| explain(entry, &failure))?;
    Ok(wanted.map(|users| users.round().clamp(0.0, f64::from(u32::MAX)) as u32))
}

fn explain(entry: &str, failure: &ScriptFailure) -> String {
    let mut text = format!("volume model `{entry}`: {}", failure.message);
    if !failure.detail.is_empty() {
        text.push('\n');
        text.push_str(failure.detail.trim_end());
    }
    text
}
