//! One number of one run, and how uncertain it is.

use crate::long_run::{degrees, variance_of_mean};
use crate::metric::Metric;
use crate::pooled::{Pooled, not_above};
use crate::run::Second;

/// Two values that are closer than this share share a bucket of the histograms, or may.
const RESOLUTION: f64 = 1.0 / 1024.0;
/// Fewer values beyond a percentile do not say where it is.
const LEAST_BEYOND: f64 = 10.0;
/// Fewer operations say nothing of a mean or a share.
const LEAST_FINISHED: u64 = 20;
const NS_PER_MS: f64 = 1e6;

/// One number of one run, on the scale on which it is compared: the logarithm of a time or a rate, a share as it is.
#[derive(Debug)]
pub(crate) struct Estimate {
    /// In milliseconds, per second, or in percent.
    pub(crate) value: f64,
    pub(crate) scaled: f64,
    pub(crate) degrees: f64,
    bounds: Bounds,
}

#[derive(Debug)]
enum Bounds {
    /// As far to both sides, but never less than `least`.
    Symmetric { error: f64, least: f64 },
    /// The values at the quantiles that the share up to the quantile may really be.
    Quantile {
        pooled: Pooled,
        quantile: f64,
        /// Standard error of the logit of that share.
        error: f64,
    },
}

impl Estimate {
    /// Estimates a metric; nothing where there are too few operations for it.
    pub(crate) fn of(metric: Metric, seconds: &[Second<'_>]) -> Option<Self> {
        if let Some(quantile) = metric.quantile() {
            return Self::quantile(quantile, seconds);
        }
        match metric {
            Metric::Rate => Self::rate(seconds),
            Metric::Failed => Self::failed(seconds),
            _ => Self::mean(seconds),
        }
    }

    /// Returns what it may really be when its error is up to `errors` standard errors; the second is infinite where nothing
    /// was seen so far out.
    pub(crate) fn bounds(&self, errors: f64) -> (f64, f64) {
        match &self.bounds {
            Bounds::Symmetric { error, least } => {
                let reach = (errors * error).max(*least);
                (self.scaled - reach, self.scaled + reach)
            }
            Bounds::Quantile {
                pooled,
                quantile,
                error,
            } => {
                let at = |errors: f64| 1.0 / (1.0 + (-logit(*quantile) - errors * error).exp());
                let (low, high) = (at(-errors), at(errors));
                let value = |quantile| (pooled.value_at(quantile).max(1) as f64 / NS_PER_MS).ln();
                let beyond = (1.0 - high) * (pooled.count() as f64) < 1.0;
                let upper = if beyond { f64::INFINITY } else { value(high) };
                (value(low) - RESOLUTION, upper + RESOLUTION)
            }
        }
    }

    /// Returns its variance, as far as two bounds tell it.
    pub(crate) fn variance(&self) -> f64 {
        let (low, high) = self.bounds(1.0);
        ((high - low) / 2.0).powi(2)
    }

    /// A quantile is uncertain as far as the share of values up to it is: R. S. Woodruff, "Confidence Intervals for Medians and Other
    /// Position Measures", *Journal of the American Statistical Association* 47(260), 1952, 635–646; on the logit scale, so that no
    /// share leaves 0…1.
    fn quantile(quantile: f64, seconds: &[Second<'_>]) -> Option<Self> {
        let pooled = Pooled::of(seconds);
        let count = pooled.count() as f64;
        if (1.0 - quantile).min(quantile) * count < LEAST_BEYOND {
            return None;
        }
        let value = pooled.value_at(quantile);
        let parts = seconds.iter().map(|second| {
            let count: u64 = second.times.iter().map(|times| times.count()).sum();
            (not_above(second, value) as f64, count as f64)
        });
        let (_, variance) = ratio(&parts.collect::<Vec<_>>());
        let value = value.max(1) as f64 / NS_PER_MS;
        Some(Self {
            value,
            scaled: value.ln(),
            degrees: degrees(seconds.len()) as f64,
            bounds: Bounds::Quantile {
                pooled,
                quantile,
                error: variance.sqrt() / (quantile * (1.0 - quantile)),
            },
        })
    }

    fn mean(seconds: &[Second<'_>]) -> Option<Self> {
        let parts = seconds.iter().map(|second| {
            let counts = second.times.iter().map(|times| times.count() as f64);
            let sums = second
                .times
                .iter()
                .map(|times| times.mean() * times.count() as f64);
            (sums.sum(), counts.sum())
        });
        let parts: Vec<(f64, f64)> = parts.collect();
        let count: f64 = parts.iter().map(|(_, count)| count).sum();
        if count < LEAST_FINISHED as f64 {
            return None;
        }
        let (mean, variance) = ratio(&parts);
        let mean = mean.max(1.0);
        Some(Self {
            value: mean / NS_PER_MS,
            scaled: (mean / NS_PER_MS).ln(),
            degrees: degrees(seconds.len()) as f64,
            bounds: Bounds::Symmetric {
                error: variance.sqrt() / mean,
                least: RESOLUTION,
            },
        })
    }

    fn rate(seconds: &[Second<'_>]) -> Option<Self> {
        let finished: u64 = seconds.iter().map(|second| second.finished).sum();
        if finished < LEAST_FINISHED {
            return None;
        }
        let parts = seconds.iter().map(|second| (second.finished as f64, 1.0));
        let (rate, variance) = ratio(&parts.collect::<Vec<_>>());
        Some(Self {
            value: rate,
            scaled: rate.ln(),
            degrees: degrees(seconds.len()) as f64,
            bounds: Bounds::Symmetric {
                error: variance.sqrt() / rate,
                // Where a second begins and ends decides about an operation at either end.
                least: 2.0 / finished as f64,
            },
        })
    }

    /// No failure in a run does not mean that there never is one: the variance is at least that of independent failures at the adjusted
    /// share of A. Agresti and B. A. Coull, "Approximate is Better than 'Exact' for Interval Estimation of Binomial Proportions", *The
    /// American Statistician* 52(2), 1998, 119–126.
    fn failed(seconds: &[Second<'_>]) -> Option<Self> {
        let parts = seconds.iter();
        let parts = parts.map(|second| (second.failed as f64, second.finished as f64));
        let parts: Vec<(f64, f64)> = parts.collect();
        let failed: f64 = parts.iter().map(|(failed, _)| failed).sum();
        let finished: f64 = parts.iter().map(|(_, finished)| finished).sum();
        if finished < LEAST_FINISHED as f64 {
            return None;
        }
        let (share, variance) = ratio(&parts);
        let adjusted = (failed + 1.0) / (finished + 2.0);
        let least = adjusted * (1.0 - adjusted) / finished;
        Some(Self {
            value: share * 100.0,
            scaled: share * 100.0,
            degrees: degrees(seconds.len()) as f64,
            bounds: Bounds::Symmetric {
                error: variance.max(least).sqrt() * 100.0,
                least: 0.0,
            },
        })
    }
}

/// The sum of the first over the sum of the second, and its variance: the ratio is linearised around its value.
fn ratio(parts: &[(f64, f64)]) -> (f64, f64) {
    let upper: f64 = parts.iter().map(|(upper, _)| upper).sum();
    let lower: f64 = parts.iter().map(|(_, lower)| lower).sum();
    let ratio = upper / lower;
    let mean = lower / parts.len() as f64;
    let residuals = parts.iter();
    let residuals = residuals.map(|(upper, lower)| (upper - ratio * lower) / mean);
    (ratio, variance_of_mean(&residuals.collect::<Vec<_>>()))
}

fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}
