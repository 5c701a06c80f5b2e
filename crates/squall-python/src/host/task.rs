//! A coroutine that Rust steps, as asyncio and what is built on it see it.
//!
//! | state | cancelled from outside | what it waits for ends |
//! |---|---|---|
//! | waits for a request | the request is given up, `CancelledError` is thrown in | goes on |
//! | waits for a future | the future is cancelled, which ends the wait | goes on |
//! | ready or running | `CancelledError` is thrown in at its next wait | – |
//! | ended | nothing | – |

use std::rc::Rc;
use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::event_loop::{Input, LoopState, state};
use super::iteration::Iteration;
use super::operation::Operation;

/// What a coroutine waits for.
#[derive(Debug)]
pub(crate) enum Waiting {
    Nothing,
    Operation(Py<Operation>),
    Future(Py<PyAny>),
}

/// A pass through a script, with the interface of `asyncio.Task`.
#[derive(Debug)]
#[pyclass(module = "squall._squall", name = "Task", weakref, dict, freelist = 64)]
pub(crate) struct ScriptTask {
    coroutine: Option<Py<PyAny>>,
    variables: Py<PyAny>,
    /// `variables.run`.
    run: Py<PyAny>,
    /// `coroutine.send`.
    send: Py<PyAny>,
    iteration: Arc<Iteration>,
    waiting: Waiting,
    must_cancel: bool,
    cancelling: usize,
    cancel_message: Option<Py<PyAny>>,
    result: Option<PyResult<Py<PyAny>>>,
    callbacks: Vec<(Py<PyAny>, Option<Py<PyAny>>)>,
    name: Option<String>,
}

/// One step, taken apart so that the task is not borrowed while Python runs.
pub(crate) struct Calls {
    run: Py<PyAny>,
    function: Py<PyAny>,
    argument: Py<PyAny>,
}

impl Calls {
    pub(crate) fn run(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.run.call1(py, (self.function, self.argument))
    }
}

impl ScriptTask {
    /// Makes the task of a coroutine; its variables come with their `run`.
    pub(crate) fn create(
        py: Python<'_>,
        coroutine: Py<PyAny>,
        (variables, run): (Py<PyAny>, Py<PyAny>),
        iteration: Arc<Iteration>,
    ) -> PyResult<Py<Self>> {
        let send = coroutine.getattr(py, intern!(py, "send"))?;
        let task = Self {
            run,
            variables,
            send,
            coroutine: Some(coroutine),
            iteration,
            waiting: Waiting::Nothing,
            must_cancel: false,
            cancelling: 0,
            cancel_message: None,
            result: None,
            callbacks: Vec::new(),
            name: None,
        };
        Py::new(py, task)
    }

    pub(crate) fn iteration(&self) -> &Arc<Iteration> {
        &self.iteration
    }

    /// Prepares a step; none is possible after the end.
    pub(crate) fn begin_step(&mut self, py: Python<'_>, input: Input) -> Option<Calls> {
        let coroutine = self.coroutine.as_ref()?.clone_ref(py);
        self.waiting = Waiting::Nothing;
        let thrown = match input {
            Input::Throw(error) => Some(error),
            Input::Next if self.must_cancel => self.cancelled_error(py).ok(),
            Input::Next => None,
        };
        let (function, argument) = match thrown {
            Some(error) => {
                self.must_cancel = false;
                (coroutine.getattr(py, intern!(py, "throw")).ok()?, error)
            }
            None => (self.send.clone_ref(py), py.None()),
        };
        Some(Calls {
            run: self.run.clone_ref(py),
            function,
            argument,
        })
    }

    fn cancelled_error(&mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let class = py.import("asyncio")?.getattr("CancelledError")?;
        let error = match self.cancel_message.take() {
            Some(message) => class.call1((message,))?,
            None => class.call0()?,
        };
        Ok(error.unbind())
    }

    /// Notes what the task waits for; a task that was cancelled while it ran is cancelled now.
    pub(crate) fn now_waits(slf: &Bound<'_, Self>, waiting: Waiting, state: &Rc<LoopState>) {
        let must_cancel = {
            let mut task = slf.borrow_mut();
            task.waiting = waiting;
            task.must_cancel
        };
        if must_cancel {
            Self::cancel_wait(slf, state);
        }
    }

