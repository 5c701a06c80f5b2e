//! Whether a run passed, failed, or is invalid because its generator cannot vouch for the numbers.
//!
//! | rule | verdict |
//! |---|---|
//! | a stage failed | failed |
//! | no operation finished, or none succeeded | failed |
//! | no iteration of the scripts succeeded | failed |
//! | an iteration failed in a stage where all must succeed | failed |
//! | an I/O thread was busy for ≥ 95 % of a second in more than a fifth of the seconds (at least 2) | invalid |
//! | the schedule error's 99th percentile is above 10 ms | invalid |
//! | the generator delay's 99th percentile is above 50 ms and above a quarter of the response time's | invalid |
//! | the same of the interpreters' delay, from the last byte of an answer to the line that gets it | invalid |
//! | more than 1 % of the iterations that were due were dropped | invalid |
//! | an interpreter was busy for ≥ 95 % of a second in more than a fifth of the seconds (at least 2) | invalid |
//! | a connection found no file descriptor or no local port on this machine | invalid |
//! | the machine had less than 2 % of its memory left for 2 s or more | invalid |
//! | an agent was lost | invalid |
//! | a reporter lost data | invalid |
//! | a threshold did not hold, or had no data | failed |
//! | the test ended the run, or failed after the load | failed |

use squall_metrics::summary::{Verdict, VerdictStatus};

use crate::health::HealthFacts;

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
    /// Rules that did not hold, a sentence each.
    pub(crate) thresholds: Vec<String>,
    /// Why the test itself ended the run.
    pub(crate) ended_by_test: Option<String>,
    /// What went wrong in the test's own code after the load.
    pub(crate) last_errors: Vec<String>,
    /// Of scenarios that run scripts: iterations that succeeded and that failed, and why most of them did.
    pub(crate) scripts: ScriptFacts,
    /// Of stages in which every iteration must succeed: the scenarios in which some failed.
    pub(crate) must_succeed: Vec<FailedIterations>,
    pub(crate) interpreters: InterpreterFacts,
    pub(crate) agents_lost: u32,
    /// What is known of them, a sentence each.
    pub(crate) agent_losses: Vec<String>,
    pub(crate) health: HealthFacts,
    /// Operations that this machine had no file descriptor for.
    pub(crate) no_descriptor: u64,
    /// Operations that this machine had no local port for.
    pub(crate) no_port: u64,
    /// The user stopped the run after so many of so many seconds.
    pub(crate) stopped: Option<(f64, Option<f64>)>,
}

/// What became of the iterations of scripts.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScriptFacts {
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) first_error: Option<String>,
}

/// A scenario in which iterations failed.
#[derive(Clone, Debug)]
pub(crate) struct FailedIterations {
    pub(crate) scenario: String,
    pub(crate) failed: u64,
    pub(crate) ended: u64,
}

/// How busy the interpreters were in the seconds in which one of them was at its limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct InterpreterFacts {
    /// How many there were, each in its process.
    pub(crate) processes: u32,
    pub(crate) seconds_saturated: u64,
    pub(crate) seconds_loaded: u64,
    /// Delay of answers in all seconds, from their last byte to the line that gets them.
    pub(crate) delay_p99_ms: f64,
    /// Share of the busiest.
    pub(crate) busiest_percent: f64,
    /// Cores that all together used.
    pub(crate) cores_used: f64,
    /// Cores of this machine.
    pub(crate) cores: u32,
}

/// Share of dropped iterations above which the asked-for load was not offered.
const DROPPED_SHARE: f64 = 0.01;
const SATURATED_SHARE: f64 = 0.2;
const SCHEDULE_ERROR_MS: f64 = 10.0;
const GENERATOR_DELAY_MS: f64 = 50.0;
/// Share of its core that an interpreter should use at most: what comes in bursts needs room.
const INTERPRETER_TARGET: f64 = 0.7;

