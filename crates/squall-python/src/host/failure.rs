//! What the test's own code raised, told without a line of ours.

use pyo3::prelude::*;
use squall_engine::script::{ScriptEnd, ScriptFailure};

use super::shared::Shared;

/// Tells how an iteration ended that raised.
pub(crate) fn end_of(py: Python<'_>, error: &PyErr) -> ScriptEnd {
    let value = error.value(py).clone();
    if let Some(traceback) = error.traceback(py) {
        // Before Python 3.12 the value itself does not know where it was raised.
        value.setattr("__traceback__", traceback).ok();
    }
    let described = py
        .import("squall._script.errors")
        .and_then(|errors| errors.call_method1("describe", (&value,)))
        .and_then(|described| described.extract::<(String, String, String)>());
    match described {
        Ok((kind, message, detail)) => match kind.as_str() {
            "no_data" => ScriptEnd::NoData,
            "skipped" => ScriptEnd::Skipped,
            _ => ScriptEnd::Raised(Box::new(ScriptFailure { message, detail })),
        },
        Err(_) => ScriptEnd::Raised(Box::new(plain(error))),
    }
}

/// Describes an error of code that runs outside iterations.
pub(crate) fn of(py: Python<'_>, error: &PyErr) -> ScriptFailure {
    match end_of(py, error) {
        ScriptEnd::Raised(failure) => *failure,
        _ => plain(error),
    }
}

fn plain(error: &PyErr) -> ScriptFailure {
    ScriptFailure {
        message: error.to_string(),
        detail: String::new(),
    }
}

/// Ends the load where the user asked for that after the first failure.
pub(crate) fn stop_where_asked(shared: &Shared, failure: &ScriptFailure) {
    if let Some(run) = shared.run()
        && run.fails_fast()
    {
        run.stop(&format!("an iteration failed: {}", failure.message));
    }
}
