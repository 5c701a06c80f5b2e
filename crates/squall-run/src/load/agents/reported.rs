//! From what an agent reports to what the run counts: its numbers of series become ours, and what it leaves open is closed.

use std::collections::{BTreeMap, HashMap};

use squall_cluster::{Record, RecordFailure, RecordKind};
use squall_engine::{OperationRecord, RecordedKind};
use squall_metrics::series::Nested;
use squall_metrics::{
    IntervalPart, Outcome, ScenarioId, ScenarioKey, SeriesId, SeriesKey, SeriesKind, SeriesPart,
    SeriesTable, ThreadPart,
};
use squall_protocol::{FailureClass, Moments, TraceIds};

/// What one agent has reported so far.
#[derive(Debug)]
pub(super) struct Reported {
    table: SeriesTable,
    process: u32,
    /// By the agent's number: ours, and the scenario where it counts iterations.
    series: Vec<(SeriesId, Option<ScenarioKey>)>,
    scenarios: Vec<ScenarioId>,
    threads: BTreeMap<usize, ThreadReport>,
    started: HashMap<ScenarioKey, u64>,
}

/// What one I/O thread of the agent has reported so far.
#[derive(Debug, Default)]
struct ThreadReport {
    /// The interval that it has not completed.
    next: u64,
    /// Started and not ended, by our number of the series.
    open: BTreeMap<SeriesId, i128>,
}

impl Reported {
    pub(super) fn new(process: u32, table: SeriesTable) -> Self {
        Self {
            table,
            process,
            series: Vec::new(),
            scenarios: Vec::new(),
            threads: BTreeMap::new(),
            started: HashMap::new(),
        }
    }

    /// Learns the names that the agent's next numbers stand for.
    pub(super) fn learn(&mut self, series: Vec<SeriesKey>, scenarios: Vec<ScenarioKey>) {
        for key in series {
            let counts = (key.kind == SeriesKind::Iteration).then(|| ScenarioKey {
                stage: key.stage.clone(),
                scenario: key.scenario.clone(),
            });
            self.series.push((self.table.intern(key), counts));
        }
        for key in scenarios {
            self.scenarios.push(self.table.intern_scenario(key));
        }
    }

    /// Learns which of the agent's series are parts of which of its transactions.
    pub(super) fn nest(&self, nested: &[Nested]) {
        let ours = |id: SeriesId| self.series.get(id.index()).map(|(ours, _)| *ours);
        for (child, parent) in nested {
            let parent = match parent {
                None => Some(None),
                Some(parent) => ours(*parent).map(Some),
            };
            if let (Some(child), Some(parent)) = (ours(*child), parent) {
                self.table.nest(child, parent);
            }
        }
    }

    /// Turns a part into one with our numbers, and remembers what it leaves open.
    pub(super) fn part(&mut self, mut part: IntervalPart, completes: Completes) -> IntervalPart {
        let thread = self.threads.entry(part.thread.thread).or_default();
        thread.next = part.index + u64::from(completes == Completes::Interval);
        part.series.retain_mut(|(id, series)| {
            let Some((ours, counts)) = self.series.get(id.index()) else {
                tracing::error!(id = id.0, "an agent counts what it has not named");
                return false;
            };
            *id = *ours;
            let ended = series.ok + series.failed + series.interrupted;
            *thread.open.entry(*ours).or_default() +=
                i128::from(series.started) - i128::from(ended);
            if let Some(scenario) = counts {
                *self.started.entry(scenario.clone()).or_default() += series.started;
            }
            true
        });
        let scenarios = &self.scenarios;
        part.scenarios.retain_mut(|(id, _)| {
            let ours = scenarios.get(id.index());
            *id = ours.copied().unwrap_or(*id);
            ours.is_some()
        });
        part.exemplars.retain_mut(|exemplar| {
            let ours = self.series.get(exemplar.series.index());
            exemplar.series = ours.map_or(exemplar.series, |(ours, _)| *ours);
            ours.is_some()
        });
        for interpreter in &mut part.interpreters {
            interpreter.process = self.process;
        }
        part
    }

