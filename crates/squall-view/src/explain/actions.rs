//! How each action runs.

use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role, wrap};
use crate::theme::Theme;

/// How an action runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As a flow, with no Python in the loop.
    Compiled,
    /// In Python, for every iteration.
    Python,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Name of the stage.
    pub stage: String,
    /// Name of the action.
    pub action: String,
    /// How it runs.
    pub mode: Mode,
    /// Why it runs that way; not needed for what is compiled.
    pub reason: Option<String>,
    /// File and line.
    pub place: Option<String>,
    /// What would compile it.
    pub hint: Option<String>,
}

/// One line per action, with the reason and the hint below it.
pub fn render(rows: &[Row], columns: u16, theme: Theme) -> String {
    let columns = usize::from(columns);
    let mut table = Table::new(vec![
        Column::text("stage", Narrow::Shorten),
        Column::text("action", Narrow::Shorten),
        Column::text("runs", Narrow::Keep),
        Column::text("place", Narrow::Leave(0)),
    ]);
    for row in rows {
        let mode = match row.mode {
            Mode::Compiled => Cell::new(Role::Good, "compiled"),
            Mode::Python => Cell::new(Role::Warn, "Python"),
        };
        let place = Cell::new(Role::Faint, row.place.as_deref().unwrap_or_default());
        table.row(vec![
            Cell::plain(&row.stage),
            Cell::plain(&row.action),
            mode,
            place,
        ]);
    }
    let rendered = table.render(columns);
    let mut lines = vec![rendered.titles];
    for (row, line) in rows.iter().zip(rendered.rows) {
        lines.push(line);
        lines.extend(note(&Line::default(), row.reason.as_deref(), columns));
        lines.extend(note(
            &Line::of(Role::Accent, "hint: "),
            row.hint.as_deref(),
            columns,
        ));
    }
    theme.paint_all(lines, columns)
}

/// The text, wrapped and indented below its row, after `label`.
pub(super) fn note(label: &Line, text: Option<&str>, columns: usize) -> Vec<Line> {
    const INDENT: usize = 6;
    let hanging = label.width();
    let wrapped = wrap(
        text.unwrap_or_default(),
        columns.saturating_sub(INDENT + hanging),
    );
    let lines = wrapped.iter().enumerate().map(|(at, text)| {
        let start = if at == 0 {
            label.clone()
        } else {
            Line::blank(hanging)
        };
        Line::blank(INDENT).join(start).and(Role::Plain, text)
    });
    lines.collect()
}
