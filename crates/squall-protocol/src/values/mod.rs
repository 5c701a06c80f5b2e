//! The values that templates are rendered from: variables, data rows, random numbers, counters.
//!
//! [`Scope`] gives names their numbers when a flow is compiled; [`Bindings`] holds the values of one virtual user while it runs.

mod bindings;
mod scope;
mod slot;
mod table;

pub use bindings::{Bindings, BindingsSettings, IterationIds};
pub use scope::{Counter, Scope};
pub use slot::{Slot, ValueKind};
pub use table::{Cell, Table, TableError};
