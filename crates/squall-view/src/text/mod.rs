//! Text for a terminal: made harmless, measured in columns, shortened, wrapped, and put together into styled lines.

mod clean;
mod fields;
mod line;
mod measure;
mod wrap;

pub(crate) use clean::clean;
pub(crate) use fields::{bad_above_zero, field, flow, warn_above_zero};
pub(crate) use line::{Line, Role};
pub(crate) use measure::{shorten_end, shorten_middle, shorten_start, width};
pub(crate) use wrap::wrap;
