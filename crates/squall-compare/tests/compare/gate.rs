//! What stops a pipeline, and what does not.

use squall_compare::gate::{Gate, Outcome};
use squall_compare::{Care, Limit, StoredRun, judge};
use squall_metrics::summary::VerdictStatus;

use crate::simulated::Simulated;

fn judged(base: &StoredRun, run: &StoredRun, limits: &[&str]) -> Gate {
    let limits: Vec<Limit> = limits.iter().map(|limit| limit.parse().unwrap()).collect();
    judge(base, run, &limits, (0.95, Care::Strict))
}

#[test]
fn a_regression_beyond_the_limit_stops() {
    let base = Simulated::default();
    let gate = judged(
        &base.run(1),
        &base.clone().slower(0.5).run(2),
        &["p95 > +10%"],
    );
    assert!(!gate.passes());
    insta::assert_snapshot!(gate.reasons().join("\n"));
}

#[test]
fn a_difference_that_may_be_chance_is_told_and_does_not_stop() {
    let base = Simulated::default();
    let gate = judged(
        &base.run(1),
        &base.clone().slower(0.1).run(2),
        &["p95 > +7%", "p95 > +10%", "p95 > +30%"],
    );
    assert!(gate.passes(), "{gate:?}");
    assert!(
        gate.judged
            .iter()
            .any(|one| one.outcome == Outcome::NotShown),
        "{gate:?}"
    );
    assert_eq!(gate.judged[2].outcome, Outcome::Within);
}

#[test]
fn equal_runs_pass_even_where_nothing_is_allowed() {
    let base = Simulated {
        series: vec!["GET /a", "GET /b"],
        ..Simulated::default()
    };
    let limits = ["p50 > +0%", "p99 > +0%", "failed > +0pp", "rate < -0%"];
    let stopped = (0..50).filter(|pair| {
        let gate = judged(&base.run(2 * pair), &base.run(2 * pair + 1), &limits);
        assert_eq!(gate.judged.len(), 12);
        !gate.passes()
    });
    let stopped = stopped.count();
    assert!(stopped <= 2, "{stopped} of 50 pairs of equal runs stop");
}

#[test]
fn no_answer_is_no_pass() {
    let few = Simulated {
        rate: 10,
        ..Simulated::default()
    };
    let gate = judged(&few.run(1), &few.run(2), &["p99 > +10%", "p50 > +50%"]);
    assert!(!gate.passes());
    let (base, mut run) = (Simulated::default().run(1), Simulated::default().run(2));
    run.summary.verdict.status = VerdictStatus::Invalid;
    run.summary.verdict.reasons = vec!["too busy".to_owned()];
    let invalid = judged(&base, &run, &["p99 > +10%"]);
    insta::assert_snapshot!([gate.reasons(), invalid.reasons()].concat().join("\n"));
}
