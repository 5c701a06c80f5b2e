//! What comes first: the verdict, which run it was, what it did in total, and its stages.

use squall_metrics::summary::{StageSummary, Summary, Totals, VerdictStatus};

use super::page::{hanging, heading};
use crate::number::{byte_rate, bytes, count, duration};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role, bad_above_zero, field, flow, warn_above_zero, wrap};

/// The verdict, and below it its reasons.
pub(super) fn verdict(summary: &Summary, columns: usize) -> Vec<Line> {
    let (role, verdict) = match summary.verdict.status {
        VerdictStatus::Passed => (Role::Good, "✔ passed"),
        VerdictStatus::Failed => (Role::Bad, "✘ failed"),
        VerdictStatus::Invalid => (Role::Warn, "! invalid"),
    };
    let mut lines = vec![Line::of(role, verdict)];
    for reason in &summary.verdict.reasons {
        let wrapped = wrap(reason, columns.saturating_sub(4));
        lines.extend(hanging(&Line::of(role, "  · "), &wrapped, Role::Plain));
    }
    lines
}

/// Which run it was, and its totals.
pub(super) fn run(summary: &Summary, columns: usize) -> Vec<Line> {
    let run = &summary.run;
    let about = vec![
        Line::of(Role::Plain, &run.id),
        Line::of(Role::Plain, &duration(run.elapsed_s)),
        field("seed", Role::Plain, &run.seed.to_string()),
        field("squall", Role::Plain, &run.squall_version),
    ];
    let totals = &summary.totals;
    let elapsed = summary.measured_s();
    let transferred = |label, transferred: u64| {
        let value = bytes(transferred);
        if elapsed > 0.0 {
            let rate = byte_rate(transferred as f64 / elapsed);
            field(label, Role::Plain, &format!("{value} ({rate})"))
        } else {
            field(label, Role::Plain, &value)
        }
    };
    let data = vec![
        transferred("sent", totals.bytes_sent),
        transferred("received", totals.bytes_received),
    ];
    let mut lines = flow(&label("run"), about, columns);
    lines.extend(flow(&label("operations"), operations(totals), columns));
    lines.extend(iterations(summary));
    lines.extend(flow(&label("data"), data, columns));
    lines
}

/// Iterations can fail while all operations are good: scripts raise.
fn iterations(summary: &Summary) -> Option<Line> {
    let sum = |count: fn(&StageSummary) -> u64| {
        let counts = summary.stages.iter().map(count);
        counts.fold(0_u64, u64::saturating_add)
    };
    let failed = sum(|stage| stage.iterations_failed);
    let started = sum(|stage| stage.iterations_started);
    let told = format!("{} of {} failed", count(failed), count(started));
    (failed > 0).then(|| label("iterations").and(Role::Bad, &told))
}

fn operations(totals: &Totals) -> Vec<Line> {
    vec![
        field("started", Role::Plain, &count(totals.started)),
        field("ok", Role::Plain, &count(totals.ok)),
        field(
            "failed",
            bad_above_zero(totals.failed),
            &count(totals.failed),
        ),
        field("interrupted", Role::Plain, &count(totals.interrupted)),
        field(
            "dropped iterations",
            warn_above_zero(totals.dropped_iterations),
            &count(totals.dropped_iterations),
        ),
    ]
}

fn label(text: &str) -> Line {
    Line::of(Role::Strong, &format!("{text:<12}"))
}

/// One row per stage, with its error below it.
pub(super) fn stages(summary: &Summary, columns: usize) -> Vec<Line> {
    if summary.stages.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new(vec![
        Column::text("stage", Narrow::Shorten),
        Column::text("kind", Narrow::Leave(0)),
        Column::text("status", Narrow::Keep),
        Column::number("start", Narrow::Leave(1)),
        Column::number("took", Narrow::Keep),
        Column::number("users", Narrow::Leave(2)),
        Column::number("iterations", Narrow::Leave(4)),
        Column::number("failed", Narrow::Leave(5)),
        Column::number("dropped", Narrow::Leave(3)),
    ]);
    for stage in &summary.stages {
        table.row(stage_row(stage));
    }
    let rendered = table.render(columns);
    let mut lines = vec![heading("stages"), rendered.titles];
    for (stage, line) in summary.stages.iter().zip(rendered.rows) {
        lines.push(line);
        let error = wrap(
            stage.error.as_deref().unwrap_or_default(),
            columns.saturating_sub(4),
        );
        lines.extend(hanging(&Line::blank(4), &error, Role::Bad));
    }
    lines
}

fn stage_row(stage: &StageSummary) -> Vec<Cell> {
    let role = match stage.status.as_str() {
        "completed" => Role::Good,
        "failed" => Role::Bad,
        "left_out" => Role::Faint,
        _ => Role::Warn,
    };
    let mut row = vec![
        Cell::plain(&stage.name),
        Cell::new(Role::Faint, &stage.kind),
        Cell::new(role, stage.status.replace('_', " ")),
        Cell::plain(duration(stage.started_at_s)),
        Cell::plain(duration(stage.elapsed_s)),
    ];
    if stage.kind == "execute" {
        let dropped = stage.totals.dropped_iterations;
        row.extend([
            Cell::plain(count(stage.users_max)),
            Cell::plain(count(stage.iterations_started)),
            Cell::new(
                bad_above_zero(stage.iterations_failed),
                count(stage.iterations_failed),
            ),
            Cell::new(warn_above_zero(dropped), count(dropped)),
        ]);
    }
    row
}