/// Decides.
pub(crate) fn verdict(facts: &Facts) -> Verdict {
    let failures = failures(facts);
    let doubts = doubts(facts);
    let status = match (failures.is_empty(), doubts.is_empty()) {
        (_, false) => VerdictStatus::Invalid,
        (false, true) => VerdictStatus::Failed,
        (true, true) => VerdictStatus::Passed,
    };
    let otherwise = (status == VerdictStatus::Invalid).then_some(if failures.is_empty() {
        VerdictStatus::Passed
    } else {
        VerdictStatus::Failed
    });
    let mut reasons = doubts;
    reasons.extend(failures);
    reasons.extend(facts.stopped.map(|(elapsed, planned)| match planned {
        Some(planned) => format!("stopped by the user after {elapsed:.1} of {planned:.1} s"),
        None => format!("stopped by the user after {elapsed:.1} s"),
    }));
    Verdict {
        status,
        reasons,
        otherwise,
    }
}

fn failures(facts: &Facts) -> Vec<String> {
    let mut reasons = Vec::new();
    reasons.extend(facts.ended_by_test.clone());
    for (stage, error) in &facts.failed_stages {
        reasons.push(format!("stage `{stage}` failed: {error}"));
    }
    reasons.extend(facts.thresholds.iter().cloned());
    let scripts = &facts.scripts;
    if facts.ok == 0 && facts.failed > 0 {
        reasons.push(none_of(
            facts.failed,
            "operations",
            facts.first_error.as_ref(),
        ));
    } else if scripts.ok == 0 && scripts.failed > 0 {
        reasons.push(none_of(
            scripts.failed,
            "iterations",
            scripts.first_error.as_ref(),
        ));
    } else if facts.ok + facts.failed + scripts.ok == 0 {
        reasons.push("no operation finished: there is no data".to_owned());
    }
    let failed = facts.must_succeed.iter();
    reasons.extend(failed.map(|of| {
        format!(
            "{} of {} iterations of `{}` failed",
            of.failed, of.ended, of.scenario
        )
    }));
    let after = facts.last_errors.iter();
    reasons.extend(after.map(|error| format!("after the load: {error}")));
    reasons
}

fn none_of(count: u64, what: &str, error: Option<&String>) -> String {
    let example = error.map_or(String::new(), |error| format!("; most often: {error}"));
    format!("none of {count} {what} succeeded{example}")
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
    reasons.extend(interpreter_doubt(facts).or_else(|| interpreter_delay_doubt(facts)));
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
    reasons.extend(machine_doubts(facts));
    reasons.extend(agents_doubt(facts));
    reasons.extend(facts.lost_by_reporters.iter().cloned());
    reasons
}

/// Says that interpreters were the limit, and how many processes would be enough.
fn interpreter_doubt(facts: &Facts) -> Option<String> {
    let used = &facts.interpreters;
    let saturated = used.seconds_saturated as f64;
    if used.seconds_saturated < 2 || saturated <= SATURATED_SHARE * used.seconds_loaded as f64 {
        return None;
    }
    let what = format!(
        "Python was the limit: its thread was busy {:.0} % for {} of {} s",
        used.busiest_percent, used.seconds_saturated, used.seconds_loaded
    );
    let (enough, had) = (processes_needed(facts), used.processes);
    let advice = if enough > used.cores {
        format!(
            "about {enough} processes would be needed, and this machine has {} cores: use a larger machine, or less load",
            used.cores
        )
    } else {
        format!(
            "about {enough} processes would be enough (`--processes {enough}`), this run had {had}"
        )
    };
    Some(format!("{what}; {advice}"))
}

/// Says that answers waited for an interpreter although none was busy all the time: work comes in bursts, or holds the lock.
fn interpreter_delay_doubt(facts: &Facts) -> Option<String> {
    let used = &facts.interpreters;
    let delay = used.delay_p99_ms;
    if delay <= GENERATOR_DELAY_MS || delay <= facts.response_p99_ms / 4.0 {
        return None;
    }
    Some(format!(
        "Python delayed the test: scripts got their answers {delay:.1} ms late at the 99th percentile, against a response time of \
         {:.1} ms; use more processes (`--processes`, this run had {}), fewer users, or less work between requests",
        facts.response_p99_ms, used.processes
    ))
}

