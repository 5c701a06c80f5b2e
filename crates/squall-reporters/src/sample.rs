//! Records for this crate's tests.

use std::sync::Arc;

use squall_report::{
    Batch, CommonRecord, CustomRecord, ErrorRecord, EventBatch, EventError, EventKind, FinalBatch,
    FinalRecords, Group, HistogramRecord, IntervalBatch, IntervalRecord, IntervalTimes, Lifecycle,
    LifecycleBatch, LifecycleRecord, MessageBatch, MessageRecord, MetricRecord, NameTable, Outcome,
    PhaseTimes, RawEvent, RunContext, RunRecord, RunVerdict, SeriesName, SystemRecord, Tags,
    ThresholdRecord, TraceIds, WallTime,
};

pub(crate) fn context(run: &str) -> RunContext {
    let run = Arc::new(RunRecord {
        id: run.to_owned(),
        name: "shop".to_owned(),
        seed: 42,
        version: "0.1.0".to_owned(),
        started_at: WallTime::from_unix_ns(1_772_366_400_000_000_000),
        tags: Tags::from([("team".to_owned(), "shop".to_owned())]),
        verdict: None,
        reasons: Vec::new(),
    });
    RunContext::new(
        run,
        NameTable::new(vec![
            SeriesName::new("Browse", "Browse", "home"),
            SeriesName::new("Browse", "Browse", "buy"),
            SeriesName::new("Browse", "Browse", "pay")
                .with_tags(Tags::from([("tier".to_owned(), "1".to_owned())])),
        ]),
    )
}

pub(crate) fn event(sequence: u64) -> RawEvent {
    RawEvent {
        kind: EventKind::Operation,
        series: 0,
        source: 1,
        agent: 0,
        outcome: Outcome::Ok,
        status: 200,
        sequence,
        user: 12,
        iteration: sequence,
        intended_ns: 1_000_000_000,
        started_ns: 1_000_250_000,
        ended_ns: 1_012_250_000,
        phases: PhaseTimes {
            waiting_ns: 250_000,
            connecting_ns: 0,
            securing_ns: 0,
            writing_ns: 10_500,
            first_byte_ns: 11_000_000,
            reading_ns: 989_500,
        },
        bytes_sent: 81,
        bytes_received: 144,
        check: None,
        trace: None,
        error: None,
    }
}

pub(crate) fn failed_event(sequence: u64, class: &str, message: &str) -> RawEvent {
    RawEvent {
        series: 1,
        outcome: Outcome::Failed,
        status: 0,
        bytes_received: 0,
        error: Some(Box::new(EventError {
            class: class.to_owned().into(),
            message: message.to_owned().into(),
        })),
        ..event(sequence)
    }
}

/// A transaction, a check, and an operation with everything that an event can have.
pub(crate) fn every_kind_of_event() -> Vec<RawEvent> {
    let check = |sequence| RawEvent {
        check: Some("has a title".into()),
        ..failed_event(sequence, "check", "there is no title")
    };
    vec![
        RawEvent {
            kind: EventKind::Transaction,
            status: 0,
            ..event(1)
        },
        RawEvent {
            kind: EventKind::Check,
            ..check(2)
        },
        RawEvent {
            series: 2,
            agent: 3,
            trace: Some(Box::new(TraceIds {
                trace_id: 0xabc,
                span_id: 0xdef,
                parent_id: 0x123,
            })),
            ..check(3)
        },
    ]
}

pub(crate) fn event_batch(events: Vec<RawEvent>) -> EventBatch {
    let context = context("run-1");
    EventBatch::new(context.run, &context.names, events)
}

pub(crate) fn final_batch(records: FinalRecords) -> FinalBatch {
    FinalBatch::new(&context("run-1").run, records.with_total_groups())
}

pub(crate) fn empty_batches() -> [Batch; 5] {
    let run = context("run-1").run;
    [
        Batch::Intervals(IntervalBatch::new(run.clone(), Vec::new())),
        Batch::Messages(MessageBatch::new(run.clone(), Vec::new())),
        Batch::Lifecycle(LifecycleBatch::new(run, Vec::new())),
        Batch::Events(event_batch(Vec::new())),
        Batch::Final(final_batch(FinalRecords::default())),
    ]
}

