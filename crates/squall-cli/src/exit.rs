//! Exit codes.
//!
//! | code | means |
//! |---|---|
//! | 0 | the run passed |
//! | 1 | anything that has no code of its own |
//! | 98 | the run is invalid: the generator, not the target, was the limit; with `--allow-invalid` 0 or 99 |
//! | 99 | the run failed: a threshold did not hold, or another rule of the verdict |
//! | 104 | the command or the plan is wrong; no load was sent |
//! | 105 | the user stopped the run; what was measured is reported |

use squall_metrics::summary::VerdictStatus;
use squall_run::FinishedRun;

/// The run passed.
pub const PASSED: u8 = 0;
/// Anything that has no code of its own.
pub const FAULT: u8 = 1;
/// The run is invalid.
pub const INVALID: u8 = 98;
/// The run failed.
pub const FAILED: u8 = 99;
/// The command or the plan is wrong.
pub const PLAN: u8 = 104;
/// The user stopped the run.
pub const INTERRUPTED: u8 = 105;

/// What an invalid run exits with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// A code of its own.
    Told,
    /// What it would exit with if its generator could be trusted.
    Allowed,
}

/// Returns the exit code of a run with a debugger in it: nobody asks its numbers to be good.
pub(crate) fn of_debugging(run: &FinishedRun) -> u8 {
    match of_run(run, Invalid::Told) {
        INVALID if run.summary.everything().ok == 0 => FAILED,
        INVALID => PASSED,
        code => code,
    }
}

/// Returns the exit code of a run that has ended.
pub fn of_run(run: &FinishedRun, invalid: Invalid) -> u8 {
    let verdict = &run.summary.verdict;
    match verdict.status {
        _ if run.stopped => INTERRUPTED,
        VerdictStatus::Passed => PASSED,
        VerdictStatus::Failed => FAILED,
        VerdictStatus::Invalid => match (invalid, verdict.otherwise) {
            (Invalid::Told, _) => INVALID,
            (Invalid::Allowed, Some(VerdictStatus::Failed)) => FAILED,
            (Invalid::Allowed, _) => PASSED,
        },
    }
}
