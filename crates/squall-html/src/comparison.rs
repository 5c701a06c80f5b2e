//! The page of a comparison: what was found, and the runs over time on top of each other.

use std::io::{self, BufRead};

use serde::Serialize;
use serde_json::{Value, json};
use squall_compare::Comparison;
use squall_metrics::SeriesKind;

use crate::ReportError;
use crate::collect::{MOST_SERIES, collect};
use crate::data::{GeneratorData, SeriesData, Timeline};
use crate::embed::embed;
use crate::resolution::Resolution;

const TEMPLATE: &str = include_str!(concat!(env!("OUT_DIR"), "/compare.html"));

/// Version of the shape of [`ComparisonData`].
pub const COMPARISON_DATA_VERSION: u32 = 1;

/// Columns that the charts of a comparison draw.
const DRAWN: [&str; 5] = ["p50", "p95", "p99", "ok", "failed"];

/// Everything that the page of a comparison shows; `web/src/model/comparison.ts` has the same shape.
#[derive(Clone, Debug, Serialize)]
pub struct ComparisonData {
    /// [`COMPARISON_DATA_VERSION`].
    pub version: u32,
    /// What `squall compare --format json` prints, without secrets.
    pub comparison: Value,
    /// The base, and then the runs that are compared with it.
    pub runs: Vec<ComparedRunData>,
}

/// One run over time.
#[derive(Clone, Debug, Serialize)]
pub struct ComparedRunData {
    /// What of `summary.json` the page reads, without secrets.
    pub summary: Value,
    /// Operations and transactions, as far as they are drawn. All runs have steps of the same length.
    pub timeline: Timeline,
}

/// Tells whether the page of comparisons was there when the program was built.
pub fn is_comparison_built() -> bool {
    !TEMPLATE.is_empty()
}

/// Makes the page of a comparison.
///
/// `summaries` are those of the base and of the others, in the order of the comparison; `intervals` opens `intervals.jsonl` of the run
/// with that number.
///
/// # Errors
/// The program was built without the page, or intervals cannot be read.
pub fn comparison_page<R: BufRead>(
    comparison: &Comparison,
    summaries: &[Value],
    mut intervals: impl FnMut(usize) -> io::Result<R>,
) -> Result<String, ReportError> {
    if !is_comparison_built() {
        return Err(ReportError::NotBuilt);
    }
    let mut resolution = resolution(summaries);
    loop {
        let step_s = resolution.step_s();
        let data = comparison_data(comparison, summaries, step_s, &mut intervals)?;
        let page = embed(TEMPLATE, &serde_json::to_vec(&data)?)?;
        match resolution.coarser_than(page.len()) {
            Some(coarser) => resolution = coarser,
            None => return Ok(page),
        }
    }
}

/// Makes what the page shows, in steps of so many seconds.
///
/// # Errors
/// Intervals cannot be read.
pub fn comparison_data<R: BufRead>(
    comparison: &Comparison,
    summaries: &[Value],
    step_s: u64,
    mut intervals: impl FnMut(usize) -> io::Result<R>,
) -> Result<ComparisonData, ReportError> {
    let mut comparison = serde_json::to_value(comparison)?;
    squall_secrets::document(&mut comparison);
    let runs = summaries.iter().enumerate().map(|(at, summary)| {
        let timeline = collect(intervals(at)?, step_s, elapsed_s(summary))?;
        Ok(ComparedRunData {
            summary: shown(summary),
            timeline: drawn(timeline),
        })
    });
    Ok(ComparisonData {
        version: COMPARISON_DATA_VERSION,
        comparison,
        runs: runs.collect::<Result<_, ReportError>>()?,
    })
}

fn resolution(summaries: &[Value]) -> Resolution {
    let longest = summaries.iter().map(elapsed_s).filter(|s| s.is_finite());
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time is not negative"
    )]
    let seconds = longest.fold(0.0, f64::max).ceil() as u64;
    let series = summaries.iter().map(|summary| {
        let series = summary["series"].as_array().map_or(0, Vec::len);
        series.min(MOST_SERIES) as u64
    });
    Resolution::of(seconds, series.sum())
}

fn elapsed_s(summary: &Value) -> f64 {
    summary["run"]["elapsed_s"]
        .as_f64()
        .unwrap_or(f64::INFINITY)
}

fn shown(summary: &Value) -> Value {
    let mut shown = json!({
        "run": summary["run"],
        "verdict": summary["verdict"],
        "stages": summary["stages"],
    });
    squall_secrets::document(&mut shown);
    shown
}

/// Leaves out what a comparison does not draw.
fn drawn(mut timeline: Timeline) -> Timeline {
    let compared = |series: &SeriesData| {
        matches!(
            series.kind,
            Some(SeriesKind::Operation | SeriesKind::Transaction)
        )
    };
    timeline.series.retain(compared);
    for series in timeline.series.iter_mut().chain([&mut timeline.all]) {
        series.columns.retain(|name, _| DRAWN.contains(name));
        series.heat = None;
    }
    timeline.scenarios.clear();
    timeline.statuses.clear();
    timeline.failures.clear();
    timeline.generator = GeneratorData::default();
    timeline
}
