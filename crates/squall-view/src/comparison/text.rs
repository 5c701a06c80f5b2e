//! For a terminal.
//!
//! Where it is too narrow, columns leave in this order: p, base, this run, finding. Metric, change and interval stay.

use squall_compare::Comparison;
use squall_compare::comparison::{ComparedRun, ComparedSeries, Difference, Kind};

use super::cells;
use crate::summary::{hanging, labelled, under_headings};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role, wrap};
use crate::theme::Theme;

/// Lines of a comparison, each ended by a line break.
pub fn render(comparison: &Comparison, columns: u16, theme: Theme) -> String {
    let columns = usize::from(columns);
    let mut parts = Vec::new();
    for other in &comparison.others {
        parts.push(head(comparison, other, columns));
        parts.push(table(other, columns));
        parts.push(alone(other, columns));
    }
    if comparison.tests > 0 {
        let legend = cells::legend(comparison.confidence, comparison.tests);
        parts.push(faint(&legend, columns));
    }
    parts.retain(|part| !part.is_empty());
    theme.paint_all(parts.join(&Line::default()), columns)
}

fn head(comparison: &Comparison, other: &ComparedRun, columns: usize) -> Vec<Line> {
    let (role, verdict) = cells::verdict(other.verdict);
    let mut lines = vec![Line::of(role, verdict)];
    lines.extend(labelled("  run   ", &other.run.id, columns));
    lines.extend(labelled("  base  ", &comparison.base.id, columns));
    let mut told = vec![(role, &other.sentence)];
    if !other.series.is_empty() {
        // Otherwise the sentence has said it.
        told.extend(other.obstacles.iter().map(|text| (Role::Warn, text)));
    }
    told.extend(other.notes.iter().map(|text| (Role::Faint, text)));
    for (role, text) in told {
        let wrapped = wrap(text, columns.saturating_sub(4));
        lines.extend(hanging(&Line::of(role, "  · "), &wrapped, Role::Plain));
    }
    lines
}

fn table(other: &ComparedRun, columns: usize) -> Vec<Line> {
    if other.series.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new(vec![
        Column::text("metric", Narrow::Keep),
        Column::number("base", Narrow::Leave(1)),
        Column::number("this run", Narrow::Leave(2)),
        Column::number("change", Narrow::Keep),
        Column::text("interval", Narrow::Shorten),
        Column::number("p", Narrow::Leave(0)),
        Column::text("finding", Narrow::Leave(3)),
    ]);
    let mut headings = Vec::new();
    let mut rows = 0;
    let mut without_rows = Vec::new();
    for series in &other.series {
        let heading = heading(series, other);
        if series.differences.is_empty() {
            if other.series.len() > 1 {
                without_rows.extend(labelled("  ", &heading, columns));
            }
            continue;
        }
        headings.push((rows, heading));
        rows += series.differences.len();
        for one in &series.differences {
            table.row(row(one));
        }
    }
    let mut lines = if table.is_empty() {
        Vec::new()
    } else {
        under_headings(table.render(columns), &headings, columns)
    };
    lines.extend(without_rows);
    lines
}

/// The series and what is said of it; a single one has been spoken of above.
fn heading(series: &ComparedSeries, other: &ComparedRun) -> String {
    if other.series.len() == 1 {
        return named(series);
    }
    format!("{} – {}", named(series), series.sentence)
}

fn named(series: &ComparedSeries) -> String {
    match series.kind {
        Kind::Overall => series.name.clone(),
        Kind::Operation => format!("{} / {}", series.stage, series.name),
        Kind::Transaction => format!("{} / ({})", series.stage, series.name),
    }
}

fn row(one: &Difference) -> Vec<Cell> {
    let (role, finding) = cells::finding(one);
    vec![
        Cell::plain(format!("  {}", one.metric)),
        Cell::plain(cells::value(one.metric, one.base)),
        Cell::plain(cells::value(one.metric, one.other)),
        Cell::plain(cells::change(one)),
        Cell::plain(cells::interval(one)),
        Cell::plain(cells::probability(one)),
        Cell::new(role, finding),
    ]
}

/// Series that only one of the runs has.
fn alone(other: &ComparedRun, columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (label, names) in [
        ("only in the base  ", &other.only_in_base),
        ("only in this run  ", &other.only_in_other),
    ] {
        if !names.is_empty() {
            lines.extend(labelled(label, &names.join(", "), columns));
        }
    }
    lines
}

fn faint(text: &str, columns: usize) -> Vec<Line> {
    let lines = wrap(text, columns).into_iter();
    lines.map(|line| Line::of(Role::Faint, &line)).collect()
}
