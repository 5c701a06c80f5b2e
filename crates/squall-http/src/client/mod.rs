//! The HTTP/1.1 client: one [`Client`] per virtual user, its connections kept alive, every moment taken on the I/O thread.
//!
//! Reading order: `config` (settings of a stage), `thread` (buffers that one I/O thread's clients share), `pool` (who shares
//! connections), `session` (a user's client), `call` (one operation), `exchange` (one request and its answer), `transfer` (writing),
//! `response` (reading), `redirects`, `evaluate` (checks and extractions), `answer` (what is kept of it), `capture` (a look at the
//! buffers of the last operation).

mod answer;
mod call;
mod capture;
mod config;
mod evaluate;
mod exchange;
mod limit;
mod operation;
mod pool;
mod redirects;
mod render;
mod response;
mod session;
mod settings;
mod thread;
mod transfer;

pub use answer::{Hop, KeptAnswer};
pub use capture::{Capture, CapturedMessage};
pub use config::{ClientConfig, ClientConfigError};
pub use operation::Operation;
pub use session::{Client, Session};
pub use settings::ClientSettings;
pub use thread::HttpThread;
