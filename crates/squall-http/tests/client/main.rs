//! The client against real servers: what it sends, what it makes of answers, and how it counts what goes wrong.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "documents are written where they are passed"
)]

mod answers;
mod bodies;
mod checks;
mod connections;
mod cookies;
mod direct;
mod hostile;
mod lab;
mod redirects;
mod requests;
mod reuse;
mod timeouts;
mod tls;
