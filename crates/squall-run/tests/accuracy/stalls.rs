//! A server that stops for a second under an open model.
//!
//! Analytically: an iteration that was due at t while the server stands still until u is answered at u, so that its response time is
//! u − t, whether it waited on the wire or for a free virtual user. All others take next to nothing. Service times know only of
//! those that were on the wire.

use std::time::Duration;

use serde_json::{Value, json};
use squall_testkit::oracle::StallServer;

use crate::rig::{Done, get, plan, quantiles, run, value_at};

const RATE: f64 = 200.0;
const DURATION_S: f64 = 2.5;
const STALL_AT_S: f64 = 0.5;
const STALL_S: f64 = 1.0;
/// Iterations that are due.
const DUE: u64 = 500;
/// Way through kernel and timers, and delays too short for the generator to have seen, in milliseconds.
const UNSEEN_MS: f64 = 11.0;

fn stalled(more: Value) -> (Done, StallServer) {
    let from = Duration::from_secs_f64(STALL_AT_S);
    let server = StallServer::start(from, Duration::from_secs_f64(STALL_S)).unwrap();
    let mut open = json!({"rate": RATE, "duration": format!("{DURATION_S}s")});
    for (key, value) in more.as_object().unwrap() {
        open[key] = value.clone();
    }
    let url = format!("http://{}", server.address());
    let done = run(plan(&url, json!({ "open": open }), get("/")));
    let only = done.only();
    assert_eq!(only.started, server.requests());
    assert_eq!(only.ok, only.started);
    assert_eq!(only.started + done.totals().dropped_iterations, DUE);
    (done, server)
}

/// The response times without coordinated omission, in milliseconds, sorted; the schedule starts with the first request.
fn analytic() -> Vec<f64> {
    let end = STALL_AT_S + STALL_S;
    let mut times: Vec<f64> = (0..DUE)
        .map(|number| number as f64 / RATE)
        .map(|due| {
            if due >= STALL_AT_S && due < end {
                (end - due) * 1e3
            } else {
                0.0
            }
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

/// The response times as the server's record has them: from when each request was due to its answer, in milliseconds, sorted.
fn recorded(server: &StallServer) -> Vec<f64> {
    let answers = server.served();
    let arrived = answers.iter().map(|one| one.arrived.as_secs_f64());
    let first = arrived.fold(f64::INFINITY, f64::min);
    let mut times: Vec<f64> = answers
        .iter()
        .map(|one| {
            let due = one.number as f64 / RATE;
            ((one.arrived + one.service).as_secs_f64() - first - due) * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

fn agrees_with_schedule(done: &Done, server: &StallServer) {
    let (analytic, recorded) = (analytic(), recorded(server));
    let one_gap = 1e3 / RATE;
    for (quantile, ours) in quantiles(&done.only().response_time_ms) {
        let least = value_at(&analytic, quantile) * 0.999 - one_gap;
        assert!(
            ours >= least,
            "p{quantile}: {ours} ms, at least {least} ms by the schedule"
        );
        let most = value_at(&recorded, quantile).max(value_at(&analytic, quantile)) * 1.001;
        let allowed = one_gap + UNSEEN_MS + done.late_ms();
        assert!(
            ours <= most + allowed,
            "p{quantile}: {ours} ms, not {most} + {allowed} ms"
        );
    }
    // A fifth of all iterations waited for more than half of the stall: no honest p90 hides that.
    assert!(done.only().response_time_ms.p90 > 700.0);
}

#[test]
fn with_users_enough_every_request_waits_on_the_wire() {
    let (done, server) = stalled(json!({"max_users": 400}));
    agrees_with_schedule(&done, &server);
    let only = done.only();
    assert!(
        only.service_time_ms.p90 > 700.0,
        "{:?}",
        only.service_time_ms
    );
    assert!(only.waiting_ms.p99 < UNSEEN_MS + done.late_ms());
    assert_eq!(done.totals().dropped_iterations, 0);
}

#[test]
fn with_few_users_iterations_wait_for_them_and_are_charged_all_the_same() {
    let (done, server) = stalled(json!({"max_users": 2}));
    agrees_with_schedule(&done, &server);
    let only = done.only();
    // Only two requests were on the wire: the service time's p99 knows nothing of the stall.
    let quick = UNSEEN_MS + done.late_ms() + 400.0;
    assert!(
        only.service_time_ms.p99 < quick,
        "{:?}",
        only.service_time_ms
    );
    assert!(
        only.service_time_ms.max > 900.0 - done.late_ms(),
        "{:?}",
        only.service_time_ms
    );
    assert!(
        only.response_time_ms.p95 > 500.0,
        "{:?}",
        only.response_time_ms
    );
    assert!(only.waiting_ms.p95 > 500.0, "{:?}", only.waiting_ms);
    assert_eq!(done.totals().dropped_iterations, 0);
}

#[test]
fn iterations_that_waited_too_long_are_dropped_and_counted() {
    let (done, _server) = stalled(json!({"max_users": 2, "max_wait": "100ms"}));
    // Of the 200 that were due in the stall, 20 waited for less than 100 ms, and two were on the wire.
    let dropped = done.totals().dropped_iterations;
    let late = (done.late_ms() + UNSEEN_MS) / 1e3 * RATE;
    assert!(dropped >= 170, "{dropped}");
    assert!(dropped as f64 <= 182.0 + late, "{dropped}");
    let times = &done.only().response_time_ms;
    let allowed = 100.0 + UNSEEN_MS + done.late_ms() + 50.0;
    assert!(times.p99 <= allowed, "{times:?}");
    let reasons = done.summary.verdict.reasons.join("\n");
    assert!(
        reasons.contains(&format!("{dropped} of {DUE} iterations were dropped")),
        "{reasons}"
    );
}

#[test]
fn without_patience_only_those_that_find_no_user_are_dropped() {
    let (done, _server) = stalled(json!({"max_users": 2, "max_wait": "0s"}));
    let dropped = done.totals().dropped_iterations;
    assert!(dropped >= 190, "{dropped}");
    // Users are free before and after the stall: a generator that is late by microseconds drops nothing, or else it would be nearly all
    // of the other 800. What a busy machine holds up beside the stall stays far below this.
    assert!(dropped < 500, "{dropped} of {DUE}");
}
