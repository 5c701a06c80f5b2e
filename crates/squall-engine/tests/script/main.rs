//! Scripts through the engine, with a host whose interpreter is a thread that plays them.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "documents are written where they are passed"
)]

mod ends;
mod judged;
mod lab;
mod measured;
mod player;
mod requests;
