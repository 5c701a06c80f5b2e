//! What became of a test: its stages, and what of it is compiled and what runs in Python, the way a database explains a query.

mod actions;
mod stages;

pub use actions::{Mode, Row, render};
pub use stages::{StageRow, render_stages};
