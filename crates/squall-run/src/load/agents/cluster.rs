//! What agents are told, and what becomes of what they say.

use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use squall_cluster::{AgentError, AgentUsage, Coordinator, Events, FromAgent, PartState, ToAgent};
use squall_engine::script::{ScriptHost, ScriptMessage};
use squall_engine::{PartKind, PartSink as _, RecordQueue, RunningScenarios};
use squall_plan::PlanError;
use squall_protocol::Clock;

use super::questions::Question;
use super::reported::{Completes, Reported};
use super::shares::{Lost, Order, Shares, course_order, volume_order};
use crate::agent::errors::plan_errors;
use crate::aggregate::Inlet;
use crate::ending::Ending;
use crate::events::hand_over;
use crate::load::{CourseChange, End, Load, LostAgent, LostShare, VolumeChange};
use crate::machine::Usage;
use crate::messages::MessageOutlet;
use crate::running::lock;

/// Time between the order to start and the start, so that it has reached every thread of every agent.
const HEAD_START_NS: u64 = 50_000_000;
/// The same for an order to threads that are busy with load.
const STEER_AHEAD_NS: u64 = 100_000_000;
/// How long agents may take to hand over what they have measured.
const FLUSH: Duration = Duration::from_secs(10);
/// How long agents may take to end.
const LEAVE: Duration = Duration::from_secs(60);

/// Several processes that send load, as the run sees them.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) clock: Clock,
    pub(super) agents: u32,
    pub(super) inlets: Vec<Inlet>,
    pub(super) records: Option<RecordQueue>,
    pub(super) ending: Arc<Ending>,
    pub(super) messages: Arc<MessageOutlet>,
    pub(super) host: Option<Arc<dyn ScriptHost>>,
    pub(super) coordinator: OnceLock<Coordinator>,
    pub(super) questions: OnceLock<Vec<Sender<Question>>>,
    pub(super) reported: Vec<Mutex<Reported>>,
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
}

/// What is known of the agents.
#[derive(Debug)]
pub(super) struct State {
    pub(super) phase: Phase,
    pub(super) members: Vec<MemberState>,
    pub(super) shares: Shares,
    pub(super) lost: Vec<LostAgent>,
    pub(super) flush: u64,
}

/// How far the agents are as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Preparing,
    Running,
    Leaving,
}

/// How far an agent is.
#[derive(Clone, Debug, Default)]
pub(super) struct MemberState {
    pub(super) prepared: Option<Result<(), Vec<AgentError>>>,
    pub(super) flushed: u64,
    pub(super) usage: AgentUsage,
    /// What went wrong after the load; set by its goodbye.
    pub(super) goodbye: Option<Vec<AgentError>>,
    pub(super) gone: bool,
}

impl State {
    pub(super) fn living(&self) -> Vec<u32> {
        let members = self.members.iter().zip(0..);
        members
            .filter(|(member, _)| !member.gone)
            .map(|(_, agent)| agent)
            .collect()
    }
}

impl Cluster {
    pub(super) fn tell(&self, agent: u32, message: &ToAgent) {
        if let Some(coordinator) = self.coordinator.get() {
            coordinator.send(agent, message);
        }
    }

    pub(super) fn tell_all(&self, message: &ToAgent) {
        if let Some(coordinator) = self.coordinator.get() {
            coordinator.send_all(message);
        }
    }

    /// Ends all agents at once.
    pub(super) fn end_processes(&self) {
        if let Some(coordinator) = self.coordinator.get() {
            (0..self.agents).for_each(|agent| coordinator.end(agent));
            coordinator.reap();
        }
    }

    fn give(&self, orders: Vec<Order>) {
        for (agent, order) in orders {
            self.tell(agent, &order);
        }
    }

    /// Waits until something holds, at most so long; returns the state then.
    pub(super) fn wait_for(
        &self,
        limit: Duration,
        holds: impl Fn(&State) -> bool,
    ) -> MutexGuard<'_, State> {
        let waited = self
            .changed
            .wait_timeout_while(lock(&self.state), limit, |state| !holds(state));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn member(&self, agent: u32, change: impl FnOnce(&mut MemberState)) {
        change(&mut lock(&self.state).members[agent as usize]);
        self.changed.notify_all();
    }

    fn take_part(&self, agent: u32, part: squall_metrics::IntervalPart, state: PartState) {
        let (kind, completes) = match state {
            PartState::Complete => (PartKind::Complete, Completes::Interval),
            PartState::Partial => (PartKind::Partial, Completes::Nothing),
            PartState::Last => (PartKind::Last, Completes::Nothing),
        };
        // Held until the part is handed over: what an agent leaves open must not overtake it.
        let mut reported = lock(&self.reported[agent as usize]);
        let part = reported.part(part, completes);
        self.inlets[agent as usize].take(part, kind);
    }

