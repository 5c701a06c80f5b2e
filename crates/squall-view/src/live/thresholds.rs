//! How rules stand while a run goes.

use super::frame::label;
use super::state::{LiveState, ThresholdState, ThresholdStatus};
use crate::number::amount;
use crate::text::{Line, Role, field, flow};

/// How many rules hold, and each that does not; then those that do.
pub(super) fn lines(state: &LiveState, columns: usize) -> (Vec<Line>, Vec<Line>) {
    let all = state.thresholds.len();
    if all == 0 {
        return (Vec::new(), Vec::new());
    }
    let held = count(state, ThresholdStatus::Holds);
    let mut fields = vec![Line::of(Role::Plain, &format!("{held} of {all} hold"))];
    let waiting = count(state, ThresholdStatus::NoData);
    if waiting > 0 {
        fields.push(field("no data yet", Role::Plain, &waiting.to_string()));
    }
    let is_broken = |one: &&ThresholdState| {
        matches!(one.status, ThresholdStatus::Broken | ThresholdStatus::Warns)
    };
    let (broken, holding): (Vec<_>, Vec<_>) = state.thresholds.iter().partition(is_broken);
    fields.extend(broken.into_iter().map(rule));
    let holding = holding.into_iter().map(rule).collect();
    (
        flow(&label("thresholds", columns), fields, columns),
        flow(&label("", columns), holding, columns),
    )
}

/// In one word, for a line of a log.
pub(super) fn field_of_log(state: &LiveState) -> Option<Line> {
    let broken = count(state, ThresholdStatus::Broken);
    let all = state.thresholds.len();
    let told = format!("{broken} of {all}");
    (broken > 0).then(|| field("broken", Role::Bad, &told))
}

fn count(state: &LiveState, status: ThresholdStatus) -> usize {
    let with = state.thresholds.iter();
    with.filter(|one| one.status == status).count()
}

/// A rule with its value.
fn rule(threshold: &ThresholdState) -> Line {
    let (role, sign) = match threshold.status {
        ThresholdStatus::Broken => (Role::Bad, "✘"),
        ThresholdStatus::Warns => (Role::Warn, "!"),
        ThresholdStatus::Holds => (Role::Good, "✔"),
        ThresholdStatus::NoData => (Role::Faint, "·"),
    };
    let line = Line::of(role, &format!("{sign} {}", threshold.rule));
    line.and(Role::Plain, ": ")
        .and(Role::Plain, &value(threshold))
}

/// The value of a rule in its unit.
pub(super) fn value(threshold: &ThresholdState) -> String {
    let shown = |value| amount(value, &threshold.unit);
    threshold.value.map_or("no data".to_owned(), shown)
}
