//! From totals to what people and other tools read.

mod facts;
mod intervals;
mod operations;
mod records;
mod results;
mod snapshot;
mod summary;

pub(crate) use facts::facts;
pub(crate) use intervals::interval_records;
pub(crate) use records::final_records;
pub(crate) use results::{first_failure, results};
pub(crate) use snapshot::snapshot;
pub(crate) use summary::summary;

const NS_PER_MS: f64 = 1e6;
const NS_PER_S: f64 = 1e9;