    fn take_records(&self, agent: u32, records: Vec<squall_cluster::Record>, dropped: u64) {
        if let Some(queue) = &self.records {
            let records = lock(&self.reported[agent as usize]).records(records);
            hand_over(queue, records, dropped);
        }
    }

    fn take_message(&self, json: &str) {
        match serde_json::from_str::<ScriptMessage>(json) {
            Ok(message) => self.messages.take(message),
            Err(error) => tracing::error!(%error, "an agent sent what is no message of a script"),
        }
    }

    fn ask(&self, agent: u32, question: Question) {
        let number = question.number;
        let asked = self
            .questions
            .get()
            .and_then(|questions| questions.get(agent as usize)?.send(question).ok());
        if asked.is_none() {
            let answer = Err("the process that loaded the test answers no questions".to_owned());
            let question = number;
            self.tell(agent, &ToAgent::Answered { question, answer });
        }
    }

    /// Tells the scripts of all other processes.
    fn spread(&self, from: u32, topic: String, payload: Vec<u8>) {
        if let Some(host) = &self.host {
            host.notify(&topic, &payload);
        }
        let news = ToAgent::Notify { topic, payload };
        let others = lock(&self.state).living().into_iter();
        for agent in others.filter(|agent| *agent != from) {
            self.tell(agent, &news);
        }
    }

    /// Closes the account of an agent and gives its shares to the others.
    fn lose(&self, agent: u32) {
        let at_ns = self.clock.now();
        let inlet = &self.inlets[agent as usize];
        let mut reported = lock(&self.reported[agent as usize]);
        for part in reported.close() {
            inlet.take(part, PartKind::Partial);
        }
        inlet.lost();
        drop(reported);
        let mut state = lock(&self.state);
        let mut heirs = state.living();
        let share = if self.ending.is_asked() || state.phase == Phase::Leaving {
            heirs.clear();
            LostShare::Over
        } else if heirs.is_empty() {
            LostShare::Abandoned
        } else {
            LostShare::Inherited
        };
        state.lost.push(LostAgent {
            agent: agent + 1,
            of: self.agents,
            at_ns,
            share,
        });
        tracing::error!(
            agent = agent + 1,
            of = self.agents,
            heirs = heirs.len(),
            "an agent was lost"
        );
        self.inherit(&mut state, agent, at_ns, &heirs);
        if self.ending.is_asked() {
            // The order to stop may have come before the orders to take over.
            self.end(End::Gracefully);
        }
    }

    fn inherit(&self, state: &mut State, agent: u32, at_ns: u64, heirs: &[u32]) {
        let reported = lock(&self.reported[agent as usize]);
        let started = |key: &_| reported.started(key);
        let lost = Lost {
            agent,
            at_ns,
            started: &started,
            heirs,
        };
        let orders = state.shares.lose(&lost);
        self.give(orders);
    }
}

impl Events for Cluster {
    fn received(&self, agent: u32, message: FromAgent) {
        match message {
            FromAgent::Hello { pid, version } => {
                tracing::debug!(agent = agent + 1, pid, version, "an agent joined");
            }
            FromAgent::Ready => self.member(agent, |member| member.prepared = Some(Ok(()))),
            FromAgent::Refused { errors } => {
                self.member(agent, |member| member.prepared = Some(Err(errors)));
            }
            FromAgent::StageEnded { token, at_ns } => lock(&self.state).shares.ended(token, at_ns),
            FromAgent::SeriesAdded {
                series,
                scenarios,
                nested,
            } => {
                let mut reported = lock(&self.reported[agent as usize]);
                reported.learn(series, scenarios);
                reported.nest(&nested);
            }
            FromAgent::Part { part, state } => self.take_part(agent, *part, state),
            FromAgent::Records { records, dropped } => self.take_records(agent, records, dropped),
            FromAgent::ScriptMessage { json } => self.take_message(&json),
            FromAgent::Ask {
                question,
                topic,
                payload,
            } => {
                let number = question;
                self.ask(
                    agent,
                    Question {
                        number,
                        topic,
                        payload,
                    },
                );
            }
            FromAgent::Notify { topic, payload } => self.spread(agent, topic, payload),
            FromAgent::StopRun { reason } => self.ending.fail(&reason),
            FromAgent::Flushed { token } => self.member(agent, |member| member.flushed = token),
            FromAgent::Heartbeat { usage } => self.member(agent, |member| member.usage = usage),
            FromAgent::Bye { usage, errors } => self.member(agent, |member| {
                member.usage = usage;
                member.goodbye = Some(errors);
            }),
        }
    }

