//! Makes numbers of what comes while the run goes on.

use std::collections::BTreeMap;
use std::time::Duration;

use squall_report::{
    Batch, EventBatch, EventKind, IntervalRecord, IntervalTimes, Lifecycle, LifecycleRecord,
    MessageRecord, Outcome, WallTime,
};

use super::family::Family;
use super::finals;
use super::state::{Points, Stage, State};

const NS_PER_MS: i64 = 1_000_000;

/// What a number of the test's is told as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CustomType {
    Counter,
    Gauge,
}

/// What intervals of one kind of series are told as.
struct Families {
    started: Family,
    finished: Family,
    response_time: Family,
    interval_response_time: Family,
    interval_service_time: Family,
}

const OPERATIONS: Families = Families {
    started: Family::OperationsStarted,
    finished: Family::Operations,
    response_time: Family::ResponseTime,
    interval_response_time: Family::IntervalResponseTime,
    interval_service_time: Family::IntervalServiceTime,
};

const TRANSACTIONS: Families = Families {
    started: Family::TransactionsStarted,
    finished: Family::Transactions,
    response_time: Family::TransactionResponseTime,
    interval_response_time: Family::IntervalTransactionResponseTime,
    interval_service_time: Family::IntervalTransactionServiceTime,
};

/// Makes the points of a batch; the state is not changed.
pub(super) fn points(
    batch: &Batch,
    state: &State,
    custom: &BTreeMap<String, CustomType>,
) -> Points {
    let mut adding = Stage::new(state, batch.run());
    match batch {
        Batch::Events(events) => add_events(&mut adding, events),
        Batch::Messages(messages) => {
            let times = messages
                .messages()
                .iter()
                .map(|message| millis(message.time));
            let ms = state.after(times.max().unwrap_or_default());
            for message in messages.messages() {
                add_message(&mut adding, message, ms);
            }
        }
        Batch::Intervals(intervals) => {
            for interval in intervals.intervals() {
                add_interval(&mut adding, interval);
            }
        }
        Batch::Lifecycle(records) => {
            for record in records.records() {
                add_lifecycle(&mut adding, record);
            }
        }
        Batch::Final(records) => finals::add(&mut adding, records, custom),
    }
    add_info(&mut adding, batch);
    adding.finish()
}

pub(super) fn millis(time: WallTime) -> i64 {
    time.unix_ns().div_euclid(NS_PER_MS)
}

/// The moment up to which an interval counts.
fn end_ms(interval: &IntervalRecord) -> i64 {
    let length = Duration::try_from_secs_f64(interval.length_s).unwrap_or_default();
    after(interval.time, length)
}

fn after(time: WallTime, length: Duration) -> i64 {
    let ns = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
    millis(time.plus_ns(ns))
}

fn add_info(stage: &mut Stage<'_>, batch: &Batch) {
    let latest = match batch {
        Batch::Intervals(batch) => batch.intervals().iter().map(end_ms).max(),
        Batch::Lifecycle(batch) => batch
            .records()
            .iter()
            .map(|record| millis(record.time))
            .max(),
        Batch::Final(_) => None,
        // They are many, and may come late.
        Batch::Events(_) | Batch::Messages(_) => return,
    };
    let run = stage.run();
    let seed = run.seed.to_string();
    let labels = stage.labels(&[
        ("name", &run.name),
        ("seed", &seed),
        ("version", &run.version),
    ]);
    let ms = stage
        .state()
        .not_before(latest.unwrap_or_else(|| millis(run.started_at)));
    stage.set(Family::RunInfo, &labels, None, (ms, 1.0));
}

