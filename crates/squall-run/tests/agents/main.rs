//! Runs whose load comes from several processes: real child processes, which are this test binary again.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod controls;
mod counts;
mod errors;
mod losses;
mod rig;
mod scripts;
mod splits;
