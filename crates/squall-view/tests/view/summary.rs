//! What a summary looks like at several widths.

use insta::assert_snapshot;
use squall_metrics::summary::{CustomSummary, Summary, SystemSummary};
use squall_view::Theme;
use squall_view::summary::{Part, Parts, Settings, Timeline, render};
use squall_view::theme::{Color, Glyphs};

use crate::sample;

const WIDTHS: [u16; 4] = [40, 80, 120, 200];

fn check(name: &str, summary: &Summary) {
    for columns in WIDTHS {
        let settings = Settings {
            columns,
            parts: Parts::default(),
            theme: Theme::PLAIN,
            stored: Some(".squall/runs/20260102-030405-shop-7f3a"),
            report: None,
            timeline: None,
        };
        assert_snapshot!(format!("{name}_{columns}"), render(summary, &settings));
    }
}

fn show(summary: &Summary, theme: Theme) -> String {
    render(
        summary,
        &Settings {
            columns: 100,
            parts: Parts::default(),
            theme,
            stored: None,
            report: None,
            timeline: None,
        },
    )
}

#[test]
fn a_passed_run() {
    check("passed", &sample::passed());
}

#[test]
fn a_failed_run_with_errors_and_several_stages() {
    check("failed", &sample::failed());
}

#[test]
fn a_run_that_was_changed_with_its_course_and_its_report() {
    let mut summary = sample::failed();
    summary.controls = sample::controls();
    summary.thresholds[1].broken_at_s = Some(4.0);
    let paths = ["GET /", "GET /a", "GET /b", "GET /slow/one", "GET /d"];
    summary.series = (1_u32..)
        .zip(paths)
        .map(|(at, path)| sample::series("Browse", path, f64::from(at) * 0.4))
        .collect();
    let seconds = (0_u32..90).map(f64::from);
    let timeline = Timeline {
        rate: seconds
            .clone()
            .map(|second| (second * 120.0).min(2_400.0))
            .collect(),
        p99_ms: seconds
            .map(|second| if second < 2.0 { f64::NAN } else { 5.0 + second })
            .collect(),
    };
    for columns in [60, 100] {
        let settings = Settings {
            columns,
            parts: Parts::default().without(Part::Stages),
            theme: Theme::PLAIN,
            stored: Some(".squall/runs/20260102-030405-shop-7f3a"),
            report: Some(".squall/runs/20260102-030405-shop-7f3a/report.html"),
            timeline: Some(&timeline),
        };
        assert_snapshot!(format!("changed_{columns}"), render(&summary, &settings));
    }
}

#[test]
fn a_run_of_scripts() {
    check("scripts", &sample::scripts());
}

#[test]
fn a_run_with_numbers_of_its_results_and_samples() {
    let mut summary = sample::passed();
    let custom = |metric: &str, kind: &str, value| CustomSummary {
        stage: "Browse".to_owned(),
        name: "GET /".to_owned(),
        group: "user_metrics".to_owned(),
        metric: metric.to_owned(),
        kind: kind.to_owned(),
        value,
    };
    summary.custom = vec![
        custom("slow", "count", 312.0),
        custom("slow_share", "rate", 0.013),
    ];
    let system = |stage: &str, group: &str, value| SystemSummary {
        stage: stage.to_owned(),
        group: group.to_owned(),
        count: 10,
        min: value / 2.0,
        mean: value,
        stdev: value / 10.0,
        p50: value,
        p95: value * 1.25,
        p99: value * 1.25,
        max: value * 1.5,
    };
    summary.system = vec![
        system("", "cpu_percent", 43.1),
        system("", "memory_bytes", 24_326_144.0),
        system("Browse", "mb_per_vu", 0.116),
    ];
    for columns in WIDTHS {
        let settings = Settings {
            columns,
            parts: Parts::default().with(Part::Samples),
            theme: Theme::PLAIN,
            stored: None,
            report: None,
            timeline: None,
        };
        assert_snapshot!(format!("results_{columns}"), render(&summary, &settings));
    }
}

#[test]
fn an_invalid_run_with_reasons() {
    check("invalid", &sample::invalid());
}

#[test]
fn a_run_without_data() {
    check("empty", &sample::empty());
}

#[test]
fn long_wide_and_hostile_names() {
    check("names", &sample::names());
}

#[test]
fn in_seven_bits() {
    let ascii = show(
        &sample::names(),
        Theme {
            color: Color::Off,
            glyphs: Glyphs::Ascii,
        },
    );
    assert!(ascii.is_ascii());
    assert_snapshot!(ascii);
}

#[test]
fn colours_add_escape_sequences_and_nothing_else() {
    let colored = show(
        &sample::failed(),
        Theme {
            color: Color::On,
            ..Theme::PLAIN
        },
    );
    let plain = show(&sample::failed(), Theme::PLAIN);
    assert!(!plain.contains('\u{1b}'));
    assert_snapshot!(colored.replace('\u{1b}', "␛"));
    let mut without = String::new();
    for (at, part) in colored.split('\u{1b}').enumerate() {
        let text = if at == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        };
        without.push_str(text);
    }
    assert_eq!(without, plain);
}

#[test]
fn service_time_is_shown_where_it_differs_by_more_than_one_percent() {
    let mut summary = sample::passed();
    assert!(!show(&summary, Theme::PLAIN).contains("  service  "));
    summary.series[0].service_time_ms.p99_9 *= 0.995;
    assert!(!show(&summary, Theme::PLAIN).contains("  service  "));
    summary.series[0].service_time_ms.p99_9 *= 0.99;
    assert!(show(&summary, Theme::PLAIN).contains("  service  "));
}

#[test]
fn the_same_failure_in_two_operations_is_one_group() {
    let mut summary = sample::failed();
    summary.series[1].errors = vec![sample::error("status", "503 Service Unavailable", 40, 0.5)];
    let shown = show(&summary, Theme::PLAIN);
    assert!(shown.contains("  340 × status: 503 Service Unavailable\n      in Checkout · POST /login, POST /orders  first at 0.5 s  last at 9.4 s\n"), "{shown}");
}

#[test]
fn of_many_groups_the_most_frequent_are_shown() {
    let mut summary = sample::failed();
    summary.series[2].errors = (0..25)
        .map(|at| sample::error("status", &format!("kind {at}"), at + 1, 0.0))
        .collect();
    let shown = show(&summary, Theme::PLAIN);
    assert!(
        shown.contains("kind 24\n") && shown.contains("kind 5\n") && !shown.contains("kind 4\n")
    );
    assert!(shown.contains("5 more groups are in summary.json"));
}

#[test]
fn parts_are_left_out_and_phases_are_shown_where_asked() {
    let only = |part| {
        let all = [
            Part::Session,
            Part::Stages,
            Part::Actions,
            Part::Timings,
            Part::System,
        ];
        let none = all
            .iter()
            .fold(Parts::default(), |parts, part| parts.without(*part));
        let settings = Settings {
            columns: 100,
            parts: none.with(part),
            theme: Theme::PLAIN,
            stored: None,
            report: None,
            timeline: None,
        };
        render(&sample::passed(), &settings)
    };
    let marks = [
        (Part::Session, "operations"),
        (Part::Stages, "stages"),
        (Part::Actions, "statuses"),
        (Part::Timings, "first byte"),
        (Part::System, "generator"),
    ];
    for (shown, _) in marks {
        for (part, mark) in marks {
            let text = only(shown);
            assert_eq!(
                text.contains(mark),
                part == shown,
                "{part:?} in {shown:?}: {text}"
            );
        }
    }
    assert_snapshot!("phases", only(Part::Timings));
}
