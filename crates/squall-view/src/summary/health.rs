//! Whether the numbers can be trusted and where they went: the generator, reporters, warnings.

use squall_metrics::summary::{Distribution, InterpreterSummary, Summary};

use super::page::{hanging, heading};
use crate::number::{NONE, bytes, count, duration, number, percent, time};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role, field, flow, warn_above_zero, wrap};

/// From this share of a second on, a busy thread may itself be what limits the load.
const BUSY_PERCENT: f64 = 95.0;

/// What the generator used and how late it was.
pub(super) fn generator(summary: &Summary, columns: usize) -> Vec<Line> {
    let generator = &summary.generator;
    let busy = generator.thread_busy_max_percent;
    let (busy_role, busy_mark) = if busy >= BUSY_PERCENT {
        (Role::Warn, " !")
    } else {
        (Role::Plain, "")
    };
    let used = vec![
        field(
            "cpu",
            Role::Plain,
            &format!(
                "{} of one core, {}",
                percent(generator.cpu_percent),
                duration(generator.cpu_s)
            ),
        ),
        field(
            "busiest thread",
            busy_role,
            &format!("{}{busy_mark}", percent(busy)),
        ),
        field("threads", Role::Plain, &count(u64::from(generator.threads))),
        field("memory", Role::Plain, &bytes(generator.max_rss_bytes)),
    ];
    let mut lines = vec![heading("generator")];
    lines.extend(flow(&label("used"), used, columns));
    if let Some(interpreters) = &generator.interpreters {
        lines.extend(python(interpreters, columns));
    }
    lines.extend(delay(
        "schedule error",
        &generator.schedule_error_ms,
        columns,
    ));
    lines.extend(delay(
        "generator delay",
        &generator.generator_delay_ms,
        columns,
    ));
    lines
}

/// CPU and memory of the generator, sampled each second: a row for the run and for each stage.
pub(super) fn samples(summary: &Summary, columns: usize) -> Vec<Line> {
    if summary.system.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new(vec![
        Column::text("stage", Narrow::Shorten),
        Column::text("what", Narrow::Keep),
        Column::number("samples", Narrow::Leave(0)),
        Column::number("mean", Narrow::Keep),
        Column::number("p50", Narrow::Leave(2)),
        Column::number("p95", Narrow::Leave(1)),
        Column::number("max", Narrow::Keep),
    ]);
    for sample in &summary.system {
        let (what, show): (_, fn(f64) -> String) = match sample.group.as_str() {
            "cpu_percent" => ("cpu", percent),
            "memory_bytes" => ("memory", memory),
            "mb_per_vu" => ("for each user", mebibytes),
            other => (other, number),
        };
        let stage = if sample.stage.is_empty() {
            "the run"
        } else {
            &sample.stage
        };
        let mut row = vec![
            Cell::plain(stage),
            Cell::new(Role::Faint, what),
            Cell::plain(count(sample.count)),
        ];
        let values = [sample.mean, sample.p50, sample.p95, sample.max];
        row.extend(values.map(|value| Cell::plain(show(value))));
        table.row(row);
    }
    let rendered = table.render(columns);
    let mut lines = vec![heading("cpu and memory"), rendered.titles];
    lines.extend(rendered.rows);
    lines
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bytes of memory"
)]
fn memory(value: f64) -> String {
    bytes(value.max(0.0) as u64)
}

fn mebibytes(value: f64) -> String {
    memory(value * 1024.0 * 1024.0)
}

/// How busy the interpreters were, and how long iterations and answers waited for them.
fn python(interpreters: &InterpreterSummary, columns: usize) -> Vec<Line> {
    let busiest = interpreters.busy_max_percent;
    let (role, mark) = if busiest >= BUSY_PERCENT {
        (Role::Warn, " !")
    } else {
        (Role::Plain, "")
    };
    let late = |delay: &Distribution| {
        if delay.count > 0 {
            time(delay.p99)
        } else {
            NONE.to_owned()
        }
    };
    let fields = vec![
        field(
            "busy",
            Role::Plain,
            &percent(interpreters.busy_mean_percent),
        ),
        field(
            "busiest second",
            role,
            &format!("{}{mark}", percent(busiest)),
        ),
        field(
            "processes",
            Role::Plain,
            &count(u64::from(interpreters.processes)),
        ),
        field("wait p99", Role::Plain, &late(&interpreters.wait_ms)),
        field("delay p99", Role::Plain, &late(&interpreters.delay_ms)),
    ];
    flow(&label("python"), fields, columns)
}

fn delay(name: &str, delay: &Distribution, columns: usize) -> Vec<Line> {
    let value = |value| {
        if delay.count > 0 {
            time(value)
        } else {
            NONE.to_owned()
        }
    };
    let fields = vec![
        field("p50", Role::Plain, &value(delay.p50)),
        field("p99", Role::Plain, &value(delay.p99)),
        field("max", Role::Plain, &value(delay.max)),
    ];
    flow(&label(name), fields, columns)
}

fn label(text: &str) -> Line {
    Line::of(Role::Faint, &format!("  {text:<15}  "))
}

/// What each reporter delivered, and where to.
pub(super) fn reporters(summary: &Summary, columns: usize) -> Vec<Line> {
    let mut table = Table::new(vec![
        Column::text("reporter", Narrow::Shorten),
        Column::number("accepted", Narrow::Leave(0)),
        Column::number("delivered", Narrow::Keep),
        Column::number("retried", Narrow::Leave(1)),
        Column::number("on disk", Narrow::Leave(2)),
        Column::number("dropped", Narrow::Keep),
    ]);
    for reporter in &summary.reporters {
        table.row(vec![
            Cell::plain(&reporter.name),
            Cell::plain(count(reporter.accepted)),
            Cell::plain(count(reporter.delivered)),
            Cell::plain(count(reporter.retried)),
            Cell::new(warn_above_zero(reporter.spooled), count(reporter.spooled)),
            Cell::new(warn_above_zero(reporter.dropped), count(reporter.dropped)),
        ]);
    }
    if table.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![heading("reporters")];
    let rendered = table.render(columns);
    lines.push(rendered.titles);
    for (reporter, row) in summary.reporters.iter().zip(rendered.rows) {
        lines.push(row);
        let place = wrap(
            reporter.message.as_deref().unwrap_or_default(),
            columns.saturating_sub(4),
        );
        lines.extend(hanging(&Line::blank(4), &place, Role::Faint));
    }
    lines
}

/// Things that a reader should know.
pub(super) fn warnings(summary: &Summary, columns: usize) -> Vec<Line> {
    if summary.warnings.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![heading("warnings")];
    for warning in &summary.warnings {
        let wrapped = wrap(warning, columns.saturating_sub(4));
        lines.extend(hanging(
            &Line::of(Role::Warn, "  ! "),
            &wrapped,
            Role::Plain,
        ));
    }
    lines
}
