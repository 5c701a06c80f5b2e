//! The controller behind a rate of iterations that end.

use std::collections::VecDeque;

/// Iterations of a batch by which completions in an interval may exceed it, as a share of the batch.
const TOLERANCE: f64 = 0.05;

/// Holds a rate of completed iterations: tells when another one may start.
///
/// The law. With B iterations to complete in each interval P, starts are offered evenly, one every P / B. An offer at the moment t is
/// taken if and only if
///
/// > C(t − P, t) < 1.05 · B + 1
///
/// where C is the number of iterations that have ended in that interval. An offer that is not taken is gone: what the target could not
/// complete is not made up for later, as that would be more than the rate.
///
/// Why it holds. As starts are never faster than the rate, completions follow them at the rate as soon as the target has answered for the
/// first time, however slow it is: a target that becomes slower leaves a gap as long as it has become slower, and no overshoot. When it becomes
/// faster, slow iterations still end beside the quick ones; then the law leaves starts out until the slow ones have drained. What was
/// started before the first quick answer could tell cannot be taken back. Hence no interval has more than B · (1.05 + s / P) + 2
/// completions, s being the target's new time: 10 % above the rate at most, give or take the two, where the target answers within 5 %
/// of the interval.
#[derive(Debug)]
pub struct Completions {
    interval_ns: u64,
    most: f64,
    /// When iterations ended, those of the last interval.
    ended: VecDeque<u64>,
}

impl Completions {
    /// A controller of one share, which is to complete `batch` iterations in each interval.
    pub fn new(batch: f64, interval_ns: u64) -> Self {
        Self {
            interval_ns,
            most: batch * (1.0 + TOLERANCE) + 1.0,
            ended: VecDeque::new(),
        }
    }

    /// Tells whether the iteration that is offered at this moment may start.
    pub fn may_start(&mut self, now_ns: u64) -> bool {
        self.forget(now_ns);
        (self.ended.len() as f64) < self.most
    }

    /// An iteration has ended; moments must not fall.
    pub fn ended(&mut self, now_ns: u64) {
        self.forget(now_ns);
        self.ended.push_back(now_ns);
    }

    fn forget(&mut self, now_ns: u64) {
        let Some(before) = now_ns.checked_sub(self.interval_ns) else {
            return;
        };
        while self.ended.front().is_some_and(|ended| *ended <= before) {
            self.ended.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    use super::*;

    const MS: u64 = 1_000_000;
    const S: u64 = 1_000_000_000;

    /// Moments of all completions of a simulated load, on a virtual clock, against a target whose time depends on the moment and the
    /// number of the start.
    fn simulate(batch: u32, seconds: u64, time_ns: impl Fn(u64, u64) -> u64) -> Vec<u64> {
        let mut control = Completions::new(f64::from(batch), S);
        let (mut ends, mut completed) = (BinaryHeap::new(), Vec::new());
        for offer in 0..u64::from(batch) * seconds {
            let now = offer * S / u64::from(batch);
            while ends.peek().is_some_and(|Reverse(end)| *end <= now) {
                completed.extend(ends.pop().map(|Reverse(end)| {
                    control.ended(end);
                    end
                }));
            }
            if control.may_start(now) {
                ends.push(Reverse(now + time_ns(now, offer)));
            }
        }
        completed
    }

    /// Completions of each second.
    fn per_second(completed: &[u64], seconds: u64) -> Vec<u64> {
        let of = |second: u64| completed.iter().filter(|end| **end / S == second).count() as u64;
        (0..seconds).map(of).collect()
    }

    /// The most completions that any interval has, wherever it begins.
    fn most_in_an_interval(completed: &[u64]) -> u64 {
        let mut first = 0;
        let counts = completed.iter().enumerate().map(|(last, end)| {
            while completed[first] + S <= *end {
                first += 1;
            }
            (last + 1 - first) as u64
        });
        counts.max().unwrap_or(0)
    }

    #[test]
    fn a_steady_target_completes_the_rate() {
        let loads = [
            (10, 300 * MS),
            (100, MS),
            (100, 700 * MS),
            (1_000, 50 * MS),
            (5_000, 2 * S),
        ];
        for (batch, time) in loads {
            let counts = per_second(&simulate(batch, 12, |_, _| time), 11);
            let expected = u64::from(batch);
            assert!(
                counts[3..]
                    .iter()
                    .all(|count| count.abs_diff(expected) <= 1),
                "{batch}, {time}: {counts:?}"
            );
        }
    }

    #[test]
    fn no_step_of_the_targets_speed_makes_more_than_the_law_says() {
        let times = [5 * MS, 10 * MS, 50 * MS, 100 * MS, 300 * MS, S, 2 * S];
        for batch in [50_u32, 100, 1_000] {
            for (before, after) in times
                .iter()
                .flat_map(|a| times.iter().map(move |b| (*a, *b)))
            {
                let step = 8 * S;
                let time = |now: u64, _| if now < step { before } else { after };
                let completed = simulate(batch, 20, time);
                let most = most_in_an_interval(&completed) as f64;
                let faster = if after < before {
                    after as f64 / S as f64
                } else {
                    0.0
                };
                let allowed = f64::from(batch) * (1.05 + faster) + 2.0;
                assert!(most <= allowed, "{batch}, {before} → {after}: {most}");
                if after <= 50 * MS {
                    assert!(
                        most <= f64::from(batch) * 1.1 + 2.0,
                        "{batch}, {before} → {after}: {most}"
                    );
                }
                let settled = per_second(&completed, 19)[14..].to_vec();
                let expected = u64::from(batch);
                assert!(
                    settled.iter().all(|count| count.abs_diff(expected) <= 1),
                    "{settled:?}"
                );
            }
        }
    }

    #[test]
    fn a_target_whose_times_vary_completes_the_rate() {
        // Times from 10 to 390 ms in an order that looks like chance.
        let time = |_: u64, offer: u64| 10 * MS + (offer * 7_919) % 381 * MS;
        let counts = per_second(&simulate(200, 30, time), 29);
        let total: u64 = counts[2..].iter().sum();
        assert!(total.abs_diff(200 * 27) * 50 <= 200 * 27, "{counts:?}");
    }

    #[test]
    fn what_a_target_did_not_complete_is_not_made_up_for() {
        // What is started from the fifth to the eighth second takes ten more.
        let time = |now: u64, _| {
            if (5 * S..8 * S).contains(&now) {
                10 * S
            } else {
                20 * MS
            }
        };
        let counts = per_second(&simulate(100, 15, time), 14);
        assert!(counts.iter().all(|count| *count <= 107), "{counts:?}");
    }
}
