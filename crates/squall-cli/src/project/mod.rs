//! `squall.toml` as the list of a project's tests: names that stand for files.
//!
//! `tables` (what can be registered), `read` (the names that there are), `edit` (changes that leave comments and order as they are).

mod edit;
mod read;
mod tables;

pub use edit::edit;
pub use read::read;
pub(crate) use read::{Registered, registered};
pub(crate) use tables::is_register;
