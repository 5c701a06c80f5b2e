//! Obeying orders, and keeping account of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::sync::Mutex;

use squall_engine::limits;
use squall_engine::schedule::{Course, Ramp, Steer};
use squall_metrics::summary::ControlSummary;
use squall_plan::{CheckedKind, CheckedLoad, CheckedScenario, HOOKS};

use super::order::{ControlOrder, Refusal, Source, Target};
use crate::load::CourseChange;
use crate::running::{Running, lock};
use crate::snapshot::LoadControl;

const NS_PER_S: f64 = 1e9;
/// Characters of a note that are kept.
const NOTE: usize = 500;
/// Changes, marks and notes of a run at most: all are in its summary, and each is a line on its charts.
const MOST_RECORDS: usize = 10_000;
/// More iterations a second than any generator starts.
const MOST_RATE: f64 = 1e9;

/// What was changed of a run so far.
#[derive(Debug)]
pub(crate) struct Controls(Mutex<Account>);

/// The account of what was changed.
#[derive(Debug)]
struct Account {
    /// Stages whose load goes on, with their start on the run's clock.
    active: BTreeMap<String, u64>,
    /// Courses by stage and scenario, also of stages that have ended.
    courses: BTreeMap<(String, String), Course>,
    records: Vec<ControlSummary>,
    paused: bool,
    /// `controls.jsonl`, once there is something to write.
    file: Option<File>,
}

/// A scenario whose load goes on and can be changed.
struct Steerable<'a> {
    stage: &'a str,
    scenario: &'a CheckedScenario,
    start_ns: u64,
    planned: Ramp,
    kind: Kind,
}

/// What of a load can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Users,
    Rate,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Rate => "rate",
        }
    }
}

impl Controls {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Account {
            active: BTreeMap::new(),
            courses: BTreeMap::new(),
            records: Vec::new(),
            paused: false,
            file: None,
        }))
    }

    /// Says that the load of a stage starts at an instant; where the run is paused, it starts paused.
    pub(crate) fn begin(&self, running: &Running, stage: &str, start_ns: u64) {
        let mut account = lock(&self.0);
        account.active.insert(stage.to_owned(), start_ns);
        // A stage that runs again starts as it was planned.
        account.courses.retain(|(own, _), _| own != stage);
        if account.paused {
            for scenario in scenarios(running, stage) {
                account.steer(running, (stage, &scenario.name), 0, Steer::Pause);
            }
        }
    }

    /// Says that the load of a stage has ended.
    pub(crate) fn end(&self, stage: &str) {
        lock(&self.0).active.remove(stage);
    }

    /// Returns everything that was changed so far.
    pub(crate) fn records(&self) -> Vec<ControlSummary> {
        lock(&self.0).records.clone()
    }

    /// Tells whether the run is paused.
    pub(crate) fn is_paused(&self) -> bool {
        lock(&self.0).paused
    }

    /// Returns the loads that go on and can be changed.
    pub(crate) fn loads(&self, running: &Running, now: u64) -> Vec<LoadControl> {
        let account = lock(&self.0);
        let loads = account.steerable(running).into_iter();
        loads
            .map(|load| LoadControl {
                stage: load.stage.to_owned(),
                scenario: load.scenario.name.clone(),
                kind: load.kind.as_str(),
                value: account.level(&load, now),
            })
            .collect()
    }

    /// Returns the course of a scenario.
    pub(crate) fn course(&self, stage: &str, scenario: &str) -> Course {
        let key = (stage.to_owned(), scenario.to_owned());
        let account = lock(&self.0);
        account.courses.get(&key).cloned().unwrap_or_default()
    }

    /// Obeys an order, and returns what was changed.
    pub(super) fn obey(
        &self,
        running: &Running,
        order: &ControlOrder,
        by: Source,
    ) -> Result<Vec<ControlSummary>, Refusal> {
        let mut account = lock(&self.0);
        if account.records.len() >= MOST_RECORDS && *order != ControlOrder::Stop {
            let message = format!("the run was changed {MOST_RECORDS} times, which is the most");
            return Err(Refusal::new(message));
        }
        let now = running.clock.now();
        let at_ns = now.saturating_add(running.load.head_start_ns());
        let record = |action: &str, at_ns: u64| ControlSummary {
            at_s: at_ns as f64 / NS_PER_S,
            action: action.to_owned(),
            by: by.as_str().to_owned(),
            ..ControlSummary::default()
        };
        let records = match order {
            ControlOrder::Users { target, users } => {
                account.set(running, Kind::Users, (target, f64::from(*users)), at_ns)?
            }
            ControlOrder::Rate { target, rate } => {
                if !(0.0..=MOST_RATE).contains(rate) {
                    return Err(Refusal::new(format!("{rate} is no rate"))
                        .with_hint("give iterations a second, 0 or more"));
                }
                account.set(running, Kind::Rate, (target, *rate), at_ns)?
            }
            ControlOrder::Pause if account.paused => {
                return Err(Refusal::new("the run is paused already"));
            }
            ControlOrder::Pause => account.pause(running, at_ns)?,
            ControlOrder::Resume if !account.paused => {
                return Err(Refusal::new("the run is not paused"));
            }
            ControlOrder::Resume => account.resume(running, at_ns),
            ControlOrder::Stop => vec![record("stop", now)],
            ControlOrder::Mark => vec![record("mark", now)],
            ControlOrder::Note { text } => {
                let text: String = text.trim().chars().take(NOTE).collect();
                if text.is_empty() {
                    return Err(Refusal::new("the note is empty"));
                }
                let text = Some(text);
                vec![ControlSummary {
                    text,
                    ..record("note", now)
                }]
            }
        };
        let by = by.as_str();
        let records: Vec<ControlSummary> = records
            .into_iter()
            .map(|record| ControlSummary {
                by: by.to_owned(),
                ..record
            })
            .collect();
        account.store(running, &records);
        Ok(records)
    }
}

