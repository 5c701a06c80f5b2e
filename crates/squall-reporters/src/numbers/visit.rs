//! Which numbers a batch has.

use squall_report::{
    Batch, CommonRecord, CustomRecord, ErrorRecord, Event, EventKind, FinalBatch, IntervalRecord,
    IntervalTimes, Lifecycle, LifecycleRecord, MetricRecord, Outcome, RunRecord, RunVerdict,
    SystemRecord, ThresholdRecord, WallTime,
};

use super::names::{push_clean, push_series};
use super::{Number, Options, Subject, Type};

/// Calls `put` with each number of a batch; `ended` is the time of the last records, which have none of their own.
pub(crate) fn visit(
    batch: &Batch,
    options: &Options,
    ended: WallTime,
    put: &mut dyn FnMut(&Number<'_>),
) {
    if let Batch::Events(batch) = batch {
        let mut name = String::new();
        for (record, event) in batch.iter().enumerate() {
            let mut visitor = Visitor::new(options, put, name, ended);
            visitor.event(record, &event);
            name = visitor.name;
        }
        return;
    }
    let mut visitor = Visitor::new(options, put, String::new(), ended);
    match batch {
        Batch::Intervals(batch) => {
            for (record, interval) in batch.intervals().iter().enumerate() {
                visitor.interval(record, interval);
            }
        }
        Batch::Lifecycle(batch) => {
            for (record, one) in batch.records().iter().enumerate() {
                visitor.lifecycle(record, one);
            }
        }
        // Events have been visited; messages hold no numbers.
        Batch::Events(_) | Batch::Messages(_) => {}
        Batch::Final(batch) => visitor.last(batch),
    }
}

struct Visitor<'a, 'p> {
    options: &'a Options,
    put: &'p mut dyn FnMut(&Number<'_>),
    name: String,
    /// Where the part of the name ends that all numbers of a record share.
    base: usize,
    record: Option<usize>,
    time: WallTime,
    subject: Subject<'a>,
}

