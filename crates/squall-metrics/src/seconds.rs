//! In how many seconds the generator was at a limit.

use crate::interval::Interval;

/// From here on an I/O thread is at its limit, in percent of its core.
pub const SATURATED_PERCENT: f64 = 95.0;
/// Iterations that start later than this are late, in nanoseconds.
pub const LATE_NS: u64 = 10_000_000;
/// A delay of its own measurements by more than this counts, in nanoseconds.
pub const DELAYED_NS: u64 = 50_000_000;
/// A thread that had work and no core for so much of a second was starved, in percent.
pub const STARVED_PERCENT: f64 = 20.0;

/// Seconds with load so far, and those of them in which the generator was at a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LoadedSeconds {
    /// Seconds with load.
    pub loaded: u64,
    /// An I/O thread used [`SATURATED_PERCENT`] of its core or more.
    pub saturated: u64,
    /// Shares of the busiest thread in these, added up, in percent.
    pub saturated_percent: f64,
    /// One of a hundred iterations, or more, started more than [`LATE_NS`] late.
    pub late: u64,
    /// One of a hundred looks, or more, was more than [`DELAYED_NS`] late.
    pub delayed: u64,
    /// An I/O thread had work and no core for [`STARVED_PERCENT`] of the second or more.
    pub starved: u64,
    /// Iterations were dropped.
    pub dropping: u64,
    /// Iterations that started in these.
    pub started_while_dropping: u64,
    /// Iterations that were dropped in these.
    pub dropped: u64,
}

impl LoadedSeconds {
    /// Share of its core that the busiest thread used in the seconds in which one was saturated, on average, in percent.
    pub fn saturated_mean_percent(&self) -> f64 {
        self.saturated_percent / self.saturated.max(1) as f64
    }

    /// Adds an interval; `started` counts the iterations that began in it, and is asked only when some were dropped.
    pub(crate) fn add(&mut self, interval: &Interval, started: impl FnOnce() -> u64) {
        if interval.series.is_empty() {
            return;
        }
        self.loaded += 1;
        let busy = interval.thread_busy_max_percent();
        if busy >= SATURATED_PERCENT {
            self.saturated += 1;
            self.saturated_percent += busy.min(100.0);
        }
        self.late += u64::from(interval.schedule_error.value_at(0.99) > LATE_NS);
        self.delayed += u64::from(interval.generator_delay.value_at(0.99) > DELAYED_NS);
        self.starved += u64::from(interval.thread_starved_max_percent() >= STARVED_PERCENT);
        let dropped = interval.dropped();
        if dropped > 0 {
            self.dropping += 1;
            self.dropped += dropped;
            self.started_while_dropping += started();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::Histogram;
    use crate::interval::{ScenarioPart, ThreadPart};
    use crate::series::{ScenarioId, SeriesId};
    use crate::series_part::SeriesPart;

    fn second(busy_ms: u64, starved_ms: u64, late_ms: u64) -> Interval {
        let mut interval = Interval::new(0);
        interval.series.insert(SeriesId(0), SeriesPart::default());
        interval.threads.push(ThreadPart {
            thread: 0,
            busy_ns: busy_ms * 1_000_000,
            starved_ns: starved_ms * 1_000_000,
        });
        let mut late = Histogram::new();
        late.record(late_ms * 1_000_000);
        interval.schedule_error = late.to_sparse();
        interval
    }

    #[test]
    fn seconds_at_a_limit_are_counted_and_those_without_load_are_not() {
        let mut seconds = LoadedSeconds::default();
        for interval in [
            second(970, 0, 1),
            second(990, 250, 11),
            second(500, 199, 10),
        ] {
            seconds.add(&interval, || unreachable!("nothing was dropped"));
        }
        seconds.add(&Interval::new(3), || 0);
        assert_eq!((seconds.loaded, seconds.saturated), (3, 2));
        assert!((seconds.saturated_mean_percent() - 98.0).abs() < 1e-9);
        assert_eq!((seconds.late, seconds.starved, seconds.delayed), (1, 1, 0));
    }

    #[test]
    fn what_was_due_while_iterations_were_dropped_is_known() {
        let mut interval = second(1, 0, 0);
        let scenario = ScenarioPart {
            dropped: 20,
            ..ScenarioPart::default()
        };
        interval.scenarios.insert(ScenarioId(0), scenario);
        let mut seconds = LoadedSeconds::default();
        seconds.add(&interval, || 80);
        seconds.add(&second(1, 0, 0), || unreachable!("nothing was dropped"));
        assert_eq!(
            (
                seconds.dropping,
                seconds.dropped,
                seconds.started_while_dropping
            ),
            (1, 20, 80)
        );
    }
}
