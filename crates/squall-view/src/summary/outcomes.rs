//! What came back: statuses, and failures in groups.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use squall_metrics::summary::{ErrorSummary, SeriesSummary, Summary};

use super::page::{hanging, heading};
use crate::number::{count, duration};
use crate::text::{Line, Role, field, flow, wrap};

/// Groups that are shown; `summary.json` has all of them.
const GROUPS: usize = 20;

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
    fn new(series: &'a SeriesSummary, error: &'a ErrorSummary) -> Self {
        Self {
            stage: &series.stage,
            operations: vec![&series.name],
            count: error.count,
            first_at_s: error.first_at_s,
            last_at_s: error.last_at_s,
            error,
        }
    }

    fn holds(&self, series: &SeriesSummary, error: &ErrorSummary) -> bool {
        self.stage == series.stage
            && self.error.class == error.class
            && self.error.message == error.message
    }

    fn add(&mut self, series: &'a SeriesSummary, error: &ErrorSummary) {
        if !self.operations.contains(&series.name.as_str()) {
            self.operations.push(&series.name);
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
        let indented = columns.saturating_sub(6);
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
        lines.extend(hanging(
            &Line::blank(6),
            &wrap(&self.error.example, indented),
            Role::Faint,
        ));
        lines
    }
}

/// Failures in groups, the most frequent first.
pub(super) fn errors(summary: &Summary, columns: usize) -> Vec<Line> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for series in &summary.series {
        for error in &series.errors {
            match groups.iter_mut().find(|group| group.holds(series, error)) {
                Some(group) => group.add(series, error),
                None => groups.push(Group::new(series, error)),
            }
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
