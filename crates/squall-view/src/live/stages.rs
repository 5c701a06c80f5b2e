//! The title of the screen, and the stages.

use super::frame::{LABELS_FROM, label};
use super::state::{LiveState, StageState, StageStatus};
use crate::bars::bar;
use crate::number::{count, duration};
use crate::text::{Line, Role, flow};

/// Of this many rows of the terminal, one is for names of stages, and one for bars of those that run at the same time.
const ROWS_PER_LINE: usize = 8;

/// Name, stage, bar and time left of the run.
pub(super) fn title(state: &LiveState, columns: usize) -> Line {
    let running: Vec<&StageState> = running(state).collect();
    let mut line = Line::of(Role::Strong, &state.name);
    match running.as_slice() {
        [] => {}
        [only] => line = line.and(Role::Plain, " · ").and(Role::Plain, &only.name),
        several => line = line.and(Role::Plain, &format!(" · {} stages", several.len())),
    }
    if state.stopping {
        line = line.and(Role::Plain, " · ").and(Role::Warn, "stopping");
    } else if state.paused {
        line = line.and(Role::Plain, " · ").and(Role::Warn, "paused");
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

/// The stages, those that run first where there is no room for all, and a bar for each of several that run at the same time.
pub(super) fn stages(state: &LiveState, columns: usize, rows: usize) -> Vec<Line> {
    if state.stages.len() < 2 {
        return Vec::new();
    }
    let most = (rows / ROWS_PER_LINE).max(1);
    let mut order: Vec<&StageState> = state.stages.iter().collect();
    order.sort_by_key(|stage| importance(stage.status));
    let mut lines = names(state, &order, columns);
    while lines.len() > most && order.len() > 1 {
        order.pop();
        lines = names(state, &order, columns);
    }
    if running(state).count() > 1 {
        let most = most.max(2);
        let bars = running(state).take(most).map(|stage| {
            let name = label("", columns).and(Role::Plain, &stage.name);
            with_bar(name, stage.elapsed_s, End::of(stage), columns)
        });
        lines.extend(bars);
        let more = running(state).skip(most).count();
        if more > 0 {
            lines.push(label("", columns).join(and_more(more)));
        }
    }
    lines
}

/// Stages that are shown of many, in the order of the plan, and how many more there are.
fn names(state: &LiveState, shown: &[&StageState], columns: usize) -> Vec<Line> {
    let is_shown = |stage: &StageState| shown.iter().any(|own| std::ptr::eq(*own, stage));
    let stages = state.stages.iter().filter(|stage| is_shown(stage));
    let mut fields: Vec<Line> = stages.map(name).collect();
    let more = state.stages.len() - shown.len();
    if more > 0 {
        fields.push(and_more(more));
    }
    flow(&label("stages", columns), fields, columns)
}

fn name(stage: &StageState) -> Line {
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
}

/// What is shown first.
fn importance(status: StageStatus) -> u8 {
    match status {
        StageStatus::Running => 0,
        StageStatus::Failed => 1,
        StageStatus::Waiting => 2,
        StageStatus::Skipped | StageStatus::Interrupted => 3,
        StageStatus::Completed => 4,
        StageStatus::LeftOut => 5,
    }
}

fn and_more(more: usize) -> Line {
    Line::of(Role::Faint, &format!("+ {} more", count(more as u64)))
}

fn running(state: &LiveState) -> impl Iterator<Item = &StageState> {
    state
        .stages
        .iter()
        .filter(|stage| stage.status == StageStatus::Running)
}