/// Returns how many interpreters would have had enough room for all that was due, the dropped iterations included.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cores are few; a float saturates when cast"
)]
fn processes_needed(facts: &Facts) -> u32 {
    let started = facts.iterations_started.max(1) as f64;
    let due = 1.0 + facts.dropped as f64 / started;
    let cores = facts.interpreters.cores_used * due / INTERPRETER_TARGET;
    (cores.ceil() as u32).max(facts.interpreters.processes + 1)
}

/// Says what of the machine was used up.
fn machine_doubts(facts: &Facts) -> Vec<String> {
    let used = |used: Option<(u64, u64)>| {
        used.map_or(String::new(), |(most, all)| {
            format!(" ({most} of {all} were used)")
        })
    };
    let mut reasons = Vec::new();
    if facts.no_descriptor > 0 {
        reasons.push(format!(
            "file descriptors were the limit: {} operations had none for their connection{}; raise the limit with `ulimit -n`, or use \
             fewer users",
            facts.no_descriptor,
            used(facts.health.descriptors)
        ));
    }
    if facts.no_port > 0 {
        reasons.push(format!(
            "local ports were the limit: {} operations had none for their connection{}; keep connections alive, add \
             `local_address`es or targets, or widen `net.ipv4.ip_local_port_range`",
            facts.no_port,
            used(facts.health.ports)
        ));
    }
    if let Some((seconds, least)) = facts.health.short_of_memory
        && seconds >= 2
    {
        reasons.push(format!(
            "memory was the limit: for {seconds} s the machine had less than 2 % left, at the least {} MiB; use fewer users or a \
             machine with more memory",
            least / (1024 * 1024)
        ));
    }
    reasons
}

