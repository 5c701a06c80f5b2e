//! Durations as people write them in a path or a query.

use std::time::Duration;

/// The longest wait that a request may ask for.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Parses `50ms`, `1.5s`, `200us`, `2m`, `1h`; a number alone is seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let scale = match unit {
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "s" | "" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong(text)),
    };
    let seconds = number.parse::<f64>().map_err(|_| wrong(text))? * scale;
    let duration = Duration::try_from_secs_f64(seconds).map_err(|_| wrong(text))?;
    if duration > LONGEST {
        return Err(format!("`{text}` is longer than a day"));
    }
    Ok(duration)
}

fn wrong(text: &str) -> String {
    format!("`{text}` is not a duration; write it as `50ms`, `1.5s`, `2m` or `1h`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_their_unit_and_fraction() {
        for (text, expect) in [
            ("50ms", 50_000),
            ("1.5s", 1_500_000),
            ("2", 2_000_000),
            ("20us", 20),
            ("1m", 60_000_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_micros(expect)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "ms",
            "1x",
            "-1s",
            "1.2.3s",
            "25h",
            "1e9s",
            "9999999999999999999999h",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
