use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::DataUse;
use crate::model::DataPool;
use crate::place::{Findings, Place};
use crate::units::Span;

/// What the checks of one plan share.
pub(super) struct Checker<'a> {
    pub(super) findings: Findings,
    /// The plan's pools.
    pub(super) pools: &'a IndexMap<String, DataPool>,
    /// Every use of a pool so far.
    pub(super) data_uses: Vec<DataUse>,
    /// The scenario whose flow is being checked.
    pub(super) scenario: Option<Current<'a>>,
}

/// The scenario whose flow is being checked.
pub(super) struct Current<'a> {
    pub(super) stage: &'a str,
    pub(super) scenario: &'a str,
    /// Whether the stage has a base URL.
    pub(super) base: Base,
    /// Names that a step before the current one may have extracted.
    pub(super) extracted: BTreeSet<&'a str>,
    /// Names that any step of the flow extracts.
    pub(super) anywhere: BTreeSet<&'a str>,
    /// Whether the flow is one script.
    pub(super) length: Length,
}

/// How long a flow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// One script and nothing else.
    OneScript,
    /// Anything else.
    Other,
}

/// Whether relative URLs have something to be resolved against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// They have.
    Given,
    /// They have not.
    Missing,
}

impl<'a> Checker<'a> {
    pub(super) fn new(pools: &'a IndexMap<String, DataPool>) -> Self {
        Self {
            findings: Findings::default(),
            pools,
            data_uses: Vec::new(),
            scenario: None,
        }
    }

    /// A name that people are shown.
    pub(super) fn not_empty(&mut self, name: &str, place: &Place<'_>) {
        if name.trim().is_empty() {
            self.findings.add(place, "the name is empty");
        }
    }

    /// A duration that must not be zero.
    pub(super) fn above_zero(&mut self, span: Option<Span>, place: &Place<'_>) {
        if span.is_some_and(Span::is_zero) {
            self.findings
                .add(place, "the duration must be longer than 0");
        }
    }
}
