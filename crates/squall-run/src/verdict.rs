//! Whether a run passed, failed, or is invalid because its generator cannot vouch for the numbers.
//!
//! | rule | verdict |
//! |---|---|
//! | a stage failed | failed |
//! | no operation finished, or none succeeded | failed |
//! | an I/O thread was busy for ≥ 95 % of a second in more than a fifth of the seconds (at least 2) | invalid |
//! | the schedule error's 99th percentile is above 10 ms | invalid |
//! | the generator delay's 99th percentile is above 50 ms and above a quarter of the response time's | invalid |
//! | more than 1 % of the iterations that were due were dropped | invalid |
//! | a reporter lost data | invalid |

use squall_metrics::summary::{Verdict, VerdictStatus};

/// What the verdict is made from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) failed_stages: Vec<(String, String)>,
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) first_error: Option<String>,
    pub(crate) iterations_started: u64,
    pub(crate) dropped: u64,
    pub(crate) seconds_saturated: u64,
    pub(crate) seconds_loaded: u64,
    pub(crate) schedule_error_p99_ms: f64,
    pub(crate) generator_delay_p99_ms: f64,
    pub(crate) response_p99_ms: f64,
    pub(crate) lost_by_reporters: Vec<String>,
    /// The user stopped the run after so many of so many seconds.
    pub(crate) stopped: Option<(f64, Option<f64>)>,
}

/// Share of dropped iterations above which the asked-for load was not offered.
const DROPPED_SHARE: f64 = 0.01;
const SATURATED_SHARE: f64 = 0.2;
const SCHEDULE_ERROR_MS: f64 = 10.0;
const GENERATOR_DELAY_MS: f64 = 50.0;

/// Decides.
pub(crate) fn verdict(facts: &Facts) -> Verdict {
    let failures = failures(facts);
    let doubts = doubts(facts);
    let status = match (failures.is_empty(), doubts.is_empty()) {
        (_, false) => VerdictStatus::Invalid,
        (false, true) => VerdictStatus::Failed,
        (true, true) => VerdictStatus::Passed,
    };
    let mut reasons = doubts;
    reasons.extend(failures);
    reasons.extend(facts.stopped.map(|(elapsed, planned)| match planned {
        Some(planned) => format!("stopped by the user after {elapsed:.1} of {planned:.1} s"),
        None => format!("stopped by the user after {elapsed:.1} s"),
    }));
    Verdict { status, reasons }
}

fn failures(facts: &Facts) -> Vec<String> {
    let mut reasons = Vec::new();
    for (stage, error) in &facts.failed_stages {
        reasons.push(format!("stage `{stage}` failed: {error}"));
    }
    if facts.ok == 0 && facts.failed > 0 {
        let example = facts
            .first_error
            .as_ref()
            .map_or(String::new(), |error| format!("; most often: {error}"));
        reasons.push(format!(
            "none of {} operations succeeded{example}",
            facts.failed
        ));
    } else if facts.ok + facts.failed == 0 {
        reasons.push("no operation finished: there is no data".to_owned());
    }
    reasons
}

fn doubts(facts: &Facts) -> Vec<String> {
    let mut reasons = Vec::new();
    let saturated = facts.seconds_saturated as f64;
    if facts.seconds_saturated >= 2 && saturated > SATURATED_SHARE * facts.seconds_loaded as f64 {
        reasons.push(format!(
            "the generator was the limit: an I/O thread used 95 % of its core or more for {} of {} s; use more threads or fewer users",
            facts.seconds_saturated, facts.seconds_loaded
        ));
    }
    if facts.schedule_error_p99_ms > SCHEDULE_ERROR_MS {
        reasons.push(format!(
            "the generator was late: 99 % of iterations started within {:.1} ms of their time, more than {SCHEDULE_ERROR_MS} ms; \
             lower the rate or use a machine with more cores",
            facts.schedule_error_p99_ms
        ));
    }
    let delay = facts.generator_delay_p99_ms;
    if delay > GENERATOR_DELAY_MS && delay > facts.response_p99_ms / 4.0 {
        reasons.push(format!(
            "the generator delayed its own measurements: by {delay:.1} ms at the 99th percentile, against a response time of {:.1} ms; \
             use fewer users or a machine with more cores",
            facts.response_p99_ms
        ));
    }
    let due = facts.dropped + facts.iterations_started;
    if facts.dropped as f64 > DROPPED_SHARE * due as f64 {
        reasons.push(format!(
            "the asked-for rate was not offered: {} of {due} iterations were dropped because no virtual user was free; \
             raise the number of users (`max_users`, `--users`) or lower the rate",
            facts.dropped
        ));
    }
    reasons.extend(facts.lost_by_reporters.iter().cloned());
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(facts: &Facts, status: VerdictStatus, word: &str) {
        let verdict = verdict(facts);
        assert_eq!(verdict.status, status, "{verdict:?}");
        assert!(verdict.reasons.join("\n").contains(word), "{verdict:?}");
    }

    fn good() -> Facts {
        Facts {
            ok: 100,
            iterations_started: 100,
            seconds_loaded: 10,
            response_p99_ms: 1.0,
            ..Facts::default()
        }
    }

    #[test]
    fn a_run_without_doubt_or_failure_passes() {
        check(&good(), VerdictStatus::Passed, "");
        check(
            &Facts {
                failed: 99,
                ..good()
            },
            VerdictStatus::Passed,
            "",
        );
    }

    #[test]
    fn no_data_and_no_success_fail() {
        check(&Facts { ok: 0, ..good() }, VerdictStatus::Failed, "no data");
        check(
            &Facts {
                ok: 0,
                failed: 7,
                ..good()
            },
            VerdictStatus::Failed,
            "none of 7",
        );
    }

    #[test]
    fn a_generator_at_its_limit_makes_the_run_invalid() {
        check(
            &Facts {
                seconds_saturated: 5,
                ..good()
            },
            VerdictStatus::Invalid,
            "5 of 10 s",
        );
        check(
            &Facts {
                seconds_saturated: 2,
                ..good()
            },
            VerdictStatus::Passed,
            "",
        );
        check(
            &Facts {
                schedule_error_p99_ms: 11.0,
                ..good()
            },
            VerdictStatus::Invalid,
            "late",
        );
        check(
            &Facts {
                dropped: 50,
                ..good()
            },
            VerdictStatus::Invalid,
            "50 of 150",
        );
        check(
            &Facts {
                generator_delay_p99_ms: 80.0,
                ..good()
            },
            VerdictStatus::Invalid,
            "80.0 ms",
        );
        check(
            &Facts {
                generator_delay_p99_ms: 80.0,
                response_p99_ms: 1000.0,
                ..good()
            },
            VerdictStatus::Passed,
            "",
        );
        check(
            &Facts {
                lost_by_reporters: vec!["lost".to_owned()],
                ok: 0,
                ..good()
            },
            VerdictStatus::Invalid,
            "lost",
        );
    }

    #[test]
    fn a_stopped_run_says_so() {
        check(
            &Facts {
                stopped: Some((3.2, Some(60.0))),
                ..good()
            },
            VerdictStatus::Passed,
            "3.2 of 60.0 s",
        );
    }
}
