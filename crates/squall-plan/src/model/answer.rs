use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::template::Template;
use crate::units::Span;

/// Checks on an answer. All that are given must hold; each failed one is counted, and the operation is a failed one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Name under which all of it is counted as one check. Default: each check by itself, as `status 200`, `header content-type`,
    /// `json`, `json $.path`, `text`, `regex`, `body_size`, `duration`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Accepted statuses. Default: everything below 400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusSet>,
    /// Headers that must be there with this exact value.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, Template>,
    /// The body is JSON that contains this: objects may hold more keys, arrays must match item by item.
    #[serde(
        default,
        deserialize_with = "super::shapes::present",
        skip_serializing_if = "Option::is_none"
    )]
    pub json: Option<serde_json::Value>,
    /// By JSON path (RFC 9535): what the first node found must equal, or that there is one.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub json_path: IndexMap<String, JsonPathExpectation>,
    /// Text that the body contains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Template>,
    /// A regular expression that the body matches somewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// Bounds on the body's size in bytes after decoding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_size: Option<Bounds>,
    /// Longest accepted service time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
}

impl Expect {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Accepted statuses: `200`, `"2xx"`, `"200-204"`, or a list of those.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum StatusSet {
    /// One status.
    Code(u16),
    /// `2xx` or `200-204`.
    Range(String),
    /// Any of these.
    Any(Vec<Self>),
}

/// What a JSON path must find: `{"exists": true}` or `{"equals": value}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JsonPathExpectation {
    /// At least one node (`true`) or none (`false`).
    Exists(bool),
    /// The first node equals this; strings in it may be templates.
    Equals(serde_json::Value),
}

/// Inclusive bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Smallest accepted value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
    /// Largest accepted value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
}

/// Where a value is taken from. An answer without it fails the operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extract {
    /// JSON path (RFC 9535) into the body; the first node found.
    Json(String),
    /// Regular expression on the body.
    Regex(RegexExtract),
    /// A header's first value.
    Header(String),
    /// A cookie that the answer sets.
    Cookie(String),
}

/// A regular expression and the group that is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegexExtract {
    /// The expression.
    pub pattern: String,
    /// Number of the group. Default: 1 where the expression has groups, else 0, the whole match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<usize>,
}
