//! Numbers that the test measured itself.

use squall_metrics::summary::{MetricSummary, Summary};

use super::page::{heading, under_headings};
use crate::number::{NONE, count, number};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role};

/// A row per metric. Where the terminal is too narrow, columns leave in this order: min, p95, p50, max.
pub(super) fn metrics(summary: &Summary, columns: usize) -> Vec<Line> {
    if summary.metrics.is_empty() {
        return Vec::new();
    }
    let odd = summary.metrics.iter().any(|metric| metric.not_finite > 0);
    let mut table = Table::new(vec![
        Column::text("name", Narrow::Shorten),
        Column::number("count", Narrow::Keep),
        Column::number(
            "not finite",
            if odd { Narrow::Leave(4) } else { Narrow::Hide },
        ),
        Column::number("mean", Narrow::Keep),
        Column::number("p50", Narrow::Leave(2)),
        Column::number("p95", Narrow::Leave(1)),
        Column::number("p99", Narrow::Keep),
        Column::number("min", Narrow::Leave(0)),
        Column::number("max", Narrow::Leave(3)),
    ]);
    let mut headings: Vec<(usize, String)> = Vec::new();
    for (at, metric) in summary.metrics.iter().enumerate() {
        let place = place(metric, &summary.metrics);
        let indent = if place.is_empty() { "" } else { "  " };
        table.row(row(metric, format!("{indent}{}", metric.name)));
        let is_new = headings.last().is_none_or(|(_, last)| *last != place);
        if is_new && !place.is_empty() {
            headings.push((at, place));
        }
    }
    let mut lines = vec![heading("metrics of the test")];
    lines.extend(under_headings(table.render(columns), &headings, columns));
    lines
}

/// A row for each number that the test made of its results. Where the terminal is too narrow, the group leaves, then the kind.
pub(super) fn custom(summary: &Summary, columns: usize) -> Vec<Line> {
    if summary.custom.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new(vec![
        Column::text("name", Narrow::Shorten),
        Column::number("value", Narrow::Keep),
        Column::text("kind", Narrow::Leave(1)),
        Column::text("of", Narrow::Shorten),
        Column::text("group", Narrow::Leave(0)),
    ]);
    for metric in &summary.custom {
        table.row(vec![
            Cell::plain(&metric.metric),
            Cell::plain(number(metric.value)),
            Cell::new(Role::Faint, &metric.kind),
            Cell::plain(format!("{} · {}", metric.stage, metric.name)),
            Cell::new(Role::Faint, &metric.group),
        ]);
    }
    let rendered = table.render(columns);
    let mut lines = vec![heading("numbers of the results"), rendered.titles];
    lines.extend(rendered.rows);
    lines
}

/// Stage and scenario, as far as they are not the same for all.
fn place(metric: &MetricSummary, all: &[MetricSummary]) -> String {
    let mut words = Vec::new();
    if all.iter().any(|other| other.stage != metric.stage) {
        words.push(metric.stage.as_str());
    }
    if all.iter().any(|other| other.scenario != metric.scenario) {
        words.push(metric.scenario.as_str());
    }
    words.join(" · ")
}

fn row(metric: &MetricSummary, name: String) -> Vec<Cell> {
    let values = &metric.values;
    let not_finite = if metric.not_finite > 0 {
        Role::Warn
    } else {
        Role::Plain
    };
    let mut row = vec![
        Cell::plain(name),
        Cell::plain(count(values.count)),
        Cell::new(not_finite, count(metric.not_finite)),
    ];
    let shown = [
        values.mean,
        values.p50,
        values.p95,
        values.p99,
        values.min,
        values.max,
    ];
    row.extend(shown.map(|value| {
        if values.count > 0 {
            Cell::plain(number(value))
        } else {
            Cell::new(Role::Faint, NONE)
        }
    }));
    row
}