pub(crate) fn metric(name: &str, group: Group) -> MetricRecord {
    MetricRecord {
        count: 3,
        median: 12.0,
        mean: 12.5,
        variance: 1.5,
        stdev: 1.0,
        minimum: 11.5,
        maximum: 14.0,
        quantile_99th: 13.9,
        p99_9: 13.99,
        p99_99: 14.0,
        ..MetricRecord::empty("Browse", "Browse", name, group)
    }
}

pub(crate) fn common(name: &str) -> CommonRecord {
    CommonRecord {
        name: name.to_owned(),
        stage: "Browse".to_owned(),
        scenario: "Browse".to_owned(),
        kind: EventKind::Operation,
        tags: Tags::new(),
        group: CommonRecord::GROUP.to_owned(),
        total: 3,
        succeeded: 2,
        failed: 1,
        actions_per_second: 1.5,
    }
}

pub(crate) fn error(name: &str, class: &str, message: &str) -> ErrorRecord {
    ErrorRecord {
        name: name.to_owned(),
        stage: "Browse".to_owned(),
        scenario: "Browse".to_owned(),
        error_class: class.to_owned(),
        error_message: message.to_owned(),
        error_count: 1,
    }
}

pub(crate) fn system(stage: &str, group: &str) -> SystemRecord {
    SystemRecord {
        stage: stage.to_owned(),
        group: group.to_owned(),
        count: 2,
        median: 12.0,
        mean: 12.5,
        variance: 0.5,
        stdev: 0.5,
        minimum: 12.0,
        maximum: 13.0,
        quantile_90th: 13.0,
        quantile_95th: 13.0,
        quantile_99th: 13.0,
    }
}

pub(crate) fn interval(name: &str, second: u32) -> IntervalRecord {
    let times = IntervalTimes {
        minimum: 1.0,
        mean: 2.5,
        stdev: 0.5,
        median: 2.5,
        quantile_90th: 3.0,
        quantile_95th: 3.0,
        quantile_99th: 3.0,
        maximum: 3.25,
    };
    IntervalRecord {
        run: "run-1".to_owned(),
        kind: EventKind::Operation,
        name: name.to_owned(),
        stage: "Browse".to_owned(),
        scenario: "Browse".to_owned(),
        time: context("run-1")
            .run
            .started_at
            .plus_ns(u64::from(second) * 1_000_000_000),
        at_s: f64::from(second),
        length_s: 1.0,
        tags: Tags::from([("tier".to_owned(), "1".to_owned())]),
        started: 4,
        completed: 3,
        succeeded: 2,
        failed: 1,
        completion_rate: 3.0,
        bytes_sent: 120,
        bytes_received: 4_096,
        response_time_ms: times,
        service_time_ms: times,
        response_times: HistogramRecord {
            count: 3,
            sum_ns: 7_500_000,
            values: vec![(1_000_000, 1), (3_250_000, 2)],
        },
    }
}

pub(crate) fn message(number: u64) -> MessageRecord {
    MessageRecord {
        run: "run-1".to_owned(),
        message_type: "order".to_owned(),
        stage: "Browse".to_owned(),
        scenario: "Browse".to_owned(),
        transaction: Some("checkout :: pay".to_owned()),
        time: context("run-1").run.started_at,
        at_s: 1.5,
        user: 12,
        iteration: number,
        fields: serde_json::Map::from_iter([("total".to_owned(), serde_json::Value::from(12.5))]),
    }
}

