//! Data pools: reading their rows before the run, handing them out while it goes.

mod read;
mod rows;

pub use read::{DataError, read_pool};
pub(crate) use rows::{RowPicker, Rows};
