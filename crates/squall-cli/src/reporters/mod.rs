//! Reporters beside those of the test: `--out NAME=TARGET`, and `[reporters.NAME]` of `squall.toml`.
//!
//! Both become a Submit stage after all others, which streams: what is typed goes the same way as what a test says.

mod example;
mod kept;
mod outs;
mod stage;

pub(crate) use example::{class, example, python, yaml};
pub(crate) use kept::{TABLE, check};
pub(crate) use outs::{Wanted, hint, is_reporter, settings_of, wanted};
pub(crate) use stage::{add, complete};
