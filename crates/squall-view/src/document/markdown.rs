//! Markdown as GitHub reads it.

use std::fmt::Write as _;

use squall_metrics::summary::{CheckSummary, SeriesSummary, Summary, VerdictStatus};

use super::rules::{Rule, rules};
use crate::changes::changes;
use crate::number::{count, duration, percent, rate, time};
use crate::summary::in_words;
use crate::text::clean;

/// Errors that are shown.
const ERRORS: usize = 20;

/// Returns a run as a section: verdict, reasons, thresholds, actions, errors, changes, warnings.
pub fn markdown(summary: &Summary) -> String {
    let mut text = head(summary);
    text += &apart(summary);
    text += &thresholds(&rules(summary));
    text += &actions(&summary.series);
    text += &checks(&summary.checks);
    text += &errors(&summary.series);
    text += &changed(summary);
    if !summary.warnings.is_empty() {
        text += "\n**Warnings**\n\n";
        for warning in &summary.warnings {
            push(&mut text, format_args!("- {}\n", plain(warning)));
        }
    }
    text
}

/// What somebody changed while the run went.
fn changed(summary: &Summary) -> String {
    let changes = changes(&summary.controls);
    if changes.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n**Changes**\n\n");
    for change in &changes {
        push(&mut text, format_args!("- {}\n", plain(&change.told())));
    }
    text
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("a string takes everything");
}

fn head(summary: &Summary) -> String {
    let (run, totals) = (&summary.run, &summary.totals);
    let verdict = match summary.verdict.status {
        VerdictStatus::Passed => "✅ passed",
        VerdictStatus::Failed => "❌ failed",
        VerdictStatus::Invalid => "⚠️ invalid",
    };
    let mut text = format!("### {verdict}: {}\n\n", code(&run.name));
    for reason in &summary.verdict.reasons {
        push(&mut text, format_args!("- {}\n", plain(reason)));
    }
    if !summary.verdict.reasons.is_empty() {
        text.push('\n');
    }
    let mut facts = vec![
        code(&run.id),
        duration(run.elapsed_s),
        format!("{} operations", count(totals.started)),
        format!("{} failed", count(totals.failed)),
    ];
    if totals.dropped_iterations > 0 {
        let dropped = count(totals.dropped_iterations);
        facts.push(format!("{dropped} iterations dropped"));
    }
    facts.extend(run.file.iter().map(|file| code(file)));
    if let Some(commit) = &run.commit {
        let short: String = commit.id.chars().take(8).collect();
        let dirty = if commit.dirty { ", with changes" } else { "" };
        facts.push(format!("commit {}{dirty}", code(&short)));
    }
    let tags = run.tags.iter();
    facts.extend(tags.map(|(key, value)| code(&format!("{key}={value}"))));
    text + &facts.join(" · ") + "\n"
}

/// Warm-up and cool-down, which are in no other numbers.
fn apart(summary: &Summary) -> String {
    let lines = summary.apart().map(|phase| {
        let told = plain(&in_words(phase));
        format!(
            "- {}: {told}; not in the numbers here\n",
            phase.phase.as_str()
        )
    });
    let lines: String = lines.collect();
    if lines.is_empty() {
        lines
    } else {
        format!("\n{lines}")
    }
}

fn thresholds(rules: &[Rule]) -> String {
    if rules.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n| | threshold | value | limit |\n|---|---|--:|--:|\n");
    for rule in rules {
        let sign = match rule.status.as_str() {
            "passed" => "✅ held",
            "warned" => "⚠️ warned",
            _ => "❌ failed",
        };
        let (value, limit) = (rule.judged_by(), rule.limit());
        push(
            &mut text,
            format_args!("| {sign} | {} | {value} | {limit} |\n", cell(&rule.text)),
        );
    }
    text
}

fn actions(series: &[SeriesSummary]) -> String {
    if series.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n| stage | action | count | failed | rate | mean | p50 | p95 | p99 | max |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for series in series {
        let times = &series.response_time_ms;
        let numbers = [times.mean, times.p50, times.p95, times.p99, times.max];
        let cells = [
            cell(&series.stage),
            cell(&series.name),
            count(times.count),
            count(series.failed),
            rate(series.rate_per_s),
        ];
        let cells: Vec<String> = cells.into_iter().chain(numbers.map(time)).collect();
        push(&mut text, format_args!("| {} |\n", cells.join(" | ")));
    }
    text
}

fn checks(checks: &[CheckSummary]) -> String {
    if checks.is_empty() {
        return String::new();
    }
    let mut text =
        String::from("\n| check | action | passed | failed | rate |\n|---|---|--:|--:|--:|\n");
    for check in checks {
        let cells = [
            cell(&check.name),
            cell(&check.operation),
            count(check.passed),
            count(check.failed),
            percent(check.passed_percent),
        ];
        push(&mut text, format_args!("| {} |\n", cells.join(" | ")));
    }
    text
}

fn errors(series: &[SeriesSummary]) -> String {
    let of = |series: &SeriesSummary| {
        let name = cell(&series.name);
        let rows = series.errors.iter().map(move |error| {
            let message = cell(&error.message);
            let count_of = count(error.count);
            let row = format!(
                "| {count_of} | {name} | {} | {message} |\n",
                cell(&error.class)
            );
            (error.count, row)
        });
        rows.collect::<Vec<_>>()
    };
    let mut rows: Vec<(u64, String)> = series.iter().flat_map(of).collect();
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut text = String::from("\n| errors | action | class | message |\n|--:|---|---|---|\n");
    text.extend(rows.iter().take(ERRORS).map(|(_, row)| row.as_str()));
    if rows.len() > ERRORS {
        let more = rows.len() - ERRORS;
        push(
            &mut text,
            format_args!("\n{more} more kinds of errors are in `summary.json`.\n"),
        );
    }
    text
}

/// A code span in a table, where a bar would end the cell.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A code span: nothing in it means anything.
fn code(text: &str) -> String {
    let text = clean(text);
    if text.trim().is_empty() {
        return "–".to_owned();
    }
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Text in which nothing means anything.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 8);
    for character in clean(text).chars() {
        match character {
            '<' => plain += "&lt;",
            '&' => plain += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                plain.push('\\');
                plain.push(character);
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::super::rules::tests::sample;
    use super::*;

    #[test]
    fn thresholds_are_a_table() {
        assert_eq!(thresholds(&[]), "");
        assert_eq!(
            thresholds(&sample()),
            "\n| | threshold | value | limit |\n|---|---|--:|--:|\n\
             | ✅ held | `p99(response_time) < 200ms` | 13.2 ms | 200 ms |\n\
             | ❌ failed | `failed.rate < 0.1%` | 1.30 % | 0.100 % |\n\
             | ❌ failed | `rate > 10/s` | – | 10/s |\n"
        );
    }
}
