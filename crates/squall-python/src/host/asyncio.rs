//! What the event loop's thread knows of asyncio.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::task::ScriptTask;

/// Python objects that are used again and again.
pub(crate) struct Names {
    pub(crate) event_loop: Py<PyAny>,
    pub(crate) call_soon: Py<PyAny>,
    pub(super) current: Current,
    pub(crate) copy_context: Py<PyAny>,
    pub(crate) run_wrapped: Py<PyAny>,
    pub(super) flush: Py<PyAny>,
}

impl Names {
    /// Looks them up for a loop; `flush` is called by the loop where code that it runs itself has asked for something.
    pub(super) fn of(event_loop: &Bound<'_, PyAny>, flush: Py<PyAny>) -> PyResult<Self> {
        let py = event_loop.py();
        let copy_context = py.import("contextvars")?.getattr("copy_context")?;
        let runner = py.import("squall._script.runner")?;
        Ok(Self {
            call_soon: event_loop.getattr("call_soon")?.unbind(),
            current: Current::of(&py.import("asyncio.tasks")?)?,
            copy_context: copy_context.unbind(),
            run_wrapped: runner.getattr("run_coroutine")?.unbind(),
            flush,
            event_loop: event_loop.clone().unbind(),
        })
    }
}

/// How asyncio learns which task runs.
pub(super) enum Current {
    /// Its own dictionary of tasks by loop (up to Python 3.13); writing there is what its functions do, at a third of the price.
    Table(Py<PyDict>),
    /// `_enter_task` and `_leave_task`.
    Functions(Py<PyAny>, Py<PyAny>),
}

impl Current {
    fn of(tasks: &Bound<'_, PyModule>) -> PyResult<Self> {
        // Only where the fast half of asyncio has it: later versions keep the name for the slow half, which then nobody reads.
        let fast = tasks.py().import("_asyncio");
        let table = fast.and_then(|fast| fast.getattr("_current_tasks"));
        if let Some(table) = table
            .ok()
            .and_then(|table| table.cast_into::<PyDict>().ok())
        {
            return Ok(Self::Table(table.unbind()));
        }
        Ok(Self::Functions(
            tasks.getattr("_enter_task")?.unbind(),
            tasks.getattr("_leave_task")?.unbind(),
        ))
    }

    pub(super) fn enter(
        &self,
        py: Python<'_>,
        event_loop: &Py<PyAny>,
        task: &Py<ScriptTask>,
    ) -> PyResult<()> {
        match self {
            Self::Table(table) => table.bind(py).set_item(event_loop, task),
            Self::Functions(enter, _) => enter.call1(py, (event_loop, task)).map(drop),
        }
    }

    pub(super) fn leave(
        &self,
        py: Python<'_>,
        event_loop: &Py<PyAny>,
        task: &Py<ScriptTask>,
    ) -> PyResult<()> {
        match self {
            Self::Table(table) => table.bind(py).del_item(event_loop),
            Self::Functions(_, leave) => leave.call1(py, (event_loop, task)).map(drop),
        }
    }
}
