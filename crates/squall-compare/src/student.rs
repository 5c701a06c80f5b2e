//! Student's t distribution.

use std::f64::consts::PI;

/// Returns the probability that a value of Student's t distribution is farther from 0 than `t`, on either side.
///
/// It is the regularised incomplete beta function `I(ν/(ν+t²); ν/2, 1/2)`: M. Abramowitz and I. A. Stegun, *Handbook of Mathematical
/// Functions* (1964), 26.7.1 and 26.5.27.
pub(crate) fn two_sided(t: f64, degrees: f64) -> f64 {
    if t <= 0.0 {
        return 1.0;
    }
    if !t.is_finite() {
        return 0.0;
    }
    incomplete_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5)
}

/// Returns the `t` that [`two_sided`] maps to `probability`.
pub(crate) fn critical(probability: f64, degrees: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while two_sided(high, degrees) > probability && high < 1e9 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if two_sided(middle, degrees) > probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The regularised incomplete beta function.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front =
        (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    // The continued fraction converges fast on this side alone.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

/// The continued fraction 26.5.8 of Abramowitz and Stegun, evaluated from the front (Lentz 1976).
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let safe = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut above = 1.0;
    let mut below = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let mut result = below;
    for step in 1..500 {
        let step = f64::from(step);
        let at = a + 2.0 * step;
        let even = step * (b - step) * x / ((at - 1.0) * at);
        let odd = -(a + step) * (a + b + step) * x / (at * (at + 1.0));
        for term in [even, odd] {
            below = 1.0 / safe(1.0 + term * below);
            above = safe(1.0 + term / above);
            result *= below * above;
        }
        if (below * above - 1.0).abs() < 1e-15 {
            break;
        }
    }
    result
}

/// The logarithm of the gamma function of a positive number.
///
/// Stirling's series (Abramowitz and Stegun 6.1.41) above 10, and the recurrence below.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 10.0 {
        product *= x;
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = 1.0 / 12.0 - inverse * (1.0 / 360.0 - inverse * (1.0 / 1260.0 - inverse / 1680.0));
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series / x - product.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_the_printed_tables() {
        for (degrees, probability, t) in [
            (1.0, 0.05, 12.706_2),
            (2.0, 0.05, 4.302_7),
            (6.0, 0.05, 2.446_9),
            (12.0, 0.01, 3.054_5),
            (30.0, 0.05, 2.042_3),
            (1_000.0, 0.05, 1.962_3),
        ] {
            assert!(
                (critical(probability, degrees) - t).abs() < 1e-4,
                "{degrees}"
            );
            assert!(
                (two_sided(t, degrees) - probability).abs() < 1e-5,
                "{degrees}"
            );
        }
    }

    #[test]
    fn two_degrees_have_a_closed_form() {
        for t in [0.01_f64, 0.5, 3.0, 40.0] {
            let exact = 1.0 - t / (2.0 + t * t).sqrt();
            assert!((two_sided(t, 2.0) - exact).abs() < 1e-12, "{t}");
        }
        assert!((two_sided(0.0, 3.0) - 1.0).abs() < 1e-15);
        assert!(two_sided(f64::INFINITY, 3.0) < 1e-15);
    }
}
