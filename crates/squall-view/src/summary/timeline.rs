//! Rate and response time over the run, as small as a line.

use super::head::label;
use crate::bars::sparkline;
use crate::number::{rate, time};
use crate::text::{Line, Role, width};

/// Columns of a sparkline at most.
const MOST: usize = 60;
/// Below this many a sparkline shows nothing.
const LEAST: usize = 8;
/// Below this many seconds there is no course.
const SECONDS: usize = 3;

/// The run in steps of the same length, usually seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// Operations that finished per second.
    pub rate: Vec<f64>,
    /// 99th percentile of their response time in milliseconds; not a number where none finished.
    pub p99_ms: Vec<f64>,
}

/// A line for the rate and one for the response time.
pub(super) fn lines(timeline: &Timeline, columns: usize) -> Vec<Line> {
    if timeline.rate.len() < SECONDS {
        return Vec::new();
    }
    let start = |title: &str, name: &str| label(title).and(Role::Faint, name);
    let (rates, times) = (timeline.rate.as_slice(), timeline.p99_ms.as_slice());
    let rows = [
        range(rates, rate).map(|range| (start("over time", "rate "), rates, mean as Fold, range)),
        range(times, time).map(|range| (start("", "p99  "), times, worst as Fold, range)),
    ];
    let rows: Vec<_> = rows.into_iter().flatten().collect();
    let beside = rows
        .iter()
        .map(|(start, .., range)| start.width() + width(range));
    // As wide as each other, so that what is below each other happened at the same time.
    let room = columns.saturating_sub(beside.max().unwrap_or(0)).min(MOST);
    if room < LEAST {
        return Vec::new();
    }
    let lines = rows.into_iter().map(|(start, values, fold, range)| {
        let line = sparkline(&squeezed(values, room, fold), room);
        start.join(line).and(Role::Plain, &range)
    });
    lines.collect()
}

/// Makes one value of several.
type Fold = fn(&[f64]) -> f64;

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The largest; not a number where there is none.
fn worst(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::max)
}

fn range(values: &[f64], show: fn(f64) -> String) -> Option<String> {
    let least = values.iter().copied().fold(f64::NAN, f64::min);
    let most = worst(values);
    most.is_finite()
        .then(|| format!("  {} to {}", show(least), show(most)))
}

/// At most so many values, each of as many steps.
fn squeezed(values: &[f64], most: usize, fold: Fold) -> Vec<f64> {
    let steps = values.len().div_ceil(most).max(1);
    values.chunks(steps).map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(timeline: &Timeline, columns: usize) -> Vec<String> {
        let lines = lines(timeline, columns);
        let text = |line: &Line| line.spans().map(|(_, text)| text).collect();
        lines.iter().map(text).collect()
    }

    #[test]
    fn a_long_run_is_squeezed_and_its_worst_seconds_stay_visible() {
        let mut timeline = Timeline {
            rate: (0..100).map(f64::from).collect(),
            p99_ms: vec![1.0; 100],
        };
        timeline.p99_ms[50] = 70.0;
        timeline.p99_ms[0] = f64::NAN;
        assert_eq!(
            shown(&timeline, 47),
            [
                "over time   rate ▁▂▃▄▄▅▆▇▇█  0/s to 99.0/s",
                "            p99  ▁▁▁▁▁█▁▁▁▁  1.00 ms to 70.0 ms"
            ]
        );
    }

    #[test]
    fn what_is_too_short_or_too_narrow_has_no_course() {
        let timeline = |seconds| Timeline {
            rate: vec![1.0; seconds],
            p99_ms: vec![f64::NAN; seconds],
        };
        assert_eq!(shown(&timeline(2), 80), [""; 0]);
        assert_eq!(shown(&timeline(9), 20), [""; 0]);
        assert_eq!(shown(&timeline(9), 80).len(), 1, "no operation finished");
    }
}
