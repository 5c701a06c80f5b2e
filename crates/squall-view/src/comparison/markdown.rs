//! For a pull request.

use std::fmt::Write as _;

use squall_compare::Comparison;
use squall_compare::comparison::{ComparedRun, ComparedSeries, Verdict};

use super::cells;

/// A comparison as Markdown, as GitHub and GitLab show it.
pub fn render(comparison: &Comparison) -> String {
    let mut text = String::new();
    for other in &comparison.others {
        run(&mut text, comparison, other);
    }
    if comparison.tests > 0 {
        let legend = cells::legend(comparison.confidence, comparison.tests);
        line(&mut text, &format!("<sub>{legend}</sub>"));
    }
    text
}

fn run(text: &mut String, comparison: &Comparison, other: &ComparedRun) {
    let sign = match other.verdict {
        Verdict::Faster => "✅ faster",
        Verdict::Slower => "❌ slower",
        Verdict::Mixed => "⚠️ faster and slower",
        Verdict::NoEvidence => "➖ no evidence of a difference",
        Verdict::NotComparable => "⚠️ not comparable",
    };
    line(text, &format!("### {sign}\n"));
    let (this, base) = (escaped(&other.run.id), escaped(&comparison.base.id));
    line(text, &format!("Run **{this}** against **{base}**.\n"));
    line(text, &format!("- {}", escaped(&other.sentence)));
    let obstacles = other.obstacles.iter();
    let obstacles = obstacles.filter(|_| !other.series.is_empty());
    for note in obstacles.chain(&other.notes) {
        line(text, &format!("- {}", escaped(note)));
    }
    for (whose, names) in [
        ("the base", &other.only_in_base),
        ("this run", &other.only_in_other),
    ] {
        if !names.is_empty() {
            line(
                text,
                &format!("- only in {whose}: {}", escaped(&names.join(", "))),
            );
        }
    }
    text.push('\n');
    if other.series.is_empty() {
        return;
    }
    let interval = cells::confidence(comparison.confidence);
    line(
        text,
        &format!(
            "| series | metric | base | this run | change | {interval} interval | p | finding |"
        ),
    );
    line(
        text,
        "| --- | --- | ---: | ---: | ---: | --- | ---: | --- |",
    );
    other.series.iter().for_each(|series| rows(text, series));
    text.push('\n');
}

fn rows(text: &mut String, series: &ComparedSeries) {
    let name = escaped(&series.name);
    if series.differences.is_empty() {
        let sentence = escaped(&series.sentence);
        line(text, &format!("| {name} |  |  |  |  |  |  | {sentence} |"));
    }
    for one in &series.differences {
        let cells = [
            name.clone(),
            one.metric.to_string(),
            cells::value(one.metric, one.base),
            cells::value(one.metric, one.other),
            cells::change(one),
            cells::interval(one),
            cells::probability(one),
            cells::finding(one).1.to_owned(),
        ];
        line(text, &format!("| {} |", cells.join(" | ")));
    }
}

fn line(text: &mut String, line: &str) {
    // Writing to a `String` cannot fail.
    writeln!(text, "{line}").ok();
}

/// Text from outside: no character of it is Markdown or HTML, and it stays on its line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '|' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                escaped.extend(['\\', sign]);
            }
            sign if sign.is_control() => escaped.push(' '),
            sign => escaped.push(sign),
        }
    }
    escaped
}
