//! How long to wait before trying again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::RetrySettings;

/// The delays of one batch's retries.
#[derive(Debug)]
pub(super) struct Backoff {
    settings: RetrySettings,
    used: u32,
}

impl Backoff {
    pub(super) fn new(settings: RetrySettings) -> Self {
        Self { settings, used: 0 }
    }

    /// Returns the next delay: between half and all of the doubled one, so that clients which failed together do
    /// not come back together. `None` when the retries are used up.
    pub(super) fn next_delay(&mut self) -> Option<Duration> {
        if self.used == self.settings.retries {
            return None;
        }
        let doubled = self
            .settings
            .first_delay
            .saturating_mul(1_u32.checked_shl(self.used).unwrap_or(u32::MAX))
            .min(self.settings.longest_delay);
        self.used += 1;
        Some(doubled.mul_f64(0.5 + random_half()))
    }
}

/// Returns a number in [0, 0.5]. Hash keys are random enough for jitter, and cost no dependency.
fn random_half() -> f64 {
    let bits = RandomState::new().hash_one(0_u8) >> 32;
    bits as f64 / f64::from(u32::MAX) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_end_with_the_retries() {
        let settings = RetrySettings {
            retries: 5,
            first_delay: Duration::from_millis(100),
            longest_delay: Duration::from_millis(500),
        };
        let mut backoff = Backoff::new(settings);
        for full in [100, 200, 400, 500, 500] {
            let full = Duration::from_millis(full);
            let delay = backoff.next_delay().unwrap();
            assert!(
                delay >= full / 2 && delay <= full,
                "{delay:?} is not within half of {full:?}"
            );
        }
        assert_eq!(backoff.next_delay(), None);
    }

    #[test]
    fn a_hundred_retries_do_not_overflow() {
        let settings = RetrySettings {
            retries: 100,
            ..RetrySettings::default()
        };
        let mut backoff = Backoff::new(settings);
        let last = std::iter::from_fn(|| backoff.next_delay()).last().unwrap();
        assert!(last <= settings.longest_delay);
    }
}
