//! Interrupting blocking code whose iteration counts no more.

use std::ffi::c_long;
use std::sync::Arc;

use pyo3::prelude::*;

use super::inbox::LoopEvent;
use super::iteration::Iteration;
use super::shared::Shared;

/// Returns the number by which Python knows this thread.
pub(crate) fn this_thread(py: Python<'_>) -> u64 {
    let number = py
        .import("_thread")
        .and_then(|module| module.call_method0("get_ident"))
        .and_then(|number| number.extract());
    number.unwrap_or(0)
}

/// Makes the exception that blocking code gets when its iteration is over.
pub(crate) fn interrupted(py: Python<'_>) -> PyErr {
    match class(py).and_then(|class| class.call0()) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

fn class(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import("squall._script.errors")?.getattr("Interrupted")
}

/// Raises in a thread, once the event loop's thread has the interpreter; code that waits outside of it gets to know when it comes back.
pub(crate) fn soon(shared: &Shared, iteration: Arc<Iteration>, thread: u64) {
    let job = move |py: Python<'_>| {
        if let Ok(class) = class(py)
            && iteration.is_given_up()
        {
            raise_in(thread, &class);
        }
    };
    shared.inbox.put([LoopEvent::Do(Box::new(job))]);
}

#[expect(
    unsafe_code,
    reason = "Python offers no other way to reach a thread that runs Python code"
)]
fn raise_in(thread: u64, class: &Bound<'_, PyAny>) {
    let Ok(thread) = c_long::try_from(thread) else {
        return;
    };
    // SAFETY: the interpreter is attached, as `class` proves, and `class` is a live exception class. A thread that has ended
    // meanwhile is not found, and nothing happens.
    unsafe {
        pyo3::ffi::PyThreadState_SetAsyncExc(thread, class.as_ptr());
    }
}
