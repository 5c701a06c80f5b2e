//! From what was typed to a plan.

mod directions;
mod file;
mod notes;
mod options;
mod overrides;
mod place;
mod python;
mod settings;
mod single;
mod spec;
mod tags;
mod thresholds;
mod wanted;

pub(crate) use directions::{Directions, Form};
pub(crate) use file::{LoadedTest, Origin, Wishes, explain, load};
pub(crate) use options::{LoadOptions, parse};
pub(crate) use overrides::Overrides;
pub(crate) use python::load_scripts;
pub(crate) use settings::{absolute, complete_url, http_settings};
pub(crate) use single::{one_iteration, one_user};
pub(crate) use tags::tags;
pub(crate) use thresholds::Typed;
pub(crate) use wanted::{adjust, offer};
