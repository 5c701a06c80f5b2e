//! Scripts as steps of a flow: what a virtual user does for an interpreter.
//!
//! Reading order: [`pass`] (one run of a script), [`conversation`] (the commands of one pass), [`lane`] (one request at a time of those
//! that a script has under way), [`timed`] (what the interpreter timed itself).

mod conversation;
mod lane;
mod pass;
mod timed;

pub(super) use lane::Lane;
