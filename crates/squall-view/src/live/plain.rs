//! Lines for logs and pipes: one every five seconds, and one for each stage that starts or ends, each rule that breaks, and each change.

use super::figures::iterations_failed;
use super::state::{LiveState, StageState, StageStatus, ThresholdStatus};
use super::thresholds;
use super::view::Size;
use crate::changes::changes;
use crate::number::{NONE, count, duration, percent, quantity, rate, time};
use crate::text::{Line, Role, bad_above_zero, field, flow, warn_above_zero, wrap};
use crate::theme::Theme;

/// The first line comes after so many seconds, to see that it works …
const FIRST_S: f64 = 1.0;
/// … and then one whenever so many have passed.
const EVERY_S: f64 = 5.0;
/// Wider lines are hard to read in a log, even where nothing breaks them.
const COLUMNS: usize = 120;

/// What has been written so far.
pub(super) struct Plain {
    theme: Theme,
    due_s: f64,
    stages: Vec<(String, StageStatus)>,
    /// How rules stood when that was last told.
    rules: Vec<ThresholdStatus>,
    /// Changes of the run that were told.
    controls: usize,
}

impl Plain {
    /// Nothing has been written yet.
    pub(super) fn new(theme: Theme) -> Self {
        Self {
            theme,
            due_s: FIRST_S,
            stages: Vec::new(),
            rules: Vec::new(),
            controls: 0,
        }
    }

    /// The lines that are due.
    pub(super) fn lines(&mut self, state: &LiveState, size: Size) -> String {
        let columns = usize::from(size.columns);
        let mut lines = self.changes(state);
        lines.extend(self.controls(state, columns));
        if has_ended(state) {
            lines.extend(self.rules(state, columns));
        } else if state.elapsed_s >= self.due_s {
            self.due_s = next_due(state.elapsed_s);
            lines.extend(self.rules(state, columns));
            lines.extend(interval(state, columns.min(COLUMNS)));
        }
        self.theme.paint_all(lines, columns)
    }

    /// The message in lines of its own.
    pub(super) fn message(&self, message: &str) -> String {
        crate::message::render(message, self.theme)
    }

    /// A line for each stage whose status changed.
    fn changes(&mut self, state: &LiveState) -> Vec<Line> {
        let mut lines = Vec::new();
        for stage in &state.stages {
            let before = self.status(&stage.name);
            if before != stage.status {
                lines.extend(change(state.elapsed_s, stage, before));
            }
        }
        self.stages = state
            .stages
            .iter()
            .map(|stage| (stage.name.clone(), stage.status))
            .collect();
        lines
    }

    /// A line for each change of the run since the last time.
    fn controls(&mut self, state: &LiveState, columns: usize) -> Vec<Line> {
        let new = state.controls.get(self.controls..).unwrap_or_default();
        self.controls = state.controls.len();
        let told = changes(new)
            .into_iter()
            .flat_map(|change| told_at(change.at_s, Role::Plain, &change.deed(), columns));
        told.collect()
    }

    /// A line for each rule that is broken now and was not, or the other way round. It is looked at once in an interval: a rule that
    /// comes and goes does not fill the log.
    fn rules(&mut self, state: &LiveState, columns: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        for (at, rule) in state.thresholds.iter().enumerate() {
            let before = self.rules.get(at).copied();
            let before = before.unwrap_or(ThresholdStatus::NoData);
            let (role, what) = match (before, rule.status) {
                (before, now) if before == now => continue,
                (_, ThresholdStatus::Broken) => (Role::Bad, "broken"),
                (_, ThresholdStatus::Warns) => (Role::Warn, "warns"),
                (ThresholdStatus::Broken | ThresholdStatus::Warns, ThresholdStatus::Holds) => {
                    (Role::Good, "holds again")
                }
                (_, ThresholdStatus::Holds | ThresholdStatus::NoData) => continue,
            };
            let value = thresholds::value(rule);
            let told = format!("threshold {what}: {} ({value})", rule.rule);
            lines.extend(told_at(state.elapsed_s, role, &told, columns));
        }
        self.rules = state.thresholds.iter().map(|rule| rule.status).collect();
        lines
    }

    fn status(&self, name: &str) -> StageStatus {
        let known = self.stages.iter().find(|(known, _)| known == name);
        known.map_or(StageStatus::Waiting, |(_, status)| *status)
    }
}

