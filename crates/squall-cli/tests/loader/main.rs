//! What a loader of tests is told, and what is made of its answer.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod fake;
mod forms;
mod running;
