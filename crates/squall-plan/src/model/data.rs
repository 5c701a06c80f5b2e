use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Source;

/// Where iterations get data. Exactly one of `csv`, `json`, `json_lines`, `rows` is given.
///
/// Within one iteration every use of a pool sees the same row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataPool {
    /// CSV file (RFC 4180) with a header line that names the fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csv: Option<String>,
    /// JSON file that holds an array of objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<String>,
    /// File with one JSON object a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_lines: Option<String>,
    /// The rows themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<IndexMap<String, serde_json::Value>>>,
    /// How rows are handed out. Default: `sequential`.
    #[serde(default)]
    pub order: RowOrder,
    /// Where the pool was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// How rows are handed out to iterations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowOrder {
    /// In order, over all virtual users, starting again at the end.
    #[default]
    Sequential,
    /// At random, rows may repeat.
    Random,
    /// In order, each row once; the scenario ends when they are used up.
    Once,
    /// Each virtual user keeps one row that no other user has.
    Unique,
}
