//! Numbers for people: three significant digits, the unit that fits, thousands separated.

/// Stands for a value that there is none of.
pub(crate) const NONE: &str = "–";

/// `24,031`.
pub(crate) fn count(value: u64) -> String {
    group(&value.to_string())
}

/// Milliseconds as `412 µs`, `1.24 ms`, `3.20 s` or `2m 05s`.
pub(crate) fn time(milliseconds: f64) -> String {
    let microseconds = milliseconds * 1e3;
    let seconds = milliseconds / 1e3;
    if !milliseconds.is_finite() {
        NONE.to_owned()
    } else if milliseconds <= 0.0 {
        "0 µs".to_owned()
    } else if microseconds < 999.5 {
        format!("{} µs", significant(microseconds))
    } else if milliseconds < 999.5 {
        format!("{} ms", significant(milliseconds))
    } else if seconds < 59.95 {
        format!("{} s", significant(seconds))
    } else {
        duration(seconds)
    }
}

/// Seconds as `0.4 s`, `12.0 s`, `1m 05s`, `2h 07m` or `3d 04h`.
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return NONE.to_owned();
    }
    if seconds < 59.95 {
        return format!("{:.1} s", seconds.max(0.0));
    }
    let seconds = whole(seconds);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    if hours == 0 {
        format!("{minutes}m {:02}s", seconds % 60)
    } else if days == 0 {
        format!("{hours}h {:02}m", minutes % 60)
    } else if days < 10_000 {
        format!("{days}d {:02}h", hours % 24)
    } else {
        "more than 10,000d".to_owned()
    }
}

/// `0.25/s`, `12.4/s` or `24,031/s`.
pub(crate) fn rate(per_second: f64) -> String {
    format!("{}/s", quantity(per_second))
}

/// A count that may have a fraction: `0.25`, `12.4` or `24,031`.
pub(crate) fn quantity(value: f64) -> String {
    if !value.is_finite() {
        NONE.to_owned()
    } else if value <= 0.0 {
        "0".to_owned()
    } else if value >= 1e12 {
        format!("{value:.2e}")
    } else {
        significant(value)
    }
}

/// Any number of any unit: `-12.4`, `24,031`, `0.00125`, `1.25e12`.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    let sign = if value < 0.0 { "-" } else { "" };
    if !value.is_finite() {
        NONE.to_owned()
    } else if size == 0.0 {
        "0".to_owned()
    } else if !(1e-4..1e9).contains(&size) {
        format!("{value:.2e}")
    } else if size.fract() == 0.0 {
        format!("{sign}{}", group(&format!("{size:.0}")))
    } else if size >= 0.9995 {
        format!("{sign}{}", significant(size))
    } else {
        // Three digits after the zeros.
        let zeros = (1..5)
            .take_while(|&power| size * 10_f64.powi(power) < 0.9995)
            .count();
        format!("{sign}{size:.*}", zeros + 3)
    }
}

/// A number in the unit of a threshold: `312 ms`, `0.125 %`, `912/s`.
pub(crate) fn amount(value: f64, unit: &str) -> String {
    match unit {
        "ms" if value < 0.0 => format!("-{}", time(-value)),
        "ms" => time(value),
        "percent" => format!("{} %", number(value)),
        "per_s" => format!("{}/s", number(value)),
        _ => number(value),
    }
}

/// `43 %`.
pub(crate) fn percent(value: f64) -> String {
    match value {
        value if !value.is_finite() => NONE.to_owned(),
        value if value >= 1e6 => format!("{value:.2e} %"),
        value if value <= 0.0 => "0 %".to_owned(),
        value => format!("{} %", group(&format!("{value:.0}"))),
    }
}

/// `512 B`, `1.24 KiB`, `30.0 MiB`.
pub(crate) fn bytes(value: u64) -> String {
    if value < 1024 {
        return format!("{} B", count(value));
    }
    byte_quantity(value as f64)
}

