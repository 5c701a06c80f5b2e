//! Runs as documents for other tools, and in the table of stored runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use insta::assert_snapshot;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use squall_metrics::summary::{Commit, Summary};
use squall_view::Theme;
use squall_view::document::{annotations, csv, junit, markdown};
use squall_view::history::{self, Ended, Row};

use crate::any_summary::summary as any_summary;
use crate::sample;

fn stored(mut summary: Summary) -> Summary {
    summary.run.file = Some("tests/shop.py".to_owned());
    summary.run.commit = Some(Commit {
        id: "1f3a5c7e9b".to_owned(),
        dirty: true,
    });
    summary.run.tags = [("branch".to_owned(), "main|a, b: 100 %".to_owned())].into();
    summary
}

/// A run whose names try to leave their place in every format.
fn hostile() -> Summary {
    let mut summary = stored(sample::failed());
    let name = "a`` ` | <b>&\"']]> \u{1b}[31m \u{ffff}\n::error::x,y: 50%";
    name.clone_into(&mut summary.run.name);
    summary.run.file = Some("a,b:c%.py".to_owned());
    summary.verdict.reasons = vec![format!("stage `{name}` *failed* [x](y)")];
    summary.warnings = vec![name.to_owned()];
    summary.controls = sample::controls();
    summary.controls[2].text = Some(name.to_owned());
    for series in &mut summary.series {
        name.clone_into(&mut series.name);
        series.errors = vec![sample::error(name, name, 3, 0.1)];
    }
    summary
}

#[test]
fn runs_as_junit() {
    assert_snapshot!("junit_passed", junit(&stored(sample::passed())));
    assert_snapshot!("junit_failed", junit(&stored(sample::failed())));
    assert_snapshot!("junit_invalid", junit(&sample::invalid()));
    assert_snapshot!("junit_hostile", junit(&hostile()));
}

#[test]
fn runs_as_markdown() {
    assert_snapshot!("markdown_passed", markdown(&stored(sample::passed())));
    assert_snapshot!("markdown_failed", markdown(&stored(sample::failed())));
    assert_snapshot!("markdown_invalid", markdown(&sample::invalid()));
    assert_snapshot!("markdown_hostile", markdown(&hostile()));
}

#[test]
fn runs_as_csv() {
    assert_snapshot!("csv_passed", csv(&sample::passed()));
    assert_snapshot!("csv_failed", csv(&sample::failed()));
    assert_snapshot!("csv_invalid", csv(&sample::invalid()));
    assert_snapshot!("csv_hostile", csv(&hostile()));
}

#[test]
fn runs_as_annotations() {
    assert_snapshot!("annotations_passed", annotations(&stored(sample::passed())));
    assert_snapshot!("annotations_failed", annotations(&stored(sample::failed())));
    assert_snapshot!("annotations_invalid", annotations(&sample::invalid()));
    assert_snapshot!("annotations_hostile", annotations(&hostile()));
}

#[test]
fn a_passed_run_has_no_failing_case() {
    let mut summary = sample::passed();
    summary.series[0].failed = 3;
    let document = junit(&summary);
    assert!(
        document.contains("failures=\"0\" errors=\"0\""),
        "{document}"
    );
    assert!(document.contains("3 failed"), "{document}");
}

/// Parents and their children, in order, as the schema has them.
fn check_shape(document: &str) {
    let mut reader = Reader::from_str(document);
    reader.config_mut().trim_text(true);
    let mut open: Vec<String> = Vec::new();
    let mut cases = 0;
    loop {
        let event = reader.read_event().unwrap();
        let (Event::Start(element) | Event::Empty(element)) = &event else {
            match event {
                Event::End(_) => drop(open.pop()),
                Event::Eof => break,
                _ => {}
            }
            continue;
        };
        let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
        let parent = open.last().map_or("", String::as_str);
        let allowed: &[&str] = match name.as_str() {
            "testsuites" => &[""],
            "testsuite" => &["testsuites"],
            "properties" | "testcase" => &["testsuite"],
            "property" => &["properties"],
            "failure" | "error" | "system-out" => &["testcase"],
            other => panic!("`{other}` is not of the schema"),
        };
        assert!(allowed.contains(&parent), "{name} in {parent}");
        for attribute in element.attributes() {
            attribute.unwrap().unescape_value().unwrap();
        }
        cases += usize::from(name == "testcase");
        if matches!(event, Event::Start(_)) {
            open.push(name);
        }
    }
    let said = format!("tests=\"{cases}\"");
    assert_eq!(document.matches(&said).count(), 2, "{document}");
}

#[test]
fn junit_has_the_shape_of_its_schema() {
    for summary in [
        sample::passed(),
        sample::failed(),
        sample::invalid(),
        sample::empty(),
        hostile(),
    ] {
        check_shape(&junit(&summary));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_name_leaves_its_place(summary in any_summary()) {
        check_shape(&junit(&summary));
        let lines = annotations(&summary);
        let allowed = |line: &str| line.starts_with("::error ") || line.starts_with("::warning ");
        prop_assert!(lines.split('\n').filter(|line| !line.is_empty()).all(allowed), "{}", lines);
        let document = csv(&summary);
        let mut reader = csv::Reader::from_reader(document.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let names: Vec<&str> = rows.iter().map(|row| &row[3]).collect();
        let expected: Vec<&str> = summary.series.iter().map(|series| series.name.as_str()).collect();
        prop_assert_eq!(names, expected);
        let document = markdown(&summary);
        let harmful = |c: char| c.is_control() && c != '\n';
        prop_assert!(!document.contains(harmful));
    }
}

#[test]
fn stored_runs_as_a_table() {
    let passed = Row {
        when: "2026-01-02 03:04:05".to_owned(),
        name: "shop".to_owned(),
        verdict: "passed",
        ended: Ended::Passed,
        rate_per_s: Some(2_403.1),
        p99_ms: Some(1.07),
        failed: Some(0),
        commit: "1f3a5c7e+".to_owned(),
        tags: "branch=main env=staging".to_owned(),
        id: "20260102-030405-shop-7f3a".to_owned(),
    };
    let killed = Row {
        name: "soak\u{1b}[2J".to_owned(),
        verdict: "unfinished",
        ended: Ended::Otherwise,
        rate_per_s: None,
        p99_ms: None,
        failed: None,
        commit: String::new(),
        tags: String::new(),
        ..passed.clone()
    };
    let rows = [passed, killed.clone()];
    for columns in [60, 80, 140] {
        let table = history::render(&rows, columns, Theme::PLAIN);
        assert_snapshot!(format!("history_{columns}"), table);
    }
    let bare = history::render(&[killed], 140, Theme::PLAIN);
    assert!(!bare.contains("commit") && !bare.contains("tags"), "{bare}");
    assert_eq!(history::render(&[], 140, Theme::PLAIN), "");
}
