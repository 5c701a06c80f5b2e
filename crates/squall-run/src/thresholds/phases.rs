//! Which seconds of a stage are measured.

use squall_metrics::summary::{MeasuredSummary, Phase, PhaseSummary, Totals};
use squall_metrics::{Interval, PhaseTotals, PhasedTotals};
use squall_plan::{CheckedKind, CheckedPlan};

use crate::snapshot::StageStatus;
use crate::stages::Entry;

const NS_PER_S: f64 = 1e9;
/// So much of a second may belong to the warm-up or the cool-down: stages start a little after a whole second.
const SLACK_S: f64 = 0.05;

/// The parts of each stage that are not measured, by its name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Phases {
    /// Where nothing is left out, all of every stage is measured.
    stages: Option<Vec<Edges>>,
}

/// Where the measured part of a stage begins and ends.
#[derive(Clone, Debug)]
struct Edges {
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
        let stages = plan.stages.iter().filter_map(|stage| {
            let CheckedKind::Execute(execute) = &stage.kind else {
                return None;
            };
            let loads = execute.scenarios.iter().map(|one| one.load.duration());
            let length = loads.max().unwrap_or_default().as_secs_f64();
            let cool_down = plan.measured.cool_down(execute);
            Some(Edges {
                stage: stage.name.clone(),
                warm_up_s: plan.measured.warm_up(execute).as_secs_f64(),
                until_s: (!cool_down.is_zero()).then(|| length - cool_down.as_secs_f64()),
            })
        });
        Self {
            stages: Some(stages.collect()),
        }
    }

    /// Tells whether something is left out.
    pub(crate) fn any(&self) -> bool {
        self.stages.is_some()
    }

    /// The edges of a stage; nothing where all of it is measured.
    fn edges(&self, stage: &str) -> Option<&Edges> {
        let mut stages = self.stages.iter().flatten();
        stages.find(|edges| edges.stage == stage)
    }

    /// Returns the phase of a stage that an interval belongs to: the warm-up as soon as more than the slack of it does, then the
    /// cool-down in the same way.
    pub(crate) fn phase(&self, entries: &[Entry], stage: &str, interval: &Interval) -> Phase {
        let entry = entries.iter().find(|entry| entry.name == stage);
        let (Some(edges), Some(entry)) = (self.edges(stage), entry) else {
            return Phase::Measured;
        };
        let (start, end) = (interval.start_s, interval.start_s + interval.length_s);
        let (from, until) = edges.span(entry);
        if edges.warm_up_s > 0.0 && start < from - SLACK_S {
            return Phase::WarmUp;
        }
        if edges.until_s.is_some() && (end > until + SLACK_S || start >= until) {
            return Phase::CoolDown;
        }
        Phase::Measured
    }

    /// Returns the seconds of an interval in which a stage was under load and measured; `None` where the interval does not count.
    pub(super) fn measured(
        &self,
        entries: &[Entry],
        stage: &str,
        interval: &Interval,
    ) -> Option<f64> {
        let entry = entries.iter().find(|entry| entry.name == stage)?;
        if self.phase(entries, stage, interval) != Phase::Measured {
            return None;
        }
        let (start, end) = (interval.start_s, interval.start_s + interval.length_s);
        let (from, to) = match self.edges(stage) {
            Some(edges) => edges.span(entry),
            None => span_of(entry),
        };
        if self.any() && start >= to {
            return None;
        }
        Some((end.min(to) - start.max(from)).max(0.0))
    }

    /// Returns the seconds of a stage that are measured, until now.
    pub(crate) fn load_s(&self, entry: &Entry, now_ns: u64) -> f64 {
        match self.edges(&entry.name) {
            Some(edges) => {
                let (from, to) = edges.measured(entry);
                (to.min(now_ns as f64 / NS_PER_S) - from).max(0.0)
            }
            None => entry.elapsed_s(now_ns),
        }
    }

    /// Says from when to when each stage was measured, in whole seconds of the run.
    pub(crate) fn measured_parts(&self, entries: &[Entry]) -> Vec<MeasuredSummary> {
        let ran = self.ran(entries).into_iter();
        ran.map(|(edges, entry)| {
            let (from_s, to_s) = edges.measured(entry);
            MeasuredSummary {
                stage: edges.stage.clone(),
                from_s,
                to_s,
            }
        })
        .collect()
    }

    /// Says what happened in each phase of each stage.
    pub(crate) fn summaries(&self, entries: &[Entry], totals: &PhasedTotals) -> Vec<PhaseSummary> {
        let mut summaries = Vec::new();
        for (edges, entry) in self.ran(entries) {
            let (started, ended) = span_of(entry);
            let (from, to) = edges.measured(entry);
            for (phase, (from_s, to_s)) in [
                (Phase::WarmUp, (started, from)),
                (Phase::Measured, (from, to)),
                (Phase::CoolDown, (to, ended)),
            ] {
                let known = totals.of(&edges.stage, phase);
                if known.is_none() && to_s <= from_s {
                    continue;
                }
                summaries.push(PhaseSummary {
                    stage: edges.stage.clone(),
                    phase,
                    from_s,
                    to_s,
                    totals: known.map_or_else(Totals::default, |known| known.totals),
                    response_time_ms: known
                        .map_or_else(Default::default, |known| known.response.distribution()),
                    errors: known.map_or_else(Vec::new, PhaseTotals::errors),
                });
            }
        }
        summaries
    }

    /// The stages that ran, with their edges.
    fn ran<'a>(&'a self, entries: &'a [Entry]) -> Vec<(&'a Edges, &'a Entry)> {
        let stages = self.stages.iter().flatten();
        let ran = stages.filter_map(|edges| {
            let ran = |entry: &&Entry| entry.name == edges.stage && entry.ended_ns > 0;
            Some((edges, entries.iter().find(ran)?))
        });
        ran.collect()
    }
}

