//! The lines of the screen, fewer of them where the terminal is short.

use super::bars::{bar, sparkline};
use super::state::{LiveState, Percentiles, SeriesState, StageState, StageStatus};
use super::thresholds;
use super::view::Size;
use crate::number::{NONE, count, duration, percent, quantity, rate, time};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role, bad_above_zero, field, flow, warn_above_zero};

/// From this share of a second on a busy thread is what limits the load.
const BUSY_PERCENT: f64 = 95.0;
/// A schedule that is kept worse than this distorts response times that are asked about in milliseconds.
const LATE_MS: f64 = 10.0;
/// Below this share of the rate asked for, the load is not what was ordered.
const REACHED: f64 = 0.95;
/// From this width on, lines begin with what they are about.
const LABELS_FROM: usize = 60;
/// How a value is shown that says that the generator is the limit.
const LIMIT: (Role, &str) = (Role::Warn, " ! the generator is the limit");
/// How a value is shown that is as it should be.
const FINE: (Role, &str) = (Role::Plain, "");
/// Groups of failures that are shown.
const ERRORS: usize = 3;

/// A line and how much it matters: on a short terminal the highest ranks are left out.
struct Ranked {
    rank: usize,
    line: Line,
}

/// All lines that fit, none of them wider than `size`.
pub(super) fn lines(state: &LiveState, size: Size) -> Vec<Line> {
    let columns = usize::from(size.columns);
    let rows = usize::from(size.rows);
    let mut ranked = Vec::new();
    add(&mut ranked, 0, vec![title(state, columns)]);
    add(&mut ranked, 10, stages(state, columns));
    add(&mut ranked, 1, throughput(state, columns));
    add(&mut ranked, 2, outcomes(state, columns));
    add(&mut ranked, 3, times(state, columns));
    add(&mut ranked, 5, generator(state, columns));
    let thresholds = flow(
        &label("thresholds", columns),
        thresholds::fields(state),
        columns,
    );
    add(&mut ranked, 4, thresholds);
    add(&mut ranked, 4, errors(state, columns));
    add(&mut ranked, 20, reporters(state, columns));
    add(&mut ranked, 30, series(&state.series, columns));
    let mut ranks: Vec<usize> = ranked.iter().map(|ranked| ranked.rank).collect();
    ranks.sort_unstable();
    let last = ranks
        .get(rows.saturating_sub(1))
        .copied()
        .unwrap_or(usize::MAX);
    let kept = ranked
        .into_iter()
        .filter(|ranked| ranked.rank <= last)
        .take(rows);
    kept.map(|ranked| ranked.line.fit(columns)).collect()
}

/// The first line of a part matters most; those that follow come after the first lines of all parts.
fn add(ranked: &mut Vec<Ranked>, rank: usize, lines: Vec<Line>) {
    const FOLLOWING: usize = 7;
    let lines = lines.into_iter().enumerate();
    ranked.extend(lines.map(|(at, line)| {
        let rank = if at == 0 || rank >= 10 {
            rank + at
        } else {
            rank + FOLLOWING
        };
        Ranked {
            rank: rank * 100 + at,
            line,
        }
    }));
}

fn label(text: &str, columns: usize) -> Line {
    if columns >= LABELS_FROM {
        Line::of(Role::Faint, &format!("{text:<12}"))
    } else {
        Line::default()
    }
}

/// Name, stage, bar and time left of the run.
fn title(state: &LiveState, columns: usize) -> Line {
    let running: Vec<&StageState> = running(state).collect();
    let mut line = Line::of(Role::Strong, &state.name);
    match running.as_slice() {
        [] => {}
        [only] => line = line.and(Role::Plain, " · ").and(Role::Plain, &only.name),
        several => line = line.and(Role::Plain, &format!(" · {} stages", several.len())),
    }
    let (elapsed_s, end) = match running.as_slice() {
        [only] if state.planned_s.is_none() => (only.elapsed_s, End::of(only)),
        several if several.iter().any(|stage| stage.until_stopped) => {
            (state.elapsed_s, End::Stopped)
        }
        _ => (state.elapsed_s, End::after(state.planned_s)),
    };
    with_bar(line, elapsed_s, end, columns)
}

/// What is known beforehand about an end.
#[derive(Clone, Copy)]
enum End {
    After(f64),
    Unknown,
    Stopped,
}

impl End {
    fn of(stage: &StageState) -> Self {
        if stage.until_stopped {
            Self::Stopped
        } else {
            Self::after(stage.planned_s)
        }
    }

