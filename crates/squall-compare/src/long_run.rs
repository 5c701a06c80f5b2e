//! How uncertain a mean over seconds is that depend on each other.

use std::f64::consts::PI;

/// No series is taken to be more persistent: beyond, one cannot tell a mean from a drift.
const MOST_PERSISTENT: f64 = 0.97;

/// Degrees of freedom that so many seconds leave: ⌊0.27 · n^⅔⌉, at least 2.
///
/// The rule of Lazarus, Lewis, Stock and Watson (see [`variance_of_mean`]) has 0.4. That is for one test; of the many of a comparison each is
/// held to a far smaller probability, where what is left of the dependence weighs more. Two thirds of it hold the promise of all together
/// also where slow seconds last, and cost little power: `tests/compare/error_rates.rs` measures both.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small positive number"
)]
pub(crate) fn degrees(seconds: usize) -> usize {
    (0.27 * (seconds as f64).powf(2.0 / 3.0)).round().max(2.0) as usize
}

/// Estimates the variance of the mean of a series with mean 0 whose values may depend on their neighbours.
///
/// Equally weighted cosine transforms: the mean square of the first [`degrees`] cosine coefficients of the series is its long-run variance,
/// and the mean over its root is then distributed as Student's t with so many degrees of freedom. E. Lazarus, D. J. Lewis, J. H. Stock
/// and M. W. Watson, "HAR Inference: Recommendations for Practice", *Journal of Business & Economic Statistics* 36(4), 2018, 541–559.
///
/// Where slow seconds last, the coefficients of higher frequencies are smaller than that of frequency 0, which is what is wanted: each is
/// made up for by what an autoregression of the first order with the [`persistence`] of the series has less of it. That is prewhitening
/// in the domain of frequencies: D. W. K. Andrews and J. C. Monahan, "An Improved Heteroskedasticity and Autocorrelation Consistent Covariance
/// Matrix Estimator", *Econometrica* 60(4), 1992, 953–966. Where seconds are independent it changes next to nothing.
pub(crate) fn variance_of_mean(residuals: &[f64]) -> f64 {
    let n = residuals.len() as f64;
    let degrees = degrees(residuals.len());
    let persistence = persistence(residuals);
    let squares = (1..=degrees).map(|frequency| {
        let step = PI * frequency as f64 / n;
        let coefficient = cosine_transform(residuals, step);
        coefficient * coefficient * 2.0 / n * less_than_at_zero(persistence, step)
    });
    squares.sum::<f64>() / degrees as f64 / n
}

/// Sums `value · cos(step · (at + ½))`; the angle goes on by a rotation, which is as exact as needed and much faster than a cosine for each.
fn cosine_transform(values: &[f64], step: f64) -> f64 {
    let (by_sin, by_cos) = step.sin_cos();
    let (mut sin, mut cos) = (step / 2.0).sin_cos();
    let mut sum = 0.0;
    for value in values {
        sum += value * cos;
        (sin, cos) = (sin * by_cos + cos * by_sin, cos * by_cos - sin * by_sin);
    }
    sum
}

/// How much larger the spectrum of an autoregression of the first order is at frequency 0 than at this one.
fn less_than_at_zero(persistence: f64, frequency: f64) -> f64 {
    let rest = 1.0 - persistence;
    (1.0 - 2.0 * persistence * frequency.cos() + persistence * persistence) / (rest * rest)
}

/// Estimates how much of a deviation is still there a second later, from 0 to [`MOST_PERSISTENT`].
///
/// The autocorrelation of neighbours, made up for what is lost because the mean is taken from the same few values: M. G. Kendall, "Note on
/// Bias in the Estimation of Autocorrelation", *Biometrika* 41, 1954, 403–404.
fn persistence(residuals: &[f64]) -> f64 {
    let n = residuals.len() as f64;
    let all: f64 = residuals.iter().map(|value| value * value).sum();
    let neighbours: f64 = residuals.windows(2).map(|two| two[0] * two[1]).sum();
    if all <= 0.0 || n <= 3.0 {
        return 0.0;
    }
    let found = (neighbours / all + 1.0 / n) / (1.0 - 3.0 / n);
    found.clamp(0.0, MOST_PERSISTENT)
}

#[cfg(test)]
mod tests {
    use squall_testkit::oracle::Noise;

    use super::*;
    use crate::student::two_sided;

    #[test]
    fn a_minute_leaves_four_degrees() {
        assert_eq!([1, 10, 58, 3_600].map(degrees), [2, 2, 4, 63]);
    }

    #[test]
    fn an_angle_goes_on_for_hours_without_getting_lost() {
        let values = vec![1.0; 86_400];
        let step = PI * 2_000.0 / 86_400.0;
        let exact = values.iter().enumerate();
        let exact: f64 = exact
            .map(|(at, value)| value * (step * (at as f64 + 0.5)).cos())
            .sum();
        assert!((cosine_transform(&values, step) - exact).abs() < 1e-6);
    }

    #[test]
    fn the_variance_of_independent_values_is_found() {
        let mut noise = Noise::new(1);
        let runs = 2_000;
        let found = (0..runs).map(|_| {
            let values: Vec<f64> = (0..60).map(|_| noise.normal()).collect();
            variance_of_mean(&values) * 60.0
        });
        let mean = found.sum::<f64>() / f64::from(runs);
        assert!((mean - 1.0).abs() < 0.05, "{mean}");
    }

    #[test]
    fn dependence_makes_the_mean_less_certain() {
        let mut noise = Noise::new(2);
        let mut level = 0.0;
        let values: Vec<f64> = (0..10_000)
            .map(|_| {
                level = 0.5 * level + noise.normal();
                level
            })
            .collect();
        // The sum of all autocovariances is 1/(1 − 0.5)².
        let found = variance_of_mean(&values) * 10_000.0;
        assert!((2.8..5.6).contains(&found), "{found}");
    }

    #[test]
    fn a_mean_of_few_values_that_depend_much_is_seldom_taken_for_another() {
        let mut noise = Noise::new(3);
        let runs = 4_000;
        let wrong = (0..runs).filter(|_| {
            let mut level = noise.normal();
            let values = (0..60).map(|_| {
                level = 0.8 * level + 0.6 * noise.normal();
                level
            });
            let values: Vec<f64> = values.collect();
            let mean = values.iter().sum::<f64>() / 60.0;
            let residuals: Vec<f64> = values.iter().map(|value| value - mean).collect();
            let error = variance_of_mean(&residuals).sqrt();
            two_sided(mean.abs() / error, degrees(60) as f64) < 0.05
        });
        let share = wrong.count() as f64 / f64::from(runs);
        assert!((0.02..0.07).contains(&share), "{share}");
    }
}
