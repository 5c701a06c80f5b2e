//! The bytes of `prometheus`, its settings, and real servers that take them.

#![expect(clippy::float_cmp, reason = "counts are whole numbers")]

mod bytes;
mod gateway;
mod scraped;
mod settings;
mod written;

use std::sync::Arc;

use serde_json::Value;
use squall_report::{
    Batch, EventBatch, FinalBatch, FinalRecords, HistogramRecord, IntervalBatch, IntervalRecord,
    LifecycleBatch, MessageBatch, NameTable, RawEvent, Reporter, RunRecord, SeriesName, Tags,
    WallTime,
};

pub(super) use gateway::backend;

use crate::sample::{context, final_records, interval, lifecycle, message};
use crate::{BuildContext, build};

/// What everything hostile is named.
const HOSTILE: &str = "a\"b\\c\n\0{le=\"1\"} # é\u{1F600}\t'--;";

fn built(settings: &Value) -> Box<dyn Reporter> {
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    };
    let built = build("prometheus", settings.as_object().unwrap(), &context);
    built.unwrap_or_else(|error| panic!("{error}")).reporter
}

/// A run that began a minute ago, which servers look at by themselves.
fn run(id: &str) -> Arc<RunRecord> {
    let minute = 60_000_000_000;
    let started_at = WallTime::from_unix_ns(WallTime::now().unix_ns() - minute);
    Arc::new(RunRecord {
        id: id.to_owned(),
        started_at,
        ..(*context(id).run).clone()
    })
}

fn second(run: &RunRecord, name: &str, second: u32) -> IntervalRecord {
    let base = interval(name, second);
    IntervalRecord {
        run: run.id.clone(),
        time: run.started_at.plus_ns(u64::from(second) * 1_000_000_000),
        tags: Tags::from([("tier".to_owned(), "1".to_owned())]),
        response_times: HistogramRecord {
            count: 3,
            sum_ns: 7_500_000,
            values: vec![(1_000_000, 1), (3_250_000, 2)],
        },
        ..base
    }
}

fn seconds(run: &Arc<RunRecord>, names: &[&str], from: u32, to: u32) -> Batch {
    let seconds = (from..to).flat_map(|at| names.iter().map(move |name| second(run, name, at)));
    Batch::Intervals(IntervalBatch::new(run.clone(), seconds.collect()))
}

fn events(run: &Arc<RunRecord>, name: &str, events: Vec<RawEvent>) -> Batch {
    let names = NameTable::new(vec![
        SeriesName::new("Browse", "Browse", name),
        SeriesName::new("Browse", "Browse", "buy"),
    ]);
    Batch::Events(EventBatch::new(run.clone(), &names, events))
}

fn lives(run: &Arc<RunRecord>) -> Batch {
    let mut records = lifecycle();
    for (second, record) in records.iter_mut().enumerate() {
        record.time = run.started_at.plus_ns(second as u64 * 1_000_000_000);
    }
    Batch::Lifecycle(LifecycleBatch::new(run.clone(), records))
}

fn messages(run: &Arc<RunRecord>, count: u64) -> Batch {
    let records = (0..count).map(message).collect();
    Batch::Messages(MessageBatch::new(run.clone(), records))
}

fn last(run: &RunRecord) -> Batch {
    last_of(run, final_records())
}

fn last_of(run: &RunRecord, records: FinalRecords) -> Batch {
    Batch::Final(FinalBatch::new(run, records.with_total_groups()))
}

/// Delivers batches; each must be taken whole.
fn deliver(reporter: &mut dyn Reporter, batches: &[Batch]) {
    for batch in batches {
        let delivered = reporter.send(batch).unwrap();
        assert_eq!(delivered.records, batch.len(), "{:?}", delivered.refused);
    }
}

/// Reads the vector that an instant query gave: the labels and the number of each series.
fn vector(answer: &str) -> Vec<(Value, f64)> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let results = answer["data"]["result"].as_array().unwrap();
    results
        .iter()
        .map(|one| {
            let number = one["value"][1].as_str().unwrap_or("NaN");
            (one["metric"].clone(), number.parse().unwrap())
        })
        .collect()
}

/// Reads the only number of an answer.
fn number(answer: &str) -> f64 {
    let found = vector(answer);
    assert_eq!(found.len(), 1, "{answer}");
    found[0].1
}

/// Returns a port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
