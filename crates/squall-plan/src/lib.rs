//! The plan: what a run does, as plain data.
//!
//! Every authoring form (a Python graph, `squall http`, a YAML file) becomes a [`Plan`]; what runs is a [`CheckedPlan`].
//! Reading order: [`model`] (the plan as it is written), [`units`] (durations and rates as people write them),
//! [`template`] (strings with `${placeholders}`), [`threshold`] (rules that a run passes or fails by), `load` (reading JSON and YAML, all structural errors at once),
//! [`check`] (meaning: names, references, ranges, cycles; all errors at once), [`schema`] (the JSON schema).
//!
//! This crate does no I/O, knows no runtime and no Python.

pub mod check;
mod error;
mod load;
pub mod model;
pub mod nearest;
mod place;
pub mod schema;
pub mod template;
pub mod threshold;
pub mod units;

pub use check::*;
pub use error::{PlanError, PlanErrors};
pub use load::yaml_lines;
pub use model::*;
pub use template::{
    Expression, ParsedTemplate, Part, Placeholder, Rendering, Template, TemplateError,
    TimestampUnit,
};
pub use units::{Rate, Span, SpanRange, UnitError};
