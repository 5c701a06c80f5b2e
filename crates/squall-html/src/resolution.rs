//! How fine the time is.

use crate::collect::MOST_SERIES;

/// Steps at most, however short they could be.
const MOST_STEPS: u64 = 1_800;
/// Steps that a report has at least, however large it gets.
const FEWEST_STEPS: u64 = 120;
/// Numbers that fit into a report of the smallest limit, by experience.
const NUMBERS: u64 = 145_000;
/// Columns of a series.
const COLUMNS: u64 = 18;
/// Bytes of a report of up to [`FEW_SERIES`] series.
const LIMIT: usize = 400_000;
const FEW_SERIES: u64 = 10;
/// Bytes that each further series may add, up to [`LARGEST`].
const LIMIT_OF_SERIES: u64 = 20_000;
const LARGEST: usize = 2_000_000;

/// Steps at most of a page that is fed while the run goes on.
const MOST_LIVE_STEPS: u64 = 3_600;
/// Numbers that such a page holds at most.
const LIVE_NUMBERS: u64 = 1_500_000;

/// Returns how many seconds become one step in a page that is fed while a run goes on: one, until so many seconds of so many series are
/// too much for a page.
pub fn live_step_s(seconds: u64, series: u64) -> u64 {
    let series = series.min(MOST_SERIES as u64);
    let fitting = LIVE_NUMBERS / (COLUMNS * (series + 1));
    let most = fitting.clamp(FEWEST_STEPS, MOST_LIVE_STEPS);
    let mut step_s = 1;
    // Each is twice the one before, so that a run of unknown length is read again few times.
    while seconds.div_ceil(step_s) > most {
        step_s *= 2;
    }
    step_s
}

/// How many seconds become one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resolution {
    seconds: u64,
    steps: u64,
    limit: usize,
}

impl Resolution {
    /// As fine as is likely to fit.
    pub(crate) fn of(seconds: u64, series: u64) -> Self {
        let more = series.saturating_sub(FEW_SERIES) * LIMIT_OF_SERIES;
        let limit = LIMIT
            .saturating_add(usize::try_from(more).unwrap_or(LARGEST))
            .min(LARGEST);
        let numbers = NUMBERS * (limit as u64) / (LIMIT as u64);
        let steps = numbers / (COLUMNS * (series + 1));
        Self {
            seconds: seconds.max(1),
            steps: steps.clamp(FEWEST_STEPS, MOST_STEPS),
            limit,
        }
    }

    /// Seconds of a step.
    pub(crate) fn step_s(self) -> u64 {
        self.seconds.div_ceil(self.steps)
    }

    /// The next coarser one, if a page of this size is too large and could be smaller.
    pub(crate) fn coarser_than(self, bytes: usize) -> Option<Self> {
        let steps = (self.steps * 3 / 4).max(FEWEST_STEPS);
        let coarser = bytes > self.limit && self.steps > FEWEST_STEPS;
        coarser.then_some(Self { steps, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_runs_have_a_step_a_second_and_long_ones_fit() {
        assert_eq!(Resolution::of(0, 0).step_s(), 1);
        assert_eq!(Resolution::of(600, 10).step_s(), 1);
        let hour = Resolution::of(3_600, 1);
        assert_eq!(hour.step_s(), 2, "at most 1,800 steps");
        assert!(Resolution::of(3_600, 10).step_s() <= 5);
    }

    #[test]
    fn a_live_page_has_each_second_of_an_hour_of_twenty_series() {
        assert_eq!(live_step_s(0, 0), 1);
        assert_eq!(live_step_s(3_600, 20), 1);
        assert_eq!(live_step_s(3_601, 20), 2);
        assert_eq!(live_step_s(24 * 3_600, 10_000), 64);
    }

    #[test]
    fn a_page_that_is_too_large_gets_coarser_until_it_cannot() {
        let mut now = Resolution::of(3_600, 10);
        assert_eq!(now.coarser_than(1_000), None);
        while let Some(next) = now.coarser_than(usize::MAX) {
            assert!(next.step_s() >= now.step_s());
            now = next;
        }
        assert_eq!(now.step_s(), 30);
    }
}
