//! Runs on agents, and what they leave.
//!
//! An agent is this binary again: it is told by an environment variable which kind it is, and by `--connect` whom to serve. The test
//! [`serves_as_an_agent`] is what runs in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use squall_metrics::exemplar_summary::ExemplarFile;
use squall_metrics::summary::Summary;
use squall_metrics::{Interval, SeriesId};
use squall_plan::{Plan, PlanError};
use squall_run::{AgentCommand, FinishedRun, RunHandle, RunOptions, StartError, prepare};
use squall_target::{RunningTarget, Target, TargetConfig};

use crate::scripts::CountingHost;

/// Says what kind of agent a process is.
const KIND: &str = "SQUALL_TEST_AGENT";

/// What an agent of a test does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// What it should.
    Good,
    /// Refuses the test, with one error that all agents have and one of its own.
    Refusing,
    /// Ends instead of getting ready.
    Ending,
    /// Has a hook before the load that raises.
    FailingHook,
    /// Has a hook after the load that raises.
    FailingClose,
    /// Loads the test for ever.
    Hanging,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Refusing => "refusing",
            Self::Ending => "ending",
            Self::FailingHook => "failing hook",
            Self::FailingClose => "failing close",
            Self::Hanging => "hanging",
        }
    }
}

/// Not a test of its own: the whole of an agent, in the processes that the other tests start.
#[test]
#[expect(
    clippy::exit,
    reason = "the rest of the harness is no part of the agent"
)]
fn serves_as_an_agent() {
    let Ok(kind) = std::env::var(KIND) else {
        return;
    };
    let connect = std::env::var_os("SQUALL_TEST_CONNECT").unwrap();
    let load = |_: &squall_run::agent::TestFile| match kind.as_str() {
        "refusing" => {
            let own = format!("process {} is not the right one", std::process::id());
            let all = PlanError::new("", "there is no module `shop`");
            Err(squall_plan::PlanErrors(vec![all, PlanError::new("", own)]))
        }
        "ending" => std::process::exit(7),
        "hanging" => {
            let folder = std::env::var("SQUALL_TEST_FOLDER").unwrap();
            let mark = format!("hanging-{}", std::process::id());
            fs::write(Path::new(&folder).join(mark), "").unwrap();
            loop {
                std::thread::park();
            }
        }
        "failing close" => Ok(CountingHost::with_failing_close()),
        "failing hook" => Ok(CountingHost::with_failing_hook()),
        _ => Ok(CountingHost::shared()),
    };
    let code = squall_run::agent::serve(Path::new(&connect), &load);
    std::process::exit(i32::from(code));
}

/// Makes the command that starts this binary as an agent.
fn command(folder: &Path, kind: Kind) -> Vec<OsString> {
    // The test harness would not take `--connect`, so that a shell hands the path on.
    let script = folder.join("agent.sh");
    let program = std::env::current_exe().unwrap();
    let text = format!(
        "#!/bin/sh\nSQUALL_TEST_FOLDER='{}' {KIND}='{}' SQUALL_TEST_CONNECT=\"$2\" exec '{}' --exact rig::serves_as_an_agent --nocapture\n",
        folder.display(),
        kind.name(),
        program.display()
    );
    fs::write(&script, text).unwrap();
    vec!["sh".into(), script.into()]
}

/// A folder in which runs are stored, and how many agents they have.
#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) agents: u32,
    pub(crate) threads: u32,
    pub(crate) kind: Kind,
    pub(crate) options: RunOptions,
}

