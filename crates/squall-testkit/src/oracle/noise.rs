//! Service times as those of real services: seldom the same, and slow seconds come together.

use std::f64::consts::PI;
use std::time::Duration;

/// Random numbers that a seed repeats (`SplitMix64`: G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014).
#[derive(Clone, Debug)]
pub struct Noise {
    state: u64,
}

impl Noise {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Returns a number in 0…1, 0 left out.
    pub fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((mixed >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a number of the standard normal distribution (G. E. P. Box and M. E. Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        let size = (-2.0 * self.uniform().ln()).sqrt();
        size * (2.0 * PI * self.uniform()).cos()
    }
}

/// What the service times of a [`NoisyDelays`] are like.
#[derive(Clone, Copy, Debug)]
pub struct DelayModel {
    /// The median.
    pub median: Duration,
    /// Standard deviation of the logarithm of a time around the level of its second.
    pub spread: f64,
    /// Standard deviation of the logarithm of that level.
    pub level_spread: f64,
    /// How much of the level stays from one second to the next, 0…1.
    pub persistence: f64,
}

impl Default for DelayModel {
    /// 10 ms in the median, 26 ms at the 95th percentile; seconds are 4 % slower or faster than others, and half of that stays.
    fn default() -> Self {
        Self {
            median: Duration::from_millis(10),
            spread: 0.58,
            level_spread: 0.04,
            persistence: 0.5,
        }
    }
}

/// Service times: log-normal, around a level that changes each second and depends on the one before (an autoregressive process).
#[derive(Clone, Debug)]
pub struct NoisyDelays {
    model: DelayModel,
    noise: Noise,
    level: f64,
}

impl NoisyDelays {
    /// Begins with a seed; the first level is as likely as any.
    pub fn new(model: DelayModel, seed: u64) -> Self {
        let mut noise = Noise::new(seed);
        let level = model.level_spread * noise.normal();
        Self {
            model,
            noise,
            level,
        }
    }

    /// Goes on to the next second.
    pub fn next_second(&mut self) {
        let DelayModel {
            level_spread,
            persistence,
            ..
        } = self.model;
        let new = level_spread * (1.0 - persistence * persistence).sqrt() * self.noise.normal();
        self.level = persistence * self.level + new;
    }

    /// Returns the next service time.
    pub fn next_delay(&mut self) -> Duration {
        let logarithm = self.level + self.model.spread * self.noise.normal();
        self.model.median.mul_f64(logarithm.exp())
    }

    /// Returns a random number, e.g. for how many requests a second has.
    pub fn noise(&mut self) -> &mut Noise {
        &mut self.noise
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_delays() {
        let take = |seed| {
            let mut delays = NoisyDelays::new(DelayModel::default(), seed);
            delays.next_second();
            (0..5).map(|_| delays.next_delay()).collect::<Vec<_>>()
        };
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
    }

    #[test]
    fn delays_have_the_distribution_that_is_said() {
        let mut delays = NoisyDelays::new(DelayModel::default(), 3);
        let mut all: Vec<f64> = (0..20_000)
            .map(|_| {
                delays.next_second();
                delays.next_delay().as_secs_f64() * 1e3
            })
            .collect();
        all.sort_by(f64::total_cmp);
        assert!((9.7..10.3).contains(&all[10_000]), "{}", all[10_000]);
        assert!((25.0..27.5).contains(&all[19_000]), "{}", all[19_000]);
    }
}
