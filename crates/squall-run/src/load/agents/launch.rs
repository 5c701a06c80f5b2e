//! Starting agents: as processes of this machine, each with its socket, and all errors of all of them before any load.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::Duration;

use squall_cluster::transport::{Connection, UnixListening};
use squall_cluster::{
    AgentError, AgentOptions, AgentProcess, Coordinator, Events, Member, Output, TestFile, ToAgent,
    Welcome,
};
use squall_engine::script::ScriptHost;
use squall_engine::{CompiledScenario, RecordQueue};
use squall_metrics::SeriesTable;
use squall_plan::PlanErrors;
use squall_protocol::Clock;

use super::cluster::{Cluster, MemberState, Phase, State, keyed};
use super::questions::answer_for;
use super::reported::Reported;
use super::shares::Shares;
use crate::StartError;
use crate::agent::errors::plan_errors;
use crate::aggregate::Inlet;
use crate::ending::Ending;
use crate::load::Load;
use crate::messages::MessageOutlet;
use crate::options::{AgentCommand, AgentLine};
use crate::running::lock;

/// How often it is looked whether an agent has come.
const LOOK: Duration = Duration::from_millis(2);
/// How long an agent may take until it connects; that it loads the test comes after.
const CONNECT: Duration = Duration::from_secs(60);
/// How often it is looked whether the user has given up while agents load the test, which takes as long as it takes.
const INTERRUPTED: Duration = Duration::from_millis(50);
/// The longest path of a socket that every system takes (`sun_path`: 108 bytes on Linux, 104 on macOS), less the socket's own name.
const LONGEST_FOLDER: usize = 80;

/// What load from agents is made with.
#[derive(Debug)]
pub(crate) struct AgentsSettings {
    pub(crate) agents: u32,
    pub(crate) command: AgentCommand,
    pub(crate) printed: Option<Sender<AgentLine>>,
    /// Not 0 when the user has given up.
    pub(crate) interrupts: Option<Arc<AtomicUsize>>,
    pub(crate) plan: String,
    pub(crate) options: AgentOptions,
    pub(crate) clock: Clock,
    pub(crate) wall_origin_ns: u64,
    pub(crate) series: SeriesTable,
    /// Scenarios by the name of their stage.
    pub(crate) scenarios: BTreeMap<String, Vec<Arc<CompiledScenario>>>,
    /// The host in which the test was loaded first.
    pub(crate) host: Option<Arc<dyn ScriptHost>>,
    /// Where the parts of each agent go.
    pub(crate) inlets: Vec<Inlet>,
    pub(crate) records: Option<RecordQueue>,
    pub(crate) ending: Arc<Ending>,
    pub(crate) messages: Arc<MessageOutlet>,
}

/// Starts agents and waits until all are ready.
///
/// # Errors
/// An agent does not start, ends, or says that the test cannot run; nothing was sent then.
pub(crate) fn launch(settings: AgentsSettings) -> Result<Arc<dyn Load>, StartError> {
    let members = join(&settings)?;
    let welcomes: Vec<Welcome> = (0..settings.agents)
        .map(|agent| welcome(&settings, agent))
        .collect();
    let interrupts = settings.interrupts.clone();
    let cluster = Arc::new(cluster(settings));
    let events: Arc<dyn Events> = Arc::clone(&cluster) as Arc<dyn Events>;
    let coordinator = Coordinator::start(members, &events).map_err(StartError::Agents)?;
    if let Some(host) = &cluster.host {
        let weak = Arc::downgrade(&cluster);
        let questions: io::Result<Vec<_>> = (0..cluster.agents)
            .map(|agent| answer_for(agent, weak.clone(), Arc::clone(host)))
            .collect();
        let questions = questions.map_err(StartError::Agents)?;
        cluster.questions.set(questions).ok();
    }
    cluster.coordinator.set(coordinator).ok();
    for (welcome, agent) in welcomes.into_iter().zip(0..) {
        cluster.tell(agent, &ToAgent::Welcome(Box::new(welcome)));
    }
    if let Err(interrupted) = wait_until_ready(&cluster, interrupts.as_deref()) {
        // Whoever is in the middle of loading a test hears no order.
        cluster.end_processes();
        return Err(interrupted);
    }
    match prepared(&cluster) {
        Ok(()) => Ok(cluster),
        Err(errors) => {
            cluster.shutdown();
            Err(StartError::Refused(errors))
        }
    }
}

/// Waits until every agent is ready, has refused, or is gone.
fn wait_until_ready(cluster: &Cluster, interrupts: Option<&AtomicUsize>) -> Result<(), StartError> {
    let settled = |state: &State| {
        let mut members = state.members.iter();
        members.all(|member| member.gone || member.prepared.is_some())
    };
    while !settled(&cluster.wait_for(INTERRUPTED, settled)) {
        given_up(interrupts)?;
    }
    Ok(())
}

fn given_up(interrupts: Option<&AtomicUsize>) -> Result<(), StartError> {
    match interrupts {
        Some(count) if count.load(Ordering::Relaxed) > 0 => Err(StartError::Interrupted),
        _ => Ok(()),
    }
}

