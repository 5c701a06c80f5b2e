//! Blocking scripts: each runs on a thread of its own for as long as it takes; threads are used again.
//!
//! The pool grows to the number of virtual users that are in an iteration at once, which the load profile bounds.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use squall_engine::script::{
    IterationRef, ReplySlot, ReplyTo, ScriptCommand, ScriptEnd, ScriptStart,
};

use super::context::Context;
use super::event_loop::thread_cpu_ns;
use super::failure;
use super::interrupt::{self, interrupted};
use super::iteration::Iteration;
use super::request::Prepared;
use super::response::Response;
use super::script::Script;
use super::shared::Shared;
use super::span::Span;

/// How long a thread waits for its answer before it looks whether the iteration was given up.
const LOOK: Duration = Duration::from_millis(250);
/// Stack of a thread that runs Python, as that of the interpreter's own threads.
const STACK: usize = 8 * 1024 * 1024;

thread_local! {
    static SLOT: RefCell<Option<Arc<ReplySlot>>> = const { RefCell::new(None) };
}

/// The threads, and what waits for one.
#[derive(Debug, Default)]
pub(crate) struct ThreadPool {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Debug, Default)]
struct State {
    starts: VecDeque<ScriptStart>,
    threads: usize,
    idle: usize,
    closed: bool,
    running: HashMap<IterationRef, (Arc<Iteration>, u64)>,
    handles: Vec<JoinHandle<()>>,
}

impl ThreadPool {
    /// Runs an iteration on a free thread, or on a new one.
    pub(crate) fn run(&self, shared: &Arc<Shared>, start: ScriptStart) {
        let mut state = self.lock();
        state.starts.push_back(start);
        let grows = state.starts.len() > state.idle;
        if grows {
            state.threads += 1;
            let number = state.threads;
            drop(state);
            self.grow(shared, number);
        } else {
            drop(state);
            self.work.notify_one();
        }
    }

    fn grow(&self, shared: &Arc<Shared>, number: usize) {
        let own = Arc::clone(shared);
        let spawned = std::thread::Builder::new()
            .name(format!("squall-test-{number}"))
            .stack_size(STACK)
            .spawn(move || Python::attach(|py| work(py, &own)));
        match spawned {
            Ok(handle) => self.lock().handles.push(handle),
            Err(error) => {
                tracing::error!(%error, "the system gives no more threads for blocking scripts; iterations wait for those there are");
                self.lock().threads -= 1;
            }
        }
    }

