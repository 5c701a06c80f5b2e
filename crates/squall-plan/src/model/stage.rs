use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DataPool, Flow, HttpSettings, LoadProfile, Threshold};
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

/// One node of the graph. Exactly one of `setup`, `execute`, `analyze`, `submit` is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Names of the stages that must have ended well before this one starts.
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
    /// Where the stage was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

impl Stage {
    /// How many kinds are given; exactly one makes a stage.
    pub(crate) fn kinds(&self) -> usize {
        usize::from(self.setup.is_some())
            + usize::from(self.execute.is_some())
            + usize::from(self.analyze.is_some())
            + usize::from(self.submit.is_some())
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
    /// Where the scenario was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// A stage that sends results to reporters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// Reporters, each of which gets everything.
    pub reporters: Vec<ReporterConfig>,
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
