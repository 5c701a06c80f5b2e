//! The `squall` command, called from Python.

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;

use crate::loader::PythonLoader;

/// What a shell gets when the command itself is at fault.
const FAULT: u8 = 1;

/// Runs the command line; `argv[0]` is the command's own name.
///
/// Returns:
///     The exit code.
#[pyfunction]
#[pyo3(signature = (argv, /))]
pub(crate) fn main(py: Python<'_>, argv: Vec<OsString>) -> PyResult<u8> {
    give_up_interrupts(py)?;
    Ok(py.detach(|| run(argv)))
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
    catch_unwind(AssertUnwindSafe(|| squall_cli::main(argv, &PythonLoader))).unwrap_or_else(|_| {
        eprintln!(
            "error: `squall` stopped because of a mistake of its own; the lines above say where"
        );
        FAULT
    })
}
