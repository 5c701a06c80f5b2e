//! By how much a key changes a load.

use crate::live::LoadKind;

/// Up or down, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Up,
    Down,
    Double,
    Halve,
}

/// Twice nothing is so many of the least steps.
const START: f64 = 10.0;
/// What a step is of the present value, before it is rounded.
const SHARE: f64 = 0.1;
/// More is no load that anybody asks for by a key.
const MOST: f64 = 1e9;

/// The next multiple of a step, or twice or half the value; never below nothing. A step is a tenth of the value rounded down to 1, 2 or 5 times a power of ten, and
/// at least one user or 0.1 iterations a second.
pub(super) fn stepped(value: f64, kind: LoadKind, step: Step) -> f64 {
    let value = if value.is_finite() { value } else { 0.0 };
    let least = match kind {
        LoadKind::Users => 1.0,
        LoadKind::Rate => 0.1,
    };
    let one = round(value * SHARE).max(least);
    // A little less than a multiple is one: values of a ramp come with rounding errors.
    let steps = value / one;
    let moved = match step {
        Step::Up => (steps + 1e-6).floor() * one + one,
        Step::Down => (steps - 1e-6).ceil() * one - one,
        Step::Double if value > 0.0 => value * 2.0,
        Step::Double => least * START,
        Step::Halve => value / 2.0,
    };
    // Without the dust of binary fractions: 0.30000000000000004 is not what anybody asked for.
    let moved = (moved * 1e6).round() / 1e6;
    let whole = match kind {
        LoadKind::Users => moved.floor(),
        LoadKind::Rate => moved,
    };
    whole.clamp(0.0, MOST)
}

/// Rounds down to 1, 2 or 5 times a power of ten.
fn round(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let factor = match value / power {
        factor if factor >= 5.0 - 1e-9 => 5.0,
        factor if factor >= 2.0 - 1e-9 => 2.0,
        _ => 1.0,
    };
    factor * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_tenth_in_round_numbers() {
        for (value, kind, step, expected) in [
            (0.0, LoadKind::Users, Step::Up, 1.0),
            (0.0, LoadKind::Users, Step::Down, 0.0),
            (1.0, LoadKind::Users, Step::Down, 0.0),
            (10.0, LoadKind::Users, Step::Up, 11.0),
            (10.0, LoadKind::Users, Step::Double, 20.0),
            (20.0, LoadKind::Users, Step::Up, 22.0),
            (103.0, LoadKind::Users, Step::Up, 110.0),
            (103.0, LoadKind::Users, Step::Down, 100.0),
            (500.0, LoadKind::Users, Step::Down, 450.0),
            (13.0, LoadKind::Users, Step::Halve, 6.0),
            (1.0, LoadKind::Users, Step::Halve, 0.0),
            (0.0, LoadKind::Users, Step::Double, 10.0),
            (5.0, LoadKind::Rate, Step::Halve, 2.5),
            (0.0, LoadKind::Rate, Step::Up, 0.1),
            (0.2, LoadKind::Rate, Step::Up, 0.3),
            (5.0, LoadKind::Rate, Step::Up, 5.5),
            (2_000.0, LoadKind::Rate, Step::Up, 2_200.0),
            (1_999.999_999_9, LoadKind::Rate, Step::Up, 2_200.0),
            (f64::NAN, LoadKind::Rate, Step::Up, 0.1),
            (1e300, LoadKind::Rate, Step::Up, 1e9),
        ] {
            let got = stepped(value, kind, step);
            assert!((got - expected).abs() < 1e-9, "{value} {step:?}: {got}");
        }
    }
}
