//! What came back: statuses, and failures in groups.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use squall_metrics::summary::{ErrorSummary, Summary};

use super::page::{hanging, heading};
use crate::number::{count, duration};
use crate::text::{Line, Role, field, flow, wrap};

/// Groups that are shown; `summary.json` has all of them.
const GROUPS: usize = 20;
/// Lines of a traceback that are shown.
const TRACEBACK_LINES: usize = 9;
/// Class of what scripts raise.
const SCRIPT: &str = "script";

/// The answers of a stage by status.
pub(super) fn statuses(summary: &Summary, stage: &str, columns: usize) -> Vec<Line> {
    let mut statuses: BTreeMap<&str, u64> = BTreeMap::new();
    for series in summary.series.iter().filter(|series| series.stage == stage) {
        for (status, answers) in &series.statuses {
            let sum = statuses.entry(status).or_default();
            *sum = sum.saturating_add(*answers);
        }
    }
    let fields = statuses
        .iter()
        .map(|(status, answers)| field(&format!("{status}:"), Role::Plain, &count(*answers)));
    flow(
        &Line::of(Role::Faint, "  statuses  "),
        fields.collect(),
        columns,
    )
}

/// What failed.
#[derive(Clone, Copy)]
struct Place<'a> {
    stage: &'a str,
    name: &'a str,
}

/// Failures of operations, then those of transactions and iterations that belong to no operation.
fn all_errors(summary: &Summary) -> impl Iterator<Item = (Place<'_>, &ErrorSummary)> {
    let operations = summary.series.iter().flat_map(|series| {
        let place = Place {
            stage: &series.stage,
            name: &series.name,
        };
        series.errors.iter().map(move |error| (place, error))
    });
    let spans = summary.transactions.iter().flat_map(|span| {
        let place = Place {
            stage: &span.stage,
            name: if span.kind == "iteration" {
                &span.scenario
            } else {
                &span.name
            },
        };
        span.errors.iter().map(move |error| (place, error))
    });
    operations.chain(spans)
}

/// The end of a traceback with its indentation: the last frames, and what was raised. `summary.json` has all of it.
fn traceback(example: &str, columns: usize) -> Vec<Line> {
    let all: Vec<&str> = example.trim_end().lines().collect();
    let too_many = all.len().saturating_sub(TRACEBACK_LINES);
    // A frame is not shown without the line that says where it is.
    let is_frame = |line: &&str| line.trim_start().starts_with("File ");
    let left_out = match all[too_many..].iter().position(is_frame) {
        Some(more) if too_many > 0 => too_many + more,
        _ => too_many,
    };
    let mut lines = Vec::new();
    if left_out > 0 {
        let left_out = format!("… {left_out} more lines are in summary.json");
        let left_out = wrap(&left_out, columns.saturating_sub(6));
        lines.extend(hanging(&Line::blank(6), &left_out, Role::Faint));
    }
    for text in &all[left_out..] {
        let indent = 6 + (text.len() - text.trim_start_matches(' ').len()).min(columns / 4);
        let wrapped = wrap(text, columns.saturating_sub(indent));
        lines.extend(hanging(&Line::blank(indent), &wrapped, Role::Faint));
    }
    lines
}

/// Failures of the same class and message in one stage.
struct Group<'a> {
    stage: &'a str,
    operations: Vec<&'a str>,
    count: u64,
    first_at_s: f64,
    last_at_s: f64,
    error: &'a ErrorSummary,
}

impl<'a> Group<'a> {
    fn new(place: Place<'a>, error: &'a ErrorSummary) -> Self {
        Self {
            stage: place.stage,
            operations: vec![place.name],
            count: error.count,
            first_at_s: error.first_at_s,
            last_at_s: error.last_at_s,
            error,
        }
    }

    fn holds(&self, place: Place<'_>, error: &ErrorSummary) -> bool {
        self.stage == place.stage
            && self.error.class == error.class
            && self.error.message == error.message
    }

    fn add(&mut self, place: Place<'a>, error: &ErrorSummary) {
        if !self.operations.contains(&place.name) {
            self.operations.push(place.name);
        }
        self.count = self.count.saturating_add(error.count);
        self.first_at_s = self.first_at_s.min(error.first_at_s);
        self.last_at_s = self.last_at_s.max(error.last_at_s);
    }

    /// The stage and its operations, or the first few of them.
    fn place(&self) -> String {
        const NAMED: usize = 3;
        let named = self
            .operations
            .iter()
            .take(NAMED)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        match self.operations.len().saturating_sub(NAMED) {
            0 => format!("{} · {named}", self.stage),
            more => format!("{} · {named} and {more} more", self.stage),
        }
    }

    fn lines(&self, columns: usize) -> Vec<Line> {
        let times = format!("  {} × ", count(self.count));
        let start = Line::of(Role::Bad, &times);
        let what = format!("{}: {}", self.error.class, self.error.message);
        let mut lines = hanging(
            &start,
            &wrap(&what, columns.saturating_sub(start.width())),
            Role::Plain,
        );
        let where_and_when = vec![
            field("in", Role::Plain, &self.place()),
            field("first at", Role::Plain, &duration(self.first_at_s)),
            field("last at", Role::Plain, &duration(self.last_at_s)),
        ];
        lines.extend(flow(&Line::blank(6), where_and_when, columns));
        if self.error.class == SCRIPT {
            lines.extend(traceback(&self.error.example, columns));
        } else {
            let example = wrap(&self.error.example, columns.saturating_sub(6));
            lines.extend(hanging(&Line::blank(6), &example, Role::Faint));
        }
        lines
    }
}

/// Failures in groups, the most frequent first.
pub(super) fn errors(summary: &Summary, columns: usize) -> Vec<Line> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (place, error) in all_errors(summary) {
        match groups.iter_mut().find(|group| group.holds(place, error)) {
            Some(group) => group.add(place, error),
            None => groups.push(Group::new(place, error)),
        }
    }
    if groups.is_empty() {
        return Vec::new();
    }
    groups.sort_by_key(|group| Reverse(group.count));
    let mut lines = vec![heading("errors")];
    for group in groups.iter().take(GROUPS) {
        lines.extend(group.lines(columns));
    }
    let more = groups.len().saturating_sub(GROUPS);
    if more > 0 {
        lines.push(Line::of(
            Role::Faint,
            &format!("  {more} more groups are in summary.json"),
        ));
    }
    lines
}
