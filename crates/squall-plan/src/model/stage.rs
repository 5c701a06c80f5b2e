use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::StageKind;
use super::{DataPool, Flow, Hooks, HttpSettings, LoadProfile, Priority, Threshold};
use crate::units::Span;

/// A whole test: a graph of stages and what they share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of the plan format; `1`.
    pub version: u32,
    /// Name of the test, shown and stored with each run.
    pub name: String,
    /// Seed of every random choice of the run. Default: drawn when the run starts, and stored with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Free key–value pairs stored with the run and sent by reporters.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: IndexMap<String, String>,
    /// HTTP, connection and TLS settings of all stages; a stage may override them.
    #[serde(default, skip_serializing_if = "HttpSettings::is_default")]
    pub http: HttpSettings,
    /// Data pools by name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub data: IndexMap<String, DataPool>,
    /// Stages by name. Their order here breaks ties; [`Stage::after`] decides what runs when.
    pub stages: IndexMap<String, Stage>,
    /// Pass or fail rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Threshold>,
    /// The part of each stage's load that rules and numbers are of: `after ramp`, `after 30s before 10s`. Default: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// Cores that the generator may use: I/O threads, or where Python runs processes. The command line goes before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpus: Option<u32>,
}

/// Where something was written, for error messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// File, as the user gave it.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Name of the class or function, e.g. `Browse.home`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One node of the graph. Exactly one of `setup`, `execute`, `analyze`, `submit`, `act`, `validate`, `checkpoint`, `teardown`, `wait`
/// is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Names of the stages that must have ended well before this one starts; a `teardown` starts however they ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Prepares later Execute stages: checks that their targets can be resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<Empty>,
    /// Sends load.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execute: Option<Execute>,
    /// Summarises the Execute stages before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analyze: Option<Empty>,
    /// Sends results to reporters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submit: Option<Submit>,
    /// Does what is no load: logs in, makes fixtures. All of it is in `hooks`, as in the kinds that follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Empty>,
    /// Looks whether what comes next can work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate: Option<Empty>,
    /// Writes or reads what stages hand on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Empty>,
    /// Cleans up: runs however the stages before it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teardown: Option<Empty>,
    /// Does nothing but wait for the stages before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Empty>,
    /// Code of the test file that runs once when the stage starts, before what the stage itself does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hooks: Option<Hooks>,
    /// The stage fails when it takes longer. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    /// How often a stage that failed runs again. Default: 0.
    #[serde(default, skip_serializing_if = "no_retries")]
    pub retries: u32,
    /// Which share of the I/O threads the stage gets beside others that run at the same time. Default: `auto`.
    #[serde(default, skip_serializing_if = "Priority::is_default")]
    pub priority: Priority,
    /// Leaves the stage out; those after it run as if it had ended well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip: bool,
    /// The test file does not have the stage; it was added because a graph needs one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub added: bool,
    /// Where the stage was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn no_retries(retries: &u32) -> bool {
    *retries == 0
}

impl Stage {
    /// The kinds that are given; exactly one makes a stage.
    pub fn kinds(&self) -> Vec<StageKind> {
        let given = [
            (StageKind::Setup, self.setup.is_some()),
            (StageKind::Execute, self.execute.is_some()),
            (StageKind::Analyze, self.analyze.is_some()),
            (StageKind::Submit, self.submit.is_some()),
            (StageKind::Act, self.act.is_some()),
            (StageKind::Validate, self.validate.is_some()),
            (StageKind::Checkpoint, self.checkpoint.is_some()),
            (StageKind::Teardown, self.teardown.is_some()),
            (StageKind::Wait, self.wait.is_some()),
        ];
        let given = given.into_iter().filter(|(_, given)| *given);
        given.map(|(kind, _)| kind).collect()
    }

    /// Tells whether the stage sends requests: as load, or from its hooks.
    pub(crate) fn sends(&self) -> bool {
        self.execute.is_some() || (self.act.is_some() && self.hooks.is_some())
    }
}

/// A stage kind without settings: `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// A stage that sends load: one scenario or several at the same time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Execute {
    /// Scenarios by name; all of them start together.
    pub scenarios: IndexMap<String, Scenario>,
    /// Settings of this stage alone.
    #[serde(default, skip_serializing_if = "ExecuteSettings::is_default")]
    pub settings: ExecuteSettings,
}

/// Settings of one Execute stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExecuteSettings {
    /// Time that iterations in flight get to finish when the load ends; the rest is counted as interrupted. Default: `1s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graceful_stop: Option<Span>,
    /// Every iteration of this stage must succeed: when any failed, the run fails. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub must_succeed: bool,
    /// HTTP settings that replace those of the plan, field by field.
    #[serde(default, skip_serializing_if = "HttpSettings::is_default")]
    pub http: HttpSettings,
}

impl ExecuteSettings {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A named workload with its load profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// When iterations start.
    pub load: LoadProfile,
    /// What one iteration does.
    pub flow: Flow,
    /// Names and values that rules may select it by, for all that it does.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: IndexMap<String, String>,
    /// Where the scenario was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// A stage that sends results to reporters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// Reporters, each of which gets everything; none leaves the results in the run's directory alone.
    pub reporters: Vec<ReporterConfig>,
    /// Each second of the load is sent while it goes, to reporters that take intervals. Default: `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
}

/// One reporter: its name and its settings, which the reporter itself reads and checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReporterConfig {
    /// Name in the table of reporters, e.g. `json`.
    pub name: String,
    /// Settings of that reporter.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Where the reporter was configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}
