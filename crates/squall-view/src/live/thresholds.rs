//! How rules stand while a run goes.

use super::state::{LiveState, ThresholdState, ThresholdStatus};
use crate::number::amount;
use crate::text::{Line, Role, field};

/// How many rules hold, and each that does not.
pub(super) fn fields(state: &LiveState) -> Vec<Line> {
    let all = state.thresholds.len();
    if all == 0 {
        return Vec::new();
    }
    let held = count(state, ThresholdStatus::Holds);
    let mut fields = vec![Line::of(Role::Plain, &format!("{held} of {all} hold"))];
    let waiting = count(state, ThresholdStatus::NoData);
    if waiting > 0 {
        fields.push(field("no data yet", Role::Plain, &waiting.to_string()));
    }
    fields.extend(state.thresholds.iter().filter_map(broken));
    fields
}

/// In one word, for a line of a log.
pub(super) fn field_of_log(state: &LiveState) -> Option<Line> {
    let broken = count(state, ThresholdStatus::Broken);
    let all = state.thresholds.len();
    let told = format!("{broken} of {all} broken");
    (broken > 0).then(|| field("thresholds", Role::Bad, &told))
}

fn count(state: &LiveState, status: ThresholdStatus) -> usize {
    let with = state.thresholds.iter();
    with.filter(|one| one.status == status).count()
}

fn broken(threshold: &ThresholdState) -> Option<Line> {
    let (role, sign) = match threshold.status {
        ThresholdStatus::Broken => (Role::Bad, "✘"),
        ThresholdStatus::Warns => (Role::Warn, "!"),
        ThresholdStatus::Holds | ThresholdStatus::NoData => return None,
    };
    let value = threshold
        .value
        .map_or("no data".to_owned(), |value| amount(value, &threshold.unit));
    let told = format!("{sign} {}: {value}", threshold.rule);
    Some(Line::of(role, &told))
}
