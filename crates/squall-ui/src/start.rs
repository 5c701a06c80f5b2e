//! Starting a test from a browser.
//!
//! The server takes the wish and asks whoever holds it: tests are loaded and run on their thread, not on this one.

use std::sync::mpsc;

use serde::Serialize;
use squall_plan::{PlanError, Span};
use tokio::sync::oneshot;

use crate::fields::Fields;

/// A test that can be started, for the page's form.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TestOffer {
    /// File of the test, as it was typed.
    pub file: String,
    /// Its stages, in the order of the plan.
    pub stages: Vec<StageOffer>,
    /// Its load, as the file and the options say.
    pub load: LoadOffer,
    /// Where its requests go, where one place is said for all of them.
    pub host: Option<String>,
}

/// A stage of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StageOffer {
    /// Name.
    pub name: String,
    /// Kind, as in `summary.json`.
    pub kind: String,
    /// It is left out unless something else is asked for.
    pub skip: bool,
}

/// The load of a test, as far as it is one number each.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LoadOffer {
    /// Virtual users of all scenarios with a fixed number of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<u32>,
    /// Iterations a second of all scenarios with a fixed rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// How long, as in a plan, where all say the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
}

/// What somebody wants of the run; what is not said is as the test has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StartOptions {
    /// Virtual users.
    pub users: Option<u32>,
    /// Iterations a second.
    pub rate: Option<f64>,
    /// How long, as in a plan.
    pub duration: Option<String>,
    /// Where the requests go.
    pub host: Option<String>,
    /// Stages to leave out, instead of those that the command line names.
    pub skip: Option<Vec<String>>,
}

/// A wish to start the test; it is answered once it is clear whether load will be sent.
#[derive(Debug)]
pub struct StartRequest {
    /// What is wanted.
    pub options: StartOptions,
    pub(crate) answer: oneshot::Sender<Result<(), Vec<Problem>>>,
}

impl StartRequest {
    /// Says that the run starts.
    pub fn accept(self) {
        // Whoever asked may be gone.
        self.answer.send(Ok(())).ok();
    }

    /// Says everything that is wrong.
    pub fn refuse(self, problems: Vec<Problem>) {
        // As above.
        self.answer.send(Err(problems)).ok();
    }
}

/// Where wishes come out.
pub type Starts = mpsc::Receiver<StartRequest>;

/// One thing that is wrong with what somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where: a field of the body, or a place in the test.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What can be done.
    pub hint: Option<String>,
}

impl Problem {
    /// Something that is wrong at a place.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
            hint: None,
        }
    }

    /// The same with what can be done.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<PlanError> for Problem {
    fn from(error: PlanError) -> Self {
        let path = match error.source {
            Some(source) => format!("{}:{}", source.file, source.line),
            // Options of the command line have the names of the fields.
            None => error.path.trim_start_matches("--").to_owned(),
        };
        Self {
            path,
            message: error.message,
            hint: error.hint,
        }
    }
}

/// Reads what is wanted; an empty body wants the test as it is.
pub(crate) fn options(body: &[u8]) -> Result<StartOptions, Vec<Problem>> {
    if body.trim_ascii().is_empty() {
        return Ok(StartOptions::default());
    }
    let mut fields = Fields::read(body)?;
    let mut options = StartOptions {
        users: fields.whole("users"),
        rate: fields.number("rate"),
        duration: fields.text("duration"),
        host: fields.text("host"),
        skip: fields.texts("skip"),
    };
    if options.users == Some(0) {
        fields.wrong(Problem::new("users", "`0` users send no load").with_hint("give 1 or more"));
    }
    if options.rate.is_some_and(|rate| rate <= 0.0) {
        let problem = Problem::new("rate", "a rate that is not above 0 sends no load");
        fields.wrong(problem.with_hint("give iterations a second, like 50 or 0.5"));
    }
    // An empty field of a form says nothing.
    options.duration = options.duration.filter(|text| !text.trim().is_empty());
    options.host = options.host.filter(|text| !text.trim().is_empty());
    let wrong = options
        .duration
        .as_ref()
        .and_then(|text| text.parse::<Span>().err());
    if let Some(wrong) = wrong {
        fields.wrong(Problem::new("duration", wrong.to_string()));
    }
    fields.end(&["users", "rate", "duration", "host", "skip"])?;
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_the_test_has_it() {
        assert_eq!(options(b" ").unwrap(), StartOptions::default());
        let read = options(br#"{"users": 5, "duration": "10s", "host": "", "skip": ["Check"]}"#);
        let expected = StartOptions {
            users: Some(5),
            duration: Some("10s".to_owned()),
            skip: Some(vec!["Check".to_owned()]),
            ..StartOptions::default()
        };
        assert_eq!(read.unwrap(), expected);
        assert_eq!(options(b"{}").unwrap(), StartOptions::default());
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let body = br#"{"users": 0, "rate": -1, "duration": "soon", "hots": "x", "skip": "Check"}"#;
        let problems = options(body).unwrap_err();
        let mut paths: Vec<&str> = problems.iter().map(|one| one.path.as_str()).collect();
        paths.sort_unstable();
        assert_eq!(paths, ["duration", "hots", "rate", "skip", "users"]);
    }
}
