use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Source;

/// Code of the test file that runs in its interpreter, once per pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Name under which the test file registered it, e.g. `shop:browse`.
    pub entry: String,
    /// Where it runs. Default: `coroutine`.
    #[serde(default)]
    pub runs: ScriptRuns,
    /// Name of the operation where the script itself is timed as one. Default: `entry`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Names and values that rules may select it by, for all that it does; they also stand behind its name in the results.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: IndexMap<String, String>,
    /// Each pass takes an item of the script's own data pool; the scenario ends when that is used up. The script must then be the only
    /// step of its scenario.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub takes_data: bool,
    /// Data pools that it uses; each pass gets a row of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<String>,
    /// Where the script was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// Where a script runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScriptRuns {
    /// On the event loop of its process, with all other coroutines.
    #[default]
    Coroutine,
    /// On a thread of its own for as long as it runs: blocking code.
    Thread,
}
