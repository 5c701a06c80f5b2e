//! What an Analyze stage sees of the stages before it, as JSON for the test's own hooks.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use squall_metrics::{Histogram, Measure, RunTotals, SeriesKind, SeriesTotal};
use squall_plan::HOOKS;
use squall_report::{FinalRecords, Group, MetricRecord, SystemRecord};

use super::operations::{each_of, each_operation};
use super::{NS_PER_MS, facts, final_records};
use crate::running::Running;
use crate::stages::upstream;
use crate::thresholds::Phases;
use crate::verdict::verdict;

/// Makes the results of all stages before a stage.
pub(crate) fn results(running: &Running, stage: &str) -> Value {
    let plan = &running.run.checked;
    let index = plan.stages.iter().position(|known| known.name == stage);
    let before = index.map_or_else(Vec::new, |index| upstream(plan, index));
    let so_far = running.so_far();
    let (whole, totals) = (&so_far.totals, so_far.numbers());
    let phases = Phases::of(plan);
    let entries = running.board.entries();
    let now = running.clock.now();
    let elapsed = |name: &str| {
        let entry = entries.iter().find(|entry| entry.name == name);
        entry.map_or(0.0, |entry| phases.load_s(entry, now))
    };
    let verdict = verdict(&facts(running, whole, &so_far.judgments, None));
    let records = final_records(totals, &before, &verdict, elapsed).with_total_groups();
    let seen = Seen {
        totals,
        records: &records,
    };
    let measured: Map<String, Value> = before
        .iter()
        .filter(|name| {
            let hooks = whole.scenario_iterations(name, HOOKS).started;
            whole.stage_iterations(name).started + hooks > 0
        })
        .map(|name| (name.clone(), seen.stage(name, elapsed(name))))
        .collect();
    let users = |stage: &str| whole.stage_iterations(stage).users_max;
    json!({
        "stages": measured,
        "system": system(&running.system.records(&before, users)),
    })
}

struct Seen<'a> {
    totals: &'a RunTotals,
    records: &'a FinalRecords,
}

impl Seen<'_> {
    fn stage(&self, stage: &str, elapsed_s: f64) -> Value {
        let iterations = self.totals.stage_iterations(stage);
        let mut actions: Map<String, Value> = Map::new();
        each_operation(self.totals, |_, key, series| {
            if *key.stage == *stage {
                let action = self.action(stage, (&key.scenario, &key.name), series);
                actions.insert(key.name.to_string(), action);
            }
        });
        let mut metrics: Map<String, Value> = Map::new();
        each_of(self.totals, SeriesKind::Metric, |_, key, _| {
            if *key.stage == *stage {
                let mut own = self.groups(stage, (&key.scenario, &key.name));
                let values = own.remove(Group::Metric.as_str());
                metrics.insert(key.name.to_string(), values.unwrap_or_default());
            }
        });
        json!({
            "elapsed_s": elapsed_s,
            "iterations": {
                "started": iterations.started,
                "ok": iterations.ok,
                "failed": iterations.failed,
            },
            "actions": actions,
            "metrics": metrics,
        })
    }

    fn action(&self, stage: &str, (scenario, name): (&str, &str), series: &SeriesTotal) -> Value {
        let common = self.records.common.iter().find(|record| {
            record.stage == stage && record.scenario == scenario && record.name == name
        });
        let errors = self.records.errors.iter().filter(|record| {
            record.stage == stage && record.scenario == scenario && record.name == name
        });
        let errors = errors.map(|record| {
            json!({
                "class": record.error_class,
                "message": record.error_message,
                "count": record.error_count,
            })
        });
        let statuses = series.statuses.sorted().into_iter();
        json!({
            "scenario": scenario,
            "total": series.ok + series.failed,
            "succeeded": series.ok,
            "failed": series.failed,
            "actions_per_second": common.map_or(0.0, |record| record.actions_per_second),
            "statuses": statuses
                .map(|(status, count)| (status.to_string(), count.into()))
                .collect::<Map<String, Value>>(),
            "errors": errors.collect::<Vec<_>>(),
            "groups": self.groups(stage, (scenario, name)),
            "times": times(series),
        })
    }

    /// The distributions of a series by group.
    fn groups(&self, stage: &str, (scenario, name): (&str, &str)) -> Map<String, Value> {
        let of_series = |record: &&MetricRecord| {
            record.stage == stage && record.scenario == scenario && record.name == name
        };
        let records = self.records.metrics.iter().filter(of_series);
        records
            .map(|record| {
                let mut fields = serde_json::to_value(record).unwrap_or_default();
                if let Some(fields) = fields.as_object_mut() {
                    for name in ["name", "stage", "scenario", "group"] {
                        fields.shift_remove(name);
                    }
                }
                (record.group.as_str().to_owned(), fields)
            })
            .collect()
    }
}

/// Returns the service times that can be told apart: milliseconds, how many succeeded, how many failed.
fn times(series: &SeriesTotal) -> Vec<Value> {
    let mut counts: BTreeMap<u64, [u64; 2]> = BTreeMap::new();
    let measures = [Measure::OkService, Measure::FailedService];
    for (outcome, measure) in measures.into_iter().enumerate() {
        let histogram: &Histogram = series.times(measure);
        for (value, count) in histogram.to_sparse().values() {
            counts.entry(value).or_default()[outcome] += count;
        }
    }
    let counts = counts.into_iter();
    counts
        .map(|(value, [ok, failed])| json!([value as f64 / NS_PER_MS, ok, failed]))
        .collect()
}

fn system(records: &[SystemRecord]) -> Value {
    let mut run = Map::new();
    let mut stages: Map<String, Value> = Map::new();
    for record in records {
        let mut fields = serde_json::to_value(record).unwrap_or_default();
        if let Some(fields) = fields.as_object_mut() {
            fields.shift_remove("stage");
            fields.shift_remove("group");
        }
        if record.stage.is_empty() {
            run.insert(record.group.clone(), fields);
        } else if let Value::Object(own) = stages
            .entry(record.stage.clone())
            .or_insert_with(|| json!({}))
        {
            own.insert(record.group.clone(), fields);
        }
    }
    run.insert("stages".to_owned(), stages.into());
    run.into()
}

/// Describes the most frequent failure of a stage's own code, e.g. what its hooks raised.
pub(crate) fn first_failure(totals: &RunTotals, stage: &str) -> Option<String> {
    let mut failures = Vec::new();
    for (key, groups) in totals.failures() {
        if *key.stage == *stage && key.kind == SeriesKind::Iteration {
            failures.extend(
                groups
                    .iter()
                    .map(|group| (group.count, group.message.clone())),
            );
        }
    }
    failures
        .into_iter()
        .max_by_key(|(count, _)| *count)
        .map(|(_, message)| message)
}