/// `1.24 KiB/s`.
pub(crate) fn byte_rate(per_second: f64) -> String {
    if per_second.is_finite() && per_second >= 0.0 {
        format!("{}/s", byte_quantity(per_second))
    } else {
        format!("{NONE} B/s")
    }
}

fn byte_quantity(value: f64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut value = value;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if value == 0.0 {
        return "0 B".to_owned();
    }
    format!("{} {}", quantity(value), UNITS[unit])
}

/// Three significant digits, more before the point when the value has them. The borders are where rounding would add a digit.
fn significant(value: f64) -> String {
    let digits = match value {
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    };
    group(&digits)
}

fn group(digits: &str) -> String {
    let (whole, fraction) = digits
        .find('.')
        .map_or((digits, ""), |point| digits.split_at(point));
    let mut grouped = String::with_capacity(digits.len() + whole.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest integer that there is, which is what a reader expects of such values"
)]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T>(show: impl Fn(T) -> String, cases: impl IntoIterator<Item = (T, &'static str)>) {
        for (value, expected) in cases {
            assert_eq!(show(value), expected);
        }
    }

    #[test]
    fn counts_have_thousands_separators() {
        check(
            count,
            [
                (0, "0"),
                (999, "999"),
                (1_000, "1,000"),
                (24_031, "24,031"),
                (1_234_567, "1,234,567"),
            ],
        );
    }

    #[test]
    fn times_have_three_digits_and_the_unit_that_fits() {
        check(
            time,
            [
                (0.0, "0 µs"),
                (0.000_4, "0.40 µs"),
                (0.412, "412 µs"),
                (0.999_4, "999 µs"),
                (0.999_6, "1.00 ms"),
                (1.24, "1.24 ms"),
                (9.996, "10.0 ms"),
                (124.4, "124 ms"),
                (999.7, "1.00 s"),
                (3_200.0, "3.20 s"),
                (59_960.0, "1m 00s"),
                (f64::NAN, "–"),
            ],
        );
    }

    #[test]
    fn durations_grow_into_hours_and_days() {
        check(
            duration,
            [
                (0.04, "0.0 s"),
                (12.0, "12.0 s"),
                (65.0, "1m 05s"),
                (3_599.7, "1h 00m"),
                (7_620.0, "2h 07m"),
                (273_600.0, "3d 04h"),
                (f64::MAX, "more than 10,000d"),
            ],
        );
    }

    #[test]
    fn rates_keep_fractions_while_they_matter() {
        check(
            rate,
            [
                (0.0, "0/s"),
                (0.25, "0.25/s"),
                (12.44, "12.4/s"),
                (2_031.4, "2,031/s"),
                (1e15, "1.00e15/s"),
            ],
        );
    }

    #[test]
    fn bytes_are_binary() {
        check(
            bytes,
            [
                (0, "0 B"),
                (1_023, "1,023 B"),
                (1_270, "1.24 KiB"),
                (1_048_000, "1.00 MiB"),
                (u64::MAX, "16.0 EiB"),
            ],
        );
    }

    #[test]
    fn byte_rates_name_the_second() {
        check(
            byte_rate,
            [
                (0.0, "0 B/s"),
                (512.0, "512 B/s"),
                (2_048.0, "2.00 KiB/s"),
                (f64::INFINITY, "– B/s"),
            ],
        );
    }

    #[test]
    fn percentages_are_whole() {
        check(
            percent,
            [(43.4, "43 %"), (1_600.0, "1,600 %"), (-0.0, "0 %")],
        );
    }

    #[test]
    fn numbers_of_any_size_and_sign_have_three_digits() {
        check(
            number,
            [
                (0.0, "0"),
                (7.0, "7"),
                (-7.0, "-7"),
                (24_031.0, "24,031"),
                (-1.2345, "-1.23"),
                (12.345, "12.3"),
                (1234.5, "1,234"),
                (0.5, "0.500"),
                (0.012_345, "0.0123"),
                (0.99951, "1.00"),
                (0.000_01, "1.00e-5"),
                (-1.25e12, "-1.25e12"),
                (f64::NAN, NONE),
            ],
        );
    }
}
