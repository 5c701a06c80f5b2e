//! What comes first: the verdict, which run it was, what it did in total, and its stages.

use squall_metrics::summary::{SeriesSummary, StageSummary, Summary, Totals, VerdictStatus};

use super::page::{hanging, heading};
use crate::number::{NONE, byte_rate, bytes, count, duration, number, rate, time};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{
    Line, Role, bad_above_zero, clean, field, flow, shorten_middle, warn_above_zero, wrap,
};

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
            let per_s = byte_rate(transferred as f64 / elapsed);
            field(label, Role::Plain, &format!("{value} ({per_s})"))
        } else {
            field(label, Role::Plain, &value)
        }
    };
    let data = vec![
        transferred("sent", totals.bytes_sent),
        transferred("received", totals.bytes_received),
    ];
    let mut lines = flow(&label("run"), about, columns);
    let operations = operations(totals, elapsed);
    lines.extend(flow(&label("operations"), operations, columns));
    lines.extend(iterations(summary));
    lines.extend(response(summary, columns));
    lines.extend(slowest(summary, columns));
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

/// Response times of all operations.
fn response(summary: &Summary, columns: usize) -> Vec<Line> {
    let Some(all) = summary
        .response_time_ms
        .as_ref()
        .filter(|all| all.count > 0)
    else {
        return Vec::new();
    };
    let values = [
        ("mean", all.mean),
        ("p50", all.p50),
        ("p95", all.p95),
        ("p99", all.p99),
        ("max", all.max),
    ];
    let fields = values.map(|(name, value)| field(name, Role::Plain, &time(value)));
    flow(&label("response"), fields.into(), columns)
}

/// The slowest operations, where there are so many that it takes a search in the tables.
fn slowest(summary: &Summary, columns: usize) -> Vec<Line> {
    const MANY: usize = 5;
    const SHOWN: usize = 3;
    const NAME: usize = 40;
    let series = summary.series.iter();
    let mut timed: Vec<&SeriesSummary> = series
        .filter(|series| series.response_time_ms.count > 0)
        .collect();
    if timed.len() < MANY {
        return Vec::new();
    }
    timed.sort_by(|a, b| b.response_time_ms.p99.total_cmp(&a.response_time_ms.p99));
    let fields = timed.iter().take(SHOWN).map(|series| {
        let name = shorten_middle(&clean(&series.name), NAME);
        let p99 = time(series.response_time_ms.p99);
        field(&name, Role::Plain, &format!("p99 {p99}"))
    });
    flow(&label("slowest"), fields.collect(), columns)
}

fn operations(totals: &Totals, elapsed_s: f64) -> Vec<Line> {
    let finished = totals.ok.saturating_add(totals.failed);
    let failed = match totals.failed {
        0 => count(0),
        some => {
            let share = number(some as f64 * 100.0 / finished as f64);
            format!("{} ({share} %)", count(some))
        }
    };
    let reached = (elapsed_s > 0.0).then(|| rate(finished as f64 / elapsed_s));
    vec![
        field("started", Role::Plain, &count(totals.started)),
        field("ok", Role::Plain, &count(totals.ok)),
        field("failed", bad_above_zero(totals.failed), &failed),
        field("rate", Role::Plain, &reached.unwrap_or(NONE.to_owned())),
        field("interrupted", Role::Plain, &count(totals.interrupted)),
        field(
            "dropped iterations",
            warn_above_zero(totals.dropped_iterations),
            &count(totals.dropped_iterations),
        ),
    ]
}

pub(super) fn label(text: &str) -> Line {
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
