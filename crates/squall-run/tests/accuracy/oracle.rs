//! Service times against a server that knows how long it took.
//!
//! What the client sees of an operation is never less than what the server recorded: both ways through the kernel come on top. So the
//! lower bound is hard: only the histogram's error of 0.1 % is allowed. The upper bound allows for the two timers in between: a
//! millisecond for the way, and whatever the machine itself was late by as server and generator recorded it.

use std::time::Duration;

use serde_json::json;
use squall_testkit::oracle::DelayServer;

use crate::rig::{Done, closed, get, plan, quantiles, run, value_at};

/// A histogram's value may be off by so much.
const HISTOGRAM: f64 = 0.001;
/// Both ways through the kernel, and two wake-ups, in milliseconds.
const WAY_MS: f64 = 1.0;
/// The generator looks how late it is only so often, in milliseconds.
const TICK_MS: f64 = 10.0;

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn agree(done: &Done, server: &DelayServer) {
    let answers = server.served();
    let only = done.only();
    assert_eq!(only.ok, answers.len() as u64);
    assert_eq!(only.started, server.requests());
    let mut truth: Vec<f64> = answers
        .iter()
        .map(|one| milliseconds(one.service))
        .collect();
    truth.sort_by(f64::total_cmp);
    let lateness = answers.iter().map(|one| milliseconds(one.lateness()));
    let latest = lateness.clone().fold(0.0, f64::max);
    for (quantile, ours) in quantiles(&only.service_time_ms) {
        let theirs = value_at(&truth, quantile);
        assert!(
            ours >= theirs * (1.0 - HISTOGRAM),
            "p{quantile}: {ours} ms, not {theirs} ms"
        );
        let allowed = WAY_MS + TICK_MS + latest + done.late_ms();
        assert!(
            ours <= theirs * (1.0 + HISTOGRAM) + allowed,
            "p{quantile}: {ours} ms, not {theirs} ms + {allowed} ms"
        );
    }
    // One slow moment may move any percentile, but not the mean of many.
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let mean_late = lateness.sum::<f64>() / truth.len() as f64;
    let generator = done.summary.generator.generator_delay_ms.mean;
    let over = only.service_time_ms.mean - mean;
    assert!(over > 0.0, "mean is {over} ms below the truth");
    let allowed = WAY_MS + 2.0 * (mean_late + generator);
    assert!(
        over < allowed,
        "mean is {over} ms above the truth, not {allowed} ms"
    );
}

#[test]
fn service_times_are_those_of_the_server() {
    let delays = [1, 2, 5, 10, 20].map(Duration::from_millis).to_vec();
    let server = DelayServer::cycling(delays).unwrap();
    let url = format!("http://{}", server.address());
    let done = run(plan(&url, closed(6, "3s"), get("/")));
    assert!(done.only().ok > 100);
    agree(&done, &server);
    // Where nobody waits, both times say the same.
    let only = done.only();
    assert!(only.response_time_ms.p50 >= only.service_time_ms.p50 * (1.0 - HISTOGRAM));
}

#[test]
fn a_rare_slow_answer_is_found_where_it_is() {
    // Every 50th answer takes 300 ms, all others 2 ms: p90 and p95 are 2 ms, p99 and above are 300 ms.
    let server =
        DelayServer::start(|number| Duration::from_millis(if number % 50 == 25 { 300 } else { 2 }))
            .unwrap();
    let url = format!("http://{}", server.address());
    let load = json!({"open": {"rate": 200, "duration": "2500ms", "max_users": 200}});
    let done = run(plan(&url, load, get("/")));
    assert_eq!(
        (done.only().started, done.totals().dropped_iterations),
        (500, 0)
    );
    agree(&done, &server);
    let times = &done.only().service_time_ms;
    let allowed = WAY_MS + TICK_MS + done.late_ms() + 50.0;
    assert!(times.p95 < 2.0 + allowed, "{times:?}");
    assert!(times.p99 >= 300.0 * (1.0 - HISTOGRAM), "{times:?}");
}