impl Account {
    /// Returns the scenarios whose load goes on and has a level.
    fn steerable<'a>(&self, running: &'a Running) -> Vec<Steerable<'a>> {
        let mut loads = Vec::new();
        for stage in &running.run.checked.stages {
            let Some(start_ns) = self.active.get(&stage.name) else {
                continue;
            };
            for scenario in scenarios(running, &stage.name) {
                let (kind, start, ramps) = match &scenario.load {
                    CheckedLoad::Closed {
                        start_users,
                        ramps,
                        grow: None,
                        ..
                    } => (Kind::Users, *start_users, ramps),
                    CheckedLoad::Open {
                        start_rate, ramps, ..
                    } => (Kind::Rate, *start_rate, ramps),
                    _ => continue,
                };
                loads.push(Steerable {
                    stage: &stage.name,
                    scenario,
                    start_ns: *start_ns,
                    planned: Ramp::new(start, ramps),
                    kind,
                });
            }
        }
        loads
    }

    /// Returns the level of a load at an instant of the run's clock.
    fn level(&self, load: &Steerable<'_>, now: u64) -> f64 {
        let key = (load.stage.to_owned(), load.scenario.name.clone());
        let at_ns = now.saturating_sub(load.start_ns);
        let level = match self.courses.get(&key) {
            Some(course) => course.ramp(&load.planned).level(at_ns),
            None => load.planned.level(at_ns),
        };
        match load.kind {
            Kind::Users => level.ceil(),
            Kind::Rate => level,
        }
    }

    /// Sets a level; several loads share it as they share it now.
    fn set(
        &mut self,
        running: &Running,
        kind: Kind,
        (target, value): (&Target, f64),
        at_ns: u64,
    ) -> Result<Vec<ControlSummary>, Refusal> {
        let all = self.steerable(running);
        let meant: Vec<&Steerable<'_>> = all.iter().filter(|load| is_meant(load, target)).collect();
        let loads: Vec<&Steerable<'_>> = meant
            .iter()
            .copied()
            .filter(|load| load.kind == kind)
            .collect();
        if loads.is_empty() {
            return Err(self.nothing(running, kind, target, &meant));
        }
        let before: Vec<f64> = loads.iter().map(|load| self.level(load, at_ns)).collect();
        let after = match kind {
            Kind::Users => shared_whole(value, &before),
            Kind::Rate => shared(value, &before),
        };
        if kind == Kind::Users {
            let others = all
                .iter()
                .filter(|load| load.kind == kind && !loads.iter().any(|own| is_same(own, load)));
            let rest: f64 = others.map(|load| self.level(load, at_ns)).sum();
            reserve(value + rest)?;
        }
        let mut records = Vec::new();
        for ((load, before), after) in loads.iter().zip(before).zip(after) {
            let since = at_ns.saturating_sub(load.start_ns);
            let name = (load.stage, load.scenario.name.as_str());
            self.steer(running, name, since, Steer::Level(after));
            records.push(ControlSummary {
                at_s: at_ns as f64 / NS_PER_S,
                action: kind.as_str().to_owned(),
                stage: Some(load.stage.to_owned()),
                scenario: Some(load.scenario.name.clone()),
                from: Some(before),
                to: Some(after),
                ..ControlSummary::default()
            });
        }
        Ok(records)
    }

    fn pause(&mut self, running: &Running, at_ns: u64) -> Result<Vec<ControlSummary>, Refusal> {
        if self.active.is_empty() {
            return Err(Refusal::new("no load is being sent that could be paused"));
        }
        self.paused = true;
        Ok(vec![self.everywhere(running, at_ns, "pause", Steer::Pause)])
    }

    fn resume(&mut self, running: &Running, at_ns: u64) -> Vec<ControlSummary> {
        self.paused = false;
        vec![self.everywhere(running, at_ns, "resume", Steer::Resume)]
    }

    /// Changes all scenarios of all loads that go on.
    fn everywhere(
        &mut self,
        running: &Running,
        at_ns: u64,
        action: &str,
        to: Steer,
    ) -> ControlSummary {
        for (stage, start_ns) in self.active.clone() {
            for scenario in scenarios(running, &stage) {
                let since = at_ns.saturating_sub(start_ns);
                self.steer(running, (&stage, &scenario.name), since, to);
            }
        }
        ControlSummary {
            at_s: at_ns as f64 / NS_PER_S,
            action: action.to_owned(),
            ..ControlSummary::default()
        }
    }

    fn steer(&mut self, running: &Running, (stage, scenario): (&str, &str), at_ns: u64, to: Steer) {
        let key = (stage.to_owned(), scenario.to_owned());
        let course = self.courses.entry(key).or_default();
        course.push(at_ns, to);
        running.load.steer(&CourseChange {
            stage: stage.to_owned(),
            scenario: scenario.to_owned(),
            course: course.clone(),
        });
    }

    /// Says why there is nothing to change.
    fn nothing(
        &self,
        running: &Running,
        kind: Kind,
        target: &Target,
        meant: &[&Steerable<'_>],
    ) -> Refusal {
        let word = kind.as_str();
        if let Some(other) = meant.first() {
            let (name, has) = (&other.scenario.name, other.kind.as_str());
            return Refusal::new(format!("scenario `{name}` has no {word} to change"))
                .with_hint(format!("its load has {has}, which can be changed"));
        }
        let named = [("stage", &target.stage), ("scenario", &target.scenario)];
        for (what, name) in named {
            let Some(name) = name else { continue };
            let runs = self.active.keys().any(|stage| {
                let mut all = scenarios(running, stage);
                match what {
                    "stage" => stage == name,
                    _ => all.any(|scenario| scenario.name == *name),
                }
            });
            if !runs {
                return Refusal::new(format!("no {what} `{name}` is sending load now"));
            }
        }
        if self.active.is_empty() {
            return Refusal::new("no load is being sent that could be changed");
        }
        Refusal::new(format!("no load that goes on has {word} to change"))
            .with_hint("only a number of users, and a rate of arrivals, can be changed; numbers of iterations, batches and volume models cannot")
    }

    /// Appends to `controls.jsonl`, so that a process that is killed leaves it.
    fn store(&mut self, running: &Running, records: &[ControlSummary]) {
        self.records.extend_from_slice(records);
        if self.file.is_none() {
            self.file = running
                .directory
                .controls()
                .inspect_err(|error| tracing::error!(%error, "changes are not stored"))
                .ok();
        }
        let Some(file) = &mut self.file else { return };
        for record in records {
            tracing::info!(
                action = record.action,
                by = record.by,
                to = record.to,
                "the run was changed"
            );
            let line = serde_json::to_vec(record).map_err(std::io::Error::from);
            let written = line.and_then(|mut line| {
                line.push(b'\n');
                file.write_all(&line)
            });
            if let Err(error) = written {
                tracing::error!(%error, "a change is not stored");
            }
        }
    }
}

