//! The HTTP/1.1 client: one [`Client`] per virtual user, its connections kept alive, every moment taken on the I/O thread.
//!
//! Reading order: [`config`] (settings of a stage), [`thread`] (buffers that one I/O thread's clients share), [`pool`] (who shares
//! connections), [`transfer`] (writing a request), [`response`] (reading an answer), [`execute`] (one operation, redirects
//! included), [`evaluate`] (checks and extractions).

mod config;
mod evaluate;
mod execute;
mod limit;
mod operation;
mod pool;
mod render;
mod response;
mod settings;
mod thread;
mod transfer;

pub use config::{ClientConfig, ClientConfigError};
pub use execute::Client;
pub use operation::Operation;
pub use settings::ClientSettings;
pub use thread::HttpThread;