fn add_interval(stage: &mut Stage<'_>, interval: &IntervalRecord) {
    let own = [
        ("stage", interval.stage.as_str()),
        ("scenario", &interval.scenario),
        ("name", &interval.name),
    ];
    let labels = stage.tagged(&own, &interval.tags);
    let ms = end_ms(interval);
    let families = match interval.kind {
        EventKind::Operation => &OPERATIONS,
        EventKind::Transaction => &TRANSACTIONS,
        // Checks have outcomes and no times.
        EventKind::Check => {
            for (outcome, count) in outcomes(interval.succeeded, interval.failed) {
                let extra = Some(("outcome", outcome));
                stage.add(Family::Checks, &labels, extra, (ms, count));
            }
            return;
        }
        // Nothing is told of iterations but what is in them.
        EventKind::Iteration => return,
    };
    let started = (ms, interval.started as f64);
    stage.add(families.started, &labels, None, started);
    for (outcome, count) in outcomes(interval.succeeded, interval.failed) {
        let extra = Some(("outcome", outcome));
        stage.add(families.finished, &labels, extra, (ms, count));
    }
    stage.observe(
        families.response_time,
        &labels,
        ms,
        &interval.response_times,
    );
    if interval.kind == EventKind::Operation {
        let sent = (ms, interval.bytes_sent as f64);
        stage.add(Family::BytesSent, &labels, None, sent);
        let received = (ms, interval.bytes_received as f64);
        stage.add(Family::BytesReceived, &labels, None, received);
    }
    if interval.completed == 0 {
        return;
    }
    let response = (families.interval_response_time, &interval.response_time_ms);
    let service = (families.interval_service_time, &interval.service_time_ms);
    for (family, times) in [response, service] {
        for (statistic, value) in statistics(times) {
            let extra = Some(("statistic", statistic));
            stage.set(family, &labels, extra, (ms, value / 1e3));
        }
    }
}

pub(super) fn outcomes(succeeded: u64, failed: u64) -> [(&'static str, f64); 2] {
    [
        (Outcome::Ok.as_str(), succeeded as f64),
        (Outcome::Failed.as_str(), failed as f64),
    ]
}

fn statistics(times: &IntervalTimes) -> [(&'static str, f64); 8] {
    [
        ("minimum", times.minimum),
        ("mean", times.mean),
        ("stdev", times.stdev),
        ("median", times.median),
        ("quantile_90th", times.quantile_90th),
        ("quantile_95th", times.quantile_95th),
        ("quantile_99th", times.quantile_99th),
        ("maximum", times.maximum),
    ]
}

fn add_lifecycle(stage: &mut Stage<'_>, record: &LifecycleRecord) {
    let family = match record.what {
        Lifecycle::RunStarted => Family::RunStart,
        Lifecycle::StageStarted => Family::StageStart,
        Lifecycle::StageEnded => Family::StageEnd,
        Lifecycle::RunEnded => Family::RunEnd,
    };
    let labels = stage.labels(&[("stage", &record.stage), ("status", &record.status)]);
    let seconds = record.time.unix_ns() as f64 / 1e9;
    let ms = millis(record.time);
    stage.set(family, &labels, None, (ms, seconds));
    if let Some(verdict) = record.verdict {
        finals::set_verdict(stage, verdict, stage.state().not_before(ms));
    }
}

fn add_message(stage: &mut Stage<'_>, message: &MessageRecord, ms: i64) {
    let labels = stage.labels(&[
        ("stage", &message.stage),
        ("scenario", &message.scenario),
        ("type", &message.message_type),
    ]);
    stage.add(Family::Messages, &labels, None, (ms, 1.0));
}

/// Counts single events; checks by their own name.
fn add_events(stage: &mut Stage<'_>, events: &EventBatch) {
    let ends = events.iter().map(|event| {
        let took = Duration::try_from_secs_f64(event.ended_s - event.started_s).unwrap_or_default();
        after(event.time, took)
    });
    // One moment for the whole batch: threads hand over their events in no common order.
    let Some(latest) = ends.max() else { return };
    let ms = stage.state().after(latest);
    for event in events.iter() {
        let own = [
            ("stage", &*event.stage),
            ("scenario", &*event.scenario),
            ("name", &*event.name),
        ];
        let outcome = ("outcome", event.outcome.as_str());
        if event.kind == EventKind::Check {
            let check = ("check", event.check.as_deref().unwrap_or_default());
            let labels = stage.tagged(&[own[0], own[1], own[2], check], &event.tags);
            stage.add(Family::Checks, &labels, Some(outcome), (ms, 1.0));
            continue;
        }
        let kind = ("kind", event.kind.as_str());
        let status = match event.status {
            0 => String::new(),
            status => status.to_string(),
        };
        let class = event.error.as_ref().map_or("", |error| &*error.class);
        let labels = stage.tagged(
            &[
                own[0],
                own[1],
                own[2],
                kind,
                ("status", &status),
                ("class", class),
            ],
            &event.tags,
        );
        stage.add(Family::Events, &labels, Some(outcome), (ms, 1.0));
    }
}
