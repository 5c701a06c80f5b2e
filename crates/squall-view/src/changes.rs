//! What somebody changed of a run while it went, in words: for the live view, the summary and documents.

use squall_metrics::summary::ControlSummary;

use crate::number::{count, duration, number};

/// Names that are told of a change of several scenarios.
const NAMED: usize = 3;

/// Changes that were made by one order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// Seconds from the start of the run.
    pub(crate) at_s: f64,
    /// `users 10 → 20`, `paused`, `note: …`.
    pub(crate) what: String,
    /// The scenarios that it was for; empty where it was for all of the run.
    pub(crate) place: String,
    /// Who did it.
    pub(crate) by: String,
}

impl Change {
    /// All of it in one sentence, after the moment.
    pub(crate) fn told(&self) -> String {
        format!("at {}: {}", duration(self.at_s), self.deed())
    }

    /// The same without the moment.
    pub(crate) fn deed(&self) -> String {
        let place = match self.place.as_str() {
            "" => String::new(),
            place => format!(" in {place}"),
        };
        format!("{}{place}, by {}", self.what, self.by)
    }
}

/// Puts the changes of several scenarios by one order together.
pub(crate) fn changes(records: &[ControlSummary]) -> Vec<Change> {
    let same = |one: &ControlSummary, other: &ControlSummary| {
        one.to.is_some()
            && one.at_s.to_bits() == other.at_s.to_bits()
            && (&one.action, &one.by) == (&other.action, &other.by)
    };
    records.chunk_by(same).filter_map(change).collect()
}

fn change(records: &[ControlSummary]) -> Option<Change> {
    let first = records.first()?;
    let sum = |of: fn(&ControlSummary) -> Option<f64>| records.iter().filter_map(of).sum::<f64>();
    let (from, to) = (sum(|one| one.from), sum(|one| one.to));
    let what = match first.action.as_str() {
        "users" => format!("users {} → {}", number(from), number(to)),
        "rate" => format!("rate {}/s → {}/s", number(from), number(to)),
        "pause" => "paused".to_owned(),
        "resume" => "resumed".to_owned(),
        "stop" => "stopped".to_owned(),
        "note" => format!("note: {}", first.text.as_deref().unwrap_or_default()),
        other => other.to_owned(),
    };
    Some(Change {
        at_s: first.at_s,
        what,
        place: place(records),
        by: first.by.clone(),
    })
}

fn place(records: &[ControlSummary]) -> String {
    let names: Vec<String> = records.iter().filter_map(name).collect();
    if names.len() > NAMED {
        format!("{} scenarios", count(names.len() as u64))
    } else {
        names.join(", ")
    }
}

fn name(record: &ControlSummary) -> Option<String> {
    match (&record.stage, &record.scenario) {
        (Some(stage), Some(scenario)) if stage != scenario => Some(format!("{stage} · {scenario}")),
        (Some(name), _) | (None, Some(name)) => Some(name.clone()),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(at_s: f64, scenario: &str, from: f64, to: f64) -> ControlSummary {
        ControlSummary {
            at_s,
            action: "users".to_owned(),
            by: "keyboard".to_owned(),
            stage: Some("Shop".to_owned()),
            scenario: Some(scenario.to_owned()),
            from: Some(from),
            to: Some(to),
            text: None,
        }
    }

    #[test]
    fn scenarios_that_were_changed_by_one_order_are_one_change() {
        let records = [
            users(3.0, "browse", 10.0, 20.0),
            users(3.0, "buy", 5.0, 10.0),
            users(4.0, "buy", 10.0, 12.0),
        ];
        let told: Vec<String> = changes(&records)
            .into_iter()
            .map(|change| format!("{} in {}", change.what, change.place))
            .collect();
        assert_eq!(
            told,
            [
                "users 15 → 30 in Shop · browse, Shop · buy",
                "users 10 → 12 in Shop · buy"
            ]
        );
    }

    #[test]
    fn what_is_for_all_of_the_run_names_no_scenario() {
        let note = ControlSummary {
            at_s: 1.0,
            action: "note".to_owned(),
            by: "api".to_owned(),
            text: Some("deployed".to_owned()),
            ..ControlSummary::default()
        };
        let told = &changes(&[note.clone(), note])[..];
        assert_eq!(told.len(), 2, "two notes are never one");
        assert_eq!(told[0].what, "note: deployed");
        assert_eq!(told[0].place, "");
    }
}
