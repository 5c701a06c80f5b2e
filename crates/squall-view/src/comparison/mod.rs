//! Runs beside each other: as text for a terminal, and as Markdown for a pull request.
//!
//! Reading order: `cells` (the words and numbers of a row), `text`, `markdown`, `gate` (what a run may not exceed).

mod cells;
mod gate;
mod markdown;
mod text;

pub use gate::render as render_gate;
pub use markdown::render as markdown;
pub use text::render;
