//! How long each phase of each action took.

use squall_metrics::summary::{Distribution, SeriesSummary, Summary};

use super::page::under_headings;
use crate::number::time;
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role};

/// A row per phase, under the name of its action. Where the terminal is too narrow, columns leave in this order: min, stdev, p90, p50,
/// max, mean.
pub(super) fn table(summary: &Summary, stage: &str, columns: usize) -> Vec<Line> {
    let series = summary.series.iter().filter(|series| series.stage == stage);
    let mut table = Table::new(vec![
        Column::text("phase", Narrow::Shorten),
        Column::number("mean", Narrow::Leave(5)),
        Column::number("stdev", Narrow::Leave(1)),
        Column::number("min", Narrow::Leave(0)),
        Column::number("p50", Narrow::Leave(3)),
        Column::number("p90", Narrow::Leave(2)),
        Column::number("p99", Narrow::Keep),
        Column::number("max", Narrow::Leave(4)),
    ]);
    let (mut headings, mut rows) = (Vec::new(), 0);
    for series in series {
        let measured = phases(series)
            .into_iter()
            .filter(|(_, took)| took.count > 0);
        for (number, (phase, took)) in measured.enumerate() {
            if number == 0 {
                headings.push((rows, series.name.clone()));
            }
            table.row(row(phase, took));
            rows += 1;
        }
    }
    if table.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::of(Role::Strong, stage).and(Role::Faint, "  phases")];
    lines.extend(under_headings(table.render(columns), &headings, columns));
    lines
}

fn phases(series: &SeriesSummary) -> [(&'static str, &Distribution); 8] {
    [
        ("waiting", &series.waiting_ms),
        ("connecting", &series.connecting_ms),
        ("securing", &series.securing_ms),
        ("writing", &series.writing_ms),
        ("first byte", &series.first_byte_ms),
        ("reading", &series.reading_ms),
        ("service time", &series.service_time_ms),
        ("response time", &series.response_time_ms),
    ]
}

fn row(phase: &str, took: &Distribution) -> Vec<Cell> {
    let shown = [
        took.mean, took.stdev, took.min, took.p50, took.p90, took.p99, took.max,
    ];
    let mut row = vec![Cell::plain(format!("  {phase}"))];
    row.extend(shown.map(|value| Cell::plain(time(value))));
    row
}
