//! What a real collector keeps.

use std::time::Duration;

use serde_json::{Value, json};
use squall_report::ReporterError;
use squall_testkit::servers::{self, Collector};

use super::delivery::{LOGS, intervals, send_a_run};
use super::reporter;

/// Returns everything of that name, however deep.
fn found<'v>(value: &'v Value, key: &str, to: &mut Vec<&'v Value>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == key {
                    to.push(field);
                }
                found(field, key, to);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| found(item, key, to)),
        _ => {}
    }
}

/// Returns the items of all lists of that name, in all requests that were kept.
fn items(kept: &str, list: &str) -> Vec<Value> {
    let requests: Vec<Value> = kept
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut lists = Vec::new();
    for request in &requests {
        found(request, list, &mut lists);
    }
    let items = lists.into_iter().filter_map(Value::as_array).flatten();
    items.cloned().collect()
}

fn attribute(item: &Value, key: &str) -> Value {
    let all = item["attributes"].as_array().unwrap();
    let one = all.iter().find(|one| one["key"] == key);
    one.map_or(Value::Null, |one| one["value"].clone())
}

/// Waits until the collector has written what it took.
fn settled(collector: &Collector) -> [String; 3] {
    let now = || [collector.metrics(), collector.logs(), collector.traces()];
    let mut before = now();
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let after = now();
        if after == before && after[1].contains("squall.verdict") {
            return after;
        }
        before = after;
    }
}

fn check(collector: &Collector) {
    let [metrics, logs, traces] = settled(collector);
    let records = items(&logs, "logRecords");
    for (name, count) in LOGS {
        let of = records.iter().filter(|one| one["eventName"] == name);
        assert_eq!(of.count(), count, "{name}");
    }
    let failed = records.iter().find(|one| one["severityText"] == "ERROR");
    let body = &failed.unwrap()["body"]["stringValue"];
    assert_eq!(body, "refused 🌊 \0 'x'");
    assert_eq!(items(&traces, "spans").len(), 2);

    let metrics = items(&metrics, "metrics");
    let points = |name: &str, kind: &str| -> Vec<Value> {
        let of = metrics.iter().filter(|one| one["name"] == name);
        of.flat_map(|one| one[kind]["dataPoints"].as_array().unwrap().clone())
            .filter(|point| attribute(point, "squall.operation")["stringValue"] == "home")
            .collect()
    };
    let number = |value: &Value| value.as_str().unwrap().parse::<u64>().unwrap();
    let started = points("squall.operations.started", "sum");
    assert_eq!(started.len(), 100);
    let most = started.iter().map(|point| number(&point["asInt"])).max();
    assert_eq!(most, Some(400));
    let times = points("squall.response_time", "exponentialHistogram");
    let last = times.iter().max_by_key(|point| number(&point["count"]));
    let last = last.unwrap();
    assert_eq!(number(&last["count"]), 300);
    let buckets = last["positive"]["bucketCounts"].as_array().unwrap();
    assert_eq!(buckets.iter().map(number).sum::<u64>(), 300);
    let whole = points("squall.run.response_time", "summary");
    assert_eq!(whole[0]["quantileValues"].as_array().unwrap().len(), 17);
}

#[test]
fn a_real_collector_keeps_everything_by_grpc() {
    if let Some(collector) = servers::collector() {
        send_a_run(json!({"endpoint": collector.grpc_url()}));
        check(&collector);
    }
}

#[test]
fn a_real_collector_keeps_everything_by_http() {
    if let Some(collector) = servers::collector() {
        send_a_run(json!({"endpoint": collector.http_url(), "protocol": "http/protobuf"}));
        check(&collector);
    }
}

#[test]
fn a_real_collector_that_comes_back_goes_on_with_the_counts() {
    let Some(collector) = servers::collector() else {
        return;
    };
    let settings = json!({"endpoint": collector.grpc_url(), "timeout": "5s"});
    let mut reporter = reporter(settings);
    reporter.open().unwrap();
    reporter.send(&intervals(0, 2)).unwrap();
    // What it has kept it writes a tenth of a second later.
    std::thread::sleep(Duration::from_millis(500));
    collector.stop();
    let error = reporter.send(&intervals(2, 4)).unwrap_err();
    assert!(matches!(error, ReporterError::Temporary { .. }), "{error}");
    collector.restart();
    // The first request may find the old connection.
    let again = (0..5).find_map(|_| reporter.send(&intervals(2, 4)).ok());
    assert_eq!(again.unwrap().records, 4);
    std::thread::sleep(Duration::from_millis(500));
    let metrics = items(&collector.metrics(), "metrics");
    let started: Vec<u64> = metrics
        .iter()
        .filter(|one| one["name"] == "squall.operations.started")
        .flat_map(|one| one["sum"]["dataPoints"].as_array().unwrap())
        .filter(|point| attribute(point, "squall.operation")["stringValue"] == "home")
        .map(|point| point["asInt"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(started, [4, 8, 12, 16]);
}