impl<'a, 'p> Visitor<'a, 'p> {
    /// Begins with a text whose memory can be used for names.
    fn new(
        options: &'a Options,
        put: &'p mut dyn FnMut(&Number<'_>),
        name: String,
        time: WallTime,
    ) -> Self {
        Self {
            options,
            put,
            name,
            base: 0,
            record: None,
            time,
            subject: Subject::default(),
        }
    }

    /// Begins the numbers of a record about a series.
    fn series(&mut self, record: usize, time: WallTime, subject: Subject<'a>) {
        self.begin(Some(record), time);
        let kind = subject.kind.unwrap_or_default();
        let tags = subject.tags.filter(|_| !self.options.tagged);
        let names = (subject.stage, subject.scenario, subject.name);
        push_series(names, kind, tags, &mut self.name);
        self.base = self.name.len();
        self.subject = subject;
    }

    /// Begins the numbers of a record about something else.
    fn other(&mut self, record: Option<usize>, time: WallTime, stage: &'a str, name: &str) {
        self.begin(record, time);
        push_clean(name, &mut self.name);
        self.base = self.name.len();
        self.subject = Subject {
            stage,
            ..Subject::default()
        };
    }

    fn begin(&mut self, record: Option<usize>, time: WallTime) {
        (self.record, self.time) = (record, time);
        self.name.clear();
        if !self.options.prefix.is_empty() {
            self.name.push_str(&self.options.prefix);
            self.name.push('.');
        }
    }

    /// Tells a number whose name ends with these parts.
    fn put(&mut self, parts: &[&str], kind: Type, value: f64) {
        // No protocol of these can spell what is no finite number.
        if !value.is_finite() {
            return;
        }
        self.name.truncate(self.base);
        for part in parts {
            self.name.push('_');
            self.name.push_str(part);
        }
        (self.put)(&Number {
            record: self.record,
            name: &self.name,
            kind,
            value,
            time: self.time,
            subject: &self.subject,
        });
    }

    fn count(&mut self, parts: &[&str], count: u64) {
        self.put(parts, Type::Counter, count as f64);
    }

    fn gauge(&mut self, parts: &[&str], value: f64) {
        self.put(parts, Type::Gauge, value);
    }

    fn event(&mut self, record: usize, event: &'a Event<'a>) {
        let subject = Subject {
            stage: &event.stage,
            scenario: &event.scenario,
            name: &event.name,
            kind: Some(event.kind),
            tags: Some(&event.tags),
            status: event.status,
        };
        let ended = event.time.plus_ns(millis_as_ns(event.service_time_ms));
        self.series(record, ended, subject);
        let outcome = match event.outcome {
            Outcome::Ok => "success",
            Outcome::Failed => "failed",
            Outcome::Interrupted => "interrupted",
        };
        if event.kind == EventKind::Check {
            let check = cleaned(event.check.as_deref().unwrap_or_default());
            return self.count(&["check", &check, outcome], 1);
        }
        self.count(&[outcome], 1);
        // What was interrupted has lower bounds instead of times.
        if event.outcome != Outcome::Interrupted {
            self.put(&["time"], Type::Timer, event.response_time_ms);
            self.put(&["service_time"], Type::Timer, event.service_time_ms);
        }
    }

    fn interval(&mut self, record: usize, interval: &'a IntervalRecord) {
        let subject = Subject {
            stage: &interval.stage,
            scenario: &interval.scenario,
            name: &interval.name,
            kind: Some(interval.kind),
            tags: Some(&interval.tags),
            status: 0,
        };
        self.series(record, interval.time, subject);
        for (field, count) in [
            ("started", interval.started),
            ("completed", interval.completed),
            ("succeeded", interval.succeeded),
            ("failed", interval.failed),
            ("bytes_sent", interval.bytes_sent),
            ("bytes_received", interval.bytes_received),
        ] {
            self.count(&["stream", field], count);
        }
        self.gauge(&["stream", "completion_rate"], interval.completion_rate);
        // Where nothing finished there are no times.
        if interval.completed > 0 {
            self.interval_times("response_time", &interval.response_time_ms);
            self.interval_times("service_time", &interval.service_time_ms);
        }
    }

    fn interval_times(&mut self, group: &str, times: &IntervalTimes) {
        for (field, value) in [
            ("minimum", times.minimum),
            ("mean", times.mean),
            ("stdev", times.stdev),
            ("median", times.median),
            ("quantile_90th", times.quantile_90th),
            ("quantile_95th", times.quantile_95th),
            ("quantile_99th", times.quantile_99th),
            ("maximum", times.maximum),
        ] {
            self.gauge(&["stream", group, field], value);
        }
    }

    fn lifecycle(&mut self, record: usize, one: &'a LifecycleRecord) {
        match one.what {
            Lifecycle::RunStarted | Lifecycle::RunEnded => {
                self.other(Some(record), one.time, "", one.what.as_str());
            }
            Lifecycle::StageStarted | Lifecycle::StageEnded => {
                self.other(Some(record), one.time, &one.stage, &one.stage);
                self.name.push('_');
                self.name.push_str(one.what.as_str());
                self.base = self.name.len();
            }
        }
        self.count(&[], 1);
    }

    fn last(&mut self, batch: &'a FinalBatch) {
        let mut record = 0..;
        let mut next = || record.next().unwrap_or_default();
        for one in batch.metrics() {
            self.metric(next(), one);
        }
        for one in batch.common() {
            self.common(next(), one);
        }
        for one in batch.errors() {
            self.error(next(), one);
        }
        for one in batch.custom() {
            self.custom(next(), one);
        }
        for one in batch.system() {
            self.system(next(), one);
        }
        for one in batch.thresholds() {
            self.threshold(next(), one);
        }
        self.verdict(batch.run());
    }

    fn metric(&mut self, record: usize, one: &'a MetricRecord) {
        let subject = Subject {
            stage: &one.stage,
            scenario: &one.scenario,
            name: &one.name,
            kind: Some(one.kind),
            tags: Some(&one.tags),
            status: 0,
        };
        self.series(record, self.time, subject);
        let group = one.group.as_str();
        self.gauge(&[group, "count"], one.count as f64);
        // A group that never happened has zeros that nobody measured.
        if one.count == 0 {
            return;
        }
        for (field, value) in [
            ("median", one.median),
            ("mean", one.mean),
            ("variance", one.variance),
            ("stdev", one.stdev),
            ("minimum", one.minimum),
            ("maximum", one.maximum),
            ("quantile_10th", one.quantile_10th),
            ("quantile_20th", one.quantile_20th),
            ("quantile_25th", one.quantile_25th),
            ("quantile_30th", one.quantile_30th),
            ("quantile_40th", one.quantile_40th),
            ("quantile_50th", one.quantile_50th),
            ("quantile_60th", one.quantile_60th),
            ("quantile_70th", one.quantile_70th),
            ("quantile_75th", one.quantile_75th),
            ("quantile_80th", one.quantile_80th),
            ("quantile_90th", one.quantile_90th),
            ("quantile_95th", one.quantile_95th),
            ("quantile_99th", one.quantile_99th),
            ("p99_9", one.p99_9),
            ("p99_99", one.p99_99),
        ] {
            self.gauge(&[group, field], value);
        }
    }

    fn common(&mut self, record: usize, one: &'a CommonRecord) {
        let subject = Subject {
            stage: &one.stage,
            scenario: &one.scenario,
            name: &one.name,
            kind: Some(one.kind),
            tags: Some(&one.tags),
            status: 0,
        };
        self.series(record, self.time, subject);
        self.count(&["common", "total"], one.total);
        self.count(&["common", "succeeded"], one.succeeded);
        self.count(&["common", "failed"], one.failed);
        self.gauge(&["common", "actions_per_second"], one.actions_per_second);
    }

    fn error(&mut self, record: usize, one: &'a ErrorRecord) {
        let subject = Subject {
            stage: &one.stage,
            scenario: &one.scenario,
            name: &one.name,
            ..Subject::default()
        };
        self.series(record, self.time, subject);
        let error = cleaned(&format!("{} {}", one.error_class, one.error_message));
        self.count(&[self.options.errors, &error], one.error_count);
    }

    fn custom(&mut self, record: usize, one: &'a CustomRecord) {
        let subject = Subject {
            stage: &one.stage,
            name: &one.name,
            ..Subject::default()
        };
        self.series(record, self.time, subject);
        let kind = match (self.options.types.get(&one.metric), one.kind.as_str()) {
            (Some(kind), _) => *kind,
            (None, "count") => Type::Counter,
            (None, _) => Type::Gauge,
        };
        let (group, metric) = (cleaned(&one.group), cleaned(&one.metric));
        self.put(&[&group, &metric], kind, one.value);
    }

    fn system(&mut self, record: usize, one: &'a SystemRecord) {
        let monitor = match one.stage.as_str() {
            "" => "session",
            stage => stage,
        };
        self.other(Some(record), self.time, &one.stage, monitor);
        let group = cleaned(&one.group);
        for (field, value) in [
            ("count", one.count as f64),
            ("median", one.median),
            ("mean", one.mean),
            ("variance", one.variance),
            ("stdev", one.stdev),
            ("minimum", one.minimum),
            ("maximum", one.maximum),
            ("quantile_90th", one.quantile_90th),
            ("quantile_95th", one.quantile_95th),
            ("quantile_99th", one.quantile_99th),
        ] {
            self.gauge(&[&group, field], value);
        }
    }

    fn threshold(&mut self, record: usize, one: &'a ThresholdRecord) {
        self.other(Some(record), self.time, "", "threshold");
        let rule = cleaned(&one.rule);
        let held = u8::from(one.status == "passed");
        self.gauge(&[&rule, "passed"], held.into());
        self.gauge(&[&rule, "limit"], one.limit);
        if let Some(value) = one.value {
            self.gauge(&[&rule, "value"], value);
        }
    }

    fn verdict(&mut self, run: &RunRecord) {
        if let Some(verdict) = run.verdict {
            self.other(None, self.time, "", "run");
            let passed = u8::from(verdict == RunVerdict::Passed);
            self.gauge(&["passed"], passed.into());
        }
    }
}

fn cleaned(text: &str) -> String {
    let mut name = String::new();
    push_clean(text, &mut name);
    name
}

fn millis_as_ns(millis: f64) -> u64 {
    std::time::Duration::try_from_secs_f64(millis / 1_000.0)
        .ok()
        .and_then(|time| u64::try_from(time.as_nanos()).ok())
        .unwrap_or_default()
}
