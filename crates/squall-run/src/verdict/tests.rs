//! Each rule of the verdict.

use squall_metrics::LoadedSeconds;
use squall_metrics::summary::VerdictStatus;

use super::*;
use crate::health::HealthFacts;

fn check(facts: &Facts, status: VerdictStatus, word: &str) {
    let verdict = verdict(facts);
    assert_eq!(verdict.status, status, "{verdict:?}");
    assert!(verdict.reasons.join("\n").contains(word), "{verdict:?}");
}

fn seconds(saturated: u64) -> LoadedSeconds {
    LoadedSeconds {
        loaded: 10,
        saturated,
        saturated_percent: saturated as f64 * 97.4,
        ..LoadedSeconds::default()
    }
}

fn good() -> Facts {
    Facts {
        ok: 100,
        iterations_started: 100,
        seconds: seconds(0),
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
            seconds: seconds(5),
            ..good()
        },
        VerdictStatus::Invalid,
        "an I/O thread used 97 % of its core for 5 of 10 s",
    );
    check(
        &Facts {
            seconds: seconds(2),
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
    let told =
        "Python delayed the test: scripts got their answers 80.0 ms late at the 99th percentile";
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
fn reasons_say_for_how_many_seconds_and_what_was_offered() {
    let late = Facts {
        schedule_error_p99_ms: 11.0,
        seconds: LoadedSeconds {
            late: 4,
            starved: 3,
            ..seconds(0)
        },
        ..good()
    };
    let told = "more than 10 ms, in 4 of 10 s; for 3 s an I/O thread had work and no core";
    check(&late, VerdictStatus::Invalid, told);
    let delayed = Facts {
        generator_delay_p99_ms: 80.0,
        seconds: LoadedSeconds {
            delayed: 2,
            ..seconds(0)
        },
        ..good()
    };
    let told = "against a response time of 1.0 ms, in 2 of 10 s;";
    check(&delayed, VerdictStatus::Invalid, told);
    let dropping = Facts {
        dropped: 50,
        seconds: LoadedSeconds {
            dropping: 5,
            dropped: 50,
            started_while_dropping: 200,
            ..seconds(0)
        },
        ..good()
    };
    let told = "no virtual user was free (in 5 of 10 s; offered 40/s of 50/s in these)";
    check(&dropping, VerdictStatus::Invalid, told);
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
