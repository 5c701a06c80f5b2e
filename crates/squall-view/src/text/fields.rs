//! Short facts side by side, as many on a line as fit.

use super::{Line, Role};

/// Fields in one line as far as they fit, two spaces between two of them, continued on further lines at the same indent. Where a
/// field does not fit beside `start`, all of them go below it.
pub(crate) fn flow(start: &Line, fields: Vec<Line>, columns: usize) -> Vec<Line> {
    const GAP: usize = 2;
    const NARROW: usize = 4;
    let widest = fields.iter().map(Line::width).max().unwrap_or(0);
    let beside = start.width() <= NARROW || start.width() + widest <= columns;
    let indent = if beside { start.width() } else { NARROW };
    let mut lines = Vec::new();
    let mut line = start.clone();
    if !beside {
        lines.push(std::mem::replace(&mut line, Line::blank(indent)));
    }
    let mut empty = true;
    for field in fields.into_iter().filter(|field| !field.is_empty()) {
        if !empty && line.width() + GAP + field.width() > columns {
            lines.push(std::mem::replace(&mut line, Line::blank(indent)));
            empty = true;
        }
        let gap = if empty { 0 } else { GAP };
        line = line.join(Line::blank(gap)).join(field);
        empty = false;
    }
    if !empty {
        lines.push(line);
    }
    lines
}

/// A label and its value.
pub(crate) fn field(label: &str, role: Role, value: &str) -> Line {
    Line::of(Role::Faint, label)
        .and(Role::Plain, " ")
        .and(role, value)
}

/// Red when there is something to count, and ordinary when not.
pub(crate) fn bad_above_zero(count: u64) -> Role {
    if count > 0 { Role::Bad } else { Role::Plain }
}

/// Yellow when there is something to count, and ordinary when not.
pub(crate) fn warn_above_zero(count: u64) -> Role {
    if count > 0 { Role::Warn } else { Role::Plain }
}
