use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ArrivalLoad, BatchLoad, CompletionLoad, EagerLoad, Growth, Pause};
use crate::units::{Rate, Span};

/// Decides when iterations start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadProfile {
    /// So many virtual users, each starting its next iteration when the last has ended.
    Closed(ClosedLoad),
    /// So many iterations a second, however long they take.
    Open(OpenLoad),
    /// A given number of iterations.
    Iterations(IterationLoad),
    /// As many virtual users as a function of the test file says, second by second.
    Volume(VolumeLoad),
    /// Batches of iterations that are due at the same moment, or close to each other.
    Batches(BatchLoad),
    /// So many iterations that end in each period, held by a controller.
    Completions(CompletionLoad),
    /// As many iterations as the generator can start, without waiting for answers.
    Eager(EagerLoad),
    /// As many iterations as a function of the test file says, window by window.
    Arrivals(ArrivalLoad),
}

/// A closed model: N virtual users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosedLoad {
    /// Virtual users; with `stages`, how many there are at the start. Default with `stages`: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
    /// How long users start iterations; `3650d` or more is until the run is stopped. Not with `stages`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// Ramps: `"30s:100,1m:100"` reaches 100 users after 30 s, linearly, and holds them for a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<Ramps>,
    /// Fixed time between a user's iteration starts; an iteration that takes longer delays the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pacing: Option<Span>,
    /// Wait between a user's iterations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// Not all users are there from the start: more come as iterations are started. Not with `stages`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grow: Option<Growth>,
}

/// An open model: an arrival rate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenLoad {
    /// Iterations started: per second (`500`), or `"500/s"`, `"30/m"`; with `stages`, the rate at the start. Default with
    /// `stages`: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// How long iterations are started; `3650d` or more is until the run is stopped. Not with `stages`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// Ramps: `"30s:500,1m:500"` reaches 500 a second after 30 s, linearly, and holds them for a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<Ramps>,
    /// Spacing of arrivals. Default: `even`.
    #[serde(default)]
    pub spacing: Spacing,
    /// Virtual users at most; an iteration with no free user waits for one. Default: two seconds' worth of iterations, at least
    /// 100, at most 20,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_users: Option<u32>,
    /// How long a due iteration waits for a free user before it is dropped; it is charged from its intended start all the same.
    /// `0s` drops at once. Default: `10s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_wait: Option<Span>,
}

/// A closed model whose number of virtual users a function of the test file decides while the load goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VolumeLoad {
    /// Name under which the test file registered the function; it is asked once a second for the next second.
    pub entry: String,
    /// The load ends here at the latest. Default: when the function says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// Virtual users at most, whatever the function says. Default: 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_users: Option<u32>,
    /// Fixed time between a user's iteration starts; an iteration that takes longer delays the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pacing: Option<Span>,
}

/// Spacing of the arrivals of an open model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// Equal gaps: the inverse of the integral of the rate.
    #[default]
    Even,
    /// Exponential gaps: independent users.
    Poisson,
}

/// A given number of iterations: exactly one of `shared`, `per_user`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IterationLoad {
    /// Virtual users.
    pub users: u32,
    /// Iterations that all users share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<u64>,
    /// Iterations of each user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_user: Option<u64>,
    /// The load ends here at the latest. Default: `10m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration: Option<Span>,
    /// Fixed time between a user's iteration starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pacing: Option<Span>,
    /// Wait between a user's iterations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
}

/// Linear ramps, one after the other: a string `"30s:100,1m:100"` or a list.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Ramps {
    /// `"30s:100,1m:100"`.
    Text(String),
    /// One entry a ramp.
    List(Vec<RampStage>),
}

/// One linear ramp.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RampStage {
    /// How long the ramp takes; zero jumps.
    pub duration: Span,
    /// Users, or iterations a second, at its end.
    pub target: f64,
}
