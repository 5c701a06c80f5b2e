//! Warm-up and cool-down: what happened in them, which is in no other numbers.

use squall_metrics::summary::{PhaseSummary, Summary};

use super::page::labelled;
use crate::number::{count, duration, time};
use crate::text::Line;

/// From when to when each stage was measured, where that is not all of it, and what happened before and after.
pub(super) fn apart(summary: &Summary, columns: usize) -> Vec<Line> {
    let parts = summary.measured.iter();
    let parts: Vec<String> = parts
        .map(|part| {
            format!(
                "{} {} – {}",
                part.stage,
                duration(part.from_s),
                duration(part.to_s)
            )
        })
        .collect();
    if parts.is_empty() {
        return Vec::new();
    }
    // Runs that were stored before phases were apart have all numbers of the whole run.
    let below = if summary.whole_run.is_some() {
        "numbers below are of that part"
    } else {
        "tables below hold the whole run"
    };
    let told = format!("{}; {below}", parts.join(", "));
    let mut lines = labelled("measured   ", &told, columns);
    for phase in summary.apart() {
        let label = format!("{:<11}", phase.phase.as_str());
        let told = format!("{}; not in the numbers below", in_words(phase));
        lines.extend(labelled(&label, &told, columns));
    }
    lines
}

/// One phase in a line: its stage, its time, and what ended in it.
pub(crate) fn in_words(phase: &PhaseSummary) -> String {
    let totals = &phase.totals;
    let (from, to) = (duration(phase.from_s), duration(phase.to_s));
    let started = count(totals.started);
    let mut told = vec![format!(
        "{} {from} – {to}: {started} operations",
        phase.stage
    )];
    for (number, what) in [
        (totals.failed, "failed"),
        (totals.interrupted, "interrupted"),
        (totals.dropped_iterations, "iterations dropped"),
    ] {
        if number > 0 {
            told.push(format!("{} {what}", count(number)));
        }
    }
    if phase.response_time_ms.count > 0 {
        told.push(format!("p99 {}", time(phase.response_time_ms.p99)));
    }
    if let Some(error) = phase.errors.first() {
        told.push(format!("most often {}: {}", error.class, error.message));
    }
    told.join(", ")
}
