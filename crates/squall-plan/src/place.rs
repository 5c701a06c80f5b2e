//! Where in a plan something is, and what was found wrong there.

use crate::error::{PlanError, PlanErrors};
use crate::model::Source;

/// A place in the plan: its path, and the nearest enclosing source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place<'a> {
    path: String,
    source: Option<&'a Source>,
}

impl<'a> Place<'a> {
    /// The plan as a whole.
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// A field or an entry of this place.
    pub(crate) fn key(&self, key: &str) -> Self {
        let mut path = self.path.clone();
        push_key(&mut path, key);
        Self {
            path,
            source: self.source,
        }
    }

    /// An item of this place.
    pub(crate) fn index(&self, index: usize) -> Self {
        let mut path = self.path.clone();
        push_index(&mut path, index);
        Self {
            path,
            source: self.source,
        }
    }

    /// The same place, with its own source where it has one.
    pub(crate) fn written_at(mut self, source: Option<&'a Source>) -> Self {
        self.source = source.or(self.source);
        self
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn source(&self) -> Option<&'a Source> {
        self.source
    }

    pub(crate) fn error(&self, message: impl Into<String>) -> PlanError {
        PlanError::new(self.path.clone(), message).with_source(self.source.cloned())
    }
}

/// Adds a key to a path: `.name`, or `["odd name"]`.
pub(crate) fn push_key(path: &mut String, key: &str) {
    let plain = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if plain {
        let separator = if path.is_empty() { "" } else { "." };
        path.push_str(separator);
        path.push_str(key);
    } else {
        path.push('[');
        path.push_str(&serde_json::Value::from(key).to_string());
        path.push(']');
    }
}

/// Adds an index to a path: `[2]`.
pub(crate) fn push_index(path: &mut String, index: usize) {
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}

/// What was found wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<PlanError>);

impl Findings {
    pub(crate) fn add(&mut self, place: &Place<'_>, message: impl Into<String>) {
        self.0.push(place.error(message));
    }

    pub(crate) fn add_with_hint(
        &mut self,
        place: &Place<'_>,
        message: impl Into<String>,
        hint: impl Into<HintText>,
    ) {
        self.0.push(place.error(message).with_hint(hint.into().0));
    }

    pub(crate) fn extend(&mut self, errors: Vec<PlanError>) {
        self.0.extend(errors);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Nothing where nothing was found, else everything.
    pub(crate) fn into_result(self) -> Result<(), PlanErrors> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(PlanErrors(self.0))
        }
    }
}

/// A hint in whichever form it is at hand.
pub(crate) struct HintText(Option<String>);

impl From<&str> for HintText {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl From<String> for HintText {
    fn from(text: String) -> Self {
        Self(Some(text))
    }
}

impl From<Option<String>> for HintText {
    fn from(text: Option<String>) -> Self {
        Self(text)
    }
}
