//! Scripts as steps of a flow: what a virtual user does for an interpreter.
//!
//! Reading order: [`pass`] (one run of a script), [`conversation`] (the commands of one pass), [`lane`] (one request at a time of those
//! that a script has under way), [`lanes`] (all of them but the first), [`bell`] (which of them can go on), [`timed`] (what the interpreter timed itself).

mod bell;
mod conversation;
mod held;
mod lane;
mod lanes;
mod pass;
mod timed;

pub(super) use lanes::Lanes;
