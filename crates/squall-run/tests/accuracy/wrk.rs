//! The same load by wrk, where it is installed: both counts are the target's own.

use std::process::Command;

use serde_json::json;
use squall_target::RunningTarget;

use crate::rig::{Rig, closed, get, plan, target, url, wait_until};

const CONNECTIONS: u32 = 16;

#[test]
#[expect(
    clippy::print_stdout,
    reason = "two rates to compare for who looks; nothing depends on them"
)]
fn a_pair_of_runs_is_counted_alike() {
    let target = target();
    let Some((wrk, wrk_rate)) = wrk(&target) else {
        return;
    };
    wait_until("the target has seen wrk go", || {
        target.stats().connections_open == 0
    });
    let theirs = target.stats().requests;
    // What is in flight at its end is answered, but no longer counted by wrk.
    assert!(
        (wrk..=wrk + u64::from(CONNECTIONS)).contains(&theirs),
        "{wrk}, {theirs}"
    );
    target.reset_stats();
    let mut plan = plan(&url(&target), closed(CONNECTIONS, "2s"), get("/"));
    plan["http"]["connections"] = json!("per_user");
    let done = Rig::new().run(plan);
    let stats = target.stop();
    assert_eq!(done.totals().started, stats.requests);
    assert_eq!(done.totals().ok, stats.by_status[&200]);
    assert_eq!(stats.connections_accepted, u64::from(CONNECTIONS));
    println!(
        "wrk {wrk_rate:.0}/s, squall {:.0}/s (unoptimised build)",
        done.only().rate_per_s
    );
}

/// Lets wrk load the target for 2 s; returns how many answers it counted, and its rate. `None` where there is no wrk.
fn wrk(target: &RunningTarget) -> Option<(u64, f64)> {
    let connections = CONNECTIONS.to_string();
    let arguments = ["-t", "2", "-c", &connections, "-d", "2s", &url(target)];
    let output = Command::new("wrk").args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |word: &str| text.lines().find(|line| line.contains(word));
    let count = line("requests in")?
        .split_whitespace()
        .next()?
        .parse()
        .ok()?;
    let rate = line("Requests/sec:")?
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()?;
    Some((count, rate))
}