    /// Waits for a future of asyncio.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn wait_for_future(
        slf: &Bound<'_, Self>,
        yielded: Bound<'_, PyAny>,
        state: &Rc<LoopState>,
    ) -> PyResult<()> {
        let py = slf.py();
        let blocking = yielded.getattr_opt(intern!(py, "_asyncio_future_blocking"))?;
        if !blocking.is_some_and(|blocking| blocking.is_truthy().unwrap_or(false)) {
            let message = format!("a script cannot wait for {}", yielded.repr()?);
            return Err(PyRuntimeError::new_err(message));
        }
        yielded.setattr(intern!(py, "_asyncio_future_blocking"), false)?;
        // Not in the task's own context: a step enters that itself.
        let wake = slf.getattr(intern!(py, "_wake"))?;
        yielded.call_method1(intern!(py, "add_done_callback"), (wake,))?;
        Self::now_waits(slf, Waiting::Future(yielded.unbind()), state);
        Ok(())
    }

    /// Ends the wait of a cancelled task.
    fn cancel_wait(slf: &Bound<'_, Self>, state: &Rc<LoopState>) {
        let py = slf.py();
        let waiting = {
            let mut task = slf.borrow_mut();
            std::mem::replace(&mut task.waiting, Waiting::Nothing)
        };
        match waiting {
            Waiting::Nothing => {}
            Waiting::Operation(operation) => {
                Operation::give_up(operation.bind(py), state);
                state.make_ready(py, slf.clone().unbind());
            }
            Waiting::Future(future) => {
                let message = slf
                    .borrow()
                    .cancel_message
                    .as_ref()
                    .map(|message| message.clone_ref(py));
                let cancelled = match message {
                    Some(message) => future.call_method1(py, intern!(py, "cancel"), (message,)),
                    None => future.call_method0(py, intern!(py, "cancel")),
                };
                if cancelled.is_ok_and(|done| done.is_truthy(py).unwrap_or(false)) {
                    // The future's own `CancelledError` is what the coroutine gets.
                    slf.borrow_mut().must_cancel = false;
                }
                slf.borrow_mut().waiting = Waiting::Future(future);
            }
        }
    }

    /// Cancels a task whose iteration counts no more.
    pub(crate) fn cancel_now(slf: &Bound<'_, Self>, state: &Rc<LoopState>) {
        slf.borrow_mut().must_cancel = true;
        Self::cancel_wait(slf, state);
    }

    /// Notes the end, and tells whoever asked to be told.
    pub(crate) fn finish(
        slf: &Bound<'_, Self>,
        result: PyResult<Py<PyAny>>,
        state: &Rc<LoopState>,
    ) {
        let py = slf.py();
        let callbacks = {
            let mut task = slf.borrow_mut();
            task.coroutine = None;
            task.result = Some(result);
            task.waiting = Waiting::Nothing;
            std::mem::take(&mut task.callbacks)
        };
        tell(py, slf.as_any(), callbacks, state);
    }
}

/// Calls what was to be called at the end of something.
pub(super) fn tell(
    py: Python<'_>,
    ended: &Bound<'_, PyAny>,
    callbacks: Vec<(Py<PyAny>, Option<Py<PyAny>>)>,
    state: &Rc<LoopState>,
) {
    for (callback, variables) in callbacks {
        let options = PyDict::new(py);
        if let Some(variables) = variables {
            options.set_item("context", variables).ok();
        }
        let call = state.names.call_soon.bind(py);
        if let Err(error) = call.call((callback, ended), Some(&options)) {
            error.write_unraisable(py, Some(ended));
        }
    }
}

#[pymethods]
impl ScriptTask {
    #[classattr]
    #[pyo3(name = "_asyncio_future_blocking")]
    fn asyncio_future_blocking() -> bool {
        false
    }

    #[classattr]
    #[pyo3(name = "_log_destroy_pending")]
    fn log_destroy_pending() -> bool {
        false
    }

    /// Goes on after a turn of the loop.
    #[pyo3(name = "_step")]
    fn step_soon(slf: &Bound<'_, Self>) {
        if let Some(state) = state() {
            state.make_ready(slf.py(), slf.clone().unbind());
        }
    }

    /// Goes on after a future.
    #[pyo3(name = "_wake")]
    fn wake(slf: &Bound<'_, Self>, future: &Bound<'_, PyAny>) {
        let Some(state) = state() else { return };
        let py = slf.py();
        // What the future holds is taken by the coroutine's own `await`; only an error must be thrown in.
        let input = match future.call_method0(intern!(py, "result")) {
            Ok(_) => Input::Next,
            Err(error) => Input::Throw(error.into_value(py).into_any()),
        };
        state.step(py, &slf.clone().unbind(), input);
    }

