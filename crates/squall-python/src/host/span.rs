//! Steps of a script timed as one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use squall_engine::script::TimedKind;
use squall_metrics::{Outcome, SeriesId};

use super::iteration::{Iteration, Timed};

/// Between the names of nested transactions.
const INSIDE: &str = " :: ";

static CURRENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Returns the variable that holds the innermost span; each task of asyncio has its own value.
fn current_variable(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    let variable = CURRENT.get_or_try_init(py, || {
        let class = py.import("contextvars")?.getattr("ContextVar")?;
        PyResult::Ok(class.call1(("squall_transaction",))?.unbind())
    })?;
    Ok(variable.bind(py))
}

/// Times what is inside: `async with ctx.transaction("login"):`, or with a plain `with`.
#[derive(Debug)]
#[pyclass(module = "squall._squall", name = "Transaction", freelist = 64)]
pub(crate) struct Span {
    iteration: Arc<Iteration>,
    name: String,
    kind: TimedKind,
    /// The series of the innermost transaction that it is or is in.
    transaction: Option<SeriesId>,
    started_ns: u64,
    parent: Option<Py<Self>>,
    token: Option<Py<PyAny>>,
    failed: AtomicBool,
}

impl Span {
    pub(crate) fn new(iteration: Arc<Iteration>, name: &str, kind: TimedKind) -> Self {
        Self {
            iteration,
            name: name.to_owned(),
            kind,
            transaction: None,
            started_ns: 0,
            parent: None,
            token: None,
            failed: AtomicBool::new(false),
        }
    }

    /// Returns the innermost span around the code that runs.
    pub(crate) fn current_of(py: Python<'_>, iteration: &Iteration) -> Option<Py<Self>> {
        if iteration.spans.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let variable = current_variable(py).ok()?;
        let span = variable
            .call_method1(intern!(py, "get"), (py.None(),))
            .ok()?;
        let span = span.cast_into::<Self>().ok()?;
        // A task that outlived its iteration may still carry a span of that one.
        let is_own = std::ptr::eq(Arc::as_ptr(&span.borrow().iteration), iteration);
        is_own.then(|| span.unbind())
    }

    /// Returns its name.
    pub(crate) fn current_name(py: Python<'_>, iteration: &Iteration) -> Option<String> {
        Self::current_of(py, iteration).map(|span| span.borrow(py).name.clone())
    }

    /// Notes that an operation is sent inside of it, or outside of any.
    pub(crate) fn nest(
        py: Python<'_>,
        iteration: &Iteration,
        span: Option<&Py<Self>>,
        child: SeriesId,
    ) {
        let parent = span.and_then(|span| span.borrow(py).transaction);
        iteration.script.nest(child, parent);
    }

    /// Counts an operation inside.
    pub(crate) fn add(py: Python<'_>, span: Option<Py<Self>>, outcome: Outcome) {
        if let Some(span) = span
            && outcome == Outcome::Failed
        {
            span.borrow(py).failed.store(true, Ordering::Relaxed);
        }
    }

    fn enter(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let iteration = Arc::clone(&slf.borrow().iteration);
        if slf.borrow().token.is_some() {
            return Err(PyRuntimeError::new_err("the transaction is open already"));
        }
        let parent = Self::current_of(py, &iteration);
        iteration.spans.fetch_add(1, Ordering::Relaxed);
        let token = current_variable(py)?.call_method1(intern!(py, "set"), (slf,))?;
        let mut this = slf.borrow_mut();
        if let Some(parent) = &parent
            && this.kind == TimedKind::Transaction
        {
            this.name = format!("{}{INSIDE}{}", parent.borrow(py).name, this.name);
        }
        let around = parent
            .as_ref()
            .and_then(|parent| parent.borrow(py).transaction);
        let series = iteration.script.series(this.kind.series(), &this.name);
        iteration.script.nest(series, around);
        this.transaction = match this.kind {
            TimedKind::Transaction => Some(series),
            TimedKind::Operation => around,
        };
        this.parent = parent;
        this.token = Some(token.unbind());
        this.started_ns = iteration.shared.now();
        Ok(())
    }

    fn exit(slf: &Bound<'_, Self>, raised: Option<&Bound<'_, PyAny>>) {
        let py = slf.py();
        let mut this = slf.borrow_mut();
        let ended_ns = this.iteration.shared.now();
        let (token, parent) = (this.token.take(), this.parent.take());
        this.iteration.spans.fetch_sub(1, Ordering::Relaxed);
        // An iteration that is not to go on, because a condition is not met, has not failed.
        let skips = intern!(py, "_squall_skips");
        let skipped = raised.is_some_and(|error| error.hasattr(skips).unwrap_or(false));
        let failed = this.failed.load(Ordering::Relaxed) || (raised.is_some() && !skipped);
        let outcome = match (this.iteration.is_given_up() || skipped, failed) {
            (true, _) => None,
            (false, true) => Some(Outcome::Failed),
            (false, false) => Some(Outcome::Ok),
        };
        let timed = Timed {
            kind: this.kind,
            outcome,
            intended_ns: this.started_ns,
            started_ns: this.started_ns,
            ended_ns,
        };
        this.iteration.timed(&this.name, timed, None);
        drop(this);
        if failed {
            Self::add(py, parent, Outcome::Failed);
        }
        if let (Some(token), Ok(variable)) = (token, current_variable(py)) {
            // Left in another context than it was entered in, there is nothing to put back.
            variable.call_method1(intern!(py, "reset"), (token,)).ok();
        }
    }
}

#[pymethods]
impl Span {
    fn __enter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        Self::enter(slf)?;
        Ok(slf.clone())
    }

    fn __exit__(
        slf: &Bound<'_, Self>,
        kind: &Bound<'_, PyAny>,
        error: &Bound<'_, PyAny>,
        traceback: &Bound<'_, PyAny>,
    ) -> bool {
        let _ = (kind, traceback);
        Self::exit(slf, (!error.is_none()).then_some(error));
        false
    }

    fn __aenter__(slf: &Bound<'_, Self>) -> PyResult<Done> {
        Self::enter(slf)?;
        Ok(Done(Some(slf.clone().unbind())))
    }

    fn __aexit__(
        slf: &Bound<'_, Self>,
        kind: &Bound<'_, PyAny>,
        error: &Bound<'_, PyAny>,
        traceback: &Bound<'_, PyAny>,
    ) -> Done {
        let _ = (kind, traceback);
        Self::exit(slf, (!error.is_none()).then_some(error));
        Done(None)
    }

    /// Its full name, `outer :: inner`.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    fn __repr__(&self) -> String {
        format!("<Transaction {}>", self.name)
    }
}

/// Something to await that is there already.
#[derive(Debug)]
#[pyclass(module = "squall._squall", freelist = 64)]
struct Done(Option<Py<Span>>);

#[pymethods]
impl Done {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&mut self) -> PyResult<()> {
        match self.0.take() {
            Some(span) => Err(PyStopIteration::new_err((span,))),
            None => Err(PyStopIteration::new_err(())),
        }
    }
}
