//! The whole report.

use std::io::{self, BufRead};

use serde_json::Value;
use squall_metrics::summary::Summary;

use crate::collect::{MOST_SERIES, collect};
use crate::data::{DATA_VERSION, ReportData, Timeline};
use crate::embed::embed;
use crate::resolution::Resolution;
use crate::{ReportError, exemplars};

const TEMPLATE: &str = include_str!(concat!(env!("OUT_DIR"), "/report.html"));

/// The documents of a run, as they are stored.
#[derive(Clone, Debug)]
pub struct RunDocuments {
    /// `summary.json`. Members that this version does not know are shown to the front end as well.
    pub summary: Value,
    /// `plan.json`, where it is there.
    pub plan: Option<Value>,
    /// `exemplars.json`, where it is there.
    pub exemplars: Option<Value>,
}

impl RunDocuments {
    /// The documents of a run that has just ended.
    ///
    /// # Errors
    /// The summary cannot be written as JSON.
    pub fn new(summary: &Summary, plan: Option<Value>) -> Result<Self, ReportError> {
        let summary = serde_json::to_value(summary)?;
        Ok(Self {
            summary,
            plan,
            exemplars: None,
        })
    }

    /// Adds `exemplars.json`, where it is there.
    #[must_use]
    pub fn with_exemplars(self, exemplars: Option<Value>) -> Self {
        Self { exemplars, ..self }
    }

    /// Takes secrets out of all, and of the exemplars what there is no room for.
    fn redacted(&self) -> Self {
        let mut copy = self.clone();
        squall_secrets::document(&mut copy.summary);
        copy.plan.iter_mut().for_each(squall_secrets::document);
        if let Some(document) = &mut copy.exemplars {
            squall_secrets::document(document);
            exemplars::fit(document);
        }
        copy
    }

    /// Makes the data of a page out of it, without secrets; `timeline` is the run so far.
    pub fn with_timeline(&self, timeline: Timeline) -> ReportData {
        let Self {
            summary,
            plan,
            exemplars,
        } = self.redacted();
        ReportData {
            version: DATA_VERSION,
            summary,
            plan,
            exemplars,
            timeline,
        }
    }

    /// How long the run took.
    fn elapsed_s(&self) -> Option<f64> {
        self.summary["run"]["elapsed_s"].as_f64()
    }

    fn resolution(&self) -> Resolution {
        let elapsed = self.elapsed_s().unwrap_or(0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a time is not negative"
        )]
        let seconds = elapsed.ceil() as u64;
        let series = self.summary["series"].as_array().map_or(0, Vec::len);
        Resolution::of(seconds, series.min(MOST_SERIES) as u64)
    }
}

/// Tells whether the page was there when the program was built.
pub fn is_built() -> bool {
    !TEMPLATE.is_empty()
}

/// Makes the report of a run.
///
/// `intervals` opens `intervals.jsonl` anew each time: where the page gets too large, they are read once more with longer steps.
///
/// # Errors
/// The program was built without the page, or the intervals cannot be read.
pub fn page<R: BufRead>(
    run: &RunDocuments,
    intervals: impl FnMut() -> io::Result<R>,
) -> Result<String, ReportError> {
    if !is_built() {
        return Err(ReportError::NotBuilt);
    }
    page_from(TEMPLATE, run, intervals)
}

/// Makes the data of a run's report; it is as fine as is likely to fit into a page.
///
/// # Errors
/// The intervals cannot be read.
pub fn report_data(run: &RunDocuments, intervals: impl BufRead) -> Result<ReportData, ReportError> {
    report_data_in_steps(run, run.resolution().step_s(), intervals)
}

/// Makes the data of a run's report, in steps of so many seconds.
///
/// # Errors
/// The intervals cannot be read.
pub fn report_data_in_steps(
    run: &RunDocuments,
    step_s: u64,
    intervals: impl BufRead,
) -> Result<ReportData, ReportError> {
    let elapsed_s = run.elapsed_s().unwrap_or(f64::INFINITY);
    let timeline = collect(intervals, step_s, elapsed_s)?;
    Ok(run.with_timeline(timeline))
}

fn page_from<R: BufRead>(
    template: &str,
    run: &RunDocuments,
    mut intervals: impl FnMut() -> io::Result<R>,
) -> Result<String, ReportError> {
    let elapsed_s = run.elapsed_s().unwrap_or(f64::INFINITY);
    let mut resolution = run.resolution();
    let mut data = report_data(run, intervals()?)?;
    loop {
        let page = embed(template, &serde_json::to_vec(&data)?)?;
        match resolution.coarser_than(page.len()) {
            Some(coarser) => resolution = coarser,
            None => return Ok(page),
        }
        data.timeline = collect(intervals()?, resolution.step_s(), elapsed_s)?;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::synthetic::{Shape, Synthetic};

    /// As large as the front end may be; `web/test/page.test.ts` sees to it.
    const PAGE_BYTES: usize = 125_000;

    fn template() -> String {
        let page = "@@SQUALL-DATA@@".to_owned();
        page + &" ".repeat(PAGE_BYTES.max(TEMPLATE.len()))
    }

    fn size_of(shape: Shape) -> usize {
        let run = Synthetic::new(shape);
        let documents = RunDocuments {
            summary: run.summary(),
            plan: None,
            exemplars: None,
        };
        let lines = run.lines();
        let page = page_from(&template(), &documents, || Ok(&lines[..]));
        page.unwrap().len()
    }

    #[test]
    fn an_hour_of_ten_series_is_at_most_400_kb() {
        let shape = Shape {
            seconds: 3_600,
            series: 10,
            per_second: 12,
            seed: 5,
        };
        let size = size_of(shape);
        assert!((250_000..=400_000).contains(&size), "{size} bytes");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn no_run_of_few_series_is_larger(
            seconds in 1_u64..400, series in 1_u32..10, per_second in 0_u64..40, seed: u64
        ) {
            let size = size_of(Shape { seconds, series, per_second, seed });
            prop_assert!(size <= 400_000, "{} bytes", size);
        }
    }

    /// The tests of the front end read this file, so that the two agree on its shape.
    #[test]
    fn the_front_end_is_tested_with_what_is_written_here() {
        let shape = Shape {
            seconds: 12,
            series: 2,
            per_second: 20,
            seed: 5,
        };
        let run = Synthetic::new(shape);
        let timeline = collect(&run.lines()[..], 2, 11.5).unwrap();
        let json = serde_json::to_string_pretty(&timeline).unwrap() + "\n";
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/test/timeline.json");
        if std::env::var_os("SQUALL_UPDATE").is_some() {
            std::fs::write(&file, &json).unwrap();
        }
        let stored = std::fs::read_to_string(&file).unwrap();
        assert!(
            stored == json,
            "run the test with SQUALL_UPDATE=1, and those of `web`"
        );
    }
}
