//! What scripts and their data can ask of other processes of the run.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use squall_engine::script::{Answer, RunLink};

use super::event_loop;
use super::inbox::LoopEvent;
use super::shared::Shared;

static LATEST: Mutex<Option<Arc<Shared>>> = Mutex::new(None);

/// Makes a host the one that this process asks with; a process runs one test at a time.
pub(crate) fn set(shared: Option<&Arc<Shared>>) {
    *LATEST.lock().unwrap_or_else(PoisonError::into_inner) = shared.cloned();
}

fn latest() -> PyResult<Arc<Shared>> {
    let latest = LATEST
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    latest.ok_or_else(|| PyRuntimeError::new_err("no run is under way"))
}

fn run_of(shared: &Shared) -> PyResult<&Arc<dyn RunLink>> {
    shared
        .run()
        .ok_or_else(|| PyRuntimeError::new_err("no run is under way"))
}

/// Asks the process in which the test was loaded first.
#[pyfunction]
pub(crate) fn ask(py: Python<'_>, topic: &str, payload: Vec<u8>) -> PyResult<Py<PyAny>> {
    let shared = latest()?;
    let run = run_of(&shared)?;
    let Some(state) = event_loop::state() else {
        let (sender, answers) = std::sync::mpsc::channel();
        let answered = move |answer: Answer| drop(sender.send(answer));
        run.ask(topic, payload, Box::new(answered));
        let answer = py.detach(move || answers.recv());
        let answer = answer.unwrap_or_else(|_| Err("the run has ended".to_owned()));
        let bytes = answer.map_err(PyRuntimeError::new_err)?;
        return Ok(PyBytes::new(py, &bytes).into_any().unbind());
    };
    let future = state.names.event_loop.call_method0(py, "create_future")?;
    let waiting = future.clone_ref(py);
    let inbox = Arc::clone(&shared);
    let answered = move |answer: Answer| {
        let job = move |py: Python<'_>| settle(py, &waiting, answer);
        inbox.inbox.put([LoopEvent::Do(Box::new(job))]);
    };
    run.ask(topic, payload, Box::new(answered));
    Ok(future)
}

fn settle(py: Python<'_>, future: &Py<PyAny>, answer: Answer) {
    let is_done = future.call_method0(py, "done");
    if is_done.is_ok_and(|done| done.is_truthy(py).unwrap_or(true)) {
        return;
    }
    let settled = match answer {
        Ok(bytes) => future.call_method1(py, "set_result", (PyBytes::new(py, &bytes),)),
        Err(message) => {
            let error = PyRuntimeError::new_err(message).into_value(py);
            future.call_method1(py, "set_exception", (error,))
        }
    };
    if let Err(error) = settled {
        error.write_unraisable(py, None);
    }
}

/// Tells all other processes of the run.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over")]
pub(crate) fn tell_all(topic: &str, payload: Vec<u8>) -> PyResult<()> {
    let Ok(shared) = latest() else { return Ok(()) };
    run_of(&shared)?.tell_all(topic, &payload);
    Ok(())
}

/// Returns the number of this process among those that run scripts, from 0, and how many there are.
#[pyfunction]
pub(crate) fn place() -> (u32, u32) {
    let shared = latest();
    let place = shared
        .as_ref()
        .ok()
        .and_then(|shared| shared.run().map(|run| run.place()));
    place.unwrap_or((0, 1))
}
