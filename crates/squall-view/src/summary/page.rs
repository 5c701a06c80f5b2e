//! Puts the parts in order.

use squall_metrics::summary::Summary;

use super::parts::{Part, Parts};
use super::timeline::{self, Timeline};
use super::{changes, checks, head, health, metrics, outcomes, phases, thresholds, times};
use crate::table::Rendered;
use crate::text::{Line, Role, wrap};
use crate::theme::Theme;

/// Columns to assume where there is no terminal: all of the table fits, beside names of ordinary length.
pub const DEFAULT_COLUMNS: u16 = 120;

/// How and for whom a summary is shown.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// Columns of the terminal; no line is wider.
    pub columns: u16,
    /// What is shown.
    pub parts: Parts,
    /// Colours and signs.
    pub theme: Theme,
    /// Where the run is stored.
    pub stored: Option<&'a str>,
    /// Where its HTML report is.
    pub report: Option<&'a str>,
    /// Its course.
    pub timeline: Option<&'a Timeline>,
}

/// Lines of the summary, each ended by a line break.
pub fn render(summary: &Summary, settings: &Settings<'_>) -> String {
    let columns = usize::from(settings.columns);
    let wanted = settings.parts;
    let mut parts = vec![
        head::verdict(summary, columns),
        thresholds::thresholds(summary, columns),
    ];
    if wanted.has(Part::Session) {
        let mut run = head::run(summary, columns);
        let timeline = settings.timeline;
        run.extend(timeline.map_or_else(Vec::new, |line| timeline::lines(line, columns)));
        parts.push(run);
    }
    parts.push(changes::lines(summary, columns));
    if wanted.has(Part::Stages) {
        parts.push(head::stages(summary, columns));
    }
    for stage in times::stages(summary) {
        if wanted.has(Part::Actions) {
            let mut part = times::table(summary, stage, columns);
            part.extend(outcomes::statuses(summary, stage, columns));
            parts.push(part);
        }
        if wanted.has(Part::Timings) {
            parts.push(phases::table(summary, stage, columns));
        }
    }
    if wanted.has(Part::Actions) {
        parts.push(checks::checks(summary, columns));
    }
    parts.push(metrics::metrics(summary, columns));
    parts.push(metrics::custom(summary, columns));
    parts.push(outcomes::errors(summary, columns));
    if wanted.has(Part::System) {
        parts.push(health::generator(summary, columns));
    }
    if wanted.has(Part::Samples) {
        parts.push(health::samples(summary, columns));
    }
    parts.push(health::reporters(summary, columns));
    parts.push(health::warnings(summary, columns));
    let places = [
        ("stored in ", settings.stored),
        ("report    ", settings.report),
    ];
    let places = places.into_iter().filter_map(|(label, place)| {
        let place = place?;
        Some(labelled(label, place, columns))
    });
    parts.push(places.flatten().collect());
    parts.retain(|part| !part.is_empty());
    let lines = parts.join(&Line::default());
    settings.theme.paint_all(lines, columns)
}

/// A heading on a line of its own.
pub(super) fn heading(text: &str) -> Line {
    Line::of(Role::Strong, text)
}

/// A table whose rows have headings: each stands before the row with that number, and may be wider than any column.
pub(crate) fn under_headings(
    rendered: Rendered,
    headings: &[(usize, String)],
    columns: usize,
) -> Vec<Line> {
    const INDENT: usize = 2;
    let mut lines = vec![rendered.titles];
    for (at, row) in rendered.rows.into_iter().enumerate() {
        for (_, text) in headings.iter().filter(|(before, _)| *before == at) {
            let wrapped = wrap(text, columns.saturating_sub(INDENT));
            lines.extend(hanging(&Line::blank(INDENT), &wrapped, Role::Strong));
        }
        lines.push(row);
    }
    lines
}

/// Text after a label, wrapped, with the following lines under the first.
pub(crate) fn labelled(label: &str, text: &str, columns: usize) -> Vec<Line> {
    let start = Line::of(Role::Faint, label);
    let wrapped = wrap(text, columns.saturating_sub(start.width()));
    hanging(&start, &wrapped, Role::Plain)
}

/// `texts` as lines, the first after `start`, the others indented by as much.
pub(crate) fn hanging(start: &Line, texts: &[String], role: Role) -> Vec<Line> {
    let lines = texts.iter().enumerate().map(|(at, text)| {
        let start = if at == 0 {
            start.clone()
        } else {
            Line::blank(start.width())
        };
        start.and(role, text)
    });
    lines.collect()
}
