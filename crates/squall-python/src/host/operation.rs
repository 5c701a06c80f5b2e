//! A request that can be awaited: by a script itself, at the price of one object, and by everything that takes an asyncio future.
//!
//! | state | awaited or given a callback | its answer comes | cancelled |
//! |---|---|---|---|
//! | new | is sent | – | cancelled |
//! | sent | waits | ended, whoever waits goes on | given up, cancelled |
//! | ended, cancelled | goes on at once | – | nothing |

use std::rc::Rc;
use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyStopIteration};
use pyo3::intern;
use pyo3::prelude::*;
use squall_engine::script::{FinishedOperation, ReplyTo, ScriptCommand, ScriptFailure};
use squall_metrics::Outcome;
use squall_protocol::{Failure, FailureClass};

use super::event_loop::{LoopState, state};
use super::failure;
use super::iteration::Iteration;
use super::request::Prepared;
use super::response::Response;
use super::span::Span;
use super::task::{ScriptTask, tell};

/// How far an operation is.
#[derive(Debug)]
enum State {
    New,
    Sent(u64),
    Ended(PyResult<Py<Response>>),
    Cancelled,
}

/// When an operation is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// When it ends.
    Never,
    /// When `_judge` is called.
    UntilJudged,
    /// The same, once it was sent under this number.
    As(u32),
}

/// A request; it goes out when it is awaited.
#[derive(Debug)]
#[pyclass(module = "squall._squall", weakref, freelist = 256, generic)]
pub(crate) struct Operation {
    iteration: Arc<Iteration>,
    request: Prepared,
    state: State,
    is_blocking: bool,
    waiter: Option<Py<ScriptTask>>,
    callbacks: Vec<(Py<PyAny>, Option<Py<PyAny>>)>,
    span: Option<Py<Span>>,
    hold: Hold,
}

impl Operation {
    pub(crate) fn new(iteration: Arc<Iteration>, request: Prepared, hold: Hold) -> Self {
        Self {
            iteration,
            request,
            state: State::New,
            is_blocking: false,
            waiter: None,
            callbacks: Vec::new(),
            span: None,
            hold,
        }
    }

    /// Sends the request, unless it is sent.
    fn submit(slf: &Bound<'_, Self>) -> PyResult<()> {
        let mut this = slf.borrow_mut();
        if !matches!(this.state, State::New) {
            return Ok(());
        }
        let Some(state) = state() else {
            return Err(PyRuntimeError::new_err(
                "a request of a coroutine was awaited on another thread than its event loop's",
            ));
        };
        if this.iteration.is_given_up() {
            this.state = State::Cancelled;
            return Ok(());
        }
        this.span = Span::current_of(slf.py(), &this.iteration);
        let series = this.request.ready.series;
        Span::nest(slf.py(), &this.iteration, this.span.as_ref(), series);
        let token = state.keep(slf.clone().unbind());
        this.state = State::Sent(token);
        let number = this.iteration.count_request();
        let hold = (this.hold != Hold::Never).then_some(number);
        if hold.is_some() {
            this.hold = Hold::As(number);
        }
        this.iteration.command(ScriptCommand::Send {
            iteration: this.iteration.id(),
            request: Arc::clone(&this.request.ready.step),
            series: this.request.ready.series,
            reply: ReplyTo::Batch(token),
            hold,
        });
        Ok(())
    }

    /// Takes the answer, and returns the task that waits for it.
    pub(crate) fn finish(
        &mut self,
        py: Python<'_>,
        finished: Box<FinishedOperation>,
    ) -> Option<Py<ScriptTask>> {
        // What is judged later may fail its transaction then.
        let span = match self.hold {
            Hold::As(_) => self.span.as_ref().map(|span| span.clone_ref(py)),
            Hold::Never | Hold::UntilJudged => self.span.take(),
        };
        Span::add(py, span, finished.outcome);
        self.state = State::Ended(self.request.respond(py, finished));
        self.waiter.take()
    }

