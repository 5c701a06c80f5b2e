//! What a run may not exceed, and whether it did.

use squall_compare::Gate;
use squall_compare::gate::Outcome;

use crate::summary::hanging;
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role, wrap};
use crate::theme::Theme;

/// Lines of a gate, each ended by a line break.
pub fn render(gate: &Gate, columns: u16, theme: Theme) -> String {
    let columns = usize::from(columns);
    let verdict = if gate.is_exceeded() {
        Line::of(Role::Bad, "✘ regression")
    } else if gate.passes() {
        Line::of(Role::Good, "✔ no regression is shown")
    } else {
        Line::of(Role::Warn, "! not every limit has an answer")
    };
    let mut lines = vec![verdict];
    for reason in &gate.unanswered {
        let wrapped = wrap(reason, columns.saturating_sub(4));
        lines.extend(hanging(&Line::of(Role::Bad, "  · "), &wrapped, Role::Plain));
    }
    let mut table = Table::new(vec![
        Column::text("limit", Narrow::Keep),
        Column::text("series", Narrow::Shorten),
        Column::number("change", Narrow::Keep),
        Column::text("interval", Narrow::Leave(0)),
        Column::text("finding", Narrow::Keep),
    ]);
    for one in &gate.judged {
        let (role, finding) = match one.outcome {
            Outcome::Exceeded => (Role::Bad, "exceeded"),
            Outcome::NotShown => (Role::Warn, "beyond, may be chance"),
            Outcome::Within => (Role::Good, "within"),
        };
        table.row(vec![
            Cell::plain(&one.limit),
            Cell::plain(&one.series),
            Cell::plain(squall_compare::words::change(one.change, one.unit)),
            Cell::plain(squall_compare::words::interval(one.low, one.high, one.unit)),
            Cell::new(role, finding),
        ]);
    }
    if !table.is_empty() {
        lines.extend(table.render(columns).into_lines());
    }
    theme.paint_all(lines, columns)
}
