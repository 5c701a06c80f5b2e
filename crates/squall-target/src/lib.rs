//! The bundled service to practise and to test on.
//!
//! [`Target::start`] serves a fixed set of routes over HTTP/1.1 from threads of its own, so that synchronous code and tests
//! can use it; [`RunningTarget`] says where it listens, what it counted, and stops it. [`routes`] lists what it answers.
//!
//! Reading order: `target` (start and stop), `dealer` (accepts), `worker` (one thread, its connections), `service` (one request), `routes` (the
//! table), `answers` (a module per kind of route), `payload` (bodies), `counters` and `meter` (what is counted).
//!
//! Each thread owns its connections and its counters; the counters are summed when somebody asks. `/` is answered without a
//! task, a lock or a clock. It logs nothing and keeps nothing: tokens carry their own proof.
//!
//! Header names are shown in lower case, as the server library hands them over. No `Date` header is sent.

mod answers;
mod certificate;
mod config;
mod counters;
mod dealer;
mod duration;
mod error;
mod gate;
mod listen;
mod meter;
mod payload;
mod reply;
mod request;
mod routes;
mod service;
mod target;
mod worker;

pub use config::TargetConfig;
pub use counters::Stats;
pub use error::TargetError;
pub use routes::{RouteInfo, routes};
pub use target::{RunningTarget, Target};
