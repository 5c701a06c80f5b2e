//! What arrives, and what refusals come to.

use std::time::Duration;

use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use serde_json::json;
use squall_report::{
    Batch, Driver, DriverSettings, IntervalBatch, LifecycleBatch, MessageBatch, ReporterError,
};
use tonic::{Code, Status};

use super::{reporter, trace};
use crate::backend::Backend;
use crate::otel::fake::{Fake, HttpFake, LONG, text};
use crate::otel::wire::{Taken, retry_details};
use crate::sample::{
    context, event, event_batch, failed_event, final_batch, final_records, interval, lifecycle,
    message,
};

pub(super) fn intervals(from: u32, to: u32) -> Batch {
    let of = |second| [interval("home", second), interval("buy", second)];
    let all = (from..to).flat_map(of).collect();
    Batch::Intervals(IntervalBatch::new(context("run-1").run, all))
}

/// Sends 2,345 operations of which every fifth failed, a trace, and everything else that a run has, in uneven batches.
pub(super) fn send_a_run(mut settings: serde_json::Value) {
    settings["traces"] = json!(1.0);
    settings["compression"] = json!("gzip");
    let driver = DriverSettings {
        batch_count: 97,
        ..DriverSettings::default()
    };
    let context = context("run-1");
    let handle = Driver::start("otel", reporter(settings), context, driver).unwrap();
    for start in (0..2_345).step_by(67) {
        let end = (start + 67).min(2_345);
        let some = (start..end).map(|n| match n % 5 {
            0 => failed_event(n, "connect", "refused 🌊 \0 'x'"),
            _ => event(n),
        });
        let taken = handle.events(some.collect::<Vec<_>>());
        assert_eq!(taken.dropped, 0);
    }
    assert_eq!(handle.events(trace()).accepted, 3);
    for record in lifecycle() {
        assert_eq!(handle.sender().lifecycle(record).accepted, 1);
    }
    for number in 0..3 {
        assert_eq!(handle.sender().message(message(number)).accepted, 1);
    }
    let all = (0..100).flat_map(|second| [interval("home", second), interval("buy", second)]);
    assert_eq!(handle.sender().intervals(all.collect()).accepted, 200);
    let report = handle.finish(final_records(), LONG);
    assert!(!report.lost_data(), "{report:?}");
}

/// How many log records of each event there are after `send_a_run`.
pub(super) const LOGS: [(&str, usize); 8] = [
    ("squall.operation", 2_345),
    ("squall.check", 1),
    ("squall.iteration", 0),
    ("squall.message", 3),
    ("squall.run_started", 1),
    ("squall.run_ended", 1),
    ("squall.threshold", 1),
    ("squall.verdict", 1),
];

#[test]
fn everything_of_a_run_arrives_and_is_counted() {
    let fake = Fake::start();
    send_a_run(fake.settings());
    let kept = fake.kept();
    for (name, count) in LOGS {
        assert_eq!(fake_count(&kept, name), count, "{name}");
    }
    assert_eq!(kept.spans().len(), 2);
    assert_eq!(last_counts(&kept, "home"), (400, 300));
    let names = [
        "squall.run.response_time",
        "squall.run.operations",
        "squall.run.errors",
        "squall.run.custom",
        "squall.generator.cpu.utilization",
        "squall.generator.memory.per_user",
        "squall.threshold.passed",
    ];
    for name in names {
        assert_eq!(kept.metric(name).len(), 1, "{name}");
    }
}

#[test]
fn everything_says_of_what_run_it_is() {
    let fake = Fake::start();
    send_a_run(fake.settings());
    for resource in fake.kept().resources() {
        assert_eq!(text(&resource.attributes, "squall.run.id"), Some("run-1"));
        assert_eq!(text(&resource.attributes, "team"), Some("shop"));
    }
}

fn fake_count(kept: &crate::otel::fake::Kept, name: &str) -> usize {
    let records = kept.log_records();
    records.iter().filter(|one| one.event_name == name).count()
}

/// Returns the largest of the cumulative counts of a series: started, and response times.
fn last_counts(kept: &crate::otel::fake::Kept, name: &str) -> (i64, u64) {
    let (mut started, mut times) = (0, 0);
    for metric in kept.metric("squall.operations.started") {
        let Some(Data::Sum(sum)) = &metric.data else {
            panic!("a counter")
        };
        assert!(sum.is_monotonic);
        for point in &sum.data_points {
            if let (Some(known), Some(Number::AsInt(count))) =
                (text(&point.attributes, "squall.operation"), point.value)
                && known == name
            {
                started = started.max(count);
            }
        }
    }
    for metric in kept.metric("squall.response_time") {
        let Some(Data::ExponentialHistogram(all)) = &metric.data else {
            panic!("a histogram")
        };
        for point in &all.data_points {
            let buckets = point.positive.as_ref().unwrap();
            let counted = buckets.bucket_counts.iter().sum::<u64>() + point.zero_count;
            assert_eq!(counted, point.count);
            if text(&point.attributes, "squall.operation") == Some(name) {
                times = times.max(point.count);
            }
        }
    }
    (started, times)
}

