//! What a script is made of.

use std::time::Duration;

/// One step of a script. A connection whose script has ended stays open and silent until the client closes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Reads one request: its head, and as much body as its `Content-Length` says.
    WaitForRequest,
    /// Sends bytes at once.
    Send(Vec<u8>),
    /// Sends bytes one by one.
    SendSlowly {
        /// What to send.
        bytes: Vec<u8>,
        /// The pause after each byte.
        per_byte: Duration,
    },
    /// Sends the same bytes again and again until the client goes away.
    SendForever(Vec<u8>),
    /// Does nothing for a time.
    Sleep(Duration),
    /// Ends the connection in order: what was sent arrives, then its end.
    Close,
    /// Resets the connection; what was sent shortly before may be lost.
    Reset,
}
