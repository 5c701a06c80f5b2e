//! Which seconds of a stage are measured.

use squall_metrics::Interval;
use squall_metrics::summary::MeasuredSummary;
use squall_plan::{CheckedKind, CheckedPlan};

use crate::snapshot::StageStatus;
use crate::stages::Entry;

const NS_PER_S: f64 = 1e9;
/// So much of a second may belong to the warm-up or the cool-down: stages start a little after a whole second.
const SLACK_S: f64 = 0.05;

/// The parts of each stage that are not measured, by its name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Phases {
    /// Where nothing is left out, seconds that a stage only touches count too.
    stages: Option<Vec<Phase>>,
}

#[derive(Clone, Debug)]
struct Phase {
    stage: String,
    warm_up_s: f64,
    /// From the start of the stage, where there is a cool-down.
    until_s: Option<f64>,
}

impl Phases {
    pub(crate) fn of(plan: &CheckedPlan) -> Self {
        if plan.measure.is_none() {
            return Self::default();
        }
        let phases = plan.stages.iter().filter_map(|stage| {
            let CheckedKind::Execute(execute) = &stage.kind else {
                return None;
            };
            let loads = execute.scenarios.iter().map(|one| one.load.duration());
            let length = loads.max().unwrap_or_default().as_secs_f64();
            let cool_down = plan.measured.cool_down(execute);
            Some(Phase {
                stage: stage.name.clone(),
                warm_up_s: plan.measured.warm_up(execute).as_secs_f64(),
                until_s: (!cool_down.is_zero()).then(|| length - cool_down.as_secs_f64()),
            })
        });
        Self {
            stages: Some(phases.collect()),
        }
    }

    /// Returns the seconds of an interval in which a stage was under load and measured; `None` where the interval does not count.
    pub(super) fn measured(
        &self,
        entries: &[Entry],
        stage: &str,
        interval: &Interval,
    ) -> Option<f64> {
        let entry = entries.iter().find(|entry| entry.name == stage)?;
        let (start, end) = (interval.start_s, interval.start_s + interval.length_s);
        let (from, to) = match &self.stages {
            None => span_of(entry),
            Some(phases) => {
                let phase = phases.iter().find(|phase| phase.stage == stage)?;
                let (from, to) = phase.span(entry);
                let cut = phase.until_s.is_some() && end > to + SLACK_S;
                if start < from - SLACK_S || start >= to || cut {
                    return None;
                }
                (from, to)
            }
        };
        Some((end.min(to) - start.max(from)).max(0.0))
    }

    /// Says from when to when each stage was measured, in whole seconds of the run.
    pub(crate) fn summaries(&self, entries: &[Entry]) -> Vec<MeasuredSummary> {
        let phases = self.stages.iter().flatten();
        phases
            .filter_map(|phase| {
                let ran = |entry: &&Entry| entry.name == phase.stage && entry.ended_ns > 0;
                let (from, to) = phase.span(entries.iter().find(ran)?);
                let to_s = match phase.until_s {
                    Some(_) => to.min((to + SLACK_S).floor()),
                    None => to,
                };
                Some(MeasuredSummary {
                    stage: phase.stage.clone(),
                    from_s: from.max((from - SLACK_S).ceil()).min(to_s),
                    to_s,
                })
            })
            .collect()
    }
}

impl Phase {
    /// From when to when a stage is measured, in seconds of the run.
    fn span(&self, entry: &Entry) -> (f64, f64) {
        let (started, ended) = span_of(entry);
        let until = self.until_s.map_or(f64::INFINITY, |until| started + until);
        (started + self.warm_up_s, ended.min(until))
    }
}

/// From when to when a stage runs, in seconds of the run.
fn span_of(entry: &Entry) -> (f64, f64) {
    let ended = match entry.status {
        StageStatus::Running => f64::INFINITY,
        _ => entry.ended_ns as f64 / NS_PER_S,
    };
    (entry.started_ns as f64 / NS_PER_S, ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(started_s: u64, ended_s: Option<u64>) -> Entry {
        Entry {
            name: "load".to_owned(),
            status: match ended_s {
                Some(_) => StageStatus::Completed,
                None => StageStatus::Running,
            },
            started_ns: started_s * 1_000_000_000 + 400_000_000,
            ended_ns: ended_s.unwrap_or(0) * 1_000_000_000 + 400_000_000,
            planned_s: None,
            until_stopped: false,
            error: None,
            failed_attempts: Vec::new(),
        }
    }

    fn check(phases: &Phases, entry: &Entry, expect: &[(u64, Option<f64>)]) {
        for (index, expect) in expect {
            let interval = Interval::new(*index);
            let found = phases.measured(std::slice::from_ref(entry), "load", &interval);
            let rounded = found.map(|seconds| (seconds * 1e6).round() / 1e6);
            assert_eq!(rounded, *expect, "second {index}");
        }
    }

    fn phases(warm_up_s: f64, until_s: Option<f64>) -> Phases {
        let stage = "load".to_owned();
        Phases {
            stages: Some(vec![Phase {
                stage,
                warm_up_s,
                until_s,
            }]),
        }
    }

    #[test]
    fn where_nothing_is_left_out_the_first_and_the_last_second_count_in_part() {
        let ended = [
            (0, Some(0.0)),
            (1, Some(0.6)),
            (2, Some(1.0)),
            (5, Some(0.4)),
        ];
        check(&Phases::default(), &entry(1, Some(5)), &ended);
        check(&Phases::default(), &entry(1, None), &[(9, Some(1.0))]);
    }

    #[test]
    fn a_second_that_belongs_to_the_warm_up_in_part_does_not_count() {
        let expect = [
            (2, None),
            (3, None),
            (4, Some(1.0)),
            (9, Some(0.4)),
            (10, None),
        ];
        check(&phases(2.0, None), &entry(1, Some(9)), &expect);
        check(&phases(2.0, None), &entry(1, None), &[(50, Some(1.0))]);
    }

    #[test]
    fn a_second_that_begins_with_a_little_of_the_warm_up_counts() {
        let mut entry = entry(0, Some(5));
        entry.started_ns = 20_000_000;
        check(
            &phases(1.0, None),
            &entry,
            &[(0, None), (1, Some(0.98)), (2, Some(1.0))],
        );
        let from_s = phases(1.0, None).summaries(&[entry])[0].from_s;
        assert!((from_s - 1.02).abs() < 1e-9, "{from_s}");
    }

    #[test]
    fn the_cool_down_is_left_out_also_while_the_stage_runs() {
        let expect = [
            (3, None),
            (4, Some(1.0)),
            (7, Some(1.0)),
            (8, None),
            (9, None),
        ];
        for ended in [None, Some(12)] {
            check(&phases(2.0, Some(7.0)), &entry(1, ended), &expect);
        }
        let summaries = phases(2.0, Some(7.0)).summaries(&[entry(1, Some(12))]);
        assert_eq!((summaries[0].from_s, summaries[0].to_s), (4.0, 8.0));
    }
}
