//! Whether a run passed, failed, or is invalid because its generator cannot vouch for the numbers.
//!
//! | rule | verdict |
//! |---|---|
//! | a stage failed | failed |
//! | no operation finished, or none succeeded | failed |
//! | no iteration of the scripts succeeded | failed |
//! | an iteration failed in a stage where all must succeed | failed |
//! | an I/O thread was busy for ≥ 95 % of a second in more than a fifth of the seconds (at least 2) | invalid |
//! | the schedule error's 99th percentile is above 10 ms | invalid |
//! | the generator delay's 99th percentile is above 50 ms and above a quarter of the response time's | invalid |
//! | the same of the interpreters' delay, from the last byte of an answer to the line that gets it | invalid |
//! | more than 1 % of the iterations that were due were dropped | invalid |
//! | an interpreter was busy for ≥ 95 % of a second in more than a fifth of the seconds (at least 2) | invalid |
//! | a connection found no file descriptor or no local port on this machine | invalid |
//! | the machine had less than 2 % of its memory left for 2 s or more | invalid |
//! | an agent was lost | invalid |
//! | a reporter lost data | invalid |
//! | a threshold did not hold, or had no data | failed |
//! | the test ended the run, or failed after the load | failed |
//!
//! `facts` is what it is made from, `decide` makes it.

mod decide;
mod facts;
#[cfg(test)]
mod tests;

pub(crate) use decide::verdict;
pub(crate) use facts::{Facts, FailedIterations, InterpreterFacts, ScriptFacts};
