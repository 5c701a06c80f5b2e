//! What an agent is told, and what it does.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use squall_cluster::{
    Agent, AgentError, AgentOptions, AgentUsage, FromAgent, Outbox, ToAgent, Welcome,
};
use squall_engine::schedule::Segment;
use squall_engine::script::{RunLink, ScriptHost};
use squall_engine::{EngineSettings, PartSink, RunningScenarios, TakenShare, TraceSampling};
use squall_plan::{Plan, PlanError, PlanErrors};
use squall_protocol::Clock;

use super::errors::agent_errors;
use super::link::AgentLink;
use super::outlet::{PartOutlet, RecordOutlet};
use super::serve::LoadScripts;
use crate::load::{CourseChange, End, Load as _, OwnLoad, OwnSettings, VolumeChange};
use crate::machine::usage;
use crate::prepare::prepare_agent;
use crate::{RunOptions, StartError, Targets};

/// An agent from its start to its end.
pub(super) struct AgentBody<'a> {
    load_scripts: &'a LoadScripts<'a>,
    connected: OnceLock<Connected>,
    ready: OnceLock<Arc<Ready>>,
}

/// What answers reach before the agent is ready: hooks of the test may ask.
#[derive(Debug)]
struct Connected {
    link: Arc<AgentLink>,
    outbox: Outbox,
    scripts: Option<Arc<dyn ScriptHost>>,
}

/// An agent that can send load.
#[derive(Debug)]
struct Ready {
    load: OwnLoad,
    parts: Arc<PartOutlet>,
    records: Option<RecordOutlet>,
    outbox: Outbox,
    /// CPU time that getting ready took: it is not the load's.
    cpu_before_s: f64,
}

impl fmt::Debug for AgentBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentBody").finish_non_exhaustive()
    }
}

impl<'a> AgentBody<'a> {
    pub(super) fn new(load_scripts: &'a LoadScripts<'a>) -> Self {
        Self {
            load_scripts,
            connected: OnceLock::new(),
            ready: OnceLock::new(),
        }
    }

    fn get_ready(&self, welcome: &Welcome, outbox: &Outbox) -> Result<Ready, PlanErrors> {
        let plan = serde_json::from_str(&welcome.plan)
            .map_err(|error| PlanError::new("", format!("the plan of the run: {error}")))?;
        let plan = Plan::from_value(plan)?;
        let scripts = welcome.test.as_ref().map(|test| (self.load_scripts)(test));
        let scripts = scripts.transpose()?;
        let place = (welcome.agent, welcome.agents);
        let link = AgentLink::new(outbox.clone(), place, welcome.options.fail_fast);
        let connected = Connected {
            link: Arc::new(link),
            outbox: outbox.clone(),
            scripts: scripts.clone(),
        };
        let link: Arc<dyn RunLink> = Arc::clone(&connected.link) as Arc<dyn RunLink>;
        self.connected.set(connected).ok();
        let prepared = prepare_agent(&plan, options(&welcome.options, scripts))?;
        let settings = Settings {
            welcome,
            outbox,
            link,
        };
        settings.launch(&prepared).map_err(|error| match error {
            StartError::Script(failure) => crate::load::script_error(&failure).into(),
            other => PlanError::new("", other.to_string()).into(),
        })
    }
}

fn options(options: &AgentOptions, scripts: Option<Arc<dyn ScriptHost>>) -> RunOptions {
    RunOptions {
        // Where the run was started, they were asked already.
        targets: Targets::LeftAlone,
        threads: Some(options.threads),
        seed: Some(options.seed),
        base_dir: PathBuf::from(&options.base_dir),
        max_series: usize::try_from(options.max_series).unwrap_or(usize::MAX),
        scripts,
        processes: Some(1),
        ..RunOptions::default()
    }
}

/// What an agent's load is made with.
struct Settings<'a> {
    welcome: &'a Welcome,
    outbox: &'a Outbox,
    link: Arc<dyn RunLink>,
}

impl Settings<'_> {
    fn launch(self, prepared: &crate::PreparedRun) -> Result<Ready, StartError> {
        let welcome = self.welcome;
        let clock = Clock::with_origin(welcome.clock_origin_ns);
        let parts = Arc::new(PartOutlet::new(
            self.outbox.clone(),
            prepared.series.clone(),
            welcome.agent,
            clock.clone(),
        ));
        let records = welcome.options.records.then(|| {
            let parts = Arc::clone(&parts);
            RecordOutlet::start(self.outbox.clone(), parts).map_err(StartError::Agents)
        });
        let records = records.transpose()?;
        let load = OwnLoad::launch(OwnSettings {
            engine: EngineSettings {
                threads: welcome.options.threads,
                segment: Segment {
                    index: welcome.agent,
                    count: welcome.agents,
                },
                seed: prepared.seed,
                clock,
                wall_origin_ns: welcome.wall_origin_ns,
                parts: Arc::clone(&parts) as Arc<dyn PartSink>,
                series: prepared.series.clone(),
                records: records.as_ref().map(|records| records.queue.clone()),
                sampling: welcome
                    .options
                    .sampling
                    .map(|(share, run)| TraceSampling { share, run }),
                scripts: prepared.options.scripts.clone(),
                trace: None,
            },
            scenarios: prepared.scenarios_by_stage(),
            link: self.link,
            interrupts: None,
        })?;
        Ok(Ready {
            load,
            parts,
            records,
            outbox: self.outbox.clone(),
            cpu_before_s: usage().cpu_s,
        })
    }
}

