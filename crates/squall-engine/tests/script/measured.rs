//! Times: of requests against an oracle, and of what scripts time themselves.

use std::time::Duration;

use serde_json::json;
use squall_engine::script::{
    FinishedOperation, ScriptCommand, ScriptEnd, ScriptStart, TimedFacts, TimedKind,
};
use squall_metrics::{Measure, Outcome, SeriesKind, SparseHistogram};
use squall_protocol::{Failure, FailureClass};
use squall_testkit::oracle::DelayServer;

use crate::lab::{Lab, counts, script};
use crate::player::{Hands, Play, series};
use crate::requests::Groups;

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap()
}

#[test]
fn times_agree_with_an_oracle_and_only_the_first_request_waits_for_its_turn() {
    let oracle = DelayServer::cycling(vec![Duration::from_millis(10), Duration::from_millis(20)]);
    let oracle = oracle.unwrap();
    // One user for twice as many iterations as it can run: each is later than the one before.
    let load = json!({"open": {
        "rate": "60/s", "duration": "500ms", "max_users": 1, "max_wait": "60s",
    }});
    let base = format!("http://{}", oracle.address());
    let (play, finished) = Groups::new(vec![vec!["/a"], vec!["/b"]]);
    let lab = Lab {
        threads: 1,
        ..Lab::new(&base, load, script())
    };
    let ran = lab.run(play);
    let finished: Vec<_> = finished.iter().collect();
    let served = oracle.served();
    assert_eq!(finished.len(), served.len());
    assert_eq!(ran.requests().0, served.len() as u64);
    let (mut services, mut responses) = (Vec::new(), Vec::new());
    let mut first_ended = 0;
    for (index, ((start, finished), served)) in finished.iter().zip(&served).enumerate() {
        let moments = finished.operation.moments;
        let service = moments.last_byte - moments.start;
        assert!(service >= nanos(served.service), "{moments:?} {served:?}");
        let late = start.ordered_ns - start.intended_ns;
        let waited = moments.start - moments.intended;
        assert!(moments.intended >= start.intended_ns);
        if index % 2 == 0 {
            assert!(waited >= late, "{waited} {late}");
            first_ended = moments.last_byte;
        } else {
            assert!(
                moments.intended >= first_ended,
                "the time between is the script's"
            );
        }
        services.push(service);
        responses.push(moments.last_byte - moments.intended);
    }
    let part = ran.series("operation", "request");
    let check = |measure, mut values: Vec<u64>| {
        values.sort_unstable();
        let histogram = &part.times[&measure];
        for (quantile, at) in [(0.5, values.len().div_ceil(2) - 1), (1.0, values.len() - 1)] {
            let (counted, exact) = (histogram.value_at(quantile) as f64, values[at] as f64);
            assert!(
                (counted / exact - 1.0).abs() < 0.002,
                "{measure:?}: {counted} {exact}"
            );
        }
    };
    check(Measure::OkService, services);
    check(Measure::OkResponse, responses);
}

/// Times things itself.
struct Times;

impl Play for Times {
    fn start(&mut self, start: ScriptStart, hands: &mut Hands) {
        let iteration = start.iteration;
        let mut timed = |name, kind, outcome, length: u64| {
            let kind_of_series = match kind {
                TimedKind::Operation => SeriesKind::Operation,
                TimedKind::Transaction => SeriesKind::Transaction,
            };
            let failed = outcome == Some(Outcome::Failed);
            let failure = Failure::new(FailureClass::Script, "it failed");
            let command = ScriptCommand::Timed {
                iteration,
                series: series(&start.script, name, kind_of_series),
                kind,
                outcome,
                intended_ns: 1_000,
                started_ns: 2_000,
                ended_ns: 2_000 + length,
                failure: failed.then(|| Box::new(failure)),
                facts: None,
            };
            hands.tell(&start, command);
        };
        timed("query", TimedKind::Operation, Some(Outcome::Ok), 5_000);
        timed("query", TimedKind::Operation, None, 5_000);
        timed("both", TimedKind::Transaction, Some(Outcome::Failed), 7_000);
        if start.number == 0 {
            timed("query", TimedKind::Operation, Some(Outcome::Failed), 9_000);
        }
        let value = ScriptCommand::Value {
            series: series(&start.script, "basket", SeriesKind::Metric),
            value: -2.5,
        };
        hands.tell(&start, value);
        hands.end(&start, ScriptEnd::Returned);
    }

