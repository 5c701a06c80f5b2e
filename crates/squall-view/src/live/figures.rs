//! The numbers of the screen: what the load does, and how it is answered.

use super::frame::label;
use super::state::{LiveState, Percentiles, SeriesState};
use crate::bars::sparkline;
use crate::number::{NONE, count, duration, quantity, rate, time};
use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role, bad_above_zero, field, flow, warn_above_zero};

/// Below this share of the rate asked for, the load is not what was ordered.
const REACHED: f64 = 0.95;

/// Operations per second with their history, and the rate asked for beside the one that is reached.
pub(super) fn throughput(state: &LiveState, columns: usize) -> Vec<Line> {
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

pub(super) fn outcomes(state: &LiveState, columns: usize) -> Vec<Line> {
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
    if let Some(from_s) = state.counted_from_s {
        let told = format!("(since the mark at {})", duration(from_s));
        fields.push(Line::of(Role::Faint, &told));
    }
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

pub(super) fn times(state: &LiveState, columns: usize) -> Vec<Line> {
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

pub(super) fn series(series: &[SeriesState], columns: usize) -> Vec<Line> {
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
