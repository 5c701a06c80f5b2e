use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HttpRequest, Script, Source};
use crate::template::Template;
use crate::units::Span;

/// The steps of one iteration, in order.
pub type Flow = Vec<Step>;

/// One step of a flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Sends an HTTP request.
    Http(Box<HttpRequest>),
    /// Waits: think time.
    Pause(Pause),
    /// Repeats steps a fixed number of times.
    Loop(Loop),
    /// Runs steps only if a condition holds.
    If(Box<If>),
    /// Runs one of several branches.
    Choose(Choose),
    /// Times steps as one transaction.
    Group(Group),
    /// Runs code of the test file.
    Script(Box<Script>),
}

/// Tells whether a step, or one within it, runs code of the test file.
pub(crate) fn has_scripts(flow: &[Step]) -> bool {
    flow.iter().any(|step| match step {
        Step::Script(_) => true,
        Step::Http(_) | Step::Pause(_) => false,
        Step::Loop(step) => has_scripts(&step.steps),
        Step::Group(step) => has_scripts(&step.steps),
        Step::If(step) => has_scripts(&step.then) || has_scripts(&step.otherwise),
        Step::Choose(step) => step
            .branches
            .values()
            .any(|branch| has_scripts(&branch.steps)),
    })
}

/// A wait: `"250ms"`, or a range `"1s..3s"` from which each wait is drawn evenly.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Pause {
    /// Always the same.
    Fixed(Span),
    /// Drawn evenly from a range, ends included.
    Range(crate::units::SpanRange),
}

/// Steps repeated a fixed number of times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Loop {
    /// How often; at least 1.
    pub times: u32,
    /// The steps.
    pub steps: Flow,
}

/// Steps that run only if a condition holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct If {
    /// The condition.
    pub when: Condition,
    /// Steps that run when it holds.
    pub then: Flow,
    /// Steps that run when it does not.
    #[serde(default, rename = "else", skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Flow,
}

/// A condition on a rendered template. All given comparisons must hold; with none given, the value must exist.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The value, e.g. `${token}`.
    pub value: Template,
    /// The value exists (`true`) or does not (`false`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// The value is exactly this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Template>,
    /// The value is not this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_equals: Option<Template>,
    /// A regular expression that the value matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// The value is a number greater than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greater_than: Option<f64>,
    /// The value is a number less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less_than: Option<f64>,
}

/// One of several branches per iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choose {
    /// How the branch is chosen. Default: `cycle`.
    #[serde(default)]
    pub order: ChooseOrder,
    /// With `batches`: iterations of a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// Branches by name.
    pub branches: IndexMap<String, Branch>,
}

/// How a branch is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChooseOrder {
    /// In turn, spread smoothly so that any run of iterations holds the exact shares of the weights, give or take one.
    #[default]
    Cycle,
    /// At random by weight.
    Random,
    /// A batch of iterations takes the same branch, the next batch the next one: iteration number i takes branch i / `size`, modulo
    /// their number, whoever runs it.
    Batches,
}

/// A branch of a [`Choose`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Share of this branch, greater than 0. Default: 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: f64,
    /// Steps of the branch.
    pub steps: Flow,
    /// Where the branch was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

fn one() -> f64 {
    1.0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
#[expect(clippy::float_cmp, reason = "the default is written exactly")]
fn is_one(weight: &f64) -> bool {
    *weight == 1.0
}

/// Steps timed as one transaction: its time is from the first moment of its first step to the last of its last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Name of the transaction.
    pub name: String,
    /// Names and values that rules may select it by, without what is in it; they also stand behind its name in the results.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: IndexMap<String, String>,
    /// Its steps.
    pub steps: Flow,
    /// Where the group was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}
