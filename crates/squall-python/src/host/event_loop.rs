//! The thread of the coroutines: asyncio's loop, and what Rust steps in it.
//!
//! The inbox's descriptor is one of the loop's readers. When it wakes, everything in the inbox is worked off: new iterations start,
//! finished requests resume their coroutines, and what the coroutines asked for goes to the I/O threads in one batch each. In between
//! the loop does what asyncio does: timers, futures, tasks of libraries.

use std::cell::{Cell, RefCell};
use std::os::fd::RawFd;
use std::rc::Rc;
use std::sync::Arc;

use pyo3::exceptions::PyStopIteration;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use rustix::time::{ClockId, clock_gettime};
use squall_engine::script::{
    FinishedOperation, IterationRef, ScriptCommand, ScriptEnd, ScriptEvent, ScriptStart,
};

use super::asyncio::Names;
use super::context::Context;
use super::failure;
use super::inbox::LoopEvent;
use super::iteration::Iteration;
use super::operation::Operation;
use super::shared::Shared;
use super::task::{ScriptTask, Waiting};

thread_local! {
    static STATE: RefCell<Option<Rc<LoopState>>> = const { RefCell::new(None) };
}

/// Rounds over the inbox before asyncio gets its turn again.
const ROUNDS: usize = 8;
/// The CPU clock of the thread is read this often at most: reading it is a system call.
const BUSY_NS: u64 = 20_000_000;

/// What belongs to the thread of the event loop alone.
pub(crate) struct LoopState {
    pub(crate) shared: Arc<Shared>,
    pub(crate) names: Names,
    pending: RefCell<Vec<Vec<ScriptCommand>>>,
    in_batch: Cell<bool>,
    flush_planned: Cell<bool>,
    operations: RefCell<slab::Slab<Py<Operation>>>,
    tasks: RefCell<Vec<Vec<Option<Py<ScriptTask>>>>>,
    ready: RefCell<Vec<Py<ScriptTask>>>,
    events: RefCell<Vec<LoopEvent>>,
    waits: RefCell<Vec<u64>>,
    delays: RefCell<Vec<u64>>,
    cpu_read_at: Cell<u64>,
    cpu_seen: Cell<u64>,
    /// Time spent in turns since the CPU clock was read.
    turns_ns: Cell<u64>,
}

/// How a coroutine goes on.
pub(crate) enum Input {
    Next,
    Throw(Py<PyAny>),
}

/// Returns the state of this thread, if it is the one of an event loop.
pub(crate) fn state() -> Option<Rc<LoopState>> {
    STATE.with_borrow(Clone::clone)
}

/// Puts a command with those that go out at the end of the batch; gives it back on any other thread.
pub(crate) fn push(thread: u32, command: ScriptCommand) -> Result<(), ScriptCommand> {
    STATE.with_borrow(|state| match state {
        Some(state) => {
            state.push(thread, command);
            Ok(())
        }
        None => Err(command),
    })
}

impl LoopState {
    fn push(&self, thread: u32, command: ScriptCommand) {
        let mut pending = self.pending.borrow_mut();
        let index = thread as usize;
        if pending.len() <= index {
            pending.resize_with(index + 1, Vec::new);
        }
        pending[index].push(command);
        drop(pending);
        if !self.in_batch.get() && !self.flush_planned.replace(true) {
            // Asked for by code that asyncio runs: it goes out with whatever else this turn of the loop asks for.
            Python::attach(|py| self.names.call_soon.call1(py, (&self.names.flush,))).ok();
        }
    }

    /// Sends what was asked for.
    fn flush(&self) {
        self.flush_planned.set(false);
        for (thread, commands) in (0..).zip(self.pending.borrow_mut().iter_mut()) {
            if !commands.is_empty() {
                self.shared.inlet(thread).send(commands);
            }
        }
    }

    /// Keeps an operation until it ends, and returns its token.
    pub(crate) fn keep(&self, operation: Py<Operation>) -> u64 {
        self.operations.borrow_mut().insert(operation) as u64
    }

