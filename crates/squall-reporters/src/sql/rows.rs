//! Records become values, in the order of the columns.

use serde::Serialize;
use squall_report::{
    Batch, CommonRecord, CustomRecord, ErrorRecord, Event, IntervalRecord, IntervalTimes,
    LifecycleRecord, MessageRecord, MetricRecord, Outcome, RunRecord, SystemRecord,
    ThresholdRecord, TraceIds, WallTime,
};

use super::key::{self, KeyHash};
use super::table::{Table, TableKind};
use super::tags::TagTexts;

/// Takes the values of one row after the other.
pub(crate) trait Row {
    /// Why a row could not be taken.
    type Error;

    /// Begins a row.
    fn start(&mut self);
    /// Takes a text.
    fn text(&mut self, value: &str);
    /// Takes a whole number.
    fn integer(&mut self, value: u64);
    /// Takes a number.
    fn number(&mut self, value: f64);
    /// Takes a flag.
    fn flag(&mut self, value: bool);
    /// Takes a moment.
    fn time(&mut self, value: WallTime);
    /// Takes JSON.
    fn json(&mut self, value: &str);
    /// Takes nothing.
    fn null(&mut self);
    /// Ends a row.
    ///
    /// # Errors
    /// When the backend refuses it.
    fn end(&mut self) -> Result<(), Self::Error>;

    /// Takes a text, or nothing.
    fn optional_text(&mut self, value: Option<&str>) {
        match value {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }
}

/// Returns those of the tables that a batch has rows for. The run's own comes first; the last records bring its verdict.
pub(crate) fn touched<'a>(
    tables: &'a [Table],
    batch: &Batch,
    run_is_there: bool,
) -> Vec<&'a Table> {
    let run = (!run_is_there || matches!(batch, Batch::Final(_))).then_some(TableKind::Runs);
    let kinds = run.into_iter().chain(tables_of(batch));
    kinds
        .filter_map(|kind| tables.iter().find(|table| table.kind == kind))
        .collect()
}

/// Returns the tables that a batch has records for.
pub(super) fn tables_of(batch: &Batch) -> Vec<TableKind> {
    let of = |kind, empty: bool| (!empty).then_some(kind);
    let found = match batch {
        Batch::Events(batch) => vec![of(TableKind::Events, batch.is_empty())],
        Batch::Messages(batch) => vec![of(TableKind::Messages, batch.is_empty())],
        Batch::Intervals(batch) => vec![of(TableKind::Streams, batch.is_empty())],
        Batch::Lifecycle(batch) => vec![of(TableKind::Lifecycle, batch.is_empty())],
        Batch::Final(batch) => {
            let system = |session| batch.system().iter().any(|one| is_session(one) == session);
            vec![
                of(TableKind::Metrics, batch.metrics().is_empty()),
                of(TableKind::Shared, batch.common().is_empty()),
                of(TableKind::Custom, batch.custom().is_empty()),
                of(TableKind::Errors, batch.errors().is_empty()),
                of(TableKind::Thresholds, batch.thresholds().is_empty()),
                of(TableKind::SystemSession, !system(true)),
                of(TableKind::SystemStage, !system(false)),
            ]
        }
    };
    found.into_iter().flatten().collect()
}

/// Says whether what the generator used is of the whole run.
fn is_session(record: &SystemRecord) -> bool {
    record.stage.is_empty()
}

/// Writes the rows that a batch has for a table.
pub(crate) fn write<R: Row>(batch: &Batch, kind: TableKind, row: &mut R) -> Result<(), R::Error> {
    let run = batch.run();
    if kind == TableKind::Runs {
        return write_run(run, row);
    }
    let mut writer = Writer {
        row,
        run: &run.id,
        tags: TagTexts::new(&run.tags),
        text: String::new(),
    };
    match batch {
        Batch::Events(batch) => writer.all(batch.iter(), |writer, event| writer.event(&event)),
        Batch::Messages(batch) => writer.all(batch.messages(), Writer::message),
        Batch::Intervals(batch) => writer.all(batch.intervals(), Writer::interval),
        Batch::Lifecycle(batch) => writer.all(batch.records(), Writer::lifecycle),
        Batch::Final(batch) => match kind {
            TableKind::Metrics => writer.all(batch.metrics(), Writer::metric),
            TableKind::Shared => writer.all(batch.common(), Writer::common),
            TableKind::Custom => writer.all(batch.custom(), Writer::custom),
            TableKind::Errors => writer.all(batch.errors(), Writer::error),
            TableKind::Thresholds => writer.all(batch.thresholds(), Writer::threshold),
            TableKind::SystemSession => {
                let session = batch.system().iter().filter(|one| is_session(one));
                writer.all(session, Writer::system)
            }
            TableKind::SystemStage => {
                let stages = batch.system().iter().filter(|one| !is_session(one));
                writer.all(stages, Writer::system)
            }
            _ => Ok(()),
        },
    }
}

