use std::collections::VecDeque;

use super::{Arrival, Segment};

/// Iterations that somebody counts while the load goes, window by window: the arrivals of one segment.
///
/// The n iterations of a window are due evenly over it, the first one at its start. They are numbered through all windows.
#[derive(Clone, Debug)]
pub struct Windows {
    every_ns: u64,
    segment: Segment,
    /// Next arrival of this segment.
    number: u64,
    /// Iterations of all windows that were told.
    told: u64,
    /// Those of which arrivals are still to come.
    open: VecDeque<Window>,
    skip_to_ns: u64,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    start_ns: u64,
    first: u64,
    count: u64,
}

impl Windows {
    /// No windows yet.
    pub fn new(every_ns: u64, segment: Segment) -> Self {
        Self {
            every_ns,
            segment,
            number: segment.number(0),
            told: 0,
            open: VecDeque::new(),
            skip_to_ns: 0,
        }
    }

    /// Leaves out what is to start before a moment, also of windows that are told later.
    pub fn skip_to(&mut self, from_ns: u64) {
        self.skip_to_ns = from_ns;
    }

    /// Adds the window that starts at a moment; moments must rise. The count is that of all segments together.
    pub fn tell(&mut self, start_ns: u64, count: u64) {
        if count > 0 {
            self.open.push_back(Window {
                start_ns,
                first: self.told,
                count,
            });
            self.told += count;
        }
    }

    /// The next arrival, if its window was told.
    pub fn peek(&mut self) -> Option<Arrival> {
        loop {
            let window = *self.open.front()?;
            if self.number >= window.first + window.count {
                self.open.pop_front();
                continue;
            }
            let within = u128::from(self.number - window.first);
            let offset = u128::from(self.every_ns) * within / u128::from(window.count);
            let offset = u64::try_from(offset).unwrap_or(u64::MAX);
            let intended_ns = window.start_ns.saturating_add(offset);
            if intended_ns < self.skip_to_ns {
                self.take();
                continue;
            }
            return Some(Arrival {
                number: self.number,
                intended_ns,
            });
        }
    }

    /// Goes on to the arrival after the next one.
    pub fn take(&mut self) {
        self.number += u64::from(self.segment.count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn all(windows: &mut Windows) -> Vec<(u64, u64)> {
        std::iter::from_fn(|| {
            let next = windows.peek()?;
            windows.take();
            Some((next.number, next.intended_ns / MS))
        })
        .collect()
    }

    #[test]
    fn iterations_of_a_window_are_spread_over_it() {
        let mut windows = Windows::new(1_000 * MS, Segment::WHOLE);
        windows.tell(0, 4);
        windows.tell(1_000 * MS, 0);
        assert_eq!(all(&mut windows), [(0, 0), (1, 250), (2, 500), (3, 750)]);
        windows.tell(2_000 * MS, 2);
        assert_eq!(all(&mut windows), [(4, 2_000), (5, 2_500)]);
    }

    #[test]
    fn segments_share_the_iterations_of_every_window() {
        let mut split: Vec<_> = Segment::WHOLE
            .split(3)
            .flat_map(|segment| {
                let mut windows = Windows::new(100 * MS, segment);
                windows.tell(0, 2);
                windows.tell(100 * MS, 5);
                all(&mut windows)
            })
            .collect();
        split.sort_unstable();
        let expected = [
            (0, 0),
            (1, 50),
            (2, 100),
            (3, 120),
            (4, 140),
            (5, 160),
            (6, 180),
        ];
        assert_eq!(split, expected);
    }

    #[test]
    fn what_was_due_before_a_take_over_is_left_out() {
        let mut windows = Windows::new(100 * MS, Segment::WHOLE);
        windows.skip_to(60 * MS);
        windows.tell(0, 4);
        assert_eq!(all(&mut windows), [(3, 75)]);
    }
}
