//! Single operations that a run keeps, and what its seconds say of the generator.

use serde_json::{Value, json};
use squall_metrics::exemplar::Reason;
use squall_metrics::exemplar_summary::{ExemplarFile, ExemplarSummary};

use crate::rig::{Done, Rig, closed, plan, target, url};

fn exemplars(done: &Done) -> Vec<ExemplarSummary> {
    let text = std::fs::read_to_string(done.directory.join("exemplars.json")).unwrap();
    let file: ExemplarFile = serde_json::from_str(&text).unwrap();
    assert!(!text.contains("hunter2"), "{text}");
    file.exemplars
}

/// The exemplars of an action.
fn of<'a>(all: &'a [ExemplarSummary], name: &str) -> Vec<&'a ExemplarSummary> {
    all.iter().filter(|one| one.name == name).collect()
}

#[test]
fn the_slowest_operation_of_a_run_is_kept_with_what_was_sent_and_came_back() {
    let target = target();
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let flow = json!([
        {"loop": {"times": 200, "steps": [{"http": {"name": "fast", "url": "/"}}]}},
        {"http": {
            "name": "slow", "method": "POST", "url": "/delay/150ms?token=hunter2",
            "headers": {"Authorization": "Bearer hunter2hunter2", "traceparent": traceparent},
            "body": {"json": {"user": "ann", "password": "hunter2"}},
        }},
    ]);
    let load = json!({"iterations": {"users": 1, "shared": 2}});
    let rig = Rig::new();
    let done = rig.run(plan(&url(&target), load, flow));
    let all = exemplars(&done);
    let slow = of(&all, "slow");
    assert_eq!(slow.len(), 2);
    assert_eq!(
        slow[0].reasons,
        [Reason::SlowestOfRun, Reason::SlowestOfSeries]
    );
    let one = slow[0];
    let most = done.summary.series.iter().find(|one| one.name == "slow");
    let most = most.unwrap().response_time_ms.max;
    assert!(
        (one.response_time_ms - most).abs() < most * 0.002,
        "{one:?}"
    );
    let parts = [one.writing_ms, one.first_byte_ms, one.reading_ms];
    let opened = one.connecting_ms.unwrap_or(0.0);
    assert!((parts.iter().sum::<f64>() + opened - one.service_time_ms).abs() < 0.001);
    assert!(one.ok && one.status == 200 && one.user == 1);
    assert_eq!(one.trace_id.as_deref(), Some(&traceparent[3..35]));
    let request = one.request.as_ref().unwrap();
    assert!(
        request
            .head
            .starts_with("POST /delay/150ms?token=[redacted] HTTP/1.1\r\n"),
        "{request:?}"
    );
    assert!(request.head.contains("Authorization: [redacted]"));
    assert!(
        request.body.contains("\"password\":\"[redacted]\""),
        "{request:?}"
    );
    let answer = one.answer.as_ref().unwrap();
    assert!(answer.head.starts_with("HTTP/1.1 200"), "{answer:?}");
    // Of 400 fast ones two stay, beside those that are among the five slowest of the run.
    assert!(of(&all, "fast").len() <= 3, "{all:?}");
}

#[test]
fn the_first_failure_of_each_kind_is_kept_and_one_without_connection_has_no_bytes_of_another() {
    let target = target();
    let dead = squall_testkit::ports::RefusingPort::take().unwrap();
    let flow = json!([
        {"http": {"name": "missing", "url": "/status/404"}},
        {"http": {"name": "broken", "url": "/status/500"}},
        {"http": {"name": "dead", "url": format!("http://{}/${{random_int(1, 9)}}", dead.address())}},
    ]);
    let load = json!({"iterations": {"users": 1, "shared": 20}});
    let rig = Rig::new();
    let done = rig.run(plan(&url(&target), load, flow));
    let all = exemplars(&done);
    for (name, status, class) in [
        ("missing", 404, "status"),
        ("broken", 500, "status"),
        ("dead", 0, "connect"),
    ] {
        let own = of(&all, name);
        let first = own
            .iter()
            .find(|one| one.reasons.contains(&Reason::FirstFailure))
            .unwrap();
        assert_eq!(
            (first.status, first.ok, first.iteration),
            (status, false, 0)
        );
        assert_eq!(first.failures[0].class, class);
        assert_eq!(first.answer.is_some(), status > 0, "{first:?}");
        assert_eq!(first.request.is_some(), status > 0, "{first:?}");
    }
    let series = done.summary.series.iter().find(|one| one.name == "dead");
    let example = &series.unwrap().errors[0].example;
    assert!(!example.contains("/status/500"), "{example}");
}

#[test]
fn every_second_says_what_the_process_and_its_machine_used() {
    let target = target();
    let rig = Rig::new();
    let done = rig.run(plan(
        &url(&target),
        closed(2, "2500ms"),
        json!([{"http": {"url": "/"}}]),
    ));
    let known: Vec<_> = done
        .intervals
        .iter()
        .filter_map(|interval| Some((interval.processes.first()?, interval.machine?)))
        .collect();
    assert!((2..=3).contains(&known.len()), "{known:?}");
    for (process, machine) in &known {
        assert_eq!((process.process, process.pid), (0, std::process::id()));
        assert!(process.cpu_ns > 0 && process.memory_bytes > 0 && process.descriptors > 0);
        assert!(machine.tcp_sockets.is_some() && machine.free_memory_bytes.is_some());
    }
    let over: u64 = known.iter().map(|(process, _)| process.over_ns).sum();
    assert!((2_400_000_000..10_000_000_000).contains(&over), "{over}");
    let [own] = &done.summary.processes[..] else {
        panic!("{:?}", done.summary.processes);
    };
    assert_eq!(
        (own.role.as_str(), own.share.as_str(), own.threads),
        ("alone", "1/1", 2)
    );
    assert!(own.cpu_s > 0.0 && own.cpu_max_percent > 0.0 && own.lost_at_s.is_none());
    let host = done.summary.host.unwrap();
    assert!(host.cores > 0 && !host.os.is_empty());
}

#[test]
fn what_is_in_a_transaction_says_so() {
    let target = target();
    let request = |name: &str| json!({"http": {"name": name, "url": "/"}});
    let group = |name: &str, steps: Value| json!({"group": {"name": name, "steps": steps}});
    let inner = group("card", json!([request("bank")]));
    let flow = json!([
        request("home"),
        group("checkout", json!([request("pay"), request("home"), inner])),
    ]);
    let load = json!({"iterations": {"users": 1, "shared": 1}});
    let rig = Rig::new();
    let done = rig.run(plan(&url(&target), load, flow));
    let series = done.summary.series.iter();
    let mut told: Vec<(&str, Vec<&str>)> = series
        .map(|one| {
            (
                &*one.name,
                one.transactions.iter().map(|name| &**name).collect(),
            )
        })
        .collect();
    told.sort_unstable();
    let expected = [
        ("bank", vec!["card"]),
        ("home", vec!["", "checkout"]),
        ("pay", vec!["checkout"]),
    ];
    assert_eq!(told, expected);
    let transactions = done.summary.transactions.iter();
    let told: Vec<(&str, usize)> = transactions
        .map(|one| (&*one.name, one.transactions.len()))
        .collect();
    assert!(
        told.contains(&("card", 1)) && told.contains(&("checkout", 0)),
        "{told:?}"
    );
    assert!(told.contains(&("iteration", 0)));
    assert!(!done.names.nested.is_empty());
}
