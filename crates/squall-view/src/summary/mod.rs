//! The summary of a finished run as text.
//!
//! In this order: the verdict and its reasons, thresholds, the run, its totals, rate and times over the run, changes, the stages, one table of times per stage with its statuses,
//! numbers of the test itself, errors, the generator, reporters, warnings, where the run and its report are. Parts that have nothing to say are left
//! out, and those that nobody wants (`parts`).
//!
//! Reading order: `head` (verdict to stages) with `timeline`, `changes`, `thresholds`, `apart` (warm-up and cool-down), `times` (the
//! tables), `phases`, `checks`, `metrics` (numbers of the test), `outcomes` (statuses and errors), `health` (the rest).

mod apart;
mod changes;
mod checks;
mod head;
mod health;
mod metrics;
mod outcomes;
mod page;
mod parts;
mod phases;
mod thresholds;
mod timeline;
mod times;

pub(crate) use apart::in_words;
pub use page::{DEFAULT_COLUMNS, Settings, render};
pub(crate) use page::{hanging, labelled, under_headings};
pub use parts::{Part, Parts};
pub use timeline::Timeline;