fn agents_doubt(facts: &Facts) -> Vec<String> {
    if facts.agents_lost > 0 && facts.agent_losses.is_empty() {
        let lost = facts.agents_lost;
        return vec![format!(
            "{lost} of the processes that make the load died: what was in flight there is not counted"
        )];
    }
    facts.agent_losses.clone()
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

    fn python(processes: u32, seconds_saturated: u64, cores_used: f64) -> Facts {
        Facts {
            interpreters: InterpreterFacts {
                processes,
                seconds_saturated,
                seconds_loaded: 60,
                delay_p99_ms: 0.0,
                busiest_percent: 97.2,
                cores_used,
                cores: 8,
            },
            ..good()
        }
    }

    #[test]
    fn an_interpreter_at_its_limit_makes_the_run_invalid_and_says_how_many_are_enough() {
        check(
            &python(1, 14, 0.972),
            VerdictStatus::Invalid,
            "Python was the limit: its thread was busy 97 % for 14 of 60 s; about 2 processes would be enough (`--processes 2`), \
             this run had 1",
        );
        check(&python(1, 12, 0.972), VerdictStatus::Passed, "");
        let dropping = Facts {
            dropped: 100,
            ..python(1, 14, 0.972)
        };
        check(&dropping, VerdictStatus::Invalid, "`--processes 3`");
        check(
            &python(8, 60, 7.8),
            VerdictStatus::Invalid,
            "about 12 processes would be needed, and this machine has 8 cores",
        );
    }

    #[test]
    fn answers_that_scripts_get_late_make_the_run_invalid() {
        let late = |delay_p99_ms, response_p99_ms| {
            let mut facts = python(1, 0, 0.0);
            facts.interpreters.delay_p99_ms = delay_p99_ms;
            facts.response_p99_ms = response_p99_ms;
            facts
        };
        let told = "Python delayed the test: scripts got their answers 80.0 ms late at the 99th percentile";
        check(&late(80.0, 300.0), VerdictStatus::Invalid, told);
        check(&late(80.0, 300.0), VerdictStatus::Invalid, "`--processes`");
        check(&late(80.0, 400.0), VerdictStatus::Passed, "");
        check(&late(49.0, 1.0), VerdictStatus::Passed, "");
    }

    #[test]
    fn iterations_that_must_succeed_fail_the_run_and_doubts_come_first() {
        let failed = Facts {
            must_succeed: vec![FailedIterations {
                scenario: "Upload".to_owned(),
                failed: 3,
                ended: 120,
            }],
            ..good()
        };
        let told = "3 of 120 iterations of `Upload` failed";
        check(&failed, VerdictStatus::Failed, told);
        let doubted = Facts {
            dropped: 50,
            ..failed
        };
        check(&doubted, VerdictStatus::Invalid, told);
        check(&doubted, VerdictStatus::Invalid, "50 of 150");
    }

    #[test]
    fn a_machine_that_has_nothing_left_makes_the_run_invalid() {
        let facts = Facts {
            no_descriptor: 7,
            health: HealthFacts {
                descriptors: Some((1024, 1024)),
                ..HealthFacts::default()
            },
            ..good()
        };
        let told = "7 operations had none for their connection (1024 of 1024 were used)";
        check(&facts, VerdictStatus::Invalid, told);
        let facts = Facts {
            no_port: 3,
            ..good()
        };
        check(
            &facts,
            VerdictStatus::Invalid,
            "local ports were the limit: 3",
        );
        let short = |seconds| Facts {
            health: HealthFacts {
                short_of_memory: Some((seconds, 40 << 20)),
                ..HealthFacts::default()
            },
            ..good()
        };
        check(&short(2), VerdictStatus::Invalid, "at the least 40 MiB");
        check(&short(1), VerdictStatus::Passed, "");
    }

    #[test]
    fn a_threshold_that_did_not_hold_fails_the_run() {
        let broken = Facts {
            thresholds: vec!["threshold `rate > 5/s` did not hold".to_owned()],
            ..good()
        };
        check(&broken, VerdictStatus::Failed, "did not hold");
        let doubted = Facts {
            dropped: 50,
            ..broken
        };
        check(&doubted, VerdictStatus::Invalid, "did not hold");
        assert_eq!(verdict(&doubted).otherwise, Some(VerdictStatus::Failed));
        let doubted = Facts {
            dropped: 50,
            ..good()
        };
        assert_eq!(verdict(&doubted).otherwise, Some(VerdictStatus::Passed));
        assert_eq!(verdict(&good()).otherwise, None);
    }

    #[test]
    fn a_lost_agent_makes_the_run_invalid() {
        let lost = Facts {
            agents_lost: 1,
            ..good()
        };
        check(&lost, VerdictStatus::Invalid, "1 of the processes");
        let told = Facts {
            agent_losses: vec!["agent 2 was lost after 3 s".to_owned()],
            ..lost
        };
        check(&told, VerdictStatus::Invalid, "agent 2 was lost after 3 s");
    }

    fn scripts(ok: u64, failed: u64) -> ScriptFacts {
        ScriptFacts {
            ok,
            failed,
            first_error: Some("script: ValueError".to_owned()),
        }
    }

    #[test]
    fn scripts_of_which_none_succeeds_fail() {
        let facts = Facts {
            scripts: scripts(0, 9),
            ..good()
        };
        check(
            &facts,
            VerdictStatus::Failed,
            "none of 9 iterations succeeded; most often: script: ValueError",
        );
        let facts = Facts {
            scripts: scripts(1, 9),
            ..good()
        };
        check(&facts, VerdictStatus::Passed, "");
    }

    #[test]
    fn scripts_need_not_send_anything() {
        let facts = Facts {
            ok: 0,
            scripts: scripts(3, 0),
            ..good()
        };
        check(&facts, VerdictStatus::Passed, "");
        let facts = Facts {
            ok: 0,
            scripts: scripts(0, 0),
            ..good()
        };
        check(&facts, VerdictStatus::Failed, "no data");
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
