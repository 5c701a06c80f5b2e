//! Runs that are stored: an index of them, and finding, reading, and removing them.
//!
//! Reading order: [`entry`] (what the index says of a run), [`directory`] (from a run's directory to that, and to its summary),
//! [`intervals`] (its seconds), `index` (the table in `SQLite`), [`find`] (what people type), [`prune`](mod@prune) (removing old runs),
//! [`lock`] (which runs are under way), [`repository`] (the commit of a test).
//!
//! The directories are what counts; the index is made of them, and whoever reads it brings it up to date first. A run writes
//! nothing to the index, so runs never wait for it or for each other.

pub mod directory;
pub mod entry;
mod error;
pub mod find;
mod index;
pub mod intervals;
pub mod lock;
pub mod prune;
pub mod repository;
mod rows;

pub use directory::{read_json, read_plan, read_summary};
pub use entry::{RunEntry, RunState};
pub use error::StoreError;
pub use find::find;
pub use index::list;
pub use prune::prune;