#[test]
fn a_collector_that_comes_back_has_everything_once() {
    let mut fake = Fake::start();
    let mut reporter = reporter(fake.settings());
    reporter.open().unwrap();
    reporter.send(&intervals(0, 2)).unwrap();
    fake.stop();
    let error = reporter.send(&intervals(2, 4)).unwrap_err();
    assert!(matches!(error, ReporterError::Temporary { .. }), "{error}");
    fake.run();
    // The first request may find the old connection.
    let again = (0..5).find_map(|_| reporter.send(&intervals(2, 4)).ok());
    assert_eq!(again.unwrap().records, 4);
    assert_eq!(last_counts(&fake.kept(), "home"), (16, 12));
}

fn spans_and_logs(fake: &Fake) -> (usize, usize) {
    let kept = fake.kept();
    (kept.spans().len(), kept.log_records().len())
}

#[test]
fn a_request_that_was_taken_is_not_sent_again_with_the_rest_of_its_batch() {
    let fake = Fake::start();
    let mut settings = fake.settings();
    settings["traces"] = json!(1.0);
    let mut reporter = reporter(settings);
    reporter.open().unwrap();
    let batch = Batch::Events(event_batch(trace()));
    reporter.send(&batch).unwrap();
    assert_eq!(spans_and_logs(&fake), (2, 1));
    // Spans go first: the refusal is for the log records.
    fake.kept().logs.clear();
    fake.kept().traces.clear();
    fake.kept().refuse_signal = Some("logs");
    reporter.send(&batch).unwrap_err();
    fake.kept().refuse_signal = None;
    assert_eq!(reporter.send(&batch).unwrap().records, 3);
    assert_eq!(spans_and_logs(&fake), (2, 1));
}

#[test]
fn what_a_partial_success_refuses_is_not_counted_as_delivered() {
    let fake = Fake::start();
    let mut reporter = reporter(fake.settings());
    reporter.open().unwrap();
    fake.kept().partial = Some(Taken {
        rejected: 3,
        why: "too old".to_owned(),
    });
    let batch = Batch::Events(event_batch((0..10).map(event).collect()));
    let delivered = reporter.send(&batch).unwrap();
    assert_eq!(delivered.records, 7);
    let why = delivered.refused.unwrap();
    assert_eq!(why, "the backend refused 3 of 10 items: too old");
}

fn refused(status: Status) -> ReporterError {
    let fake = Fake::start();
    let mut reporter = reporter(fake.settings());
    reporter.open().unwrap();
    fake.kept().refusals.push_back(status);
    reporter
        .send(&Batch::Events(event_batch(vec![event(1)])))
        .unwrap_err()
}

#[test]
fn refusals_are_sorted_as_otlp_says() {
    use ReporterError::{Permanent, Temporary, TooLarge};
    let retryable = [
        Code::Cancelled,
        Code::DeadlineExceeded,
        Code::Aborted,
        Code::OutOfRange,
        Code::Unavailable,
        Code::DataLoss,
    ];
    for code in retryable {
        let error = refused(Status::new(code, "busy"));
        assert!(matches!(error, Temporary { after: None, .. }), "{error:?}");
    }
    let details = retry_details(Duration::from_millis(2_500));
    for code in [Code::Unavailable, Code::ResourceExhausted] {
        let error = refused(Status::with_details(code, "busy", details.clone().into()));
        let after = Some(Duration::from_millis(2_500));
        assert!(
            matches!(error, Temporary { after: a, .. } if a == after),
            "{error:?}"
        );
    }
    for code in [
        Code::InvalidArgument,
        Code::Internal,
        Code::Unknown,
        Code::ResourceExhausted,
        Code::Unauthenticated,
        Code::PermissionDenied,
        Code::Unimplemented,
    ] {
        let error = refused(Status::new(code, "no"));
        assert!(matches!(error, Permanent { .. }), "{error:?}");
        assert!(error.to_string().contains(": no"), "{error}");
    }
    let error = refused(Status::resource_exhausted(
        "grpc: received message larger than max (5 vs. 4)",
    ));
    assert!(matches!(error, TooLarge { .. }), "{error:?}");
}

