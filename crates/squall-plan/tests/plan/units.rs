use proptest::prelude::*;
use serde_json::json;
use squall_plan::{RampStage, Ramps, Rate, Span, SpanRange};

#[test]
fn durations_are_read_as_people_write_them() {
    for (text, nanos) in [
        ("250ms", 250_000_000),
        ("90s", 90_000_000_000),
        ("1h30m", 5_400_000_000_000),
        ("1.5s", 1_500_000_000),
        ("2d", 172_800_000_000_000),
        ("1w", 604_800_000_000_000),
        ("7us", 7_000),
        ("7µs", 7_000),
        ("7μs", 7_000),
        ("3ns", 3),
        ("5m", 300_000_000_000),
        ("5M", 300_000_000_000),
        ("5MS", 5_000_000),
        ("1H30Min", 5_400_000_000_000),
        (" 1h 30m ", 5_400_000_000_000),
        ("10", 10_000_000_000),
        ("0.25", 250_000_000),
        (".5s", 500_000_000),
        ("0", 0),
        ("0s", 0),
        ("1.000000001s", 1_000_000_001),
        ("0.5ns", 1),
        ("18446744073709551615ns", u64::MAX),
    ] {
        assert_eq!(
            text.parse::<Span>().map(Span::as_nanos),
            Ok(nanos),
            "{text}"
        );
    }
}

#[test]
fn an_unreadable_duration_says_how_to_write_it() {
    for (text, message) in [
        (
            "5 parsecs",
            "`5 parsecs` is not a duration; write it like `250ms`, `90s` or `1h30m`",
        ),
        (
            "",
            "`` is not a duration; write it like `250ms`, `90s` or `1h30m`",
        ),
        (
            "s",
            "`s` is not a duration; write it like `250ms`, `90s` or `1h30m`",
        ),
        (
            ".s",
            "`.s` is not a duration; write it like `250ms`, `90s` or `1h30m`",
        ),
        (
            "1..2s",
            "`1..2s` is not a duration: `1.` has no unit; write it like `250ms`, `90s` or `1h30m`",
        ),
        (
            "1h30",
            "`1h30` is not a duration: `30` has no unit; write it like `250ms`, `90s` or `1h30m`",
        ),
        (
            "-5s",
            "`-5s` is not a duration; it must not be negative; write it like `250ms`, `90s` or `1h30m`",
        ),
        (
            "99999999999w",
            "`99999999999w` is not a duration; the longest is 584 years; write it like `250ms`, `90s` or `1h30m`",
        ),
    ] {
        assert_eq!(text.parse::<Span>().unwrap_err().to_string(), message);
    }
}

#[test]
fn durations_are_written_in_their_shortest_exact_form() {
    for (nanos, text) in [
        (0, "0s"),
        (1, "1ns"),
        (1_500, "1.5us"),
        (250_000_000, "250ms"),
        (1_500_000_000, "1.5s"),
        (90_000_000_000, "1m30s"),
        (90_250_000_000, "1m30.25s"),
        (3_600_000_000_000, "1h"),
        (5_400_000_000_000, "1h30m"),
        (604_800_000_000_000, "7d"),
        (3_600_000_000_001, "1h1ns"),
        (1_000_000_001, "1.000000001s"),
    ] {
        assert_eq!(Span::from_nanos(nanos).to_string(), text);
    }
}

#[test]
fn durations_come_from_json_strings_and_numbers() {
    for (value, nanos) in [
        (json!("1m"), 60_000_000_000),
        (json!("90"), 90_000_000_000),
        (json!(90), 90_000_000_000),
        (json!(1.5), 1_500_000_000),
        (json!(0.1), 100_000_000),
        (json!(1e-6), 1_000),
    ] {
        assert_eq!(
            serde_json::from_value::<Span>(value.clone())
                .unwrap()
                .as_nanos(),
            nanos,
            "{value}"
        );
    }
    for value in [
        json!(-1),
        json!(-0.5),
        json!(true),
        json!(null),
        json!([]),
        json!(1e300),
    ] {
        assert!(
            serde_json::from_value::<Span>(value.clone()).is_err(),
            "{value}"
        );
    }
}

