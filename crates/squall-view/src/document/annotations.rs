//! Lines that GitHub Actions shows at the test: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use squall_metrics::summary::{Summary, VerdictStatus};

use super::rules::{Rule, rules};
use crate::text::clean;

/// Returns an `::error` for each threshold that does not hold and each reason of a run that did not pass, and a `::warning` for each
/// warning; each on a line of its own.
///
/// They point at the line of the threshold, or the file of the test, where the run has one.
pub fn annotations(summary: &Summary) -> String {
    annotated(summary, &rules(summary))
}

fn annotated(summary: &Summary, rules: &[Rule]) -> String {
    let file = summary.run.file.as_deref().map(|file| (file, None));
    let name = &summary.run.name;
    let mut lines = String::new();
    let failed: Vec<&Rule> = rules.iter().filter(|rule| rule.failed()).collect();
    for rule in &failed {
        let place = rule.place().map(|(file, line)| (file, Some(line)));
        let title = format!("{name}: {}", rule.text);
        lines += &line("error", place.or(file), &title, &rule.wrong());
    }
    let title = match summary.verdict.status {
        VerdictStatus::Passed => None,
        VerdictStatus::Failed => Some("failed"),
        VerdictStatus::Invalid => Some("invalid"),
    };
    let told = |reason: &&String| failed.iter().any(|rule| reason.contains(&rule.text));
    let reasons = summary
        .verdict
        .reasons
        .iter()
        .filter(|reason| !told(reason));
    for (reason, title) in reasons.filter_map(|reason| Some((reason, title?))) {
        lines += &line("error", file, &format!("{name} {title}"), reason);
    }
    for warning in &summary.warnings {
        lines += &line("warning", file, name, warning);
    }
    lines
}

fn line(level: &str, place: Option<(&str, Option<u32>)>, title: &str, message: &str) -> String {
    let place = place.map(|(file, line)| {
        let line = line.map(|line| format!("line={line},"));
        format!("file={},{}", property(file), line.unwrap_or_default())
    });
    let place = place.unwrap_or_default();
    format!(
        "::{level} {place}title={}::{}\n",
        property(title),
        data(message)
    )
}

/// What would end a message or begin a command is written as in URLs.
fn data(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| clean(line.trim_end_matches('\r')).replace('%', "%25"))
        .collect();
    lines.join("%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize as _;
    use serde_json::json;
    use squall_metrics::summary::{GeneratorSummary, SCHEMA_VERSION, Totals};

    use super::super::rules::tests::sample;
    use super::*;

    #[test]
    fn thresholds_are_told_where_they_were_written_and_once() {
        let summary = json!({
            "schema_version": SCHEMA_VERSION,
            "run": {"id": "", "name": "shop", "started_at": "", "elapsed_s": 1.0, "seed": 1, "squall_version": "", "file": "shop.py"},
            "verdict": {"status": "failed", "reasons": ["`failed.rate < 0.1%` does not hold", "other"]},
            "totals": Totals::default(),
            "stages": [], "series": [], "transactions": [], "warnings": [], "reporters": [],
            "generator": GeneratorSummary::default(),
        });
        let summary = Summary::deserialize(summary).unwrap();
        assert_eq!(
            annotated(&summary, &sample()),
            "::error file=tests/shop.py,line=12,title=shop%3A failed.rate < 0.1%25::`failed.rate < 0.1%25` does not hold: 1.3 %25\n\
             ::error file=shop.py,title=shop%3A rate > 10/s::`rate > 10/s` does not hold: there is no data\n\
             ::error file=shop.py,title=shop failed::other\n"
        );
    }
}