impl Ready {
    /// Says when a share has ended, and before that everything that it measured for each operation.
    fn tell_end(self: &Arc<Self>, token: u64, running: Option<RunningScenarios>) {
        let own = Arc::clone(self);
        let body = move || {
            let at_ns = running.map_or(0, RunningScenarios::wait);
            own.catch_up();
            own.outbox.send(&FromAgent::StageEnded { token, at_ns });
        };
        let spawned = std::thread::Builder::new()
            .name("squall-stage".to_owned())
            .spawn(body);
        if let Err(error) = spawned {
            tracing::error!(%error, "a stage got no thread");
            self.outbox.send(&FromAgent::StageEnded { token, at_ns: 0 });
        }
    }

    fn catch_up(&self) {
        if let Some(records) = &self.records {
            records.catch_up();
        }
    }

    fn obey(self: &Arc<Self>, order: ToAgent) {
        match order {
            ToAgent::StartStage {
                stage,
                token,
                start_ns,
            } => self.tell_end(token, self.load.start_at(&stage, start_ns)),
            ToAgent::TakeOver { token, rest } => {
                let taken = TakenShare {
                    segment: Segment {
                        index: rest.segment.0,
                        count: rest.segment.1,
                    },
                    start_ns: rest.start_ns,
                    from_ns: rest.from_ns,
                    iterations: rest.iterations,
                };
                let running = self.load.take_over(&rest.stage, &rest.scenario, &taken);
                self.tell_end(token, running);
            }
            ToAgent::Volume {
                stage,
                scenario,
                at_ns,
                users,
            } => self.load.set_volume(&VolumeChange {
                stage,
                scenario,
                at_ns,
                users,
            }),
            ToAgent::Steer {
                stage,
                scenario,
                course,
            } => match serde_json::from_str(&course) {
                Ok(course) => self.load.steer(&CourseChange {
                    stage,
                    scenario,
                    course,
                }),
                Err(error) => tracing::error!(%error, "a change of load cannot be read"),
            },
            ToAgent::EndStage { stage } => self.load.end_stage(&stage),
            ToAgent::Stop => self.load.end(End::Gracefully),
            ToAgent::Abort => self.load.end(End::AtOnce),
            ToAgent::Flush { token } => {
                self.load.flush();
                self.catch_up();
                self.outbox.send(&FromAgent::Flushed { token });
            }
            // Those are answered elsewhere.
            ToAgent::Welcome(_)
            | ToAgent::Shutdown
            | ToAgent::Answered { .. }
            | ToAgent::Notify { .. } => {}
        }
    }
}

impl Agent for AgentBody<'_> {
    fn prepare(&self, welcome: Welcome, outbox: &Outbox) -> Result<(), Vec<AgentError>> {
        let ready = self.get_ready(&welcome, outbox);
        let ready = ready.map_err(|errors| agent_errors(errors.0))?;
        self.ready.set(Arc::new(ready)).ok();
        Ok(())
    }

    fn obey(&self, message: ToAgent) {
        match (message, self.connected.get()) {
            (ToAgent::Answered { question, answer }, Some(connected)) => connected
                .link
                .answered(question, answer.map(serde_bytes::ByteBuf::into_vec)),
            (ToAgent::Notify { topic, payload }, Some(connected)) => {
                if let Some(scripts) = &connected.scripts {
                    scripts.notify(&topic, &payload);
                }
            }
            (ToAgent::Flush { token }, Some(connected)) if self.ready.get().is_none() => {
                connected.outbox.send(&FromAgent::Flushed { token });
            }
            (order, _) => {
                if let Some(ready) = self.ready.get() {
                    ready.obey(order);
                }
            }
        }
    }

    fn usage(&self) -> AgentUsage {
        let usage = usage();
        let ready = self.ready.get();
        if let Some(ready) = ready {
            ready.parts.look();
        }
        let before = ready.map_or(usage.cpu_s, |ready| ready.cpu_before_s);
        AgentUsage {
            cpu_ns: std::time::Duration::try_from_secs_f64((usage.cpu_s - before).max(0.0))
                .map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(0)),
            max_rss_bytes: usage.max_rss_bytes,
        }
    }

    fn finish(&self) -> Vec<AgentError> {
        let Some(ready) = self.ready.get() else {
            return Vec::new();
        };
        ready.parts.look();
        let errors = ready.load.shutdown();
        ready.catch_up();
        agent_errors(errors)
    }

    fn orphaned(&self) {
        // Code of the test may be anywhere, also in a call that never returns: nothing less ends it at once.
        let own = rustix::process::getpid();
        rustix::process::kill_process(own, rustix::process::Signal::KILL).ok();
    }
}
