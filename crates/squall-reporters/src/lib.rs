//! The reporters that come with Squall: one folder each, and one table of them.
//!
//! - [`table`]: [`REGISTRATIONS`] and [`build`], which makes a reporter of a name and its settings.
//! - [`registration`]: what an entry of the table says about its reporter.
//! - [`settings`]: reads settings as users wrote them, and names everything that is wrong with them at once.
//! - `files`: files that reporters append to or replace, so that a killed process leaves whole records.
//! - `json`, `csv`: the reporters. How to add one is in this crate's `README.md`.
//!
//! Deliberately absent: queues, batches, retries and threads (`squall-report` has them) and the engine.

mod csv;
mod files;
mod json;
pub mod registration;
pub mod settings;
pub mod table;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod sample;

pub use registration::{BuildContext, Registration, SettingInfo, SettingKind};
pub use settings::{SettingError, SettingsErrors};
pub use table::{BuildError, REGISTRATIONS, build};
