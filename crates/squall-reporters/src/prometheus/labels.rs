//! Labels, with names as Prometheus allows them.

use std::sync::Arc;

use squall_report::{RunRecord, Tags};

/// Names that tags cannot have: ours, and those that Prometheus sets.
const TAKEN: &[&str] = &[
    "action",
    "check",
    "class",
    "group",
    "instance",
    "job",
    "kind",
    "le",
    "metric",
    "name",
    "outcome",
    "quantile",
    "rule",
    "run",
    "scenario",
    "seed",
    "stage",
    "statistic",
    "status",
    "type",
    "unit",
    "verdict",
    "version",
];

/// Names and values in the order of the names; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Labels(Arc<Vec<(String, String)>>);

impl Labels {
    /// Joins our own labels with the tags of a series and those of its run. An empty value is as none to Prometheus, so it is left out.
    pub(super) fn new(own: &[(&str, &str)], tags: &Tags, run: &RunRecord) -> Self {
        let mut labels = vec![("run".to_owned(), run.id.clone())];
        let own = own.iter().filter(|(_, value)| !value.is_empty());
        labels.extend(own.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        // The series' own tag counts, where the run has one of the same name.
        let of_run = run
            .tags
            .iter()
            .filter(|(name, _)| !tags.contains_key(*name));
        for (name, value) in tags.iter().chain(of_run) {
            if !value.is_empty() {
                let name = free_name(&labels, name);
                labels.push((name, value.clone()));
            }
        }
        labels.sort();
        Self(Arc::new(labels))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let labels = self.0.iter();
        labels.map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Makes a name of a tag's that no other label has.
fn free_name(labels: &[(String, String)], tag: &str) -> String {
    let name = sanitized(tag);
    let is_free = |name: &str| labels.iter().all(|(taken, _)| taken != name);
    if is_free(&name) {
        return name;
    }
    let mut number = 2;
    loop {
        let numbered = format!("{name}_{number}");
        if is_free(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

/// Makes a name of letters, digits and underscores that does not begin with a digit or with `__`, and that we have no use for.
pub(super) fn sanitized(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' => letter,
        _ => '_',
    });
    let name: String = letters.collect();
    let odd =
        name.is_empty() || name.starts_with("__") || name.starts_with(|c: char| c.is_ascii_digit());
    if odd || TAKEN.contains(&name.as_str()) {
        return format!("tag_{name}");
    }
    name
}