#[test]
fn ranges_have_their_lower_end_first() {
    let range: SpanRange = "1s..3s".parse().unwrap();
    assert_eq!(
        (range.lo(), range.hi()),
        (Span::from_secs(1), Span::from_secs(3))
    );
    assert_eq!(range.to_string(), "1s..3s");
    for (text, message) in [
        (
            "3s..1s",
            "the range `3s..1s` ends before it starts; write the shorter duration first",
        ),
        (
            "3s",
            "`3s` is not a range of durations; write it like `1s..3s`",
        ),
        (
            "1s..x",
            "`x` is not a duration; write it like `250ms`, `90s` or `1h30m`",
        ),
    ] {
        assert_eq!(text.parse::<SpanRange>().unwrap_err().to_string(), message);
    }
}

#[test]
fn rates_are_read_per_second_minute_and_hour() {
    for (value, rate) in [
        (json!(500), 500.0),
        (json!(0.5), 0.5),
        (json!("500"), 500.0),
        (json!("500/s"), 500.0),
        (json!("30/m"), 0.5),
        (json!(" 1800 / Hour"), 0.5),
        (json!("43200/d"), 0.5),
        (json!(0), 0.0),
    ] {
        let read: Rate = serde_json::from_value(value.clone()).unwrap();
        assert!((read.as_per_second() - rate).abs() < 1e-12, "{value}");
    }
    for value in [
        json!("500/parsec"),
        json!("x/s"),
        json!("-1/s"),
        json!(-1),
        json!("inf"),
        json!("NaN/s"),
        json!(false),
    ] {
        let error = serde_json::from_value::<Rate>(value.clone())
            .unwrap_err()
            .to_string();
        assert!(error.contains("500/s"), "{value}: {error}");
    }
}

#[test]
fn ramps_are_read_from_text() {
    let ramps = Ramps::Text("30s:100, 1m:50.5".to_owned()).parse().unwrap();
    let ramp = |seconds, target| RampStage {
        duration: Span::from_secs(seconds),
        target,
    };
    assert_eq!(ramps, [ramp(30, 100.0), ramp(60, 50.5)]);
    for (text, message) in [
        ("30s", "`30s` in `30s` is not a ramp: it has no `:`"),
        ("", "`` in `` is not a ramp: it has no `:`"),
        (
            "30s:1,x:2",
            "`x:2` in `30s:1,x:2` is not a ramp: what is before `:` is not a duration",
        ),
        (
            "30s:x",
            "`30s:x` in `30s:x` is not a ramp: what is after `:` is not a number",
        ),
        (
            "30s:-1",
            "`30s:-1` in `30s:-1` is not a ramp: its target is not a number of at least 0",
        ),
    ] {
        let error = Ramps::Text(text.to_owned())
            .parse()
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            format!("{message}; write `DURATION:TARGET` pairs like `30s:100,1m:100`")
        );
    }
}

proptest! {
    #[test]
    fn every_duration_survives_being_written(nanos: u64) {
        let span = Span::from_nanos(nanos);
        prop_assert_eq!(span.to_string().parse::<Span>(), Ok(span));
        prop_assert_eq!(serde_json::from_value::<Span>(json!(span)).unwrap(), span);
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in ".{0,40}") {
        // What comes out is of no matter here.
        drop((text.parse::<Span>(), text.parse::<SpanRange>(), text.parse::<Rate>(), Ramps::Text(text).parse()));
    }

    #[test]
    fn no_number_with_units_makes_a_reader_panic(text in "([0-9.]{0,25}(ns|us|ms|s|m|h|d|w| |\\.\\.)){0,4}") {
        drop((text.parse::<Span>(), text.parse::<SpanRange>()));
    }
}