    fn done(&mut self, _: u64, _: FinishedOperation, _: &mut Hands) {}
}

#[test]
fn what_a_script_times_is_counted_like_everything_else() {
    let load = json!({"iterations": {"users": 1, "shared": 2}});
    let lab = Lab {
        threads: 1,
        ..Lab::new("http://127.0.0.1:1", load, script())
    };
    let ran = lab.run(Times);
    let query = ran.series("operation", "query");
    assert_eq!(counts(&query), (5, [2, 1, 2]));
    assert_eq!(query.times[&Measure::OkResponse].max(), 6_000);
    assert_eq!(query.times[&Measure::OkService].max(), 5_000);
    assert_eq!(query.failures.iter().next().unwrap().message, "it failed");
    let both = ran.series("transaction", "both");
    assert_eq!(counts(&both), (2, [0, 2, 0]));
    assert_eq!(ran.iterations(), (2, [1, 1, 0]), "only operations fail it");
    let values = ran.series("metric", "basket").values;
    assert_eq!(values.map(|values| values.count()), Some(2));
}

/// Times an operation of which it knows everything, and one of which it knows nonsense.
struct Tells;

impl Play for Tells {
    fn start(&mut self, start: ScriptStart, hands: &mut Hands) {
        for (name, written_ns) in [("told", 2_600), ("nonsense", 99_999)] {
            let facts = TimedFacts {
                connected_ns: Some(2_100),
                written_ns: Some(written_ns),
                first_byte_ns: Some(4_000),
                bytes_sent: 3,
                bytes_received: 14,
                status: 503,
                ..TimedFacts::default()
            };
            let command = ScriptCommand::Timed {
                iteration: start.iteration,
                series: series(&start.script, name, SeriesKind::Operation),
                kind: TimedKind::Operation,
                outcome: Some(Outcome::Failed),
                intended_ns: 1_000,
                started_ns: 2_000,
                ended_ns: 5_000,
                failure: Some(Box::new(Failure::new(FailureClass::Status, "unavailable"))),
                facts: Some(Box::new(facts)),
            };
            hands.tell(&start, command);
        }
        hands.end(&start, ScriptEnd::Returned);
    }

    fn done(&mut self, _: u64, _: FinishedOperation, _: &mut Hands) {}
}

#[test]
fn what_a_script_knows_of_an_operation_is_counted_as_of_a_request() {
    let load = json!({"iterations": {"users": 1, "shared": 1}});
    let lab = Lab {
        threads: 1,
        ..Lab::new("http://127.0.0.1:1", load, script())
    };
    let ran = lab.run(Tells);
    let told = ran.series("operation", "told");
    let phase = |measure| told.times.get(&measure).map(SparseHistogram::max);
    assert_eq!(phase(Measure::Connecting), Some(100));
    assert_eq!(phase(Measure::Securing), None, "nobody told it");
    assert_eq!(phase(Measure::Writing), Some(500));
    assert_eq!(phase(Measure::FirstByte), Some(1_400));
    assert_eq!(phase(Measure::Reading), Some(1_000));
    assert_eq!((told.bytes_sent, told.bytes_received), (3, 14));
    assert_eq!(told.failures.iter().next().unwrap().class, "status");
    let nonsense = ran.series("operation", "nonsense");
    let writing = nonsense.times[&Measure::Writing].max();
    assert_eq!(writing, 2_900, "no phase is longer than the operation");
}
