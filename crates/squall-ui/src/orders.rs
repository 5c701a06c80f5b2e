//! What somebody asks of the run that goes on.

use squall_plan::nearest;
use squall_run::control::{ControlOrder, Target};

use crate::fields::Fields;
use crate::start::Problem;

const ACTIONS: [&str; 7] = ["users", "rate", "pause", "resume", "stop", "mark", "note"];

/// Reads an order.
pub(crate) fn order(body: &[u8]) -> Result<ControlOrder, Vec<Problem>> {
    let mut fields = Fields::read(body)?;
    let action = fields.text("action");
    let (order, known): (Option<ControlOrder>, &[&str]) = match action.as_deref() {
        Some("users") => (
            users(&mut fields),
            &["action", "users", "stage", "scenario"],
        ),
        Some("rate") => (rate(&mut fields), &["action", "rate", "stage", "scenario"]),
        Some("note") => (note(&mut fields), &["action", "text"]),
        Some("pause") => (Some(ControlOrder::Pause), &["action"]),
        Some("resume") => (Some(ControlOrder::Resume), &["action"]),
        Some("stop") => (Some(ControlOrder::Stop), &["action"]),
        Some("mark") => (Some(ControlOrder::Mark), &["action"]),
        other => {
            let hint = nearest::hint(other.unwrap_or_default(), ACTIONS, "actions");
            match other {
                Some(name) => {
                    let problem = Problem::new("action", format!("there is no action `{name}`"));
                    fields.wrong(Problem { hint, ..problem });
                }
                None => drop(fields.missing::<()>("action", &hint.unwrap_or_default())),
            }
            // Which fields there are depends on it.
            return Err(fields.problems());
        }
    };
    fields.end(known)?;
    order.ok_or_else(Vec::new)
}

fn target(fields: &mut Fields) -> Target {
    Target {
        stage: fields.text("stage"),
        scenario: fields.text("scenario"),
    }
}

fn users(fields: &mut Fields) -> Option<ControlOrder> {
    let target = target(fields);
    let users = fields.whole("users");
    let users = users.or_else(|| fields.missing("users", "say how many, like `\"users\": 20`"))?;
    Some(ControlOrder::Users { target, users })
}

fn rate(fields: &mut Fields) -> Option<ControlOrder> {
    let target = target(fields);
    let rate = fields.number("rate");
    let hint = "say how many iterations a second, like `\"rate\": 50`";
    let rate = rate.or_else(|| fields.missing("rate", hint))?;
    if rate < 0.0 {
        fields.wrong(Problem::new("rate", format!("`{rate}` is negative")));
    }
    Some(ControlOrder::Rate { target, rate })
}

fn note(fields: &mut Fields) -> Option<ControlOrder> {
    let text = fields.text("text");
    let text =
        text.or_else(|| fields.missing("text", "say it, like `\"text\": \"cache cleared\"`"))?;
    Some(ControlOrder::Note { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> Vec<(String, String, Option<String>)> {
        let problems = order(body.as_bytes()).unwrap_err();
        let problems = problems.into_iter();
        problems
            .map(|problem| (problem.path, problem.message, problem.hint))
            .collect()
    }

    #[test]
    fn orders_are_read() {
        let read = |body: &str| order(body.as_bytes()).unwrap();
        assert_eq!(read(r#"{"action": "pause"}"#), ControlOrder::Pause);
        let target = Target {
            stage: Some("load".to_owned()),
            scenario: None,
        };
        assert_eq!(
            read(r#"{"action": "users", "users": 20, "stage": "load", "scenario": null}"#),
            ControlOrder::Users { target, users: 20 }
        );
        assert_eq!(
            read(r#"{"action": "rate", "rate": 0.5}"#),
            ControlOrder::Rate {
                target: Target::default(),
                rate: 0.5
            }
        );
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let wrong = refused(r#"{"action": "users", "users": -1, "scenari": "a", "stage": 5}"#);
        let paths: Vec<&str> = wrong.iter().map(|one| one.0.as_str()).collect();
        assert_eq!(paths, ["stage", "users", "scenari"]);
        let hint = wrong[2].2.as_deref().unwrap();
        assert!(hint.contains("did you mean `scenario`"), "{hint}");
    }

    #[test]
    fn what_is_no_order_says_which_there_are() {
        let wrong = refused(r#"{"action": "user", "users": 5}"#);
        assert!(
            wrong[0]
                .2
                .as_deref()
                .unwrap()
                .contains("did you mean `users`")
        );
        assert!(refused("{}")[0].1.contains("`action` is missing"));
        assert!(refused("[]")[0].1.contains("no JSON object"));
        assert!(
            refused(r#"{"action": "note"}"#)[0]
                .1
                .contains("`text` is missing")
        );
    }
}