    /// Returns a part for each thread that counts as interrupted what the agent left open.
    pub(super) fn close(&mut self) -> Vec<IntervalPart> {
        let threads = std::mem::take(&mut self.threads).into_iter();
        threads
            .map(|(number, report)| {
                let open = report.open.into_iter();
                let series = open.filter_map(|(id, open)| {
                    let interrupted = u64::try_from(open).ok().filter(|open| *open > 0)?;
                    let part = SeriesPart {
                        interrupted,
                        ..SeriesPart::default()
                    };
                    Some((id, part))
                });
                IntervalPart {
                    index: report.next,
                    thread: ThreadPart {
                        thread: number,
                        ..ThreadPart::default()
                    },
                    series: series.collect(),
                    ..IntervalPart::default()
                }
            })
            .collect()
    }

    /// Returns how many iterations of a scenario it reported as started.
    pub(super) fn started(&self, scenario: &ScenarioKey) -> u64 {
        self.started.get(scenario).copied().unwrap_or(0)
    }

    /// Turns records into ones with our numbers.
    pub(super) fn records(&self, records: Vec<Record>) -> Vec<OperationRecord> {
        let known = records.into_iter().filter_map(|record| {
            let (series, _) = self.series.get(record.series as usize)?;
            Some(operation_record(record, *series))
        });
        known.collect()
    }
}

/// Whether a part ends the interval of its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Completes {
    Interval,
    Nothing,
}

fn operation_record(record: Record, series: SeriesId) -> OperationRecord {
    OperationRecord {
        kind: match record.kind {
            RecordKind::Operation => RecordedKind::Operation,
            RecordKind::Transaction => RecordedKind::Transaction,
            RecordKind::Iteration => RecordedKind::Iteration,
            RecordKind::Check(name) => RecordedKind::Check(name.into()),
        },
        trace: record.trace.map(|((high, low), span_id, parent_id)| {
            Box::new(TraceIds {
                trace_id: (u128::from(high) << u64::BITS) | u128::from(low),
                span_id,
                parent_id,
            })
        }),
        series,
        moments: Moments::from_array(record.moments),
        outcome: if record.ok {
            Outcome::Ok
        } else {
            Outcome::Failed
        },
        status: record.status,
        bytes_sent: record.bytes.0,
        bytes_received: record.bytes.1,
        user: record.user,
        iteration: record.iteration,
        id: record.id,
        failure: record.failure.map(|RecordFailure { class, message }| {
            let class = FailureClass::named(&class).unwrap_or(FailureClass::Script);
            Box::new((class.as_str(), message))
        }),
    }
}

/// Turns a record of this process into one that travels.
pub(crate) fn travelling(record: OperationRecord) -> Record {
    Record {
        kind: match record.kind {
            RecordedKind::Operation => RecordKind::Operation,
            RecordedKind::Transaction => RecordKind::Transaction,
            RecordedKind::Iteration => RecordKind::Iteration,
            RecordedKind::Check(name) => RecordKind::Check(name.to_string()),
        },
        trace: record.trace.map(|ids| {
            let halves = (half(ids.trace_id >> u64::BITS), half(ids.trace_id));
            (halves, ids.span_id, ids.parent_id)
        }),
        series: record.series.0,
        moments: record.moments.to_array(),
        ok: record.outcome == Outcome::Ok,
        status: record.status,
        bytes: (record.bytes_sent, record.bytes_received),
        user: record.user,
        iteration: record.iteration,
        id: record.id,
        failure: record.failure.map(|failure| {
            let (class, message) = *failure;
            RecordFailure {
                class: class.to_owned(),
                message,
            }
        }),
    }
}

/// Returns the lower 64 bits.
#[expect(
    clippy::cast_possible_truncation,
    reason = "half of the number is meant"
)]
fn half(number: u128) -> u64 {
    number as u64
}