    /// Forgets an operation that nobody waits for any more.
    pub(crate) fn forget(&self, token: u64) {
        let index = usize::try_from(token).unwrap_or(usize::MAX);
        let operation = self.operations.borrow_mut().try_remove(index);
        drop(operation);
    }

    /// Lets a task go on soon.
    pub(crate) fn make_ready(&self, py: Python<'_>, task: Py<ScriptTask>) {
        self.ready.borrow_mut().push(task);
        if !self.in_batch.get() && !self.flush_planned.replace(true) {
            self.names.call_soon.call1(py, (&self.names.flush,)).ok();
        }
    }

    /// Works off the inbox.
    fn turn(self: &Rc<Self>, py: Python<'_>) {
        let began = self.shared.now();
        self.in_batch.set(true);
        for _ in 0..ROUNDS {
            let mut events = self.events.take();
            self.shared.inbox.take(&mut events);
            if events.is_empty() && self.ready.borrow().is_empty() {
                self.events.replace(events);
                break;
            }
            for event in events.drain(..) {
                self.handle(py, event);
            }
            self.events.replace(events);
            self.step_ready(py);
            self.flush();
        }
        self.in_batch.set(false);
        self.measure(began);
    }

    fn step_ready(self: &Rc<Self>, py: Python<'_>) {
        let ready = self.ready.take();
        for task in ready {
            self.step(py, &task, Input::Next);
        }
    }

    fn handle(self: &Rc<Self>, py: Python<'_>, event: LoopEvent) {
        match event {
            LoopEvent::Script(ScriptEvent::Start(start)) => self.start(py, start),
            LoopEvent::Script(ScriptEvent::Done { token, operation }) => {
                self.finished(py, token, operation);
            }
            LoopEvent::Script(ScriptEvent::GivenUp(iteration)) => self.give_up(py, iteration),
            LoopEvent::Script(ScriptEvent::Stopping(_)) => {}
            LoopEvent::Do(job) => job(py),
        }
    }

    fn start(self: &Rc<Self>, py: Python<'_>, start: ScriptStart) {
        let Some(script) = self.shared.script(start.script.number) else {
            return;
        };
        let id = start.iteration;
        let ordered = start.ordered_ns;
        let iteration = Arc::new(Iteration::new(start, script, Arc::clone(&self.shared)));
        self.waits
            .borrow_mut()
            .push(iteration.began_ns.saturating_sub(ordered));
        match self.new_task(py, &iteration) {
            Ok(task) => {
                self.set_task(id, Some(task.clone_ref(py)));
                self.step(py, &task, Input::Next);
            }
            Err(error) => iteration.end(failure::end_of(py, &error)),
        }
    }

    fn new_task(&self, py: Python<'_>, iteration: &Arc<Iteration>) -> PyResult<Py<ScriptTask>> {
        let context = Context::create(py, Arc::clone(iteration))?;
        let script = &iteration.script;
        let coroutine = match &script.wrapped {
            Some(wrapped) => self.names.run_wrapped.call1(py, (&context, wrapped))?,
            None => script.call.call1(py, (&context,))?,
        };
        let variables = self.names.copy_context.call0(py)?;
        let run = variables.getattr(py, intern!(py, "run"))?;
        Context::enter(py, &run, &context)?;
        ScriptTask::create(py, coroutine, (variables, run), Arc::clone(iteration))
    }

    fn finished(self: &Rc<Self>, py: Python<'_>, token: u64, finished: Box<FinishedOperation>) {
        let index = usize::try_from(token).unwrap_or(usize::MAX);
        let Some(operation) = self.operations.borrow_mut().try_remove(index) else {
            return;
        };
        let now = self.shared.now();
        let last_byte = finished.operation.moments.last_byte;
        self.delays.borrow_mut().push(now.saturating_sub(last_byte));
        let waiter = operation.bind(py).borrow_mut().finish(py, finished);
        if let Some(task) = waiter {
            self.step(py, &task, Input::Next);
        }
        Operation::call_callbacks(operation.bind(py));
    }

