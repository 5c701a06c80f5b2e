//! Stored runs in every format. `tests/golden/README.md` says what they are, and how they are made.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod comparison;
mod flat;
mod formats;
mod stored;
