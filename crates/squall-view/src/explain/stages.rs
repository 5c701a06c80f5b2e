//! What became of each stage.

use super::actions::note;
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role};
use crate::theme::Theme;

/// One stage of a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageRow {
    /// Name of the stage.
    pub stage: String,
    /// What kind it is, e.g. `Execute`.
    pub kind: String,
    /// The stages right before it.
    pub after: Vec<String>,
    /// The load profile in words.
    pub load: Option<String>,
    /// What else holds for it: a timeout, retries, that it is left out.
    pub remarks: Vec<String>,
    /// Names of what runs in Python.
    pub scripts: Vec<String>,
    /// File and line.
    pub place: Option<String>,
}

/// One line per stage, with its load and what else holds for it below.
pub fn render_stages(rows: &[StageRow], columns: u16, theme: Theme) -> String {
    let columns = usize::from(columns);
    let mut table = Table::new(vec![
        Column::text("stage", Narrow::Shorten),
        Column::text("kind", Narrow::Keep),
        Column::text("after", Narrow::Shorten),
        Column::text("place", Narrow::Leave(0)),
    ]);
    for row in rows {
        table.row(vec![
            Cell::plain(&row.stage),
            Cell::plain(&row.kind),
            Cell::plain(row.after.join(", ")),
            Cell::new(Role::Faint, row.place.as_deref().unwrap_or_default()),
        ]);
    }
    let rendered = table.render(columns);
    let mut lines = vec![rendered.titles];
    for (row, line) in rows.iter().zip(rendered.rows) {
        lines.push(line);
        let below = |label: &str, text: Option<String>| {
            note(&Line::of(Role::Accent, label), text.as_deref(), columns)
        };
        lines.extend(below("load: ", row.load.clone()));
        lines.extend(below("", joined(&row.remarks, "; ")));
        lines.extend(below("Python: ", joined(&row.scripts, ", ")));
    }
    theme.paint_all(lines, columns)
}

fn joined(texts: &[String], between: &str) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join(between))
}
