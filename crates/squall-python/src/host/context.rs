//! What a script gets as its first argument.

use std::sync::Arc;

use pyo3::exceptions::{PyKeyError, PyRuntimeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use squall_engine::script::{ScriptCommand, ScriptMessage, TimedKind};
use squall_metrics::Outcome;
use squall_protocol::values::ValueKind;
use squall_protocol::{Failure, FailureClass};

use super::client::HttpClient;
use super::iteration::{Iteration, Timed};
use super::measured;
use super::span::Span;

static CURRENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Returns the variable that holds the context of the iteration that is running.
fn current_variable(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    let variable = CURRENT.get_or_try_init(py, || {
        let class = py.import("contextvars")?.getattr("ContextVar")?;
        PyResult::Ok(class.call1(("squall_context",))?.unbind())
    })?;
    Ok(variable.bind(py))
}

/// Returns the context of the iteration that is running.
///
/// Raises:
///     `RuntimeError`: None is.
#[pyfunction]
pub(crate) fn current(py: Python<'_>) -> PyResult<Py<PyAny>> {
    let context = current_variable(py)?.call_method1(intern!(py, "get"), (py.None(),))?;
    if context.is_none() {
        return Err(PyRuntimeError::new_err(
            "no iteration is running here: `current()` works inside scripts, while the load goes",
        ));
    }
    Ok(context.unbind())
}

/// One pass through a script: its client, its data, its place in the run.
#[derive(Debug)]
#[pyclass(module = "squall._squall", dict, weakref, freelist = 64)]
pub(crate) struct Context {
    iteration: Arc<Iteration>,
    http: Py<HttpClient>,
    args: Option<Py<PyTuple>>,
    rng: Option<Py<PyAny>>,
}

impl Context {
    pub(crate) fn create(py: Python<'_>, iteration: Arc<Iteration>) -> PyResult<Py<Self>> {
        let http = Py::new(py, HttpClient::new(Arc::clone(&iteration)))?;
        let context = Self {
            iteration,
            http,
            args: None,
            rng: None,
        };
        Py::new(py, context)
    }

    /// Makes it the current one of everything that runs in the variables whose `run` this is.
    pub(crate) fn enter(py: Python<'_>, run: &Py<PyAny>, context: &Py<Self>) -> PyResult<()> {
        static SET: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let set = SET.get_or_try_init(py, || {
            PyResult::Ok(current_variable(py)?.getattr("set")?.unbind())
        })?;
        run.call1(py, (set, context))?;
        Ok(())
    }

    fn span(&self, name: &str, kind: TimedKind) -> PyResult<Span> {
        if name.is_empty() {
            return Err(PyValueError::new_err("the name of a transaction is empty"));
        }
        Ok(Span::new(Arc::clone(&self.iteration), name, kind))
    }
}

#[pymethods]
impl Context {
    #[getter]
    fn http(&self, py: Python<'_>) -> Py<HttpClient> {
        self.http.clone_ref(py)
    }

    #[getter]
    #[expect(
        clippy::unused_self,
        reason = "an attribute of each context, the same for all"
    )]
    fn config(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        static CONFIG: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let config = CONFIG.get_or_try_init(py, || {
            let module = py.import("squall._script.config")?;
            PyResult::Ok(module.getattr("config")?.unbind())
        })?;
        Ok(config.clone_ref(py))
    }

    #[getter]
    #[expect(
        clippy::unused_self,
        reason = "an attribute of each context, the same for all"
    )]
    fn plugin(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        static PLUGINS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let plugins = PLUGINS.get_or_try_init(py, || {
            let module = py.import("squall._plugins.client")?;
            PyResult::Ok(module.getattr("RUNNING")?.unbind())
        })?;
        Ok(plugins.clone_ref(py))
    }

    #[getter]
    fn should_stop(&self) -> bool {
        self.iteration.is_given_up() || self.iteration.script.is_stopping()
    }

    #[getter]
    fn user(&self) -> u64 {
        self.iteration.start.user
    }

    #[getter]
    fn iteration(&self) -> u64 {
        self.iteration.start.number
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.iteration.start.seed
    }

    #[getter]
    fn stage(&self) -> &str {
        &self.iteration.script.info.stage
    }

    #[getter]
    fn scenario(&self) -> &str {
        &self.iteration.script.info.scenario
    }

    #[getter]
    fn args<'py>(&self, py: Python<'py>) -> Bound<'py, PyTuple> {
        match &self.args {
            Some(args) => args.bind(py).clone(),
            None => PyTuple::empty(py),
        }
    }

    #[getter]
    fn rng(&mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        if let Some(rng) = &self.rng {
            return Ok(rng.clone_ref(py));
        }
        let class = py.import("random")?.getattr("Random")?;
        let rng = class.call1((self.iteration.start.seed,))?.unbind();
        self.rng = Some(rng.clone_ref(py));
        Ok(rng)
    }

    fn transaction(&self, name: &str) -> PyResult<Span> {
        self.span(name, TimedKind::Transaction)
    }

    fn measure(&self, name: &str) -> PyResult<Span> {
        self.span(name, TimedKind::Operation)
    }

    #[pyo3(signature = (kind, /, **fields))]
    fn send(&self, py: Python<'_>, kind: &str, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        let Some(run) = self.iteration.shared.run() else {
            return Ok(());
        };
        let fields = match fields {
            None => serde_json::Map::new(),
            Some(fields) => {
                let encode = py.import("squall._script.encode")?.getattr("fields")?;
                let text: String = encode.call1((fields,))?.extract()?;
                serde_json::from_str(&text)
                    .map_err(|error| PyValueError::new_err(error.to_string()))?
            }
        };
        let (start, info) = (&self.iteration.start, &self.iteration.script.info);
        run.message(ScriptMessage {
            at_ns: self.iteration.shared.now(),
            kind: kind.to_owned(),
            stage: info.stage.to_string(),
            scenario: info.scenario.to_string(),
            user: start.user,
            iteration: start.number,
            transaction: Span::current_name(py, &self.iteration),
            fields,
        });
        Ok(())
    }

    fn metric(&self, name: &str, value: f64) -> PyResult<()> {
        if name.is_empty() {
            return Err(PyValueError::new_err("the name of a metric is empty"));
        }
        self.iteration.value(name, value);
        Ok(())
    }

    fn now(&self) -> u64 {
        self.iteration.shared.now()
    }

    #[pyo3(signature = (name, started_ns, ended_ns, *, ok = true, kind = "operation", error = None, detail = None))]
    #[expect(clippy::too_many_arguments, reason = "keywords of a Python method")]
    fn record(
        &self,
        name: &str,
        started_ns: u64,
        ended_ns: u64,
        ok: bool,
        kind: &str,
        error: Option<String>,
        detail: Option<String>,
    ) -> PyResult<()> {
        let kind = match kind {
            "operation" => TimedKind::Operation,
            "transaction" => TimedKind::Transaction,
            other => {
                let message = format!("`kind` is `operation` or `transaction`, not `{other}`");
                return Err(PyValueError::new_err(message));
            }
        };
        let outcome = if ok { Outcome::Ok } else { Outcome::Failed };
        let timed = Timed {
            kind,
            outcome: Some(outcome),
            intended_ns: started_ns,
            started_ns,
            ended_ns: ended_ns.max(started_ns),
        };
        let failure = error.map(|message| {
            let failure = Failure::new(FailureClass::Script, message);
            Box::new(failure.with_detail(detail.unwrap_or_default()))
        });
        self.iteration.timed(name, timed, failure);
        Ok(())
    }

    /// Counts the iteration as failed, without an exception.
    fn fail(&self, message: String) {
        self.iteration
            .fail(Failure::new(FailureClass::Script, message));
    }

    /// Counts the iteration as failed by a check.
    #[pyo3(name = "_fail_check")]
    fn fail_check(&self, message: String, detail: String) {
        let failure = Failure::new(FailureClass::Check, message);
        self.iteration.fail(failure.with_detail(detail));
    }

    /// Says that the body need not be timed as an operation, although it makes no request.
    #[pyo3(name = "_no_operation")]
    fn no_operation(&self) {
        self.iteration.count_request();
    }

    /// Returns the row of a data pool of the plan in this iteration.
    fn row<'py>(&self, py: Python<'py>, pool: &str) -> PyResult<Bound<'py, PyDict>> {
        let info = &self.iteration.script.info;
        let mut pools = info.pools.iter().zip(&self.iteration.start.rows);
        let Some(((_, table), row)) = pools.find(|((name, _), _)| name == pool) else {
            let known: Vec<&str> = info.pools.iter().map(|(name, _)| name.as_str()).collect();
            let message = format!(
                "there is no data pool `{pool}` in this scenario; there is {}",
                if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                }
            );
            return Err(PyKeyError::new_err(message));
        };
        let fields = PyDict::new(py);
        for (index, name) in table.fields().iter().enumerate() {
            let Some(cell) = table.cell(*row as usize, index) else {
                continue;
            };
            match cell.kind {
                ValueKind::Text => fields.set_item(name, &*cell.text)?,
                ValueKind::Json => {
                    let value = py.import("json")?.call_method1("loads", (&*cell.text,))?;
                    fields.set_item(name, value)?;
                }
            }
        }
        Ok(fields)
    }

    /// Says that the iteration has its data.
    #[pyo3(name = "_begin")]
    fn begin(&mut self, args: Py<PyTuple>) {
        self.args = Some(args);
        let id = self.iteration.id();
        self.iteration.command(ScriptCommand::Begun(id));
    }

    /// Begins an operation of a plugin.
    #[pyo3(name = "_begin_operation")]
    fn begin_operation(&self) -> (u64, u64) {
        measured::begin(&self.iteration)
    }

    /// Counts an operation of a plugin.
    #[pyo3(name = "_end_operation")]
    #[expect(clippy::too_many_arguments, reason = "arguments of a Python method")]
    fn end_operation(
        &self,
        py: Python<'_>,
        name: &str,
        times: measured::Times,
        ok: Option<bool>,
        failed: Option<measured::Failed>,
        told: Option<measured::Told>,
    ) -> PyResult<()> {
        measured::end(py, &self.iteration, name, times, ok, failed, told)
    }

    /// Returns the name of what the iteration runs.
    #[getter]
    fn _name(&self) -> &str {
        &self.iteration.script.info.name
    }

    fn __repr__(&self) -> String {
        let (start, info) = (&self.iteration.start, &self.iteration.script.info);
        format!(
            "<Context of iteration {} of {}, user {}>",
            start.number, info.scenario, start.user
        )
    }
}
