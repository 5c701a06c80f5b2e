//! What a comparison looks like at several widths, and in a pull request.

use insta::assert_snapshot;
use squall_compare::Gate;
use squall_compare::comparison::{
    ComparedRun, ComparedSeries, Comparison, Difference, Kind, RunLabel, SCHEMA_VERSION, Shown,
    Verdict,
};
use squall_compare::gate::{Judged, Outcome};
use squall_compare::{Metric, Unit};
use squall_view::Theme;
use squall_view::comparison::{markdown, render, render_gate};
use squall_view::theme::{Color, Glyphs};

fn label(id: &str) -> RunLabel {
    RunLabel {
        id: id.to_owned(),
        name: "shop".to_owned(),
        started_at: "2026-01-02T03:04:05Z".to_owned(),
    }
}

fn difference(metric: Metric, shown: Shown, values: (f64, f64), change: [f64; 3]) -> Difference {
    let [change, low, high] = change;
    let p = if shown == Shown::NoEvidence {
        0.42
    } else {
        0.000_02
    };
    Difference {
        metric,
        shown,
        base: Some(values.0),
        other: Some(values.1),
        unit: metric.unit(),
        change: Some(change),
        low: Some(low),
        high: high.is_finite().then_some(high),
        p: Some(p / 4.0),
        p_adjusted: Some(p),
    }
}

fn series(kind: Kind, name: &str, verdict: Verdict, sentence: &str) -> ComparedSeries {
    let differences = vec![
        difference(Metric::P95, Shown::More, (212.0, 241.0), [13.7, 9.2, 18.4]),
        difference(
            Metric::Rate,
            Shown::NoEvidence,
            (1_200.0, 1_199.0),
            [-0.1, -0.8, 0.6],
        ),
        difference(
            Metric::Failed,
            Shown::Less,
            (1.25, 0.75),
            [-0.5, -0.71, f64::INFINITY],
        ),
        Difference {
            shown: Shown::TooFew,
            base: None,
            other: None,
            change: None,
            low: None,
            high: None,
            p: None,
            p_adjusted: None,
            ..difference(Metric::P99, Shown::TooFew, (0.0, 0.0), [0.0; 3])
        },
    ];
    ComparedSeries {
        kind,
        stage: "load".to_owned(),
        scenario: "main".to_owned(),
        name: name.to_owned(),
        verdict,
        sentence: sentence.to_owned(),
        base_seconds: 58,
        other_seconds: 58,
        differences,
    }
}

fn sample() -> Comparison {
    let slower = "slower: p95 +13.7 % (+9.2 % to +18.4 %)";
    let mut short = series(
        Kind::Transaction,
        "pay",
        Verdict::NotComparable,
        "not comparable: 3 seconds",
    );
    short.differences.clear();
    let compared = ComparedRun {
        run: label("20260103-030405-shop-8a4b"),
        verdict: Verdict::Slower,
        sentence: "slower: of 2 series 1 slower, 1 not comparable".to_owned(),
        obstacles: vec!["run `20260103-030405-shop-8a4b` is invalid: too busy".to_owned()],
        notes: vec!["the targets differ: `http://a` and `http://b`".to_owned()],
        series: vec![
            series(Kind::Overall, "all operations", Verdict::Slower, slower),
            series(Kind::Operation, "GET /a", Verdict::Slower, slower),
            short,
        ],
        only_in_base: vec!["GET /old".to_owned()],
        only_in_other: vec!["GET /new".to_owned(), "GET /newer".to_owned()],
    };
    let refused = ComparedRun {
        run: label("20260104-030405-shop-9c5d"),
        verdict: Verdict::NotComparable,
        sentence: "not comparable: the plans differ: `stages.load.users` is `5` and `6`".to_owned(),
        obstacles: vec!["the plans differ: `stages.load.users` is `5` and `6`".to_owned()],
        notes: Vec::new(),
        series: Vec::new(),
        only_in_base: Vec::new(),
        only_in_other: Vec::new(),
    };
    Comparison {
        schema_version: SCHEMA_VERSION,
        confidence: 0.95,
        tests: 6,
        base: label("20260102-030405-shop-7f3a"),
        others: vec![compared, refused],
    }
}

/// A run of which every text comes from somebody hostile.
fn hostile() -> Comparison {
    let mut comparison = sample();
    let text = "a|b\n# <img src=x> [x](y) @all \u{1b}[2J *b*";
    let other = &mut comparison.others[0];
    text.clone_into(&mut other.sentence);
    other.series.truncate(1);
    text.clone_into(&mut other.series[0].name);
    other.only_in_base = vec![text.to_owned()];
    text.clone_into(&mut other.run.id);
    comparison
}

#[test]
fn a_comparison_fits_its_terminal() {
    for columns in [40, 80, 120] {
        let text = render(&sample(), columns, Theme::PLAIN);
        for line in text.lines() {
            assert!(line.chars().count() <= usize::from(columns), "{line}");
        }
        assert_snapshot!(format!("comparison_{columns}"), text);
    }
}

#[test]
fn colours_say_nothing_that_words_do_not() {
    let ascii = Theme {
        color: Color::Off,
        glyphs: Glyphs::Ascii,
    };
    let text = render(&sample(), 120, ascii);
    assert!(text.is_ascii(), "{text}");
    assert!(
        text.contains("x slower") && text.contains("! not comparable"),
        "{text}"
    );
}

#[test]
fn a_comparison_in_a_pull_request() {
    assert_snapshot!(markdown(&sample()));
}

#[test]
fn names_from_outside_are_no_markdown_and_control_no_terminal() {
    let text = markdown(&hostile());
    assert!(
        !text.contains("<img") && !text.contains("@all") && !text.contains('\u{1b}'),
        "{text}"
    );
    let rows = text.lines().filter(|line| line.starts_with("| a"));
    for row in rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 9, "{row}");
    }
    let text = render(&hostile(), 80, Theme::PLAIN);
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_gate_says_what_was_exceeded_and_what_may_be_chance() {
    let judged = |limit: &str, outcome, change| Judged {
        limit: limit.to_owned(),
        series: "GET /a".to_owned(),
        outcome,
        unit: Unit::Percent,
        change,
        low: Some(change - 4.0),
        high: Some(change + 4.0),
    };
    let gate = Gate {
        judged: vec![
            judged("p95 > +10%", Outcome::Exceeded, 15.0),
            judged("p99 > +10%", Outcome::NotShown, 12.0),
            judged("mean > +10%", Outcome::Within, 1.0),
        ],
        unanswered: vec!["`p50 > +10%` has no answer".to_owned()],
    };
    let passed = Gate {
        judged: gate.judged[1..].to_vec(),
        unanswered: Vec::new(),
    };
    assert_snapshot!(
        render_gate(&gate, 80, Theme::PLAIN) + &render_gate(&passed, 40, Theme::PLAIN)
    );
}
