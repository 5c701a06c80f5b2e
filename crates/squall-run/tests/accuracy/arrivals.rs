//! Iterations start when the open model says: counted second by second.

use serde_json::{Value, json};

use crate::rig::{Done, get, plan, run, target, url};

fn open(load: Value) -> Done {
    let target = target();
    let done = run(plan(&url(&target), json!({ "open": load }), get("/")));
    assert_eq!(done.totals().started, target.stop().requests);
    done
}

/// Demands that each second holds what `integral` says, give or take one and what the generator was late by; seconds are counted
/// from the start of the run, and the load starts a little later.
fn follows(done: &Done, peak: f64, integral: impl Fn(f64) -> f64) {
    let start = done.summary.stages[0].started_at_s;
    // An iteration that is late across the end of a second is counted in the next; delays below 10 ms may go unseen.
    let allowed = 1.0 + peak * (done.late_ms() + 10.0) / 1e3;
    let at = |second: f64| integral((second - start).max(0.0));
    for (second, found) in done.iterations_by_second().into_iter().enumerate() {
        let due = at(second as f64 + 1.0) - at(second as f64);
        let off = (found as f64 - due).abs();
        assert!(
            off <= allowed,
            "second {second}: {found}, not {due:.1} ± {allowed:.1}"
        );
    }
}

#[test]
fn an_even_rate_holds_in_every_second() {
    let done = open(json!({"rate": 300, "duration": "3s"}));
    let totals = done.totals();
    assert_eq!((done.iterations(), totals.dropped_iterations), (900, 0));
    follows(&done, 300.0, |time| 300.0 * time.min(3.0));
}

#[test]
fn a_ramp_follows_its_integral() {
    let done = open(json!({"stages": "2s:300,1s:300"}));
    // Half of 300/s for two seconds, then 300/s for one.
    assert_eq!(done.iterations() + done.totals().dropped_iterations, 600);
    follows(&done, 300.0, |time| {
        let ramp = time.min(2.0);
        75.0 * ramp * ramp + 300.0 * (time.min(3.0) - 2.0).max(0.0)
    });
}

#[test]
fn a_jump_is_a_ramp_without_a_duration() {
    let done = open(json!({"stages": "1s:0,0s:200,1s:200"}));
    assert_eq!(done.iterations() + done.totals().dropped_iterations, 200);
    follows(&done, 200.0, |time| 200.0 * (time.min(2.0) - 1.0).max(0.0));
}

#[test]
fn poisson_arrivals_have_the_rate_and_repeat_with_the_seed() {
    let load = || json!({"rate": 300, "duration": "1s", "spacing": "poisson"});
    let all = |done: &Done| done.iterations() + done.totals().dropped_iterations;
    let (first, second) = (open(load()), open(load()));
    assert_eq!(all(&first), all(&second));
    // Five standard deviations of a Poisson count of 300.
    let off = all(&first).abs_diff(300) as f64;
    assert!(off < 5.0 * 300.0_f64.sqrt(), "{}", all(&first));
    assert!(off > 0.0, "as even as if it were not random");
}

#[test]
fn how_late_iterations_were_is_recorded_for_each() {
    let done = open(json!({"rate": 100, "duration": "1s"}));
    assert_eq!(
        done.summary.generator.schedule_error_ms.count,
        done.iterations()
    );
}
