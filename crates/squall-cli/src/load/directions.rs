//! What only the loader of a test is told.

use serde::Serialize;
use squall_plan::{PlanError, PlanErrors};

use crate::args::ConfigArgs;

/// Members of the overrides that are for a [`crate::TestLoader`] alone.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Directions {
    /// What kind of test it is, where the command says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) form: Option<Form>,
    /// `MODULE:NAME` as it was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spec: Option<String>,
    /// The data pool of a journey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) datapool: Option<String>,
    /// How many of a journey run at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) volume: Option<u32>,
    /// A journey runs exactly once.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) once: bool,
    /// One user, in this process, so that breakpoints work.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) debugging: bool,
    /// `MODULE:CALLABLE` that returns the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) config: Option<String>,
    /// `KEY:VALUE` each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) add_to_config: Vec<String>,
}

/// A kind of test that a command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Form {
    /// One journey.
    Journey,
    /// A function that returns a list of journeys.
    Scenario,
}

impl Form {
    /// Returns what is named by the `NAME` of a `MODULE:NAME`.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Journey => "journey",
            Self::Scenario => "scenario",
        }
    }
}

impl Directions {
    /// Takes over where the configuration comes from.
    pub(crate) fn with_config(mut self, args: &ConfigArgs) -> Result<Self, PlanErrors> {
        let wrong = |option: &str, text: &str, shape: &str| {
            PlanError::new(option, format!("`{text}` is not `{shape}`"))
        };
        let config = args.config.iter().filter(|text| !is_pair(text));
        let mut errors: Vec<PlanError> = config
            .map(|text| wrong("--config", text, "MODULE:CALLABLE"))
            .collect();
        let added = args.add_to_config.iter().filter(|text| !is_pair(text));
        errors.extend(added.map(|text| wrong("--add-to-config", text, "KEY:VALUE")));
        self.config.clone_from(&args.config);
        self.add_to_config.clone_from(&args.add_to_config);
        if errors.is_empty() {
            Ok(self)
        } else {
            Err(PlanErrors(errors))
        }
    }
}

/// Tells whether a text has something before a colon.
fn is_pair(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(before, _)| !before.is_empty())
}