impl Edges {
    /// From when to when a stage is measured, in seconds of the run.
    fn span(&self, entry: &Entry) -> (f64, f64) {
        let (started, ended) = span_of(entry);
        let until = self.until_s.map_or(f64::INFINITY, |until| started + until);
        (started + self.warm_up_s, ended.min(until))
    }

    /// The same in whole seconds, as far as something is left out before or after it.
    fn measured(&self, entry: &Entry) -> (f64, f64) {
        let (from, to) = self.span(entry);
        let to = match self.until_s {
            Some(_) => to.min((to + SLACK_S).floor()),
            None => to,
        };
        let from = if self.warm_up_s > 0.0 {
            from.max((from - SLACK_S).ceil())
        } else {
            from
        };
        (from.min(to), to)
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
            stages: Some(vec![Edges {
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
        let from_s = phases(1.0, None).measured_parts(&[entry])[0].from_s;
        assert!((from_s - 1.02).abs() < 1e-9, "{from_s}");
    }

    #[test]
    fn each_second_is_in_the_phase_that_it_belongs_to() {
        let (both, entry) = (phases(2.0, Some(7.0)), entry(1, Some(12)));
        let entries = [entry.clone(), other_entry()];
        let of = |phases: &Phases, stage: &str, index| {
            phases.phase(&entries, stage, &Interval::new(index))
        };
        let (warm, measured, cool) = (Phase::WarmUp, Phase::Measured, Phase::CoolDown);
        for (second, expect) in [
            (0, warm),
            (3, warm),
            (4, measured),
            (7, measured),
            (8, cool),
        ] {
            assert_eq!(of(&both, "load", second), expect, "second {second}");
        }
        // What comes late still belongs to the last phase.
        assert_eq!(of(&both, "load", 30), cool);
        assert_eq!(of(&phases(2.0, None), "load", 30), measured);
        // Without a warm-up the first second counts, whenever the stage starts in it.
        assert_eq!(of(&phases(0.0, Some(7.0)), "load", 1), measured);
        assert_eq!(of(&both, "login", 0), measured);
        assert_eq!(of(&Phases::default(), "load", 0), measured);
    }

    fn other_entry() -> Entry {
        Entry {
            name: "login".to_owned(),
            ..entry(0, Some(1))
        }
    }

    #[test]
    fn a_stage_that_is_no_load_is_measured_whole() {
        let found = phases(2.0, None).measured(&[other_entry()], "login", &Interval::new(0));
        assert!((found.unwrap() - 0.6).abs() < 1e-9);
    }

    #[test]
    fn all_phases_together_last_as_long_as_the_stage() {
        let totals = PhasedTotals::new(squall_metrics::SeriesTable::default());
        let summaries = phases(2.0, Some(7.0)).summaries(&[entry(1, Some(12))], &totals);
        let spans: Vec<_> = summaries
            .iter()
            .map(|one| (one.phase, one.from_s, one.to_s))
            .collect();
        assert_eq!(
            spans,
            [
                (Phase::WarmUp, 1.4, 4.0),
                (Phase::Measured, 4.0, 8.0),
                (Phase::CoolDown, 8.0, 12.4),
            ]
        );
        let load = phases(2.0, Some(7.0)).load_s(&entry(1, None), 6_000_000_000);
        assert!((load - 2.0).abs() < 1e-9);
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
        let parts = phases(2.0, Some(7.0)).measured_parts(&[entry(1, Some(12))]);
        assert_eq!((parts[0].from_s, parts[0].to_s), (4.0, 8.0));
    }
}