    #[pyo3(signature = (msg = None))]
    fn cancel(slf: &Bound<'_, Self>, msg: Option<Py<PyAny>>) -> bool {
        {
            let mut task = slf.borrow_mut();
            if task.coroutine.is_none() {
                return false;
            }
            task.cancelling += 1;
            task.must_cancel = true;
            task.cancel_message = msg;
        }
        if let Some(state) = state() {
            Self::cancel_wait(slf, &state);
        }
        true
    }

    fn cancelling(&self) -> usize {
        self.cancelling
    }

    fn uncancel(&mut self) -> usize {
        self.cancelling = self.cancelling.saturating_sub(1);
        if self.cancelling == 0 {
            self.must_cancel = false;
        }
        self.cancelling
    }

    fn cancelled(&self, py: Python<'_>) -> PyResult<bool> {
        let Some(Err(error)) = &self.result else {
            return Ok(false);
        };
        let class = py.import("asyncio")?.getattr("CancelledError")?;
        Ok(error.is_instance(py, &class))
    }

    fn done(&self) -> bool {
        self.result.is_some()
    }

    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match &self.result {
            Some(Ok(value)) => Ok(value.clone_ref(py)),
            Some(Err(error)) => Err(error.clone_ref(py)),
            None => Err(invalid_state(py)),
        }
    }

    fn exception(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        match &self.result {
            Some(Ok(_)) => Ok(None),
            Some(Err(error)) => Ok(Some(error.value(py).clone().into_any().unbind())),
            None => Err(invalid_state(py)),
        }
    }

    #[pyo3(signature = (callback, /, *, context = None))]
    fn add_done_callback(slf: &Bound<'_, Self>, callback: Py<PyAny>, context: Option<Py<PyAny>>) {
        let is_done = slf.borrow().result.is_some();
        match state() {
            Some(state) if is_done => {
                tell(slf.py(), slf.as_any(), vec![(callback, context)], &state);
            }
            _ => slf.borrow_mut().callbacks.push((callback, context)),
        }
    }

    fn remove_done_callback(&mut self, py: Python<'_>, callback: &Bound<'_, PyAny>) -> usize {
        let before = self.callbacks.len();
        self.callbacks
            .retain(|(other, _)| !other.bind(py).eq(callback).unwrap_or(false));
        before - self.callbacks.len()
    }

    #[expect(clippy::unused_self, reason = "part of the interface")]
    fn get_loop(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        state().map(|state| state.names.event_loop.clone_ref(py))
    }

    #[getter(_loop)]
    fn own_loop(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.get_loop(py)
    }

    #[getter(_must_cancel)]
    fn must_cancel(&self) -> bool {
        self.must_cancel
    }

    #[getter(_fut_waiter)]
    fn waiter(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        match &self.waiting {
            Waiting::Nothing => None,
            Waiting::Operation(operation) => Some(operation.clone_ref(py).into_any()),
            Waiting::Future(future) => Some(future.clone_ref(py)),
        }
    }

    fn get_coro(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.coroutine
            .as_ref()
            .map(|coroutine| coroutine.clone_ref(py))
    }

    fn get_context(&self, py: Python<'_>) -> Py<PyAny> {
        self.variables.clone_ref(py)
    }

    fn get_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let start = &self.iteration.start;
            format!("{}-{}", start.script.entry, start.number)
        })
    }

    fn set_name(&mut self, name: &Bound<'_, PyAny>) -> PyResult<()> {
        self.name = Some(name.str()?.to_string());
        Ok(())
    }

    #[pyo3(signature = (*, limit = None))]
    #[expect(
        clippy::unused_self,
        unused_variables,
        reason = "part of the interface"
    )]
    fn get_stack<'py>(&self, py: Python<'py>, limit: Option<usize>) -> Bound<'py, PyList> {
        PyList::empty(py)
    }

    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match &self.result {
            Some(Ok(value)) => Err(PyStopIteration::new_err((value.clone_ref(py),))),
            Some(Err(error)) => Err(error.clone_ref(py)),
            None => Err(PyRuntimeError::new_err(
                "an iteration cannot be awaited by another",
            )),
        }
    }

    fn __repr__(&self) -> String {
        let status = if self.result.is_some() {
            "finished"
        } else {
            "pending"
        };
        format!("<Task {status} name='{}'>", self.get_name())
    }
}

fn invalid_state(py: Python<'_>) -> PyErr {
    let class = py
        .import("asyncio")
        .and_then(|asyncio| asyncio.getattr("InvalidStateError"));
    match class.and_then(|class| class.call1(("it has not ended",))) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}
