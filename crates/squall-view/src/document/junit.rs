//! `JUnit` XML, in the shape that Jenkins, GitLab and others read.
//!
//! One suite; a case for the verdict, one for each threshold and one for each action. An action is a failure if operations of it failed and the run did not
//! pass: then the file says the same as the exit code. An invalid run is an error.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use squall_metrics::summary::{SeriesSummary, Summary, VerdictStatus};

use super::rules::{Rule, rules};
use crate::changes::changes;
use crate::number::{count, rate, time};
use crate::summary::in_words;
use crate::text::clean;

/// What is wrong with a case.
struct Wrong {
    /// `failure`, or `error` where the test itself is no good.
    element: &'static str,
    kind: String,
    message: String,
    text: String,
}

/// One case.
struct Case {
    class: String,
    name: String,
    seconds: f64,
    wrong: Option<Wrong>,
    output: String,
}

/// Returns a run as a document with one suite.
pub fn junit(summary: &Summary) -> String {
    let actions = summary.series.iter().map(|series| action(summary, series));
    let rules = rules(summary);
    let rules = rules.iter().map(|rule| threshold(summary, rule));
    let cases = std::iter::once(verdict(summary)).chain(rules);
    let cases: Vec<Case> = cases.chain(actions).collect();
    document(summary, &cases)
}

fn document(summary: &Summary, cases: &[Case]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut writer, summary, cases).expect("memory takes everything");
    let mut text = String::from_utf8(writer.into_inner()).expect("text was written");
    text.push('\n');
    text
}

