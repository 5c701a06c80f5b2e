//! A finished run as a document for other tools: [`junit`] for servers that show test results, [`markdown`](fn@markdown) for pull
//! requests and job summaries, [`csv`](fn@csv) for spreadsheets, [`annotations`](fn@annotations) for GitHub Actions.
//!
//! What a test or a target named cannot break out of its place in any of them.

mod annotations;
mod csv;
mod junit;
mod markdown;
mod rules;

pub use annotations::annotations;
pub use csv::csv;
pub use junit::junit;
pub use markdown::markdown;
