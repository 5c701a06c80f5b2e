//! What may be wrong: the generator, errors, reporters.

use super::frame::label;
use super::state::LiveState;
use crate::number::{count, percent, time};
use crate::text::{Line, Role, field, flow};

/// From this share of a second on a busy thread is what limits the load.
const BUSY_PERCENT: f64 = 95.0;
/// A schedule that is kept worse than this distorts response times that are asked about in milliseconds.
const LATE_MS: f64 = 10.0;
/// How a value is shown that says that the generator is the limit.
const LIMIT: (Role, &str) = (Role::Warn, " ! the generator is the limit");
/// How a value is shown that is as it should be.
const FINE: (Role, &str) = (Role::Plain, "");
/// Groups of failures that are shown, and of how many rows each of the terminal is one.
const ERRORS: usize = 3;
const ROWS_PER_ERROR: usize = 8;

/// What the generator uses, with a sign where it is itself the limit.
pub(super) fn generator(state: &LiveState, columns: usize) -> Vec<Line> {
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

pub(super) fn errors(state: &LiveState, columns: usize, rows: usize) -> Vec<Line> {
    let most = (rows / ROWS_PER_ERROR).max(ERRORS);
    let groups = state.errors.iter().take(most).enumerate();
    let lines = groups.map(|(at, group)| {
        label(if at == 0 { "errors" } else { "" }, columns)
            .and(Role::Bad, &count(group.count))
            .and(
                Role::Plain,
                &format!(" × {}: {}", group.class, group.message),
            )
    });
    let mut lines: Vec<Line> = lines.collect();
    let more = state.errors.len().saturating_sub(most);
    if let (Some(last), true) = (lines.last_mut(), more > 0) {
        let told = Line::of(Role::Faint, &format!("  + {} more", count(more as u64)));
        let room = columns.saturating_sub(told.width());
        *last = std::mem::take(last).fit(room).join(told);
    }
    lines
}

pub(super) fn reporters(state: &LiveState, columns: usize) -> Vec<Line> {
    let fields = state.reporters.iter().map(|reporter| {
        let mut line = field(&reporter.name, Role::Plain, &count(reporter.delivered));
        if reporter.queued > 0 {
            line = line.and(Role::Faint, &format!(" +{} queued", count(reporter.queued)));
        }
        if reporter.retried > 0 {
            line = line.and(
                Role::Faint,
                &format!(" {} retried", count(reporter.retried)),
            );
        }
        if reporter.spooled > 0 {
            let spooled = format!(" +{} on disk", count(reporter.spooled));
            line = line.and(Role::Warn, &spooled);
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