    fn after(planned_s: Option<f64>) -> Self {
        match planned_s {
            Some(planned) if planned > 0.0 => Self::After(planned),
            Some(_) | None => Self::Unknown,
        }
    }
}

/// `line`, and behind it the bar and the time left. The time is right-most and never cut; the name gives way.
fn with_bar(line: Line, elapsed_s: f64, end: End, columns: usize) -> Line {
    const BAR: usize = 30;
    const LEAST: usize = 5;
    let End::After(planned_s) = end else {
        let time = match end {
            End::Stopped if columns >= LABELS_FROM => {
                format!("  {}, until stopped", duration(elapsed_s))
            }
            _ => format!("  {}", duration(elapsed_s)),
        };
        let room = columns.saturating_sub(time.chars().count());
        return line.fit(room).and(Role::Plain, &time);
    };
    let left_s = (planned_s - elapsed_s).max(0.0);
    let time = if columns >= LABELS_FROM {
        format!(
            "  {} of {}, {} left",
            duration(elapsed_s),
            duration(planned_s),
            duration(left_s)
        )
    } else {
        format!("  {} left", duration(left_s))
    };
    let room = columns.saturating_sub(time.chars().count());
    let line = line.fit(room.saturating_sub(LEAST + 2).max(room / 2));
    let bar_columns = room.saturating_sub(line.width() + 2).min(BAR);
    let line = if bar_columns >= LEAST {
        line.and(Role::Plain, "  ")
            .join(bar(elapsed_s / planned_s, bar_columns))
    } else {
        line
    };
    line.and(Role::Plain, &time)
}

/// One line with all stages, and one with a bar for each of several that run at the same time.
fn stages(state: &LiveState, columns: usize) -> Vec<Line> {
    if state.stages.len() < 2 {
        return Vec::new();
    }
    let signs = state.stages.iter().map(|stage| {
        let (role, sign) = match stage.status {
            StageStatus::Waiting => (Role::Faint, "·"),
            StageStatus::Running => (Role::Accent, "▶"),
            StageStatus::Completed => (Role::Good, "✔"),
            StageStatus::Failed => (Role::Bad, "✘"),
            StageStatus::Skipped => (Role::Bad, "–"),
            StageStatus::Interrupted => (Role::Warn, "–"),
            StageStatus::LeftOut => (Role::Faint, "–"),
        };
        Line::of(role, sign)
            .and(Role::Plain, " ")
            .and(role, &stage.name)
    });
    let mut lines = flow(&label("stages", columns), signs.collect(), columns);
    if running(state).count() > 1 {
        let bars = running(state).map(|stage| {
            let name = label("", columns).and(Role::Plain, &stage.name);
            with_bar(name, stage.elapsed_s, End::of(stage), columns)
        });
        lines.extend(bars);
    }
    lines
}

fn running(state: &LiveState) -> impl Iterator<Item = &StageState> {
    state
        .stages
        .iter()
        .filter(|stage| stage.status == StageStatus::Running)
}

/// Operations per second with their history, and the rate asked for beside the one that is reached.
fn throughput(state: &LiveState, columns: usize) -> Vec<Line> {
    let mut fields = vec![Line::of(Role::Strong, &rate(state.rate))];
    if let Some(asked) = state.asked_rate {
        let asked_for = format!("{} iterations/s", quantity(asked));
        fields.push(field("asked", Role::Plain, &asked_for));
        if let Some(reached) = state.iteration_rate {
            let (role, mark) = if reached < asked * REACHED {
                (Role::Warn, " !")
            } else {
                (Role::Good, "")
            };
            fields.push(field(
                "reached",
                role,
                &format!("{}{mark}", quantity(reached)),
            ));
        }
    }
    let mut lines = flow(&label("rate", columns), fields, columns);
    if let Some(last) = lines.last_mut() {
        const GAP: usize = 2;
        const MOST: usize = 60;
        const LEAST: usize = 5;
        let room = columns.saturating_sub(last.width() + GAP).min(MOST);
        if room >= LEAST {
            *last = last
                .clone()
                .join(Line::blank(GAP))
                .join(sparkline(&state.history, room));
        }
    }
    lines
}