    /// Ends the coroutine of an iteration that counts no more.
    fn give_up(self: &Rc<Self>, py: Python<'_>, id: IterationRef) {
        let Some(task) = self.task(py, id) else {
            return;
        };
        task.borrow(py).iteration().give_up();
        self.set_task(id, None);
        ScriptTask::cancel_now(task.bind(py), self);
    }

    fn task(&self, py: Python<'_>, id: IterationRef) -> Option<Py<ScriptTask>> {
        let tasks = self.tasks.borrow();
        let slot = tasks.get(id.thread as usize)?.get(id.slot as usize)?;
        let task = slot.as_ref()?;
        let is_it = task.borrow(py).iteration().id() == id;
        is_it.then(|| task.clone_ref(py))
    }

    fn set_task(&self, id: IterationRef, task: Option<Py<ScriptTask>>) {
        let mut tasks = self.tasks.borrow_mut();
        let (thread, slot) = (id.thread as usize, id.slot as usize);
        if tasks.len() <= thread {
            tasks.resize_with(thread + 1, Vec::new);
        }
        if tasks[thread].len() <= slot {
            tasks[thread].resize_with(slot + 1, || None);
        }
        let before = std::mem::replace(&mut tasks[thread][slot], task);
        drop(tasks);
        drop(before);
    }

    /// Lets a coroutine run to its next wait.
    pub(crate) fn step(self: &Rc<Self>, py: Python<'_>, task: &Py<ScriptTask>, input: Input) {
        let Some(calls) = task.borrow_mut(py).begin_step(py, input) else {
            return;
        };
        let event_loop = &self.names.event_loop;
        if let Err(error) = self.names.current.enter(py, event_loop, task) {
            return self.ended(py, task, Err(error));
        }
        let result = calls.run(py);
        let left = self.names.current.leave(py, event_loop, task);
        match result.and_then(|yielded| left.map(|()| yielded)) {
            Ok(yielded) => self.wait_for(py, task, yielded.into_bound(py)),
            Err(error) if error.is_instance_of::<PyStopIteration>(py) => {
                let value = error.value(py).getattr("value").map(Bound::unbind);
                self.ended(py, task, value);
            }
            Err(error) => self.ended(py, task, Err(error)),
        }
    }

    /// Sees to it that a coroutine goes on when what it awaits is there.
    fn wait_for(self: &Rc<Self>, py: Python<'_>, task: &Py<ScriptTask>, yielded: Bound<'_, PyAny>) {
        if let Ok(operation) = yielded.cast_exact::<Operation>() {
            let is_finished = operation.borrow_mut().let_wait(task.clone_ref(py));
            if is_finished {
                return self.make_ready(py, task.clone_ref(py));
            }
            let waiting = Waiting::Operation(operation.clone().unbind());
            return ScriptTask::now_waits(task.bind(py), waiting, self);
        }
        if yielded.is_none() {
            // `asyncio.sleep(0)`: everybody else first.
            let step = task.bind(py).getattr("_step");
            let planned = step.and_then(|step| self.names.call_soon.call1(py, (step,)));
            if let Err(error) = planned {
                self.ended(py, task, Err(error));
            }
            return;
        }
        if let Err(error) = ScriptTask::wait_for_future(task.bind(py), yielded, self) {
            self.step(py, task, Input::Throw(error.into_value(py).into_any()));
        }
    }

    fn ended(self: &Rc<Self>, py: Python<'_>, task: &Py<ScriptTask>, result: PyResult<Py<PyAny>>) {
        let iteration = Arc::clone(task.borrow(py).iteration());
        let end = match &result {
            Ok(_) => ScriptEnd::Returned,
            Err(error) => failure::end_of(py, error),
        };
        if let ScriptEnd::Raised(failure) = &end
            && !iteration.is_given_up()
        {
            failure::stop_where_asked(&self.shared, failure);
        }
        iteration.end(end);
        if !iteration.is_given_up() {
            self.set_task(iteration.id(), None);
        }
        ScriptTask::finish(task.bind(py), result, self);
    }