    /// Waits for an iteration; `None` when the pool is closed.
    fn next(&self) -> Option<ScriptStart> {
        let mut state = self.lock();
        loop {
            if let Some(start) = state.starts.pop_front() {
                return Some(start);
            }
            if state.closed {
                state.threads -= 1;
                return None;
            }
            state.idle += 1;
            state = self
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// Gives up an iteration, if it is one of the pool's; its code is interrupted.
    pub(crate) fn give_up(&self, shared: &Shared, id: IterationRef) -> bool {
        let mut state = self.lock();
        let waiting = state.starts.len();
        state.starts.retain(|start| start.iteration != id);
        if state.starts.len() < waiting {
            return true;
        }
        let Some((iteration, thread)) = state.running.get(&id) else {
            return false;
        };
        iteration.give_up();
        interrupt::soon(shared, Arc::clone(iteration), *thread);
        true
    }

    /// Tells whether all threads have ended, after [`Self::close`].
    pub(crate) fn has_ended(&self) -> bool {
        self.lock().handles.iter().all(JoinHandle::is_finished)
    }

    /// Lets threads end when they are free.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_all();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The life of a thread. It stays attached to the interpreter, because attaching anew costs more than an iteration.
fn work(py: Python<'_>, shared: &Arc<Shared>) {
    let thread = interrupt::this_thread(py);
    let mut cpu = thread_cpu_ns();
    while let Some(start) = py.detach(|| shared.pool.next()) {
        if let Some(script) = shared.script(start.script.number) {
            let (id, ordered) = (start.iteration, start.ordered_ns);
            let iteration = Arc::new(Iteration::new(start, script, Arc::clone(shared)));
            let waited = iteration.began_ns.saturating_sub(ordered);
            let running = (Arc::clone(&iteration), thread);
            shared.pool.lock().running.insert(id, running);
            let end = iterate(py, &iteration);
            shared.pool.lock().running.remove(&id);
            iteration.end(end);
            let used = thread_cpu_ns();
            let busy = used - std::mem::replace(&mut cpu, used);
            shared.meter.add(busy, &mut vec![waited], &mut Vec::new());
        }
    }
}

fn iterate(py: Python<'_>, iteration: &Arc<Iteration>) -> ScriptEnd {
    let end = match call(py, iteration) {
        Ok(()) => ScriptEnd::Returned,
        Err(error) => failure::end_of(py, &error),
    };
    if let ScriptEnd::Raised(failure) = &end
        && !iteration.is_given_up()
    {
        failure::stop_where_asked(&iteration.shared, failure);
    }
    end
}

fn call(py: Python<'_>, iteration: &Arc<Iteration>) -> PyResult<()> {
    let script: &Script = &iteration.script;
    let context = Context::create(py, Arc::clone(iteration))?;
    let calls = Calls::get(py)?;
    let variables = calls.copy_context.call0(py)?;
    let run = variables.getattr(py, intern!(py, "run"))?;
    Context::enter(py, &run, &context)?;
    match &script.wrapped {
        Some(wrapped) => drop(run.call1(py, (&calls.run_blocking, context, wrapped))?),
        None => drop(run.call1(py, (&script.call, context))?),
    }
    Ok(())
}

/// Functions that each iteration calls.
struct Calls {
    copy_context: Py<PyAny>,
    run_blocking: Py<PyAny>,
}

impl Calls {
    fn get(py: Python<'_>) -> PyResult<&'static Self> {
        static CALLS: PyOnceLock<Calls> = PyOnceLock::new();
        CALLS.get_or_try_init(py, || {
            let (contextvars, runner) = (
                py.import("contextvars")?,
                py.import("squall._script.runner")?,
            );
            Ok(Self {
                copy_context: contextvars.getattr("copy_context")?.unbind(),
                run_blocking: runner.getattr("run_blocking")?.unbind(),
            })
        })
    }
}

/// Sends a request and waits for its answer, with the interpreter free for others.
pub(crate) fn request(
    py: Python<'_>,
    iteration: &Arc<Iteration>,
    request: &Prepared,
) -> PyResult<Py<Response>> {
    if iteration.is_given_up() {
        return Err(interrupted(py));
    }
    let slot = SLOT.with_borrow_mut(|slot| Arc::clone(slot.get_or_insert_default()));
    let span = Span::current_of(py, iteration);
    Span::nest(py, iteration, span.as_ref(), request.ready.series);
    iteration.count_request();
    iteration.command(ScriptCommand::Send {
        iteration: iteration.id(),
        request: Arc::clone(&request.ready.step),
        series: request.ready.series,
        reply: ReplyTo::Thread(Arc::clone(&slot)),
        hold: None,
    });
    let answer = py.detach(|| {
        loop {
            match slot.take(LOOK) {
                Some(answer) => return answer,
                None if iteration.is_given_up() => return None,
                None => {}
            }
        }
    });
    let Some(finished) = answer else {
        // A late answer must not be taken for that of the next request.
        SLOT.set(None);
        return Err(interrupted(py));
    };
    let delay = iteration
        .shared
        .now()
        .saturating_sub(finished.operation.moments.last_byte);
    iteration
        .shared
        .meter
        .add(0, &mut Vec::new(), &mut vec![delay]);
    Span::add(py, span, finished.outcome);
    request.respond(py, finished)
}