    fn lost(&self, agent: u32) {
        let phase = {
            let mut state = lock(&self.state);
            state.members[agent as usize].gone = true;
            state.phase
        };
        if phase != Phase::Preparing {
            self.lose(agent);
        }
        self.changed.notify_all();
    }

    fn left(&self, agent: u32) {
        self.member(agent, |member| member.gone = true);
    }
}

impl Load for Cluster {
    fn start(&self, name: &str) -> Result<RunningScenarios, String> {
        let start_ns = self.clock.now() + HEAD_START_NS;
        let (done, ended) = channel();
        let mut state = lock(&self.state);
        let living = state.living();
        if living.is_empty() {
            return Err("all agents were lost".to_owned());
        }
        let orders = state.shares.start(name, start_ns, &living, done);
        self.give(orders);
        for agent in (0..self.agents).filter(|agent| !living.contains(agent)) {
            self.inherit(&mut state, agent, start_ns, &living);
        }
        Ok(RunningScenarios::elsewhere(start_ns, ended))
    }

    fn set_volume(&self, change: &VolumeChange) {
        let mut state = lock(&self.state);
        state.shares.set_volume(change);
        self.tell_all(&volume_order(change));
    }

    fn steer(&self, change: &CourseChange) {
        let mut state = lock(&self.state);
        state.shares.steer(change);
        self.tell_all(&course_order(change));
    }

    fn head_start_ns(&self) -> u64 {
        STEER_AHEAD_NS
    }

    fn end_stage(&self, name: &str) {
        self.tell_all(&ToAgent::EndStage {
            stage: name.to_owned(),
        });
    }

    fn end(&self, how: End) {
        self.tell_all(&match how {
            End::Gracefully => ToAgent::Stop,
            End::AtOnce => ToAgent::Abort,
        });
    }

    fn flush(&self) {
        let token = {
            let mut state = lock(&self.state);
            if state.phase != Phase::Running {
                return;
            }
            state.flush += 1;
            state.flush
        };
        self.tell_all(&ToAgent::Flush { token });
        let all = |state: &State| {
            let mut members = state.members.iter();
            members.all(|member| member.gone || member.flushed >= token)
        };
        drop(self.wait_for(FLUSH, all));
    }

    fn usage(&self) -> Usage {
        let state = lock(&self.state);
        state
            .members
            .iter()
            .fold(Usage::default(), |sum, member| Usage {
                cpu_s: sum.cpu_s + member.usage.cpu_ns as f64 / 1e9,
                max_rss_bytes: sum.max_rss_bytes + member.usage.max_rss_bytes,
            })
    }

    fn lost(&self) -> Vec<LostAgent> {
        lock(&self.state).lost.clone()
    }

    fn shutdown(&self) -> Vec<PlanError> {
        {
            let mut state = lock(&self.state);
            if state.phase == Phase::Leaving {
                return Vec::new();
            }
            state.phase = Phase::Leaving;
        }
        self.tell_all(&ToAgent::Shutdown);
        let state = self.wait_for(LEAVE, |state| {
            state.members.iter().all(|member| member.gone)
        });
        let goodbyes = state.members.iter().map(|member| member.goodbye.as_deref());
        let errors = plan_errors(goodbyes.flatten().flatten());
        let stuck = state.living();
        drop(state);
        if !stuck.is_empty() {
            tracing::error!(agents = ?stuck, "agents did not end and are ended");
            self.end_processes();
        }
        if let Some(coordinator) = self.coordinator.get() {
            coordinator.reap();
        }
        errors
    }
}

/// Returns the scenarios of each stage with what they are called.
pub(super) fn keyed(
    scenarios: &BTreeMap<String, Vec<Arc<squall_engine::CompiledScenario>>>,
    series: &squall_metrics::SeriesTable,
) -> BTreeMap<
    String,
    Vec<(
        squall_metrics::ScenarioKey,
        Arc<squall_engine::CompiledScenario>,
    )>,
> {
    let stages = scenarios.iter().map(|(stage, scenarios)| {
        let named = scenarios
            .iter()
            .filter_map(|scenario| Some((series.scenario(scenario.id)?, Arc::clone(scenario))));
        (stage.clone(), named.collect())
    });
    stages.collect()
}