fn verdict(summary: &Summary) -> Case {
    let reasons = &summary.verdict.reasons;
    let wrong = |element, kind: &str| Wrong {
        element,
        kind: kind.to_owned(),
        message: reasons.first().cloned().unwrap_or_else(|| kind.to_owned()),
        text: reasons.join("\n"),
    };
    Case {
        class: summary.run.name.clone(),
        name: "verdict".to_owned(),
        seconds: summary.run.elapsed_s,
        wrong: match summary.verdict.status {
            VerdictStatus::Passed => None,
            VerdictStatus::Failed => Some(wrong("failure", "failed")),
            VerdictStatus::Invalid => Some(wrong("error", "invalid")),
        },
        output: summary
            .apart()
            .map(|phase| {
                format!(
                    "{}: {}; not in the numbers here",
                    phase.phase.as_str(),
                    in_words(phase)
                )
            })
            .chain(summary.warnings.iter().cloned())
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

fn threshold(summary: &Summary, rule: &Rule) -> Case {
    let wrong = rule.failed().then(|| Wrong {
        element: "failure",
        kind: "threshold".to_owned(),
        message: rule.wrong(),
        text: rule.source.clone().unwrap_or_default(),
    });
    let (judged_by, limit) = (rule.judged_by(), rule.limit());
    Case {
        class: format!("{}.thresholds", summary.run.name),
        name: rule.text.clone(),
        seconds: 0.0,
        wrong,
        output: format!("{}: {judged_by}, limit {limit}", rule.status),
    }
}

fn action(summary: &Summary, series: &SeriesSummary) -> Case {
    let times = &series.response_time_ms;
    let failed = series.failed > 0 && summary.verdict.status != VerdictStatus::Passed;
    let wrong = failed.then(|| Wrong {
        element: "failure",
        kind: series
            .errors
            .first()
            .map_or_else(|| "failed".to_owned(), |error| error.class.clone()),
        message: format!(
            "{} of {} operations failed",
            count(series.failed),
            count(series.started)
        ),
        text: errors(series),
    });
    Case {
        class: format!("{}.{}.{}", summary.run.name, series.stage, series.scenario),
        name: series.name.clone(),
        seconds: times.mean / 1e3,
        wrong,
        output: format!(
            "{} ok, {} failed, {} interrupted, {}; response time mean {}, p50 {}, p95 {}, p99 {}, max {}",
            count(series.ok),
            count(series.failed),
            count(series.interrupted),
            rate(series.rate_per_s),
            time(times.mean),
            time(times.p50),
            time(times.p95),
            time(times.p99),
            time(times.max)
        ),
    }
}

fn errors(series: &SeriesSummary) -> String {
    let lines = series.errors.iter().map(|error| {
        format!(
            "{} × {}: {}",
            count(error.count),
            error.class,
            error.message
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn write(writer: &mut Writer<Vec<u8>>, summary: &Summary, cases: &[Case]) -> io::Result<()> {
    let with = |element: &str| {
        let wrong = cases.iter().filter_map(|case| case.wrong.as_ref());
        wrong
            .filter(|wrong| wrong.element == element)
            .count()
            .to_string()
    };
    let (tests, failures, errors) = (cases.len().to_string(), with("failure"), with("error"));
    let time = format!("{:.3}", summary.run.elapsed_s);
    let name = attribute(&summary.run.name);
    let counts = [
        ("tests", tests.as_str()),
        ("failures", failures.as_str()),
        ("errors", errors.as_str()),
        ("time", time.as_str()),
    ];
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites = writer.create_element("testsuites");
    let suites = suites.with_attributes(counts);
    suites.write_inner_content(|writer| {
        let suite = writer
            .create_element("testsuite")
            .with_attribute(("name", name.as_str()))
            .with_attributes(counts)
            .with_attribute(("skipped", "0"))
            .with_attribute(("timestamp", moment(&summary.run.started_at)));
        suite.write_inner_content(|writer| {
            properties(writer, summary)?;
            cases.iter().try_for_each(|case| write_case(writer, case))
        })?;
        Ok(())
    })?;
    Ok(())
}

/// Takes off fractions and the zone, which the schema does not know; times of runs are in UTC.
fn moment(started_at: &str) -> &str {
    started_at.get(..19).unwrap_or(started_at)
}

fn properties(writer: &mut Writer<Vec<u8>>, summary: &Summary) -> io::Result<()> {
    let run = &summary.run;
    let mut known = vec![
        ("run".to_owned(), run.id.clone()),
        ("seed".to_owned(), run.seed.to_string()),
        ("squall_version".to_owned(), run.squall_version.clone()),
    ];
    known.extend(
        run.file
            .iter()
            .map(|file| ("file".to_owned(), file.clone())),
    );
    let commit = run.commit.iter();
    known.extend(commit.map(|commit| ("commit".to_owned(), commit.id.clone())));
    let tags = run.tags.iter();
    known.extend(tags.map(|(key, value)| (format!("tag.{key}"), value.clone())));
    let changes = changes(&summary.controls).into_iter().enumerate();
    known.extend(changes.map(|(at, change)| (format!("change.{}", at + 1), change.told())));
    let list = writer.create_element("properties");
    list.write_inner_content(|writer| {
        for (name, value) in &known {
            let property = writer.create_element("property");
            property
                .with_attribute(("name", attribute(name).as_str()))
                .with_attribute(("value", attribute(value).as_str()))
                .write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn write_case(writer: &mut Writer<Vec<u8>>, case: &Case) -> io::Result<()> {
    let element = writer
        .create_element("testcase")
        .with_attribute(("name", attribute(&case.name).as_str()))
        .with_attribute(("classname", attribute(&case.class).as_str()))
        .with_attribute(("time", format!("{:.6}", case.seconds).as_str()));
    if case.wrong.is_none() && case.output.is_empty() {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|writer| {
        if let Some(wrong) = &case.wrong {
            writer
                .create_element(wrong.element)
                .with_attribute(("message", attribute(&wrong.message).as_str()))
                .with_attribute(("type", attribute(&wrong.kind).as_str()))
                .write_text_content(BytesText::new(&lines(&wrong.text)))?;
        }
        if !case.output.is_empty() {
            let output = writer.create_element("system-out");
            output.write_text_content(BytesText::new(&lines(&case.output)))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// A text of one line without what XML cannot hold.
fn attribute(text: &str) -> String {
    clean(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(attribute).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::rules::tests::sample;
    use super::*;

    #[test]
    fn a_threshold_is_a_case_that_fails_when_it_does_not_hold() {
        let stored =
            include_str!("../../../squall-store/tests/runs/20261120-105317-shop-1a2b/summary.json");
        let summary: Summary = serde_json::from_str(stored).unwrap();
        let [held, broken, no_data] = sample().try_into().unwrap();
        let case = |rule: &Rule| threshold(&summary, rule);
        assert!(case(&held).wrong.is_none());
        assert_eq!(case(&held).output, "passed: 13.2 ms, limit 200 ms");
        let wrong = case(&broken).wrong.unwrap();
        assert_eq!(wrong.message, "`failed.rate < 0.1%` does not hold: 1.3 %");
        assert_eq!(wrong.text, "tests/shop.py:12");
        assert!(
            case(&no_data)
                .wrong
                .unwrap()
                .message
                .ends_with("there is no data")
        );
        assert_eq!(case(&held).class, "shop.thresholds");
    }
}