/// Writes the row of the run.
fn write_run<R: Row>(run: &RunRecord, row: &mut R) -> Result<(), R::Error> {
    let mut tags = TagTexts::new(&run.tags);
    row.start();
    row.text(&run.id);
    row.text(&run.name);
    row.text(&run.seed.to_string());
    row.text(&run.version);
    row.time(run.started_at);
    row.json(tags.of_run());
    row.optional_text(run.verdict.map(squall_report::RunVerdict::as_str));
    row.json(&as_json(&run.reasons));
    row.end()
}

struct Writer<'a, R> {
    row: &'a mut R,
    run: &'a str,
    tags: TagTexts<'a>,
    /// The id of the row.
    text: String,
}

impl<'a, R: Row> Writer<'a, R> {
    fn all<T>(
        &mut self,
        records: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Self, T),
    ) -> Result<(), R::Error> {
        for record in records {
            self.row.start();
            write(self, record);
            self.row.end()?;
        }
        Ok(())
    }

    fn id(&mut self, key: KeyHash) {
        key.write(&mut self.text);
        self.row.text(&self.text);
    }

    fn run(&mut self) {
        self.row.text(self.run);
    }

    fn numbers(&mut self, values: &[f64]) {
        for value in values {
            self.row.number(*value);
        }
    }

    fn texts(&mut self, values: &[&str]) {
        for value in values {
            self.row.text(value);
        }
    }

    fn integers(&mut self, values: &[u64]) {
        for value in values {
            self.row.integer(*value);
        }
    }

    fn event(&mut self, event: &Event<'a>) {
        key::event(event, &mut self.text);
        self.row.text(&self.text);
        self.texts(&[&event.name, &event.stage]);
        self.row.time(event.time);
        self.row.flag(event.outcome == Outcome::Ok);
        self.run();
        self.texts(&[event.kind.as_str(), &event.scenario]);
        self.row.optional_text(event.check.as_deref());
        self.row.text(event.outcome.as_str());
        self.row.integer(u64::from(event.status));
        self.numbers(&[
            event.response_time_ms,
            event.service_time_ms,
            event.waiting_ms,
            event.connecting_ms,
            event.securing_ms,
            event.writing_ms,
            event.first_byte_ms,
            event.reading_ms,
            event.intended_s,
            event.started_s,
            event.ended_s,
        ]);
        self.integers(&[
            event.bytes_sent,
            event.bytes_received,
            u64::from(event.agent),
            u64::from(event.user),
            event.iteration,
        ]);
        let error = event.error.as_ref();
        self.row.optional_text(error.map(|error| &*error.class));
        self.row.optional_text(error.map(|error| &*error.message));
        self.trace(event.trace);
        let tags = match &event.tags {
            std::borrow::Cow::Borrowed(tags) => self.tags.shared(tags),
            std::borrow::Cow::Owned(tags) => self.tags.of(tags),
        };
        self.row.json(tags);
    }

    fn trace(&mut self, trace: Option<TraceIds>) {
        let Some(trace) = trace else {
            for _ in 0..3 {
                self.row.null();
            }
            return;
        };
        self.row.text(&format!("{:032x}", trace.trace_id));
        self.row.text(&format!("{:016x}", trace.span_id));
        match trace.parent_id {
            // The root.
            0 => self.row.null(),
            parent => self.row.text(&format!("{parent:016x}")),
        }
    }

    fn message(&mut self, record: &MessageRecord) {
        let fields = as_json(&record.fields);
        let key = KeyHash::new()
            .text(&record.stage)
            .text(&record.scenario)
            .text(&record.message_type)
            .text(record.transaction.as_deref().unwrap_or_default())
            .number(record.at_s.to_bits())
            .number(record.user)
            .number(record.iteration)
            .text(&fields);
        self.id(key);
        self.texts(&[&record.message_type, &record.stage]);
        self.row.time(record.time);
        self.run();
        self.row.text(&record.scenario);
        self.row.optional_text(record.transaction.as_deref());
        self.row.number(record.at_s);
        self.integers(&[record.user, record.iteration]);
        self.row.json(&fields);
        self.row.json(self.tags.of_run());
    }

    fn interval(&mut self, record: &IntervalRecord) {
        let key = KeyHash::new()
            .text(&record.stage)
            .text(&record.scenario)
            .text(record.kind.as_str())
            .text(&record.name)
            .tags(&record.tags)
            .number(record.at_s.to_bits())
            .number(record.length_s.to_bits());
        self.id(key);
        self.texts(&[&record.name, &record.stage]);
        self.row.time(record.time);
        self.run();
        self.texts(&[record.kind.as_str(), &record.scenario]);
        self.numbers(&[record.at_s, record.length_s]);
        self.integers(&[
            record.started,
            record.completed,
            record.succeeded,
            record.failed,
        ]);
        self.row.number(record.completion_rate);
        self.integers(&[record.bytes_sent, record.bytes_received]);
        self.times(&record.response_time_ms);
        self.times(&record.service_time_ms);
        self.row.json(&as_json(&record.response_times));
        self.row.json(self.tags.of(&record.tags));
    }

    fn times(&mut self, times: &IntervalTimes) {
        self.numbers(&[
            times.minimum,
            times.mean,
            times.stdev,
            times.median,
            times.quantile_90th,
            times.quantile_95th,
            times.quantile_99th,
            times.maximum,
        ]);
    }

    fn lifecycle(&mut self, record: &LifecycleRecord) {
        let key = KeyHash::new()
            .text(record.what.as_str())
            .text(&record.stage)
            .number(record.at_s.to_bits());
        self.id(key);
        self.run();
        self.texts(&[record.what.as_str(), &record.stage]);
        self.row.time(record.time);
        self.row.number(record.at_s);
        self.row.text(&record.status);
        self.row.optional_text(record.error.as_deref());
        let verdict = record.verdict.map(squall_report::RunVerdict::as_str);
        self.row.optional_text(verdict);
        match &record.plan {
            Some(plan) => self.row.json(&as_json(plan)),
            None => self.row.null(),
        }
        self.row.json(self.tags.of_run());
    }

    fn metric(&mut self, record: &MetricRecord) {
        let key = KeyHash::new()
            .text(&record.stage)
            .text(&record.scenario)
            .text(record.kind.as_str())
            .text(&record.name)
            .tags(&record.tags)
            .text(record.group.as_str());
        self.id(key);
        self.texts(&[&record.name, &record.stage, record.group.as_str()]);
        self.numbers(&[
            record.median,
            record.mean,
            record.variance,
            record.stdev,
            record.minimum,
            record.maximum,
            record.quantile_10th,
            record.quantile_20th,
            record.quantile_25th,
            record.quantile_30th,
            record.quantile_40th,
            record.quantile_50th,
            record.quantile_60th,
            record.quantile_70th,
            record.quantile_75th,
            record.quantile_80th,
            record.quantile_90th,
            record.quantile_95th,
            record.quantile_99th,
        ]);
        self.run();
        self.texts(&[record.kind.as_str(), &record.scenario, &record.unit]);
        self.row.integer(record.count);
        self.numbers(&[record.p99_9, record.p99_99]);
        self.row.json(self.tags.of(&record.tags));
    }

    fn common(&mut self, record: &CommonRecord) {
        let key = KeyHash::new()
            .text(&record.stage)
            .text(&record.scenario)
            .text(record.kind.as_str())
            .text(&record.name)
            .tags(&record.tags);
        self.id(key);
        self.texts(&[&record.name, &record.stage, &record.group]);
        self.integers(&[record.total, record.succeeded, record.failed]);
        self.row.number(record.actions_per_second);
        self.run();
        self.texts(&[record.kind.as_str(), &record.scenario]);
        self.row.json(self.tags.of(&record.tags));
    }

    fn custom(&mut self, record: &CustomRecord) {
        let key = KeyHash::new()
            .text(&record.stage)
            .text(&record.name)
            .text(&record.group)
            .text(&record.metric)
            .text(&record.kind);
        self.id(key);
        self.texts(&[&record.name, &record.stage, &record.group]);
        self.texts(&[&record.metric, &record.kind]);
        self.row.number(record.value);
        self.run();
        self.row.json(self.tags.of_run());
    }

    fn error(&mut self, record: &ErrorRecord) {
        let key = KeyHash::new()
            .text(&record.stage)
            .text(&record.scenario)
            .text(&record.name)
            .text(&record.error_class)
            .text(&record.error_message);
        self.id(key);
        self.texts(&[&record.name, &record.stage, &record.error_message]);
        self.row.integer(record.error_count);
        self.run();
        self.texts(&[&record.scenario, &record.error_class]);
        self.row.json(self.tags.of_run());
    }

    fn threshold(&mut self, record: &ThresholdRecord) {
        let key = KeyHash::new()
            .text(&record.rule)
            .text(&record.action)
            .number(record.limit.to_bits());
        self.id(key);
        self.run();
        self.texts(&[&record.rule, &record.status]);
        match record.value {
            Some(value) => self.row.number(value),
            None => self.row.null(),
        }
        self.row.number(record.limit);
        self.texts(&[&record.unit, &record.action]);
        self.row.optional_text(record.message.as_deref());
        self.row.json(self.tags.of_run());
    }

    fn system(&mut self, record: &SystemRecord) {
        self.id(KeyHash::new().text(&record.stage).text(&record.group));
        self.texts(&[&record.stage, &record.group]);
        self.numbers(&[
            record.median,
            record.mean,
            record.variance,
            record.stdev,
            record.minimum,
            record.maximum,
            record.quantile_90th,
            record.quantile_95th,
            record.quantile_99th,
        ]);
        self.run();
        self.row.integer(record.count);
        self.row.json(self.tags.of_run());
    }
}

fn as_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("records are JSON")
}
