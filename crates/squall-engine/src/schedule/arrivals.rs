use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use squall_plan::Spacing;

use super::{Ramp, Segment};

/// An iteration that is to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// Number of the iteration over all segments, from 0.
    pub number: u64,
    /// When it is to start, in nanoseconds since the start of the load.
    pub intended_ns: u64,
}

/// The open model: the arrivals of one segment, in order of their time.
///
/// Evenly spaced, arrival j is when the integral of the rate exceeds j: the first one as soon as there is a rate. Poisson, the
/// gaps of the integral are exponential with mean 1 and drawn from the seed. Every segment draws all of them and yields its
/// own, which costs some nanoseconds for each arrival of the whole and makes any split exactly the unsplit stream.
#[derive(Clone, Debug)]
pub struct Arrivals {
    ramp: Ramp,
    segment: Segment,
    cursor: usize,
    /// Next arrival of this segment.
    number: u64,
    positions: Positions,
}

/// Where arrivals lie on the integral of the rate.
#[derive(Clone, Debug)]
enum Positions {
    Even,
    Poisson {
        random: Xoshiro256PlusPlus,
        drawn: u64,
        position: f64,
    },
}

impl Positions {
    /// The position of arrival `number`; numbers must rise.
    #[inline]
    fn at(&mut self, number: u64) -> f64 {
        match self {
            Self::Even => number as f64,
            Self::Poisson {
                random,
                drawn,
                position,
            } => {
                while *drawn <= number {
                    *position += exponential(random.next_u64());
                    *drawn += 1;
                }
                *position
            }
        }
    }
}

/// Exponential with mean 1, from 53 uniform bits; never infinite, as the uniform number is above 0.
#[inline]
fn exponential(bits: u64) -> f64 {
    const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
    -(((bits >> 11) + 1) as f64 * STEP).ln()
}

impl Arrivals {
    /// The arrivals of one segment; the level of `ramp` is the rate per second over all segments.
    pub fn new(ramp: Ramp, spacing: Spacing, seed: u64, segment: Segment) -> Self {
        let positions = match spacing {
            Spacing::Even => Positions::Even,
            Spacing::Poisson => Positions::Poisson {
                random: Xoshiro256PlusPlus::seed_from_u64(seed),
                drawn: 0,
                position: 0.0,
            },
        };
        Self {
            ramp,
            segment,
            cursor: 0,
            number: segment.number(0),
            positions,
        }
    }

    /// Goes on with another rate, from an arrival that was drawn and has not started, if there is one.
    ///
    /// Up to where the two rates part, the arrivals are the same; from there on they lie where the integral of the new one has them.
    pub fn steer(&mut self, ramp: Ramp, undone: Option<u64>) {
        self.ramp = ramp;
        self.cursor = 0;
        if let Some(number) = undone {
            self.number = number;
        }
    }

    /// Leaves out what is to start before a moment.
    pub fn skip_to(&mut self, from_ns: u64) {
        match self.positions {
            // Whoever starts late in a long load must not go through all that was before.
            Positions::Even => {
                let before = from_ns.checked_sub(1);
                let passed = before.map_or(0, |last| count_due(&self.ramp, self.segment, last));
                self.number = self.number.max(self.segment.number(passed));
            }
            Positions::Poisson { .. } => loop {
                let before = (self.positions.clone(), self.number, self.cursor);
                if self.next().is_none_or(|next| next.intended_ns >= from_ns) {
                    (self.positions, self.number, self.cursor) = before;
                    return;
                }
            },
        }
    }
}

impl Iterator for Arrivals {
    type Item = Arrival;

    #[inline]
    fn next(&mut self) -> Option<Arrival> {
        let number = self.number;
        let position = self.positions.at(number);
        let intended_ns = self.ramp.inverse_from(&mut self.cursor, position)?;
        self.number += u64::from(self.segment.count);
        Some(Arrival {
            number,
            intended_ns,
        })
    }
}

impl std::iter::FusedIterator for Arrivals {}

/// How many evenly spaced arrivals of a segment are due at a moment, that moment included.
pub fn count_due(ramp: &Ramp, segment: Segment, at_ns: u64) -> u64 {
    let is_due = |number: u64| {
        ramp.inverse(number as f64)
            .is_some_and(|intended| intended <= at_ns)
    };
    // The integral says it to within one; the arrivals themselves decide, so that both always agree.
    let mut due = whole(ramp.integral(at_ns)).saturating_sub(1);
    while is_due(due) {
        due += 1;
    }
    segment.share(due)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "areas are not negative and far below 2⁶⁴"
)]
fn whole(area: f64) -> u64 {
    area as u64
}
