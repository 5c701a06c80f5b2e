//! Stored runs as a table.

use crate::number::{NONE, count, rate, time};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::Role;
use crate::theme::Theme;

/// How a run ended, as far as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It is invalid, or has no verdict.
    Otherwise,
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// When it started.
    pub when: String,
    /// Name of the plan.
    pub name: String,
    /// Its verdict in a word.
    pub verdict: &'static str,
    /// How that is to be taken.
    pub ended: Ended,
    /// Operations a second.
    pub rate_per_s: Option<f64>,
    /// 99th percentile of the response times in milliseconds.
    pub p99_ms: Option<f64>,
    /// Operations that failed.
    pub failed: Option<u64>,
    /// Commit of the test, shortened, and marked where there were changes.
    pub commit: String,
    /// Tags.
    pub tags: String,
    /// Identifier.
    pub id: String,
}

/// Lines of the table, each ended by a line break; nothing where there are no runs.
pub fn render(rows: &[Row], columns: u16, theme: Theme) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let unless_empty = |narrow, text: fn(&Row) -> &str| {
        if rows.iter().all(|row| text(row).is_empty()) {
            Narrow::Hide
        } else {
            narrow
        }
    };
    let columns = usize::from(columns);
    let mut table = Table::new(vec![
        Column::text("when", Narrow::Leave(2)),
        Column::text("name", Narrow::Shorten),
        Column::text("verdict", Narrow::Keep),
        Column::number("rate", Narrow::Leave(3)),
        Column::number("p99", Narrow::Leave(5)),
        Column::number("failed", Narrow::Leave(4)),
        Column::text("commit", unless_empty(Narrow::Leave(1), |row| &row.commit)),
        Column::text("tags", unless_empty(Narrow::Leave(0), |row| &row.tags)),
        Column::text("run", Narrow::Keep),
    ]);
    for row in rows {
        table.row(cells(row));
    }
    theme.paint_all(table.render(columns).into_lines(), columns)
}

fn cells(row: &Row) -> Vec<Cell> {
    let role = match row.ended {
        Ended::Passed => Role::Good,
        Ended::Failed => Role::Bad,
        Ended::Otherwise => Role::Warn,
    };
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    vec![
        Cell::plain(&row.when),
        Cell::plain(&row.name),
        Cell::new(role, row.verdict),
        Cell::plain(or_none(row.rate_per_s.map(rate))),
        Cell::plain(or_none(row.p99_ms.map(time))),
        Cell::plain(or_none(row.failed.map(count))),
        Cell::plain(&row.commit),
        Cell::plain(&row.tags),
        Cell::new(Role::Faint, &row.id),
    ]
}