/// The beginning and the end of a run with one stage.
pub(crate) fn lifecycle() -> Vec<LifecycleRecord> {
    let record = |what, stage: &str, second: u32, status: &str| LifecycleRecord {
        run: "run-1".to_owned(),
        what,
        stage: stage.to_owned(),
        time: context("run-1")
            .run
            .started_at
            .plus_ns(u64::from(second) * 1_000_000_000),
        at_s: f64::from(second),
        status: status.to_owned(),
        error: None,
        verdict: (what == Lifecycle::RunEnded).then_some(RunVerdict::Passed),
        plan: (what == Lifecycle::RunStarted)
            .then(|| Box::new(serde_json::json!({"version": 1, "name": "shop"}))),
    };
    vec![
        record(Lifecycle::RunStarted, "", 0, ""),
        record(Lifecycle::StageStarted, "Browse", 0, ""),
        record(Lifecycle::StageEnded, "Browse", 2, "completed"),
        record(Lifecycle::RunEnded, "", 3, "completed"),
    ]
}

pub(crate) fn threshold() -> ThresholdRecord {
    ThresholdRecord {
        rule: "p95(response_time) < 300ms".to_owned(),
        status: "failed".to_owned(),
        value: Some(312.5),
        limit: 300.0,
        unit: "ms".to_owned(),
        action: "fail".to_owned(),
        message: Some("p95 was 312.5 ms".to_owned()),
    }
}

pub(crate) fn final_records() -> FinalRecords {
    FinalRecords {
        verdict: Some(RunVerdict::Passed),
        reasons: Vec::new(),
        thresholds: vec![threshold()],
        metrics: vec![
            metric("home", Group::ResponseTime),
            metric("home", Group::ServiceTime),
            metric("buy", Group::ResponseTime),
        ],
        common: vec![common("home"), common("buy")],
        errors: vec![error("buy", "connect", "refused by \"shop\", twice")],
        custom: vec![CustomRecord {
            name: "buy".to_owned(),
            stage: "Browse".to_owned(),
            group: "user_metrics".to_owned(),
            metric: "basket, \"mean\"".to_owned(),
            kind: "sample".to_owned(),
            value: 2.5,
        }],
        system: vec![
            system("", "cpu_percent"),
            system("Browse", "cpu_percent"),
            system("Browse", "mb_per_vu"),
        ],
    }
}

/// Names that are hard for some backend or other.
pub(crate) const HOSTILE: [&str; 8] = [
    "it's \"quoted\" \\ and `ticked`; DROP TABLE events--",
    "two\nlines\r\nand a tab\t",
    "a NUL \0 inside",
    "naïve 💥 \u{202e}right to left",
    "{\"$where\": 1}, a=b c|d:e#f",
    "key.with.dots and $dollars %41",
    "",
    " ",
];

/// A run with so many events, in batches of uneven sizes, and every other kind of record.
pub(crate) fn whole_run(run: &str, events: u64) -> Vec<Batch> {
    let context = context(run);
    let id = || run.to_owned();
    let mut batches = Vec::new();
    let (mut next, mut size) = (0, 1);
    while next < events {
        let end = events.min(next + size);
        let part = (next..end).map(|number| match number % 5 {
            0 => failed_event(number, "connect", "refused\nby \"shop\""),
            _ => event(number),
        });
        let batch = EventBatch::new(context.run.clone(), &context.names, part.collect());
        batches.push(Batch::Events(batch));
        (next, size) = (end, size * 3 % 997);
    }
    let seconds = (0..30).flat_map(|second| ["home", "buy"].map(|name| interval(name, second)));
    let intervals = seconds.map(|record| IntervalRecord {
        run: id(),
        ..record
    });
    batches.push(Batch::Intervals(IntervalBatch::new(
        context.run.clone(),
        intervals.collect(),
    )));
    let messages = (0..7).map(|number| MessageRecord {
        run: id(),
        ..message(number)
    });
    batches.push(Batch::Messages(MessageBatch::new(
        context.run.clone(),
        messages.collect(),
    )));
    let lifecycle = lifecycle().into_iter().map(|record| LifecycleRecord {
        run: id(),
        ..record
    });
    batches.push(Batch::Lifecycle(LifecycleBatch::new(
        context.run.clone(),
        lifecycle.collect(),
    )));
    let records = final_records().with_total_groups();
    batches.push(Batch::Final(FinalBatch::new(&context.run, records)));
    batches
}
