//! How uncertain a mean over seconds is that depend on each other.

use std::f64::consts::PI;

/// Degrees of freedom that so many seconds leave: ⌊0.4 · n^⅔⌉, at least 1.
///
/// The rule of Lazarus, Lewis, Stock and Watson (see [`variance_of_mean`]) for a test whose size holds under strong dependence.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small positive number"
)]
pub(crate) fn degrees(seconds: usize) -> usize {
    (0.4 * (seconds as f64).powf(2.0 / 3.0)).round().max(1.0) as usize
}

/// Estimates the variance of the mean of a series with mean 0 whose values may depend on their neighbours.
///
/// Equally weighted cosine transforms: the mean square of the first [`degrees`] cosine coefficients of the series is its long-run variance,
/// and the mean over its root is then distributed as Student's t with so many degrees of freedom. E. Lazarus, D. J. Lewis, J. H. Stock
/// and M. W. Watson, "HAR Inference: Recommendations for Practice", *Journal of Business & Economic Statistics* 36(4), 2018, 541–559.
pub(crate) fn variance_of_mean(residuals: &[f64]) -> f64 {
    let n = residuals.len() as f64;
    let degrees = degrees(residuals.len());
    let squares = (1..=degrees).map(|frequency| {
        let step = PI * frequency as f64 / n;
        let terms = residuals.iter().enumerate();
        let coefficient: f64 = terms
            .map(|(at, value)| value * (step * (at as f64 + 0.5)).cos())
            .sum();
        coefficient * coefficient * 2.0 / n
    });
    squares.sum::<f64>() / degrees as f64 / n
}

#[cfg(test)]
mod tests {
    use squall_testkit::oracle::Noise;

    use super::*;

    #[test]
    fn a_minute_leaves_six_degrees() {
        assert_eq!([1, 10, 58, 3_600].map(degrees), [1, 2, 6, 94]);
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
}
