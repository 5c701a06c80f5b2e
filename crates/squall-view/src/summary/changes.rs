//! What somebody changed while the run went, with marks and notes.

use squall_metrics::summary::Summary;

use super::page::{hanging, heading};
use crate::changes::changes;
use crate::number::{count, duration};
use crate::text::{Line, Role, width, wrap};

/// Changes that are shown; `summary.json` has all of them.
const MOST: usize = 20;

/// A line for each change.
pub(super) fn lines(summary: &Summary, columns: usize) -> Vec<Line> {
    let changes = changes(&summary.controls);
    if changes.is_empty() {
        return Vec::new();
    }
    let shown = &changes[..changes.len().min(MOST)];
    let moments = shown.iter().map(|change| duration(change.at_s));
    let widest = moments.map(|moment| width(&moment)).max().unwrap_or(0);
    let mut lines = vec![heading("changes")];
    for change in shown {
        let start = format!("  {:>widest$}  ", duration(change.at_s));
        let start = Line::of(Role::Faint, &start);
        let told = wrap(&change.deed(), columns.saturating_sub(start.width()));
        lines.extend(hanging(&start, &told, Role::Plain));
    }
    let more = changes.len() - shown.len();
    if more > 0 {
        let more = format!("  {} more are in summary.json", count(more as u64));
        lines.push(Line::of(Role::Faint, &more));
    }
    lines
}
