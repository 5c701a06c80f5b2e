//! From what was typed to a plan.

mod directions;
mod file;
mod notes;
mod options;
mod overrides;
mod place;
mod python;
mod settings;

pub(crate) use directions::{Directions, Form};
pub(crate) use file::{LoadedTest, explain, load};
pub(crate) use options::{LoadOptions, parse};
pub(crate) use overrides::Overrides;
pub(crate) use settings::{absolute, http_settings};
