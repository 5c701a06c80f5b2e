use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Source;

/// A pass or fail rule on a metric, as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The rule, e.g. `p99(response_time) < 200ms over 10s`.
    pub rule: String,
    /// Where the rule was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}
