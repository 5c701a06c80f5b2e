//! When things happened to one operation.

/// The moments of one operation in nanoseconds of the run's [`crate::Clock`].
///
/// Later moments are never before earlier ones. Moments that were not reached hold the moment at which the operation ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// When the schedule said that the operation should start.
    pub intended: u64,
    /// When the operation was handed to the client.
    pub start: u64,
    /// TCP (or Unix socket) ready; equals `start` on a reused connection.
    pub connected: u64,
    /// TLS ready; equals `connected` without TLS and on a reused connection.
    pub secured: u64,
    /// Last byte of the request accepted by the kernel.
    pub written: u64,
    /// First byte of the answer.
    pub first_byte: u64,
    /// Last byte of the answer.
    pub last_byte: u64,
}

impl Moments {
    /// Returns all moments in their order.
    pub fn to_array(self) -> [u64; 7] {
        [
            self.intended,
            self.start,
            self.connected,
            self.secured,
            self.written,
            self.first_byte,
            self.last_byte,
        ]
    }

    /// The moments, in their order.
    pub fn from_array(moments: [u64; 7]) -> Self {
        let [
            intended,
            start,
            connected,
            secured,
            written,
            first_byte,
            last_byte,
        ] = moments;
        Self {
            intended,
            start,
            connected,
            secured,
            written,
            first_byte,
            last_byte,
        }
    }
}