/// The scenarios of a stage that send load.
fn scenarios<'a>(
    running: &'a Running,
    stage: &str,
) -> impl Iterator<Item = &'a CheckedScenario> + use<'a> {
    let stages = running.run.checked.stages.iter();
    let found = stages
        .filter(|known| known.name == stage)
        .filter_map(|known| match &known.kind {
            CheckedKind::Execute(execute) => Some(execute),
            _ => None,
        })
        .collect::<Vec<_>>();
    let all = found.into_iter().flat_map(|execute| &execute.scenarios);
    all.filter(|scenario| scenario.name != HOOKS)
}

fn is_meant(load: &Steerable<'_>, target: &Target) -> bool {
    let is = |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|own| own == name);
    is(&target.stage, load.stage) && is(&target.scenario, &load.scenario.name)
}

fn is_same(one: &Steerable<'_>, other: &Steerable<'_>) -> bool {
    one.stage == other.stage && one.scenario.name == other.scenario.name
}

/// Makes sure that every user can have a connection.
fn reserve(users: f64) -> Result<(), Refusal> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of users"
    )]
    let wanted = users as u64;
    limits::reserve_descriptors(wanted).map_err(|allowed| {
        Refusal::new(format!(
            "{wanted} virtual users need more file descriptors than the {allowed} that are allowed"
        ))
        .with_hint(format!("start the run after `ulimit -n {}`", wanted + 64))
    })
}

