//! The `squall` command, called from Python.

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;

use crate::loader::PythonLoader;

/// This process runs a part of a load for another one.
static IN_AGENT: AtomicBool = AtomicBool::new(false);

/// Tells whether another process loaded the test first and this one runs a part of its load.
#[pyfunction]
pub(crate) fn in_agent() -> bool {
    IN_AGENT.load(Ordering::Relaxed)
}

/// What a shell gets when the command itself is at fault.
const FAULT: u8 = 1;

/// Runs the command line; `argv[0]` is the command's own name.
///
/// Returns:
///     The exit code.
#[pyfunction]
#[pyo3(signature = (argv, /))]
pub(crate) fn main(py: Python<'_>, argv: Vec<OsString>) -> PyResult<u8> {
    if argv.get(1).is_some_and(|command| command == "agent") {
        IN_AGENT.store(true, Ordering::Relaxed);
    }
    give_up_interrupts(py)?;
    let code = py.detach(|| run(argv));
    give_back_data(py);
    Ok(code)
}

/// Gives the pools of a test what was taken out of them and not used.
pub(crate) fn give_back_data(py: Python<'_>) {
    let given_back = py.import("sys").and_then(|sys| {
        let modules = sys.getattr("modules")?;
        match modules.call_method1("get", ("squall._script.parent",))? {
            parent if parent.is_none() => Ok(()),
            parent => parent.call_method0("close").map(drop),
        }
    });
    if let Err(error) = given_back {
        error.print(py);
    }
}

/// Takes Python's own handler off Ctrl-C, so that the command can stop a load gracefully.
///
/// `_signal` instead of `signal`: the latter imports `enum`, which costs more than the rest of the start.
fn give_up_interrupts(py: Python<'_>) -> PyResult<()> {
    let signal = py.import("_signal")?;
    signal.call_method1(
        "signal",
        (signal.getattr("SIGINT")?, signal.getattr("SIG_DFL")?),
    )?;
    Ok(())
}

/// Runs the command line; a panic is an exit code, as it must not reach Python.
#[expect(clippy::print_stderr, reason = "there is nobody left who could say it")]
fn run(argv: Vec<OsString>) -> u8 {
    catch_unwind(AssertUnwindSafe(|| {
        squall_cli::main(argv, &PythonLoader::default())
    }))
    .unwrap_or_else(|_| {
        eprintln!(
            "error: `squall` stopped because of a mistake of its own; the lines above say where"
        );
        FAULT
    })
}
