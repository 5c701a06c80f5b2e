//! One series, step by step.

use std::collections::BTreeMap;

use squall_metrics::{Histogram, Measure, SeriesKey, SeriesKind, SeriesPart, ValuePart};

use super::heat::{COARSE_COLUMNS, FINE_COLUMNS, Heat};
use crate::data::{Column, SeriesData, View, three_digits};

const NS_PER_MS: f64 = 1e6;

/// Phases of an operation, with the names of their columns.
const PHASES: [(Measure, &str); 6] = [
    (Measure::Waiting, "waiting"),
    (Measure::Connecting, "connecting"),
    (Measure::Securing, "securing"),
    (Measure::Writing, "writing"),
    (Measure::FirstByte, "first_byte"),
    (Measure::Reading, "reading"),
];

/// One series: its columns so far, and what happened in the step that is still open.
#[derive(Debug)]
pub(super) struct SeriesColumns {
    key: Option<SeriesKey>,
    columns: BTreeMap<&'static str, Column>,
    heat: Heat,
    open: OpenStep,
    /// What happened in all steps: operations that finished, and values.
    size: u64,
}

/// What happened in a step so far.
#[derive(Debug, Default)]
struct OpenStep {
    seen: bool,
    started: u64,
    ok: u64,
    failed: u64,
    in_flight: u64,
    bytes_sent: u64,
    bytes_received: u64,
    opened: u64,
    response: Histogram,
    service: Histogram,
    phases_ns: [f64; PHASES.len()],
    values: ValuePart,
}

impl SeriesColumns {
    /// An empty series; `None` is all operations together.
    pub(super) fn new(key: Option<SeriesKey>, step_s: u64) -> Self {
        Self {
            key,
            columns: BTreeMap::new(),
            heat: Heat::new(step_s),
            open: OpenStep::default(),
            size: 0,
        }
    }

    /// Returns how much happened.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Tells whether nothing happened.
    pub(super) fn is_blank(&self) -> bool {
        self.columns.values().all(Column::is_blank)
    }

    /// Tells whether it counts operations.
    pub(super) fn is_operation(&self) -> bool {
        self.kind() == Some(SeriesKind::Operation)
    }

    fn kind(&self) -> Option<SeriesKind> {
        self.key.as_ref().map(|key| key.kind)
    }

    /// Adds a second.
    pub(super) fn add(&mut self, second: u64, part: &SeriesPart) {
        let open = &mut self.open;
        open.seen = true;
        self.size += part.ok + part.failed;
        open.started += part.started;
        open.ok += part.ok;
        open.failed += part.failed;
        open.bytes_sent += part.bytes_sent;
        open.bytes_received += part.bytes_received;
        for (&measure, times) in &part.times {
            match measure {
                Measure::OkResponse | Measure::FailedResponse => {
                    open.response.merge_sparse(times);
                    self.heat.add(second, times);
                }
                Measure::OkService | Measure::FailedService => open.service.merge_sparse(times),
                Measure::Waiting
                | Measure::Connecting
                | Measure::Securing
                | Measure::Writing
                | Measure::FirstByte
                | Measure::Reading => open.add_phase(measure, times.count(), times.mean()),
            }
        }
        if let Some(values) = &part.values {
            self.size += values.count();
            open.values.merge(values);
        }
    }

    /// Notes how many are in flight at the end of a second.
    pub(super) fn in_flight(&mut self, now: u64) {
        self.open.in_flight = self.open.in_flight.max(now);
    }

    /// Writes down the step so far.
    pub(super) fn write(&mut self, step: usize) {
        let (open, columns) = (&self.open, &mut self.columns);
        if open.seen {
            let mut put = |name, value| columns.entry(name).or_default().put(step, value);
            open.counts(&mut put);
            open.times(&mut put);
            open.numbers(&mut put);
        }
    }

    /// Begins a step.
    pub(super) fn reset(&mut self) {
        let mut open = std::mem::take(&mut self.open);
        // Their memory is used again.
        open.response.clear();
        open.service.clear();
        self.open.response = open.response;
        self.open.service = open.service;
    }

    /// Notes that nobody has it any more.
    pub(super) fn forget(&mut self) {
        self.columns.values_mut().for_each(Column::forget);
        self.heat.forget();
    }

    /// Returns the wanted steps.
    pub(super) fn view(&mut self, view: View) -> SeriesData {
        let kind = self.kind();
        let operations = matches!(kind, None | Some(SeriesKind::Operation));
        let columns = self.columns.iter_mut();
        let columns = columns.filter(|(_, column)| !column.is_blank());
        let columns = columns.map(|(&name, column)| {
            // A step in which nothing was seen has counts all the same: zero.
            let counted = operations && matches!(name, "started" | "ok" | "failed");
            let missing = if counted { 0.0 } else { f64::NAN };
            (name, column.view(view, missing))
        });
        let columns = columns.collect();
        let heat_columns = if kind.is_none() {
            FINE_COLUMNS
        } else {
            COARSE_COLUMNS
        };
        let text = |of: fn(&SeriesKey) -> &str| self.key.as_ref().map_or("", of).to_owned();
        SeriesData {
            stage: text(|key| &key.stage),
            scenario: text(|key| &key.scenario),
            name: text(|key| &key.name),
            kind,
            columns,
            heat: self.heat.view(heat_columns, view),
        }
    }
}

impl OpenStep {
    fn add_phase(&mut self, measure: Measure, count: u64, mean_ns: f64) {
        if measure == Measure::Connecting {
            self.opened += count;
        }
        let phase = PHASES.iter().position(|(known, _)| *known == measure);
        if let Some(at) = phase {
            self.phases_ns[at] += mean_ns * count as f64;
        }
    }

    fn counts(&self, put: &mut impl FnMut(&'static str, f64)) {
        for (name, count) in [
            ("started", self.started),
            ("ok", self.ok),
            ("failed", self.failed),
            ("in_flight", self.in_flight),
            ("opened", self.opened),
        ] {
            put(name, count as f64);
        }
        put("bytes_sent", three_digits(self.bytes_sent as f64));
        put("bytes_received", three_digits(self.bytes_received as f64));
    }

    fn times(&self, put: &mut impl FnMut(&'static str, f64)) {
        if !self.response.is_empty() {
            let times = self.response.distribution();
            for (name, ms) in [
                ("mean", times.mean),
                ("p50", times.p50),
                ("p90", times.p90),
                ("p95", times.p95),
                ("p99", times.p99),
                ("max", times.max),
            ] {
                put(name, three_digits(ms));
            }
        }
        if !self.service.is_empty() {
            let times = self.service.distribution();
            put("service_p50", three_digits(times.p50));
            put("service_p99", three_digits(times.p99));
        }
        let finished = (self.ok + self.failed) as f64;
        for ((_, name), ns) in PHASES.iter().zip(self.phases_ns) {
            if ns > 0.0 && finished > 0.0 {
                put(name, three_digits(ns / finished / NS_PER_MS));
            }
        }
    }

    fn numbers(&self, put: &mut impl FnMut(&'static str, f64)) {
        if self.values.count() == 0 {
            return;
        }
        let values = self.values.distribution();
        for (name, value) in [
            ("mean", values.mean),
            ("p50", values.p50),
            ("p95", values.p95),
            ("p99", values.p99),
            ("max", values.max),
        ] {
            put(name, three_digits(value));
        }
        put("count", values.count as f64);
    }
}