fn outcomes(state: &LiveState, columns: usize) -> Vec<Line> {
    let mut fields = vec![
        field("ok", Role::Plain, &count(state.ok)),
        field("failed", bad_above_zero(state.failed), &failed(state)),
        field("in flight", Role::Plain, &count(state.in_flight)),
        field("users", Role::Plain, &count(state.users)),
        field(
            "dropped",
            warn_above_zero(state.dropped),
            &count(state.dropped),
        ),
    ];
    fields.extend(iterations_failed(state));
    if state.interrupted > 0 {
        fields.push(field("interrupted", Role::Plain, &count(state.interrupted)));
    }
    flow(&label("operations", columns), fields, columns)
}

/// Iterations that failed otherwise than by an operation.
pub(super) fn iterations_failed(state: &LiveState) -> Option<Line> {
    let more = state.iterations_failed > state.failed;
    more.then(|| {
        field(
            "iterations failed",
            Role::Bad,
            &count(state.iterations_failed),
        )
    })
}

/// The count, and its share of all that ended when there are any.
fn failed(state: &LiveState) -> String {
    let failed = count(state.failed);
    match state.failed {
        0 => failed,
        some => format!(
            "{failed} ({:.1} %)",
            some as f64 * 100.0 / state.ended() as f64
        ),
    }
}

fn times(state: &LiveState, columns: usize) -> Vec<Line> {
    let [p50, p95, p99] = percentiles(state.response);
    let fields = vec![
        field("p50", Role::Plain, &p50),
        field("p95", Role::Plain, &p95),
        field("p99", Role::Plain, &p99),
    ];
    flow(&label("response", columns), fields, columns)
}

fn percentiles(response: Option<Percentiles>) -> [String; 3] {
    match response {
        Some(Percentiles { p50, p95, p99 }) => [p50, p95, p99].map(time),
        None => [(); 3].map(|()| NONE.to_owned()),
    }
}

/// What the generator uses, with a sign where it is itself the limit.
fn generator(state: &LiveState, columns: usize) -> Vec<Line> {
    let generator = &state.generator;
    let busy = generator.busiest_thread_percent;
    let mut fields = vec![
        field("cpu", Role::Plain, &percent(generator.cpu_percent)),
        {
            let (role, mark) = if busy >= BUSY_PERCENT { LIMIT } else { FINE };
            field("busiest thread", role, &format!("{}{mark}", percent(busy)))
        },
    ];
    if let Some(busy) = generator.busiest_interpreter_percent {
        let (role, mark) = if busy >= BUSY_PERCENT { LIMIT } else { FINE };
        fields.push(field("python", role, &format!("{}{mark}", percent(busy))));
    }
    if let Some(lag) = generator.schedule_lag_p99_ms {
        let (role, mark) = if lag >= LATE_MS { LIMIT } else { FINE };
        fields.push(field(
            "schedule lag p99",
            role,
            &format!("{}{mark}", time(lag)),
        ));
    }
    flow(&label("generator", columns), fields, columns)
}

fn errors(state: &LiveState, columns: usize) -> Vec<Line> {
    let groups = state.errors.iter().take(ERRORS).enumerate();
    let lines = groups.map(|(at, group)| {
        label(if at == 0 { "errors" } else { "" }, columns)
            .and(Role::Bad, &count(group.count))
            .and(
                Role::Plain,
                &format!(" × {}: {}", group.class, group.message),
            )
    });
    lines.collect()
}

fn reporters(state: &LiveState, columns: usize) -> Vec<Line> {
    let fields = state.reporters.iter().map(|reporter| {
        let mut line = field(&reporter.name, Role::Plain, &count(reporter.delivered));
        if reporter.queued > 0 {
            line = line.and(Role::Faint, &format!(" +{} queued", count(reporter.queued)));
        }
        if reporter.dropped > 0 {
            line = line.and(
                Role::Warn,
                &format!(" {} dropped !", count(reporter.dropped)),
            );
        }
        line
    });
    flow(&label("reporters", columns), fields.collect(), columns)
}

fn series(series: &[SeriesState], columns: usize) -> Vec<Line> {
    if series.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new(vec![
        Column::text("operation", Narrow::Shorten),
        Column::number("rate", Narrow::Keep),
        Column::number("failed", Narrow::Leave(2)),
        Column::number("p50", Narrow::Leave(1)),
        Column::number("p95", Narrow::Leave(0)),
        Column::number("p99", Narrow::Keep),
    ]);
    for series in series {
        let mut row = vec![
            Cell::plain(&series.name),
            Cell::plain(rate(series.rate)),
            Cell::new(bad_above_zero(series.failed), count(series.failed)),
        ];
        row.extend(percentiles(series.response).map(Cell::plain));
        table.row(row);
    }
    table.render(columns).into_lines()
}
