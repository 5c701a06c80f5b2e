//! The difference between a number of one run and that of another.

use crate::estimate::Estimate;
use crate::metric::{Metric, Unit};
use crate::run::Second;
use crate::student::{critical, two_sided};

/// More standard errors than this are not told apart.
const MOST_ERRORS: f64 = 1e3;

/// The difference of one metric between two runs.
#[derive(Debug)]
pub(crate) struct Contrast {
    metric: Metric,
    base: Estimate,
    other: Estimate,
    degrees: f64,
}

impl Contrast {
    /// Contrasts two runs; nothing where one has too few operations for it.
    pub(crate) fn of(metric: Metric, base: &[Second<'_>], other: &[Second<'_>]) -> Option<Self> {
        let base = Estimate::of(metric, base)?;
        let other = Estimate::of(metric, other)?;
        let degrees = joint_degrees(&base, &other);
        Some(Self {
            metric,
            base,
            other,
            degrees,
        })
    }

    /// Returns the values of both: milliseconds, per second, or percent.
    pub(crate) fn values(&self) -> (f64, f64) {
        (self.base.value, self.other.value)
    }

    /// Returns the difference in its unit.
    pub(crate) fn change(&self) -> f64 {
        self.in_unit(self.other.scaled - self.base.scaled)
    }

    /// Returns the interval that holds the true difference with a confidence of 1 − `error`; a side may be infinite.
    pub(crate) fn interval(&self, error: f64) -> (f64, f64) {
        let (low, high) = self.within(critical(error, self.degrees));
        (self.in_unit(low), self.in_unit(high))
    }

    /// Returns the probability of such a difference, or a larger one, between runs that are equal.
    pub(crate) fn p(&self) -> f64 {
        // The intervals grow with the errors: the first that holds 0 is looked for by halving.
        let (mut low, mut high) = (0.0, MOST_ERRORS);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if self.may_be_none(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        two_sided(low, self.degrees)
    }

    fn may_be_none(&self, errors: f64) -> bool {
        let (low, high) = self.within(errors);
        low <= 0.0 && high >= 0.0
    }

    /// Bounds of a difference from the bounds of its parts: G. Y. Zou and A. Donner, "Construction of confidence limits about effect
    /// measures: a general approach", *Statistics in Medicine* 27(10), 2008, 1693–1702.
    fn within(&self, errors: f64) -> (f64, f64) {
        let (base_low, base_high) = self.base.bounds(errors);
        let (other_low, other_high) = self.other.bounds(errors);
        let (base, other) = (self.base.scaled, self.other.scaled);
        let down = (other - other_low).hypot(base_high - base);
        let up = (other_high - other).hypot(base - base_low);
        (other - base - down, other - base + up)
    }

    fn in_unit(&self, difference: f64) -> f64 {
        match self.metric.unit() {
            Unit::Percent => difference.exp_m1() * 100.0,
            Unit::Points => difference,
        }
    }
}

/// Degrees of freedom of the difference of two means whose variances are not the same: F. E. Satterthwaite, "An Approximate
/// Distribution of Estimates of Variance Components", *Biometrics Bulletin* 2(6), 1946, 110–114; B. L. Welch, *Biometrika* 34, 1947, 28–35.
fn joint_degrees(base: &Estimate, other: &Estimate) -> f64 {
    let (first, second) = (base.variance(), other.variance());
    let least = base.degrees.min(other.degrees);
    let sum = first + second;
    if !sum.is_finite() || sum <= 0.0 {
        return least;
    }
    let joint = sum * sum / (first * first / base.degrees + second * second / other.degrees);
    joint.clamp(least, base.degrees + other.degrees)
}
