/// Reads an unsigned decimal number such as `12`, `1.5` or `.5` at the start of `text`; returns its digits and the rest.
pub(super) fn take_decimal(text: &str) -> (&str, &str) {
    let mut seen_point = false;
    let end = text
        .find(|c: char| match c {
            '0'..='9' => false,
            '.' => std::mem::replace(&mut seen_point, true),
            _ => true,
        })
        .unwrap_or(text.len());
    text.split_at(end)
}

/// The unsigned decimal `number` times `unit`, rounded to a whole; `None` if it is not a number or does not fit.
///
/// Whole-number arithmetic keeps every digit that the result can hold, where `f64` would lose some above 2^53.
pub(super) fn scale(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole = if whole.is_empty() {
        0
    } else {
        whole.parse::<u64>().ok()?
    };
    // Digits past the eighteenth are far below half a nanosecond of the longest unit.
    let fraction = &fraction[..fraction.len().min(18)];
    let parts = if fraction.is_empty() {
        0
    } else {
        fraction.parse::<u128>().ok()?
    };
    let divisor = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let fraction = (parts * u128::from(unit) + divisor / 2) / divisor;
    whole
        .checked_mul(unit)?
        .checked_add(u64::try_from(fraction).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_scaled_exactly() {
        assert_eq!(scale("1.5", 1_000), Some(1_500));
        assert_eq!(scale(".25", 1_000), Some(250));
        assert_eq!(scale("2.", 10), Some(20));
        assert_eq!(
            scale("9007199.254740993", 1_000_000_000),
            Some(9_007_199_254_740_993)
        );
        assert_eq!(scale("0.0000000004", 1_000_000_000), Some(0));
        assert_eq!(scale("0.0000000005", 1_000_000_000), Some(1));
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert_eq!(scale("18446744073709551615", 2), None);
        assert_eq!(scale("99999999999999999999", 1), None);
        assert_eq!(scale(".", 1), None);
        assert_eq!(scale("", 1), None);
    }
}