/// What is left of an interval after the load has ended says nothing of its rate.
fn has_ended(state: &LiveState) -> bool {
    let is_over = |stage: &StageState| match stage.status {
        StageStatus::Waiting | StageStatus::Running => false,
        StageStatus::Completed
        | StageStatus::Failed
        | StageStatus::Skipped
        | StageStatus::Interrupted
        | StageStatus::LeftOut => true,
    };
    !state.stages.is_empty() && state.stages.iter().all(is_over)
}

/// A stage can start and end between two updates: then both are told.
fn change(now_s: f64, stage: &StageState, before: StageStatus) -> Vec<Line> {
    let ended_s = stage.started_s + stage.elapsed_s;
    let line = |at_s: f64, role, what: &str| {
        clock(at_s)
            .and(Role::Plain, &format!("stage {} ", stage.name))
            .and(role, what)
    };
    let started = || {
        let planned = match stage.planned_s {
            _ if stage.until_stopped => ", until stopped".to_owned(),
            Some(planned) => format!(", {} planned", duration(planned)),
            None => String::new(),
        };
        line(stage.started_s, Role::Plain, &format!("started{planned}"))
    };
    let took = duration(stage.elapsed_s);
    let ran = before == StageStatus::Running || stage.elapsed_s > 0.0;
    let mut lines = Vec::new();
    if before == StageStatus::Waiting && ran || stage.status == StageStatus::Running {
        lines.push(started());
    }
    match stage.status {
        StageStatus::Completed => {
            lines.push(line(ended_s, Role::Good, &format!("completed in {took}")));
        }
        StageStatus::Failed if ran => {
            lines.push(line(ended_s, Role::Bad, &format!("failed after {took}")));
        }
        StageStatus::Failed => lines.push(line(now_s, Role::Bad, "failed")),
        StageStatus::Skipped => {
            lines.push(line(now_s, Role::Bad, "skipped: a stage before it failed"));
        }
        StageStatus::Interrupted => lines.push(line(now_s, Role::Warn, "stopped")),
        StageStatus::LeftOut => lines.push(line(now_s, Role::Faint, "left out")),
        StageStatus::Waiting | StageStatus::Running => {}
    }
    lines
}

/// One line, or several where the terminal is narrow: what a log holds is never cut.
fn interval(state: &LiveState, columns: usize) -> Vec<Line> {
    let mut fields = vec![Line::of(Role::Plain, &rate(state.rate))];
    if let Some(asked) = state.asked_rate {
        let reached = state.iteration_rate.map_or(NONE.to_owned(), quantity);
        fields.push(Line::of(
            Role::Plain,
            &format!("started {reached} of {}", quantity(asked)),
        ));
    }
    fields.extend([
        field("in flight", Role::Plain, &count(state.in_flight)),
        field("ok", Role::Plain, &count(state.ok)),
        field("failed", bad_above_zero(state.failed), &count(state.failed)),
    ]);
    fields.extend(iterations_failed(state));
    if state.dropped > 0 {
        fields.push(field(
            "dropped",
            warn_above_zero(state.dropped),
            &count(state.dropped),
        ));
    }
    if let Some(response) = state.response {
        fields.push(field("p99", Role::Plain, &time(response.p99)));
    }
    fields.extend(thresholds::field_of_log(state));
    fields.push(field(
        "cpu",
        Role::Plain,
        &percent(state.generator.cpu_percent),
    ));
    flow(&clock(state.elapsed_s), fields, columns)
}

/// `12.0s`, so that the first column can be read by programs.
fn clock(seconds: f64) -> Line {
    Line::of(Role::Faint, &format!("{:>7}  ", format!("{seconds:.1}s")))
}

/// Something that happened, broken where it is too long.
fn told_at(at_s: f64, role: Role, told: &str, columns: usize) -> Vec<Line> {
    let start = clock(at_s);
    let room = columns.min(COLUMNS).saturating_sub(start.width());
    let lines = wrap(told, room).into_iter().enumerate();
    let lines = lines.map(|(number, text)| {
        let start = if number == 0 {
            start.clone()
        } else {
            Line::blank(start.width())
        };
        start.and(role, &text)
    });
    lines.collect()
}

fn next_due(elapsed_s: f64) -> f64 {
    ((elapsed_s / EVERY_S).floor() + 1.0) * EVERY_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_every_five_seconds() {
        for (elapsed_s, due_s) in [(1.02, 5.0), (5.0, 10.0), (9.1, 10.0), (3_600.0, 3_605.0)] {
            assert!((next_due(elapsed_s) - due_s).abs() < 1e-9, "{elapsed_s}");
        }
    }
}