/// Divides a level as it is divided now; evenly where it is nothing now.
fn shared(value: f64, now: &[f64]) -> Vec<f64> {
    let sum: f64 = now.iter().sum();
    let count = now.len() as f64;
    let part = |own: &f64| if sum > 0.0 { own / sum } else { 1.0 / count };
    now.iter().map(|own| value * part(own)).collect()
}

/// The same in whole numbers, which add up to the value: the largest remainders are rounded up.
fn shared_whole(value: f64, now: &[f64]) -> Vec<f64> {
    let exact = shared(value, now);
    let mut whole: Vec<f64> = exact.iter().map(|part| part.floor()).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|a, b| (exact[*b] - whole[*b]).total_cmp(&(exact[*a] - whole[*a])));
    let mut left = value - whole.iter().sum::<f64>();
    for index in order {
        if left < 0.5 {
            break;
        }
        whole[index] += 1.0;
        left -= 1.0;
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_users_is_divided_as_it_is_now_and_adds_up() {
        assert_eq!(shared_whole(10.0, &[1.0, 1.0, 1.0]), [4.0, 3.0, 3.0]);
        assert_eq!(shared_whole(30.0, &[5.0, 10.0]), [10.0, 20.0]);
        assert_eq!(shared_whole(3.0, &[0.0, 0.0]), [2.0, 1.0]);
        assert_eq!(shared_whole(0.0, &[4.0, 2.0]), [0.0, 0.0]);
        assert_eq!(shared_whole(7.0, &[9.0]), [7.0]);
    }

    #[test]
    fn a_rate_is_divided_as_it_is_now() {
        assert_eq!(shared(90.0, &[10.0, 20.0]), [30.0, 60.0]);
        assert_eq!(shared(90.0, &[0.0, 0.0]), [45.0, 45.0]);
    }
}
