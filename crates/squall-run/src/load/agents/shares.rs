//! Who runs which share of a stage, and who takes over the shares of an agent that was lost.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::mpsc::Sender;

use squall_cluster::{RestOfShare, ToAgent};
use squall_engine::schedule::{IterationSchedule, Segment};
use squall_engine::{CompiledScenario, parts_of, shares};
use squall_metrics::ScenarioKey;
use squall_plan::CheckedLoad;

use crate::load::{CourseChange, VolumeChange};

/// Which share of what.
#[derive(Clone, Debug)]
struct Share {
    agent: u32,
    stage: String,
    /// A share taken over; `None` is the agent's own one, of all scenarios.
    taken: Option<(ScenarioKey, Segment)>,
}

/// A stage that goes on.
#[derive(Debug)]
struct Stage {
    start_ns: u64,
    ended: Sender<u64>,
}

/// The shares of all agents.
#[derive(Debug)]
pub(super) struct Shares {
    agents: u32,
    threads: u32,
    /// Scenarios by the name of their stage, with their own.
    scenarios: BTreeMap<String, Vec<(ScenarioKey, Arc<CompiledScenario>)>>,
    next_token: u64,
    open: HashMap<u64, Share>,
    stages: HashMap<String, Stage>,
    /// Iterations that an agent was given, where the load is a number of them.
    given: HashMap<(u32, ScenarioKey), u64>,
    volumes: HashMap<ScenarioKey, VolumeChange>,
    courses: HashMap<ScenarioKey, CourseChange>,
}

/// An order for an agent.
pub(super) type Order = (u32, ToAgent);

/// What an agent that was lost leaves.
pub(super) struct Lost<'a> {
    pub(super) agent: u32,
    pub(super) at_ns: u64,
    /// How many iterations it reported as started.
    pub(super) started: &'a dyn Fn(&ScenarioKey) -> u64,
    /// Those that take over; nobody where the load ends anyway.
    pub(super) heirs: &'a [u32],
}

impl Shares {
    pub(super) fn new(
        agents: u32,
        threads: u32,
        scenarios: BTreeMap<String, Vec<(ScenarioKey, Arc<CompiledScenario>)>>,
    ) -> Self {
        Self {
            agents,
            threads,
            scenarios,
            next_token: 0,
            open: HashMap::new(),
            stages: HashMap::new(),
            given: HashMap::new(),
            volumes: HashMap::new(),
            courses: HashMap::new(),
        }
    }

    /// Gives every agent its share of a stage.
    pub(super) fn start(
        &mut self,
        stage: &str,
        start_ns: u64,
        living: &[u32],
        ended: Sender<u64>,
    ) -> Vec<Order> {
        self.stages
            .insert(stage.to_owned(), Stage { start_ns, ended });
        let mut orders = Vec::new();
        for agent in 0..self.agents {
            self.count_given(agent, stage);
            let share = Share {
                agent,
                stage: stage.to_owned(),
                taken: None,
            };
            let token = self.add(share);
            if living.contains(&agent) {
                let stage = stage.to_owned();
                let order = ToAgent::StartStage {
                    stage,
                    token,
                    start_ns,
                };
                orders.push((agent, order));
            }
        }
        orders
    }

    fn count_given(&mut self, agent: u32, stage: &str) {
        for (key, scenario) in self.scenarios.get(stage).into_iter().flatten() {
            if let CheckedLoad::Iterations { users, total, .. } = &scenario.load {
                let segments = shares(scenario, self.own(agent), self.threads);
                let given = segments
                    .map(|segment| IterationSchedule::new(*users, *total, segment).iterations());
                *self.given.entry((agent, key.clone())).or_default() += given.sum::<u64>();
            }
        }
    }

    fn own(&self, agent: u32) -> Segment {
        Segment {
            index: agent,
            count: self.agents,
        }
    }

    fn add(&mut self, share: Share) -> u64 {
        self.next_token += 1;
        self.open.insert(self.next_token, share);
        self.next_token
    }

    /// A share has ended.
    pub(super) fn ended(&mut self, token: u64, at_ns: u64) {
        let Some(share) = self.open.remove(&token) else {
            return;
        };
        if let Some(stage) = self.stages.get(&share.stage) {
            // Nobody waits any more when the run was given up.
            stage.ended.send(at_ns).ok();
        }
        self.settle();
    }

    /// Ends the wait for stages of which no share is open.
    fn settle(&mut self) {
        let open = &self.open;
        self.stages
            .retain(|name, _| open.values().any(|share| share.stage == *name));
    }

    /// Remembers a number of virtual users, for those who take over later.
    pub(super) fn set_volume(&mut self, change: &VolumeChange) {
        let key = ScenarioKey {
            stage: change.stage.as_str().into(),
            scenario: change.scenario.as_str().into(),
        };
        self.volumes.insert(key, change.clone());
    }

    /// Remembers the course of a scenario, for those who take over later.
    pub(super) fn steer(&mut self, change: &CourseChange) {
        let key = ScenarioKey {
            stage: change.stage.as_str().into(),
            scenario: change.scenario.as_str().into(),
        };
        self.courses.insert(key, change.clone());
    }