    /// Calls what was to be called at the end.
    pub(crate) fn tell_callbacks(slf: &Bound<'_, Self>, state: &Rc<LoopState>) {
        let callbacks = std::mem::take(&mut slf.borrow_mut().callbacks);
        if !callbacks.is_empty() {
            tell(slf.py(), slf.as_any(), callbacks, state);
        }
    }

    /// Calls what was to be called at the end, now: nothing else runs on the loop, so that there is no turn to wait for.
    pub(crate) fn call_callbacks(slf: &Bound<'_, Self>) {
        let py = slf.py();
        let callbacks = std::mem::take(&mut slf.borrow_mut().callbacks);
        for (callback, variables) in callbacks {
            let called = match variables {
                Some(variables) => variables.call_method1(py, intern!(py, "run"), (callback, slf)),
                None => callback.call1(py, (slf,)),
            };
            if let Err(error) = called {
                error.write_unraisable(py, Some(slf.as_any()));
            }
        }
    }

    /// Lets a task wait; `true` when there is nothing to wait for.
    pub(crate) fn let_wait(&mut self, task: Py<ScriptTask>) -> bool {
        self.is_blocking = false;
        let is_sent = matches!(self.state, State::Sent(_));
        if is_sent {
            self.waiter = Some(task);
        }
        !is_sent
    }

    /// Ends the operation without an answer; `false` when it had ended.
    pub(crate) fn give_up(slf: &Bound<'_, Self>, state: &Rc<LoopState>) -> bool {
        let mut this = slf.borrow_mut();
        match std::mem::replace(&mut this.state, State::Cancelled) {
            State::New | State::Cancelled => {}
            State::Sent(token) => {
                this.iteration.command(ScriptCommand::Forget {
                    iteration: this.iteration.id(),
                    token,
                });
                this.waiter = None;
                drop(this);
                state.forget(token);
            }
            ended @ State::Ended(_) => {
                this.state = ended;
                return false;
            }
        }
        true
    }

    fn outcome(&self, py: Python<'_>) -> PyResult<Py<Response>> {
        match &self.state {
            State::Ended(Ok(response)) => Ok(response.clone_ref(py)),
            State::Ended(Err(error)) => Err(error.clone_ref(py)),
            State::Cancelled => Err(asyncio_error(py, "CancelledError", None)),
            State::New | State::Sent(_) => {
                let message = "the request has not ended";
                Err(asyncio_error(py, "InvalidStateError", Some(message)))
            }
        }
    }
}

