//! Hooks of a stage: code of the test file that the engine runs once, and what the process that loaded the test knows of it.
//!
//! The script itself tells that process how it ended (see `squall._hooks` in the SDK); this side asks.

use serde::Deserialize;
use serde_json::{Value, json};
use squall_engine::script::ScriptHost;
use squall_plan::{CheckedKind, CheckedStage};

use super::Part;
use super::deadline::Deadline;
use crate::load::End;
use crate::running::{Running, lock};
use crate::summarize;

/// Topic of these questions; answered by the SDK.
const TOPIC: &str = "run";

/// What becomes of a stage after its hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// It goes on.
    Open,
    /// A condition closed it: it is left out.
    Closed,
}

/// What a stage's hooks said.
#[derive(Debug, Deserialize)]
struct Said {
    /// Whether they came to their end.
    reported: bool,
    /// Why they failed.
    error: Option<String>,
    #[serde(default = "open")]
    gate: bool,
    /// Numbers that `@metric` hooks made of the results.
    #[serde(default)]
    metrics: Vec<CustomMetric>,
}

fn open() -> bool {
    true
}

/// A number that the test made of its results.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct CustomMetric {
    /// Stage whose results it was made of.
    pub(crate) stage: String,
    /// Action that it belongs to.
    pub(crate) name: String,
    /// Group that the test put it into.
    pub(crate) group: String,
    /// Name.
    pub(crate) metric: String,
    /// `count`, `rate`, `distribution` or `sample`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The number.
    pub(crate) value: f64,
}

impl CustomMetric {
    fn is_same(&self, other: &Self) -> bool {
        let pairs = [
            (&self.stage, &other.stage),
            (&self.name, &other.name),
            (&self.group, &other.group),
            (&self.metric, &other.metric),
        ];
        pairs.into_iter().all(|(ours, theirs)| ours == theirs)
    }
}

/// Runs the hooks of a stage to their end.
///
/// # Errors
/// They failed, or were cut off.
pub(super) fn run(
    running: &Running,
    stage: &CheckedStage,
    deadline: &Deadline,
) -> Result<Gate, String> {
    let host = running.run.options.scripts.as_deref();
    let host = host.ok_or("there is no interpreter for the hooks of the stage")?;
    ask(host, &json!({"op": "begin", "stage": stage.name}))?;
    if matches!(stage.kind, CheckedKind::Analyze) {
        let results = summarize::results(running, &stage.name);
        ask(
            host,
            &json!({"op": "results", "stage": stage.name, "results": results}),
        )?;
    }
    let key = Part::Hooks.key(stage);
    let started = running.load.start(&key)?;
    if running.ending.is_asked() {
        // The order to stop may have come before the order to start; what cleans up does not heed it.
        running.load.end(End::Gracefully);
    }
    deadline.wait(running, &key, started)?;
    let answer = ask(host, &json!({"op": "ended", "stage": stage.name}))?;
    let said: Said = serde_json::from_value(answer)
        .map_err(|error| format!("what its hooks told cannot be read: {error}"))?;
    tell(&mut lock(&running.custom_metrics), said.metrics);
    match said.error {
        Some(error) => Err(error),
        None if !said.reported => Err(cut_off(running, stage)),
        None if said.gate => Ok(Gate::Open),
        None => Ok(Gate::Closed),
    }
}

/// Adds numbers; those that an earlier attempt, or another stage, has told of the same results are replaced.
fn tell(known: &mut Vec<CustomMetric>, told: Vec<CustomMetric>) {
    for metric in told {
        match known.iter_mut().find(|one| one.is_same(&metric)) {
            Some(one) => *one = metric,
            None => known.push(metric),
        }
    }
}

/// Says why hooks did not come to their end.
fn cut_off(running: &Running, stage: &CheckedStage) -> String {
    let failure = summarize::first_failure(&running.totals_now(), &stage.name);
    failure.unwrap_or_else(|| "its hooks did not come to their end".to_owned())
}

fn ask(host: &dyn ScriptHost, question: &Value) -> Result<Value, String> {
    let answer = host.serve(TOPIC, question.to_string().as_bytes())?;
    serde_json::from_slice(&answer).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: &str, value: f64) -> CustomMetric {
        CustomMetric {
            stage: "Shop".to_owned(),
            name: "home".to_owned(),
            group: "user_metrics".to_owned(),
            metric: name.to_owned(),
            kind: "count".to_owned(),
            value,
        }
    }

    #[test]
    fn numbers_that_are_told_again_are_there_once() {
        let mut known = Vec::new();
        tell(&mut known, vec![metric("a", 1.0), metric("b", 2.0)]);
        tell(&mut known, vec![metric("b", 3.0), metric("c", 4.0)]);
        let expected = [metric("a", 1.0), metric("b", 3.0), metric("c", 4.0)];
        assert_eq!(known, expected);
    }
}