/// Starts the processes and waits until each has connected.
fn join(settings: &AgentsSettings) -> Result<Vec<Member>, StartError> {
    let folder = socket_folder().map_err(StartError::Agents)?;
    let output: Arc<dyn Output> = Arc::new(AgentOutput {
        printed: Mutex::new(settings.printed.clone()),
    });
    let mut joining = Vec::new();
    for agent in 0..settings.agents {
        let path = folder.path().join(format!("{agent}"));
        let listening = UnixListening::bind(path).map_err(StartError::Agents)?;
        let argv = &settings.command.argv;
        let process = AgentProcess::spawn(agent, argv, listening.path(), &output)?;
        joining.push((listening, process));
    }
    let mut members = Vec::new();
    for ((listening, process), number) in joining.into_iter().zip(1_u32..) {
        let connection = accept(&listening, &process, number, settings.interrupts.as_deref())?;
        let process = Some(process);
        members.push(Member {
            connection,
            process,
        });
    }
    Ok(members)
}

/// Makes a folder that only this user can look into.
fn socket_folder() -> io::Result<tempfile::TempDir> {
    let mut folder = tempfile::Builder::new();
    folder.prefix("squall-");
    if std::env::temp_dir().as_os_str().len() > LONGEST_FOLDER {
        folder.tempdir_in("/tmp")
    } else {
        folder.tempdir()
    }
}

fn accept(
    listening: &UnixListening,
    process: &AgentProcess,
    number: u32,
    interrupts: Option<&AtomicUsize>,
) -> Result<Connection, StartError> {
    let failed = |what: String| StartError::Agents(io::Error::other(what));
    for _ in 0..CONNECT.as_millis() / LOOK.as_millis() {
        if let Some(connection) = listening.accept().map_err(StartError::Agents)? {
            return Ok(connection);
        }
        if let Some(how) = process.ended() {
            return Err(failed(format!(
                "agent {number} ended before it connected: {how}"
            )));
        }
        if let Err(interrupted) = given_up(interrupts) {
            process.kill();
            return Err(interrupted);
        }
        std::thread::sleep(LOOK);
    }
    process.kill();
    Err(failed(format!(
        "agent {number} did not connect within {} s",
        CONNECT.as_secs()
    )))
}

fn welcome(settings: &AgentsSettings, agent: u32) -> Welcome {
    let command = &settings.command;
    Welcome {
        agent,
        agents: settings.agents,
        plan: settings.plan.clone(),
        test: settings.host.as_ref().map(|_| TestFile {
            file: command.file.to_string_lossy().into_owned(),
            name: command.name.clone(),
            overrides: command.overrides.clone(),
        }),
        options: settings.options.clone(),
        clock_origin_ns: settings.clock.origin_ns(),
        wall_origin_ns: settings.wall_origin_ns,
    }
}

fn cluster(settings: AgentsSettings) -> Cluster {
    let agents = settings.agents;
    let scenarios = keyed(&settings.scenarios, &settings.series);
    let reported =
        (0..agents).map(|agent| Mutex::new(Reported::new(agent, settings.series.clone())));
    Cluster {
        clock: settings.clock,
        agents,
        reported: reported.collect(),
        inlets: settings.inlets,
        records: settings.records,
        ending: settings.ending,
        messages: settings.messages,
        host: settings.host,
        coordinator: OnceLock::new(),
        questions: OnceLock::new(),
        state: Mutex::new(State {
            phase: Phase::Preparing,
            members: vec![MemberState::default(); agents as usize],
            shares: Shares::new(agents, settings.options.threads, scenarios),
            lost: Vec::new(),
            flush: 0,
        }),
        changed: Condvar::new(),
    }
}

/// Gathers what all agents found.
fn prepared(cluster: &Cluster) -> Result<(), PlanErrors> {
    let mut state = lock(&cluster.state);
    let mut errors = Vec::new();
    for (member, number) in state.members.iter().zip(1_u32..) {
        match &member.prepared {
            Some(Ok(())) if !member.gone => {}
            Some(Err(found)) => errors.extend(found.iter().cloned()),
            Some(Ok(())) | None => errors.push(AgentError {
                path: String::new(),
                message: format!("agent {number} ended while it got ready"),
                hint: Some("its last lines are in the log of the run".to_owned()),
                place: None,
            }),
        }
    }
    if errors.is_empty() {
        state.phase = Phase::Running;
        return Ok(());
    }
    Err(PlanErrors(plan_errors(errors.iter())))
}

/// What agents print.
#[derive(Debug)]
struct AgentOutput {
    printed: Mutex<Option<Sender<AgentLine>>>,
}

impl Output for AgentOutput {
    fn printed(&self, agent: u32, line: &str) {
        let number = agent + 1;
        let own = AgentLine {
            agent: number,
            line: line.to_owned(),
        };
        let taken = lock(&self.printed)
            .as_ref()
            .is_some_and(|printed| printed.send(own).is_ok());
        if !taken {
            tracing::info!("agent {number}: {line}");
        }
    }

    fn complained(&self, agent: u32, line: &str) {
        tracing::warn!("agent {}: {line}", agent + 1);
    }
}