#[test]
fn a_request_that_is_too_large_for_a_real_server_is_too_large() {
    let fake = Fake::start();
    let mut reporter = reporter(fake.settings());
    reporter.open().unwrap();
    let long = "x".repeat(5_000_000);
    let batch = Batch::Events(event_batch(vec![failed_event(1, "check", &long)]));
    let error = reporter.send(&batch).unwrap_err();
    assert!(matches!(error, ReporterError::TooLarge { .. }), "{error:?}");
}

#[test]
fn a_wrong_key_and_a_missing_signal_are_permanent_before_the_load() {
    let fake = Fake::start();
    fake.kept().token = Some("Bearer right".to_owned());
    let mut settings = fake.settings();
    settings["headers"] = json!("Bearer wrong");
    let error = reporter(settings.clone()).open().unwrap_err();
    assert!(
        matches!(error, ReporterError::Permanent { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("`headers`"), "{error}");
    assert!(!error.to_string().contains("wrong"), "{error}");
    settings["headers"] = json!("Bearer right");
    reporter(settings.clone()).open().unwrap();
    fake.kept().without = Some("traces");
    let error = reporter(settings).open().unwrap_err();
    assert!(
        error.to_string().contains("take `traces` out of `signals`"),
        "{error}"
    );
}

#[test]
fn nothing_that_listens_is_temporary_before_the_load() {
    let mut fake = Fake::start();
    let mut settings = fake.settings();
    fake.stop();
    for protocol in ["grpc", "http/protobuf"] {
        settings["protocol"] = json!(protocol);
        let error = reporter(settings.clone()).open().unwrap_err();
        assert!(
            matches!(error, ReporterError::Temporary { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains("does not answer"), "{error}");
    }
}

#[test]
fn a_server_of_http_1_is_named_as_such() {
    let fake = HttpFake::start();
    let settings = json!({"endpoint": fake.url(), "timeout": "2s"});
    let error = reporter(settings).open().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("set `protocol` to `http/protobuf`"),
        "{error}"
    );
}

#[test]
fn over_http_everything_arrives_compressed_or_not() {
    let run = context("run-1").run;
    for compression in ["none", "gzip"] {
        let fake = HttpFake::start();
        let settings = json!({"endpoint": fake.url(), "protocol": "http/protobuf", "compression": compression,
            "headers": "x-key=secret", "traces": 1.0});
        let mut reporter = reporter(settings);
        reporter.open().unwrap();
        let batches = [
            Batch::Lifecycle(LifecycleBatch::new(run.clone(), lifecycle())),
            Batch::Messages(MessageBatch::new(run.clone(), vec![message(1)])),
            Batch::Events(event_batch(trace())),
            intervals(0, 3),
            Batch::Final(final_batch(final_records())),
        ];
        for batch in &batches {
            assert_eq!(reporter.send(batch).unwrap().records, batch.len());
        }
        let asked = fake.asked();
        assert!(
            asked
                .heads
                .iter()
                .all(|head| head.contains("x-key: secret"))
        );
        assert_eq!(last_counts(&asked.kept, "home"), (12, 9));
        assert_eq!(asked.kept.spans().len(), 2);
        assert_eq!(asked.kept.log_records().len(), 4 + 1 + 1 + 2);
    }
}

#[test]
fn refusals_over_http_are_sorted_as_otlp_says() {
    let fake = HttpFake::start();
    let mut reporter = reporter(json!({"endpoint": fake.url(), "protocol": "http/protobuf"}));
    reporter.open().unwrap();
    let batch = Batch::Events(event_batch(vec![event(1)]));
    let mut error = |status, header| {
        fake.asked().answers.push((status, header));
        reporter.send(&batch).unwrap_err()
    };
    for status in [502, 503, 504] {
        let error = error(status, "");
        assert!(
            matches!(error, ReporterError::Temporary { after: None, .. }),
            "{error:?}"
        );
    }
    let throttled = error(429, "retry-after: 7\r\n");
    let after = Some(Duration::from_secs(7));
    assert!(matches!(throttled, ReporterError::Temporary { after: a, .. } if a == after));
    assert!(matches!(error(413, ""), ReporterError::TooLarge { .. }));
    for status in [400, 401, 404, 500] {
        let error = error(status, "");
        assert!(
            matches!(error, ReporterError::Permanent { .. }),
            "{error:?}"
        );
    }
}

#[test]
fn a_refused_span_over_http_is_not_counted() {
    let fake = HttpFake::start();
    fake.asked().refuse_a_span = true;
    let settings = json!({"endpoint": fake.url(), "protocol": "http/protobuf", "traces": 1.0});
    let mut reporter = reporter(settings);
    reporter.open().unwrap();
    let delivered = reporter.send(&Batch::Events(event_batch(trace()))).unwrap();
    assert_eq!(delivered.records, 2);
    assert!(delivered.refused.unwrap().ends_with("too old"));
}
