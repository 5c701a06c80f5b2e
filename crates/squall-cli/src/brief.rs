//! What is said at the end of `squall debug`: there is nothing to sum up, but what the test's code raised.

use std::fmt::Write as _;

use squall_metrics::summary::{ErrorSummary, Summary};

/// The class of failures of the test's own code.
const SCRIPT: &str = "script";

/// Returns what the test's code raised, and how many operations there were.
pub(crate) fn render(summary: &Summary, stored: &str) -> String {
    let mut text = String::new();
    for error in raised(summary) {
        // Writing to a `String` cannot fail.
        writeln!(text, "error: {}", error.message).ok();
        for line in error.example.trim_end().lines() {
            writeln!(text, "    {line}").ok();
        }
    }
    let totals = summary.everything();
    let operations = match totals.started {
        1 => "1 operation".to_owned(),
        many => format!("{many} operations"),
    };
    writeln!(
        text,
        "{operations}: {} ok, {} failed, {} interrupted; stored in {stored}",
        totals.ok, totals.failed, totals.interrupted
    )
    .ok();
    text
}

fn raised(summary: &Summary) -> impl Iterator<Item = &ErrorSummary> {
    let operations = summary.series.iter().flat_map(|series| &series.errors);
    let iterations = summary
        .transactions
        .iter()
        .flat_map(|passes| &passes.errors);
    operations
        .chain(iterations)
        .filter(|error| error.class == SCRIPT)
}
