//! Rules with their values, and which part of the run they looked at.

use squall_metrics::summary::{Summary, ThresholdStatus, ThresholdSummary};

use super::apart::apart;
use crate::number::{NONE, amount, duration};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role};

/// A row per rule under a line that counts them.
pub(super) fn thresholds(summary: &Summary, columns: usize) -> Vec<Line> {
    if summary.thresholds.is_empty() {
        return apart(summary, columns);
    }
    let before_end = |one: &ThresholdSummary| one.broken_at_s.is_some();
    let when = if summary.thresholds.iter().any(before_end) {
        Narrow::Leave(0)
    } else {
        Narrow::Hide
    };
    let mut table = Table::new(vec![
        Column::text("", Narrow::Keep),
        Column::text("threshold", Narrow::Shorten),
        Column::number("value", Narrow::Keep),
        Column::number("limit", Narrow::Leave(1)),
        Column::number("margin", Narrow::Leave(2)),
        Column::number("broken at", when),
    ]);
    for threshold in &summary.thresholds {
        table.row(row(threshold));
    }
    let mut lines = vec![title(summary)];
    lines.extend(table.render(columns).into_lines());
    lines.extend(apart(summary, columns));
    lines
}

fn title(summary: &Summary) -> Line {
    let all = summary.thresholds.len();
    let held = summary.thresholds.iter();
    let held = held
        .filter(|one| one.status == ThresholdStatus::Passed)
        .count();
    Line::of(Role::Strong, "thresholds").and(Role::Plain, &format!("  {held} of {all} held"))
}

fn row(threshold: &ThresholdSummary) -> Vec<Cell> {
    let (role, sign) = match threshold.status {
        ThresholdStatus::Passed => (Role::Good, "✔"),
        ThresholdStatus::Failed => (Role::Bad, "✘"),
        ThresholdStatus::Warned => (Role::Warn, "!"),
    };
    let shown = |value: Option<f64>| value.map(|value| amount(value, &threshold.unit));
    let value = shown(threshold.value).unwrap_or_else(|| "no data".to_owned());
    vec![
        Cell::new(role, sign),
        Cell::plain(&threshold.rule),
        Cell::new(role, value),
        Cell::plain(amount(threshold.limit, &threshold.unit)),
        Cell::new(
            role,
            shown(threshold.margin).unwrap_or_else(|| NONE.to_owned()),
        ),
        Cell::plain(threshold.broken_at_s.map_or(String::new(), duration)),
    ]
}
