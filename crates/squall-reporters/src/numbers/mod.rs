//! Records as numbers with names, for backends that know nothing else.
//!
//! - [`names`]: how stages, operations and rules become names, and what is done to characters that names cannot have.
//! - [`visit`](visit::visit): which numbers a batch has.
//!
//! Names are Hedra's, below a prefix: `Browse.home_common_total`, `Browse.home_response_time_quantile_95th`.

pub(crate) mod names;
mod number;
#[cfg(test)]
mod tests;
mod visit;

pub(crate) use number::{Number, Options, Subject, Type};
pub(crate) use visit::visit;
