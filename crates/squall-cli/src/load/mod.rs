//! From what was typed to a plan.

mod file;
mod options;
mod overrides;
mod place;
mod python;
mod settings;

pub(crate) use file::{LoadedTest, explain, load};
pub(crate) use options::{LoadOptions, parse};
pub(crate) use overrides::Overrides;
pub(crate) use settings::{absolute, http_settings};
