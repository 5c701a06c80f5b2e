use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::Span;

/// Batches of iterations. Batch k has `first + k · step` of them, at most `size`. They are due one `gap` after the other; the next batch
/// is due a wait after the last one's `gap`. Iterations are charged from when they are due, as in an open model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchLoad {
    /// Iterations of a batch, at most.
    pub size: u32,
    /// Iterations of the first batch. Default: `size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
    /// How many more each further batch has. Default: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// Wait between two batches; with `interval_step` the longest. Default: `0s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Span>,
    /// The wait after batch k is `(k + 1) · interval_step`, at most `interval`. Default: always `interval`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_step: Option<Span>,
    /// Time between two iterations of a batch. Default: `0s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Span>,
    /// How long iterations are started.
    pub duration: Span,
    /// Virtual users at most; an iteration with no free user waits for one. Default: `size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_users: Option<u32>,
    /// How long a due iteration waits for a free user before it is dropped. Default: `10s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_wait: Option<Span>,
}

/// How the users of a closed model become more: whenever as many iterations have been started as there are users, `step` more come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// Users at the start; at least 1.
    pub first: u32,
    /// How many more come each time; at least 1.
    pub step: u32,
}

/// A rate of iterations that end, held by a controller: it starts an iteration at most every `interval / per_batch`, and only while
/// there are fewer in flight than would keep the rate at the pace at which the target answers now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompletionLoad {
    /// Iterations that are to end in each `interval`.
    pub per_batch: u32,
    /// The period.
    pub interval: Span,
    /// How long iterations are started.
    pub duration: Span,
    /// Virtual users at most. Default: ten seconds' worth of iterations, at least 100, at most 20,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_users: Option<u32>,
}

/// As many iterations at once as fit: a new one is started without waiting for those before it. Bounded, since it would otherwise eat
/// the machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EagerLoad {
    /// How long iterations are started.
    pub duration: Span,
    /// Iterations at once, at most. Default: what half of the free memory and the file descriptors allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_users: Option<u32>,
}

/// An open model whose iterations a function of the test file counts while the load goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArrivalLoad {
    /// Name under which the test file registered the function; it is asked how many iterations start in each window, a little before
    /// it. They are spread evenly over the window.
    pub entry: String,
    /// Length of a window. Default: `1s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// The load ends here at the latest. Default: when the function says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// Virtual users at most; an iteration with no free user waits for one. Default: 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_users: Option<u32>,
    /// How long a due iteration waits for a free user before it is dropped. Default: `10s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_wait: Option<Span>,
}
