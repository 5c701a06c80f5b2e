//! Runs started from a plain Python script.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Deserialize;
use squall_plan::Plan;
use squall_run::options::AgentCommand;
use squall_run::{RunHandle, RunOptions, Snapshot, prepare};

use crate::command::give_back_data;
use crate::host::PythonHost;
use crate::loader::agent_command;
use crate::reporter::PluginReporters;

/// How often the end of a run is looked for; signals are handled as often.
const LOOK: Duration = Duration::from_millis(10);

/// What a run is told beside its plan.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    threads: Option<u32>,
    processes: Option<u32>,
    seed: Option<u64>,
    runs_dir: Option<PathBuf>,
    base_dir: Option<PathBuf>,
    fail_fast: bool,
    /// The test file that agents load.
    file: Option<PathBuf>,
    name: Option<String>,
    overrides: Option<String>,
}

/// A run that goes on.
#[pyclass(module = "squall._squall", frozen)]
pub(crate) struct Run {
    handle: Mutex<Option<RunHandle>>,
    directory: String,
}

/// Starts a run of a plan given as JSON.
///
/// Raises:
///     `ValueError`: The plan or an option is wrong; all errors at once.
///     `RuntimeError`: The run cannot start.
#[pyfunction]
#[pyo3(signature = (plan, options = "{}", /))]
pub(crate) fn start_run(py: Python<'_>, plan: &str, options: &str) -> PyResult<Run> {
    let plan = Plan::from_json(plan).map_err(|errors| PyValueError::new_err(errors.to_string()))?;
    let options: Options =
        serde_json::from_str(options).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let host = PythonHost::new().map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    let options = options.into_run_options(Arc::new(host));
    let started = py.detach(|| {
        let prepared =
            prepare(&plan, options).map_err(|errors| PyValueError::new_err(errors.to_string()))?;
        RunHandle::start(prepared).map_err(|error| PyRuntimeError::new_err(with_causes(&error)))
    });
    let handle = started?;
    Ok(Run {
        directory: handle.directory().path().display().to_string(),
        handle: Mutex::new(Some(handle)),
    })
}

/// Returns what an error says, and what the errors behind it say.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}

impl Options {
    fn into_run_options(self, host: Arc<PythonHost>) -> RunOptions {
        let defaults = RunOptions::default();
        let agent = match self.file {
            Some(file) => AgentCommand {
                argv: agent_command()
                    .into_iter()
                    .chain(["agent".into()])
                    .collect(),
                file,
                name: self.name,
                overrides: self.overrides.unwrap_or_else(|| "{}".to_owned()),
            },
            None => AgentCommand::default(),
        };
        RunOptions {
            threads: self.threads,
            processes: self.processes,
            seed: self.seed,
            runs_dir: self.runs_dir.unwrap_or(defaults.runs_dir.clone()),
            base_dir: self.base_dir.unwrap_or(defaults.base_dir.clone()),
            fail_fast: self.fail_fast,
            scripts: Some(host),
            reporters: Some(Arc::new(PluginReporters)),
            agent,
            ..defaults
        }
    }
}

impl Run {
    fn with<T>(&self, use_it: impl FnOnce(&RunHandle) -> T) -> PyResult<T> {
        let handle = self.handle.lock().unwrap_or_else(PoisonError::into_inner);
        let handle = handle
            .as_ref()
            .ok_or_else(|| PyRuntimeError::new_err("the run has been finished"))?;
        Ok(use_it(handle))
    }
}

#[pymethods]
impl Run {
    /// Folder in which the run is stored.
    #[getter]
    fn directory(&self) -> &str {
        &self.directory
    }

    /// Returns the run at this moment.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let snapshot = py.detach(|| self.with(RunHandle::snapshot))?;
        shown(py, &snapshot)
    }

    /// Waits for the end, at most so many seconds; tells whether it has come.
    #[pyo3(signature = (timeout = None))]
    fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        let limit = timeout.filter(|seconds| *seconds >= 0.0);
        let limit = limit.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let mut left = match (limit, timeout) {
            (Some(limit), _) => limit.as_millis() / LOOK.as_millis(),
            (None, Some(past)) if past < 0.0 => 0,
            (None, _) => u128::MAX,
        };
        loop {
            if self.with(RunHandle::is_finished)? {
                return Ok(true);
            }
            if left == 0 {
                return Ok(false);
            }
            left -= 1;
            py.detach(|| std::thread::sleep(LOOK));
            py.check_signals()?;
        }
    }

    /// Ends the load; what is in flight may finish.
    fn stop(&self) -> PyResult<()> {
        self.with(RunHandle::stop)
    }

    /// Ends the load at once.
    fn abort(&self) -> PyResult<()> {
        self.with(RunHandle::abort)
    }

    /// Waits for the end, stores the summary, and returns it as JSON.
    fn finish(&self, py: Python<'_>) -> PyResult<String> {
        self.wait(py, None)?;
        let handle = self
            .handle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let handle = handle.ok_or_else(|| PyRuntimeError::new_err("the run has been finished"))?;
        let finished = py.detach(|| handle.finish());
        give_back_data(py);
        serde_json::to_string(&finished.summary)
            .map_err(|error| PyRuntimeError::new_err(error.to_string()))
    }
}

fn shown<'py>(py: Python<'py>, snapshot: &Snapshot) -> PyResult<Bound<'py, PyDict>> {
    let shown = PyDict::new(py);
    shown.set_item("elapsed_s", snapshot.elapsed_s)?;
    shown.set_item("planned_s", snapshot.planned_s)?;
    shown.set_item("rate", snapshot.rate)?;
    shown.set_item("iteration_rate", snapshot.iteration_rate)?;
    shown.set_item("in_flight", snapshot.in_flight)?;
    shown.set_item("users", snapshot.users)?;
    shown.set_item("ok", snapshot.ok)?;
    shown.set_item("failed", snapshot.failed)?;
    shown.set_item("interrupted", snapshot.interrupted)?;
    shown.set_item("dropped", snapshot.dropped)?;
    let iterations_ended = snapshot.iterations_ok + snapshot.iterations_failed;
    shown.set_item("iterations_ended", iterations_ended)?;
    shown.set_item("response_ms", snapshot.response_ms.map(|ms| ms.to_vec()))?;
    Ok(shown)
}