    /// Adds up how busy the thread was: by its CPU clock, which knows what asyncio does between turns, or by the time that turns took,
    /// which knows when it had to wait for a core or for the interpreter's lock; whichever is more.
    fn measure(&self, began: u64) {
        let now = self.shared.now();
        let turns = self.turns_ns.get() + now.saturating_sub(began);
        self.turns_ns.set(turns);
        let mut busy = 0;
        if now.saturating_sub(self.cpu_read_at.get()) >= BUSY_NS {
            self.cpu_read_at.set(now);
            let used = thread_cpu_ns();
            busy = used
                .saturating_sub(self.cpu_seen.replace(used))
                .max(self.turns_ns.replace(0));
        }
        let (mut waits, mut delays) = (self.waits.borrow_mut(), self.delays.borrow_mut());
        if busy > 0 || !waits.is_empty() || !delays.is_empty() {
            self.shared.meter.add(busy, &mut waits, &mut delays);
        }
    }
}

/// Returns the CPU time of this thread.
pub(crate) fn thread_cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

/// Called by asyncio when the inbox's descriptor wakes.
#[pyclass(module = "squall._squall", frozen)]
struct Wake;

#[pymethods]
impl Wake {
    #[expect(clippy::unused_self, reason = "a method of a Python object")]
    fn __call__(&self, py: Python<'_>) {
        if let Some(state) = state() {
            state.shared.inbox.reset();
            state.turn(py);
            if !state.shared.inbox.is_empty() {
                state.shared.inbox.wake();
            }
        }
    }
}

/// Called by asyncio after code that it runs itself has asked for something.
#[pyclass(module = "squall._squall", frozen)]
struct Flush;

#[pymethods]
impl Flush {
    #[expect(clippy::unused_self, reason = "a method of a Python object")]
    fn __call__(&self, py: Python<'_>) {
        if let Some(state) = state() {
            state.flush();
            if !state.ready.borrow().is_empty() {
                state.turn(py);
            }
        }
    }
}

/// Makes the loop of this thread; `run` then runs it until it is stopped.
pub(crate) fn open<'py>(py: Python<'py>, shared: &Arc<Shared>) -> PyResult<Bound<'py, PyAny>> {
    let asyncio = py.import("asyncio")?;
    let event_loop = py
        .import("squall._script.runner")?
        .call_method0("new_event_loop")?;
    asyncio.call_method1("set_event_loop", (&event_loop,))?;
    let flush = Py::new(py, Flush)?.into_any();
    let names = Names::of(&event_loop, flush)?;
    let descriptor: RawFd = shared.inbox.descriptor();
    event_loop.call_method1("add_reader", (descriptor, Py::new(py, Wake)?))?;
    let state = LoopState {
        shared: Arc::clone(shared),
        names,
        pending: RefCell::default(),
        in_batch: Cell::new(false),
        flush_planned: Cell::new(false),
        operations: RefCell::default(),
        tasks: RefCell::default(),
        ready: RefCell::default(),
        events: RefCell::default(),
        waits: RefCell::default(),
        delays: RefCell::default(),
        cpu_read_at: Cell::new(0),
        cpu_seen: Cell::new(thread_cpu_ns()),
        turns_ns: Cell::new(0),
    };
    STATE.set(Some(Rc::new(state)));
    Ok(event_loop)
}

/// Takes the loop of this thread down after it has stopped, and tells whether everything on it has ended.
pub(crate) fn close(py: Python<'_>, event_loop: &Bound<'_, PyAny>) -> PyResult<bool> {
    let state = STATE.take();
    let runner = py.import("squall._script.runner")?;
    let closed = runner.call_method1("close_event_loop", PyTuple::new(py, [event_loop])?);
    drop(state);
    closed?.extract()
}
