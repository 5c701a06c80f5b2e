//! The load that options ask for.

mod read;
#[cfg(test)]
mod tests;

pub(in crate::load) use read::wrong;
pub(crate) use read::{LoadOptions, parse};