impl Rig {
    /// Runs on so many agents.
    pub(crate) fn new(agents: u32) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            agents,
            threads: 1,
            kind: Kind::Good,
            options: RunOptions::default(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn options(&self) -> RunOptions {
        RunOptions {
            threads: Some(self.threads),
            base_dir: self.folder().to_owned(),
            runs_dir: self.folder().join("runs"),
            processes: Some(self.agents),
            agent: AgentCommand {
                argv: command(self.folder(), self.kind),
                ..AgentCommand::default()
            },
            ..self.options.clone()
        }
    }

    pub(crate) fn try_start(&self, plan: &Value) -> Result<RunHandle, StartError> {
        let plan = Plan::from_value(plan.clone()).unwrap();
        RunHandle::start(prepare(&plan, self.options()).unwrap())
    }

    pub(crate) fn start(&self, plan: &Value) -> RunHandle {
        self.try_start(plan).unwrap()
    }

    /// Runs a plan to its end, and checks its account.
    pub(crate) fn run(&self, plan: &Value) -> Done {
        Done::of(self.start(plan).finish())
    }
}

/// A plan with one stage `load` and one scenario `all`.
pub(crate) fn plan(target: &RunningTarget, load: &Value, flow: &Value) -> Value {
    json!({
        "version": 1, "name": "agents", "seed": 1,
        "http": {"base_url": format!("http://{}", target.http_addr())},
        "stages": {"load": {"execute": {
            "scenarios": {"all": {"load": load, "flow": flow}},
            "settings": {"graceful_stop": "30s"},
        }}},
    })
}

/// A flow of one request.
pub(crate) fn get(url: &str) -> Value {
    json!([{"http": {"url": url}}])
}

/// Starts a target with one thread.
pub(crate) fn target() -> RunningTarget {
    let config = TargetConfig {
        threads: 1,
        ..TargetConfig::default()
    };
    Target::start(config).unwrap()
}

/// Waits until something holds; ends the test when it never does.
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..60_000 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("after 60 s it still does not hold that {what}");
}

/// Returns the processes that are agents whose folder this is; a process that has ended and waits for its parent is none.
pub(crate) fn agents_of(folder: &Path) -> Vec<u32> {
    let mark = format!("SQUALL_TEST_FOLDER={}", folder.display());
    let processes = fs::read_dir("/proc").unwrap();
    let numbers = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let is_agent = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        variables.any(|variable| variable == mark.as_bytes())
    };
    let mut agents: Vec<u32> = numbers.filter(is_agent).collect();
    agents.sort_unstable();
    agents
}

/// Counts the agents that say that they hang.
pub(crate) fn hanging(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| name.starts_with("hanging-")).count()
}

/// A run that has ended, its account checked.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) summary: Summary,
    pub(crate) intervals: Vec<Interval>,
    pub(crate) exemplars: ExemplarFile,
}

impl Done {
    pub(crate) fn of(finished: FinishedRun) -> Self {
        let stored = fs::read_to_string(finished.directory.join("intervals.jsonl")).unwrap();
        let mut intervals = Vec::new();
        for line in stored.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            // The other lines hold names.
            if line.get("index").is_some() {
                intervals.push(serde_json::from_value(line).unwrap());
            }
        }
        let exemplars = fs::read(finished.directory.join("exemplars.json")).unwrap();
        let done = Self {
            exemplars: serde_json::from_slice(&exemplars).unwrap(),
            summary: finished.summary,
            intervals,
        };
        done.check_account();
        done
    }

    /// Started, ok, failed, interrupted.
    pub(crate) fn totals(&self) -> [u64; 4] {
        let totals = self.summary.totals;
        [totals.started, totals.ok, totals.failed, totals.interrupted]
    }

    /// Iterations that were started.
    pub(crate) fn iterations(&self) -> u64 {
        let stages = self.summary.stages.iter();
        stages.map(|stage| stage.iterations_started).sum()
    }

    /// At the end of every interval, what was started is ok, failed, interrupted or in flight; also where an agent was lost.
    fn check_account(&self) {
        let [started, ok, failed, interrupted] = self.totals();
        assert_eq!(started, ok + failed + interrupted);
        let indices: Vec<u64> = self
            .intervals
            .iter()
            .map(|interval| interval.index)
            .collect();
        let expect: Vec<u64> = (0..indices.len() as u64).collect();
        assert_eq!(indices, expect, "one line for each second, in order");
        let mut sums: BTreeMap<SeriesId, [u64; 4]> = BTreeMap::new();
        for interval in &self.intervals {
            for (id, part) in &interval.series {
                let [started, ok, failed, interrupted] = sums.entry(*id).or_default();
                *started += part.started;
                *ok += part.ok;
                *failed += part.failed;
                *interrupted += part.interrupted;
            }
            for (id, [started, ok, failed, interrupted]) in &sums {
                let in_flight = interval.series.get(id).map_or(0, |part| part.in_flight);
                assert_eq!(
                    *started,
                    ok + failed + interrupted + in_flight,
                    "{interval:?}"
                );
            }
        }
    }
}
