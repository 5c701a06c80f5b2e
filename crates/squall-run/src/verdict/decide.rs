//! From facts to the verdict and its reasons.

use squall_metrics::summary::{Verdict, VerdictStatus};

use super::facts::Facts;

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
    let seconds = &facts.seconds;
    let of_all = |part: u64| format!("{part} of {} s", seconds.loaded);
    if seconds.saturated >= 2 && seconds.saturated as f64 > SATURATED_SHARE * seconds.loaded as f64
    {
        reasons.push(format!(
            "the generator was the limit: an I/O thread used {:.0} % of its core for {}; use more threads or fewer users",
            seconds.saturated_mean_percent(),
            of_all(seconds.saturated)
        ));
    }
    reasons.extend(interpreter_doubt(facts).or_else(|| interpreter_delay_doubt(facts)));
    if facts.schedule_error_p99_ms > SCHEDULE_ERROR_MS {
        reasons.push(format!(
            "the generator was late: 99 % of iterations started within {:.1} ms of their time, more than {SCHEDULE_ERROR_MS} ms\
             {}{}; lower the rate or use a machine with more cores",
            facts.schedule_error_p99_ms,
            for_seconds(seconds.late, seconds.loaded),
            starved(facts)
        ));
    }
    let delay = facts.generator_delay_p99_ms;
    if delay > GENERATOR_DELAY_MS && delay > facts.response_p99_ms / 4.0 {
        reasons.push(format!(
            "the generator delayed its own measurements: by {delay:.1} ms at the 99th percentile, against a response time of {:.1} ms{}{}; \
             use fewer users or a machine with more cores",
            facts.response_p99_ms,
            for_seconds(seconds.delayed, seconds.loaded),
            starved(facts)
        ));
    }
    let due = facts.dropped + facts.iterations_started;
    if facts.dropped as f64 > DROPPED_SHARE * due as f64 {
        reasons.push(format!(
            "the asked-for rate was not offered: {} of {due} iterations were dropped because no virtual user was free{}; \
             raise the number of users (`max_users`, `--users`) or lower the rate",
            facts.dropped,
            offered(facts)
        ));
    }
    reasons.extend(machine_doubts(facts));
    reasons.extend(agents_doubt(facts));
    reasons.extend(facts.lost_by_reporters.iter().cloned());
    reasons
}

/// Says for how many seconds something went on that was seen in some.
fn for_seconds(seconds: u64, of: u64) -> String {
    if seconds == 0 {
        return String::new();
    }
    format!(", in {seconds} of {of} s")
}

/// Says that other programs had the cores that I/O threads needed.
fn starved(facts: &Facts) -> String {
    match facts.seconds.starved {
        0 => String::new(),
        seconds => format!(
            "; for {seconds} s an I/O thread had work and no core for a fifth of the time or more, as other programs used them"
        ),
    }
}

/// Says which of the asked-for rate was reached in the seconds in which iterations were dropped.
fn offered(facts: &Facts) -> String {
    let seconds = &facts.seconds;
    if seconds.dropping == 0 {
        return String::new();
    }
    let rate = |count: u64| count as f64 / seconds.dropping as f64;
    format!(
        " (in {} of {} s; offered {:.0}/s of {:.0}/s in these)",
        seconds.dropping,
        seconds.loaded,
        rate(seconds.started_while_dropping),
        rate(seconds.started_while_dropping + seconds.dropped)
    )
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
            "memory was the limit: for {seconds} of {} s the machine had less than 2 % left, at the least {} MiB; use fewer users or a \
             machine with more memory",
            facts.health.seconds,
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