fn asyncio_error(py: Python<'_>, name: &str, message: Option<&str>) -> PyErr {
    let class = py
        .import("asyncio")
        .and_then(|asyncio| asyncio.getattr(name));
    let error = class.and_then(|class| match message {
        Some(message) => class.call1((message,)),
        None => class.call0(),
    });
    match error {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

#[pymethods]
impl Operation {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        Self::submit(slf)?;
        let mut this = slf.borrow_mut();
        if let State::Sent(_) = this.state {
            this.is_blocking = true;
            drop(this);
            return Ok(slf.clone());
        }
        let response = this.outcome(slf.py())?;
        Err(PyStopIteration::new_err((response,)))
    }

    /// Goes on: part of what makes it a coroutine for `asyncio.create_task`.
    fn send<'py>(slf: &Bound<'py, Self>, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        let _ = value;
        Self::__next__(slf)
    }

    #[pyo3(signature = (kind, value = None, traceback = None))]
    fn throw(
        slf: &Bound<'_, Self>,
        kind: Bound<'_, PyAny>,
        value: Option<Bound<'_, PyAny>>,
        traceback: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let _ = traceback;
        if let Some(state) = state() {
            Self::give_up(slf, &state);
        }
        Err(PyErr::from_value(value.unwrap_or(kind)))
    }

    /// Says which checks the answer did not stand: pairs of message and detail, and what checks raised, likewise; and of all of them
    /// whether they held, by name.
    #[pyo3(name = "_judge")]
    fn judge(
        &mut self,
        py: Python<'_>,
        checks: Vec<(String, String)>,
        raised: Vec<(String, String)>,
        named: Vec<(String, bool)>,
    ) {
        let Hold::As(hold) = self.hold else { return };
        let span = self.span.take();
        let of = |class| {
            move |(message, detail): (String, String)| {
                Failure::new(class, message).with_detail(detail)
            }
        };
        let failures: Vec<Failure> = checks
            .into_iter()
            .map(of(FailureClass::Check))
            .chain(raised.into_iter().map(of(FailureClass::Script)))
            .collect();
        if let Some(first) = failures.first() {
            let failure = ScriptFailure {
                message: first.message.clone(),
                detail: first.detail.clone(),
            };
            failure::stop_where_asked(&self.iteration.shared, &failure);
            Span::add(py, span, Outcome::Failed);
        }
        self.iteration.command(ScriptCommand::Judge {
            iteration: self.iteration.id(),
            hold,
            failures,
            checks: named,
        });
    }

    fn close(slf: &Bound<'_, Self>) {
        if let Some(state) = state() {
            Self::give_up(slf, &state);
        }
    }

    #[getter(_asyncio_future_blocking)]
    fn is_blocking(&self) -> bool {
        self.is_blocking
    }

    #[setter(_asyncio_future_blocking)]
    fn set_blocking(&mut self, is_blocking: bool) {
        self.is_blocking = is_blocking;
    }

    #[expect(clippy::unused_self, reason = "part of the interface")]
    fn get_loop(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        state().map(|state| state.names.event_loop.clone_ref(py))
    }

    #[getter(_loop)]
    fn own_loop(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.get_loop(py)
    }

    fn done(&self) -> bool {
        matches!(self.state, State::Ended(_) | State::Cancelled)
    }

    fn cancelled(&self) -> bool {
        matches!(self.state, State::Cancelled)
    }

    fn result(&self, py: Python<'_>) -> PyResult<Py<Response>> {
        self.outcome(py)
    }

    fn exception(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        match &self.state {
            State::Ended(Ok(_)) => Ok(None),
            State::Ended(Err(error)) => Ok(Some(error.value(py).clone().into_any().unbind())),
            _ => self.outcome(py).map(|_| None),
        }
    }

    #[pyo3(signature = (msg = None))]
    fn cancel(slf: &Bound<'_, Self>, msg: Option<Py<PyAny>>) -> bool {
        drop(msg);
        let was_done = slf.borrow().done();
        let Some(state) = state() else { return false };
        if was_done || !Self::give_up(slf, &state) {
            return false;
        }
        Self::tell_callbacks(slf, &state);
        true
    }

    #[pyo3(signature = (callback, /, *, context = None))]
    fn add_done_callback(
        slf: &Bound<'_, Self>,
        callback: Py<PyAny>,
        context: Option<Py<PyAny>>,
    ) -> PyResult<()> {
        Self::submit(slf)?;
        let Some(state) = state() else { return Ok(()) };
        if slf.borrow().done() {
            tell(slf.py(), slf.as_any(), vec![(callback, context)], &state);
            return Ok(());
        }
        let context = match context {
            Some(context) => context,
            None => state.names.copy_context.call0(slf.py())?,
        };
        slf.borrow_mut().callbacks.push((callback, Some(context)));
        Ok(())
    }

    fn remove_done_callback(&mut self, py: Python<'_>, callback: &Bound<'_, PyAny>) -> usize {
        let before = self.callbacks.len();
        self.callbacks
            .retain(|(other, _)| !other.bind(py).eq(callback).unwrap_or(false));
        before - self.callbacks.len()
    }

    fn __repr__(&self) -> String {
        let state = match self.state {
            State::New => "not sent",
            State::Sent(_) => "in flight",
            State::Ended(_) => "ended",
            State::Cancelled => "cancelled",
        };
        format!("<Operation {} ({state})>", self.request.ready.step.name())
    }
}