    /// Gives the shares of a lost agent to others.
    pub(super) fn lose(&mut self, lost: &Lost<'_>) -> Vec<Order> {
        let tokens: Vec<u64> = self.open.keys().copied().collect();
        let mut left: Vec<(ScenarioKey, Segment)> = Vec::new();
        for token in tokens {
            if self.open[&token].agent == lost.agent
                && let Some(share) = self.open.remove(&token)
            {
                left.extend(self.segments(share));
            }
        }
        left.sort_by(|a, b| (&*a.0.scenario, a.1.index).cmp(&(&*b.0.scenario, b.1.index)));
        let orders = if lost.heirs.is_empty() {
            Vec::new()
        } else {
            self.hand_over(lost, &left)
        };
        self.settle();
        orders
    }

    /// Returns what a share consists of.
    fn segments(&self, share: Share) -> Vec<(ScenarioKey, Segment)> {
        if let Some(taken) = share.taken {
            return vec![taken];
        }
        let mut segments = Vec::new();
        for (key, scenario) in self.scenarios.get(&share.stage).into_iter().flatten() {
            let own = shares(scenario, self.own(share.agent), self.threads);
            segments.extend(own.map(|segment| (key.clone(), segment)));
        }
        segments
    }

    fn hand_over(&mut self, lost: &Lost<'_>, left: &[(ScenarioKey, Segment)]) -> Vec<Order> {
        let mut pieces: BTreeMap<(String, String), Vec<(ScenarioKey, Segment)>> = BTreeMap::new();
        let heirs = u32::try_from(lost.heirs.len()).unwrap_or(u32::MAX);
        for (key, segment) in left {
            let Some(scenario) = self.scenario(key) else {
                continue;
            };
            let own = pieces
                .entry((key.stage.to_string(), key.scenario.to_string()))
                .or_default();
            let parts = parts_of(&scenario, *segment, heirs);
            own.extend(segment.split(parts).map(|part| (key.clone(), part)));
        }
        let divided: Vec<_> = pieces
            .into_values()
            .flat_map(|pieces| self.with_iterations(lost, pieces))
            .collect();
        let mut orders = Vec::new();
        for ((key, segment, iterations), heir) in divided.into_iter().zip(lost.heirs.iter().cycle())
        {
            orders.extend(self.take_over(lost, *heir, (key, segment), iterations));
        }
        orders
    }

    /// Divides the iterations that are left of a scenario between the pieces of its share; pieces without any are left out.
    fn with_iterations(
        &self,
        lost: &Lost<'_>,
        pieces: Vec<(ScenarioKey, Segment)>,
    ) -> Vec<(ScenarioKey, Segment, Option<u64>)> {
        let count = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
        let divided = pieces.into_iter().zip(0..).map(|((key, segment), index)| {
            let given = self.given.get(&(lost.agent, key.clone()));
            let left = given.map(|given| {
                let left = given.saturating_sub((lost.started)(&key));
                Segment { index, count }.share(left)
            });
            (key, segment, left)
        });
        divided.filter(|(_, _, left)| *left != Some(0)).collect()
    }

    fn take_over(
        &mut self,
        lost: &Lost<'_>,
        heir: u32,
        (key, segment): (ScenarioKey, Segment),
        iterations: Option<u64>,
    ) -> Vec<Order> {
        let Some(stage) = self.stages.get(&*key.stage) else {
            return Vec::new();
        };
        let rest = RestOfShare {
            stage: key.stage.to_string(),
            scenario: key.scenario.to_string(),
            segment: (segment.index, segment.count),
            start_ns: stage.start_ns,
            from_ns: lost.at_ns,
            iterations,
        };
        if let Some(left) = iterations {
            *self.given.entry((heir, key.clone())).or_default() += left;
        }
        let volume = self.volumes.get(&key).map(volume_order);
        let course = self.courses.get(&key).map(course_order);
        let token = self.add(Share {
            agent: heir,
            stage: rest.stage.clone(),
            taken: Some((key, segment)),
        });
        let mut orders = vec![(heir, ToAgent::TakeOver { token, rest })];
        orders.extend(volume.into_iter().chain(course).map(|order| (heir, order)));
        orders
    }

    fn scenario(&self, key: &ScenarioKey) -> Option<Arc<CompiledScenario>> {
        let scenarios = self.scenarios.get(&*key.stage)?;
        let (_, found) = scenarios.iter().find(|(own, _)| own == key)?;
        Some(Arc::clone(found))
    }
}

/// Makes the order that changes a number of virtual users.
pub(super) fn volume_order(change: &VolumeChange) -> ToAgent {
    ToAgent::Volume {
        stage: change.stage.clone(),
        scenario: change.scenario.clone(),
        at_ns: change.at_ns,
        users: change.users,
    }
}

/// Makes the order that changes the load of a scenario.
pub(super) fn course_order(change: &CourseChange) -> ToAgent {
    ToAgent::Steer {
        stage: change.stage.clone(),
        scenario: change.scenario.clone(),
        course: serde_json::to_string(&change.course).unwrap_or_default(),
    }
}
