//! Reporters that a test, its project or an installed package brings, written in Python.
//!
//! `squall._plugins.reporting` finds them and calls their methods; here they become [`Reporter`]s, so that the driver queues, batches,
//! retries and counts for them as for every other.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use squall_report::{
    Batch, Capabilities, Delivered, Event, FinalBatch, RecordKind, Reporter, ReporterError,
};
use squall_run::ReporterFactory;

/// What the names of such reporters begin with in a plan.
const PREFIX: &str = "plugin:";
const REPORTING: &str = "squall._plugins.reporting";

/// Calls that have not come back.
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// Tells whether a thread is still in a reporter's code.
pub(crate) fn is_in_a_call() -> bool {
    CALLS.load(Ordering::Relaxed) > 0
}

/// Makes reporters of the plugins that the test can name.
#[derive(Debug, Default)]
pub(crate) struct PluginReporters;

impl ReporterFactory for PluginReporters {
    fn build(
        &self,
        name: &str,
        settings: &Map<String, Value>,
    ) -> Option<Result<Box<dyn Reporter>, String>> {
        let plugin = name.strip_prefix(PREFIX)?;
        let made = Python::attach(|py| PythonReporter::make(py, plugin, settings));
        let made = made.map_err(|error: PyErr| Python::attach(|py| error.value(py).to_string()));
        Some(made.map(|reporter| Box::new(reporter) as Box<dyn Reporter>))
    }
}

/// A reporter plugin.
struct PythonReporter {
    name: String,
    kinds: Vec<String>,
    max_batch_records: Option<usize>,
    bridge: Py<PyAny>,
    /// Parts of the batch in hand that were delivered before another part of it failed; they are not sent again with it.
    done: Vec<(&'static str, String)>,
}

impl std::fmt::Debug for PythonReporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its settings may hold secrets.
        f.debug_struct("PythonReporter")
            .field("name", &self.name)
            .field("kinds", &self.kinds)
            .finish_non_exhaustive()
    }
}

impl PythonReporter {
    fn make(py: Python<'_>, name: &str, settings: &Map<String, Value>) -> PyResult<Self> {
        let settings = Value::Object(settings.clone()).to_string();
        let bridge = py
            .import(REPORTING)?
            .call_method1("build", (name, settings))?;
        Ok(Self {
            name: name.to_owned(),
            kinds: bridge.getattr("kinds")?.extract()?,
            max_batch_records: bridge.getattr("max_batch_records")?.extract()?,
            bridge: bridge.unbind(),
            done: Vec::new(),
        })
    }

    fn takes(&self, kind: &str) -> bool {
        self.kinds.iter().any(|known| known == kind)
    }

    /// Calls the plugin on this thread.
    fn call<T>(
        &self,
        work: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T>,
    ) -> Result<T, ReporterError> {
        CALLS.fetch_add(1, Ordering::Relaxed);
        let result =
            Python::attach(|py| work(self.bridge.bind(py)).map_err(|error| told(py, &error)));
        CALLS.fetch_sub(1, Ordering::Relaxed);
        result
    }

    /// Hands records of one kind to the plugin; returns how many it took.
    fn hand(
        &mut self,
        kind: &'static str,
        run: Option<&str>,
        records: &[impl Serialize],
    ) -> Result<usize, ReporterError> {
        if !self.takes(kind) || records.is_empty() {
            return Ok(records.len());
        }
        let text = json(&records)?;
        let known = |(done, before): &(&str, String)| *done == kind && *before == text;
        if self.done.iter().any(known) {
            return Ok(records.len());
        }
        let taken: Option<usize> = self.call(|bridge| {
            bridge
                .call_method1("send", (kind, run, &text))
                .and_then(|taken| taken.extract())
        })?;
        self.done.push((kind, text));
        Ok(taken.unwrap_or(records.len()).min(records.len()))
    }

    fn send_final(&mut self, batch: &FinalBatch) -> Result<usize, ReporterError> {
        let run = json(batch.run())?;
        let run = Some(run.as_str());
        Ok(self.hand("common", run, batch.common())?
            + self.hand("metrics", run, batch.metrics())?
            + self.hand("custom", run, batch.custom())?
            + self.hand("errors", run, batch.errors())?
            + self.hand("system", run, batch.system())?
            + self.hand("thresholds", run, batch.thresholds())?)
    }
}

impl Reporter for PythonReporter {
    fn capabilities(&self) -> Capabilities {
        let taken = RecordKind::ALL.into_iter();
        Capabilities {
            kinds: taken.filter(|kind| self.takes(kind.as_str())).collect(),
            max_batch_records: self.max_batch_records,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        self.call(|bridge| bridge.call_method0("connect").map(drop))
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let taken = match batch {
            Batch::Events(batch) => {
                let run = json(batch.run())?;
                let events: Vec<Event<'_>> = batch.iter().collect();
                self.hand("events", Some(&run), &events)?
            }
            Batch::Messages(batch) => self.hand("messages", None, batch.messages())?,
            Batch::Intervals(batch) => self.hand("intervals", None, batch.intervals())?,
            Batch::Lifecycle(batch) => {
                let run = json(batch.run())?;
                self.hand("lifecycle", Some(&run), batch.records())?
            }
            Batch::Final(batch) => self.send_final(batch)?,
        };
        self.done.clear();
        Ok(match batch.len() {
            all if taken == all => Delivered::all(batch),
            all => Delivered::only(taken, format!("it took {taken} of {all} records")),
        })
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        self.call(|bridge| bridge.call_method0("close")?.extract())
    }
}

fn json(records: &impl Serialize) -> Result<String, ReporterError> {
    serde_json::to_string(records).map_err(|error| {
        ReporterError::permanent("records cannot be written as JSON").with_source(error)
    })
}

/// Sorts what a plugin raised.
fn told(py: Python<'_>, error: &PyErr) -> ReporterError {
    let described = py
        .import(REPORTING)
        .and_then(|reporting| reporting.call_method1("describe", (error.value(py),)))
        .and_then(|described| described.extract::<(String, String)>());
    match described {
        Ok((kind, message)) => match kind.as_str() {
            "temporary" => ReporterError::temporary(message),
            "too_large" => ReporterError::too_large(message),
            _ => ReporterError::permanent(message),
        },
        Err(_) => ReporterError::permanent(error.to_string()),
    }
}
