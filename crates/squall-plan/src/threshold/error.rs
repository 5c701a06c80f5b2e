//! What is wrong with a rule, and where.

use std::fmt;
use std::ops::Range;

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// What is wrong.
    pub message: String,
    /// How to put it right.
    pub hint: Option<String>,
    /// The rule.
    text: String,
    /// Bytes of the rule that are wrong; empty at its end where something is missing.
    at: Range<usize>,
}

impl RuleError {
    pub(super) fn new(text: &str, at: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            text: text.to_owned(),
            at,
        }
    }

    #[must_use]
    pub(super) fn with_hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// The message, and below it the rule with carets under what is wrong.
impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.trim().is_empty() {
            return f.write_str(&self.message);
        }
        let shown = self.text.replace(char::is_control, " ");
        let before = self.text[..self.at.start].chars().count();
        let wrong = self.text[self.at.clone()].chars().count().max(1);
        let (blank, carets) = (" ".repeat(before), "^".repeat(wrong));
        write!(f, "{}\n    {shown}\n    {blank}{carets}", self.message)
    }
}

impl std::error::Error for RuleError {}
