//! Single checks of answers, and how often each held.

use squall_metrics::summary::{CheckSummary, Summary};

use super::page::heading;
use crate::number::{count, percent};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role, bad_above_zero};

/// A row per check.
pub(super) fn checks(summary: &Summary, columns: usize) -> Vec<Line> {
    if summary.checks.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new(vec![
        Column::text("check", Narrow::Shorten),
        Column::text("action", Narrow::Shorten),
        Column::number("passed", Narrow::Leave(0)),
        Column::number("failed", Narrow::Keep),
        Column::number("rate", Narrow::Keep),
    ]);
    for check in &summary.checks {
        table.row(row(check));
    }
    let mut lines = vec![heading("checks")];
    lines.extend(table.render(columns).into_lines());
    lines
}

fn row(check: &CheckSummary) -> Vec<Cell> {
    let role = bad_above_zero(check.failed);
    vec![
        Cell::plain(&check.name),
        Cell::new(Role::Faint, &check.operation),
        Cell::plain(count(check.passed)),
        Cell::new(role, count(check.failed)),
        Cell::new(role, percent(check.passed_percent)),
    ]
}
