//! What carries messages: anything that keeps their order and says when the other side has gone.

mod local;
mod unix;

use std::fmt;
use std::io;

pub use local::pair;
pub use unix::{UnixListening, connect};

/// Both directions of a connection.
pub type Connection = (Box<dyn Outgoing>, Box<dyn Incoming>);

/// Where messages go.
pub trait Outgoing: Send + fmt::Debug {
    /// Sends a message; may wait.
    ///
    /// # Errors
    /// The other side has gone.
    fn send(&mut self, message: &[u8]) -> io::Result<()>;

    /// Returns how the connection is ended from another thread.
    fn closer(&self) -> Box<dyn Closer>;
}

/// Where messages come from.
pub trait Incoming: Send + fmt::Debug {
    /// Waits for a message; `None` when no more will come.
    ///
    /// # Errors
    /// What comes is no message.
    fn receive(&mut self) -> io::Result<Option<Vec<u8>>>;
}

/// Ends a connection, both ways: what has arrived can still be received.
pub trait Closer: Send + Sync + fmt::Debug {
    /// Ends it.
    fn close(&self);
}
