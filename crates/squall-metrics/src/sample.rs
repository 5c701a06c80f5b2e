//! One finished operation.

/// Whether an operation succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did.
    Ok,
    /// A transport error, an unexpected status or a failed check.
    Failed,
}

/// What was measured of one finished operation; see `MEASUREMENT.md` for the moments that the times lie between.
///
/// A phase that did not happen is [`Sample::NONE`] and is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Whether it succeeded.
    pub outcome: Outcome,
    /// Status of the answer; 0 when there is none.
    pub status: u16,
    /// Last byte − intended start.
    pub response_ns: u64,
    /// Last byte − actual start.
    pub service_ns: u64,
    /// Actual start − intended start.
    pub waiting_ns: u64,
    /// TCP connect, name resolution included; [`Sample::NONE`] on a reused connection.
    pub connecting_ns: u64,
    /// TLS handshake; [`Sample::NONE`] on a reused connection or without TLS.
    pub securing_ns: u64,
    /// Connection ready to last byte of the request accepted by the kernel.
    pub writing_ns: u64,
    /// Last byte of the request written to first byte of the answer.
    pub first_byte_ns: u64,
    /// First to last byte of the answer.
    pub reading_ns: u64,
    /// Bytes written, before encryption.
    pub bytes_sent: u64,
    /// Bytes read, after decryption.
    pub bytes_received: u64,
}

impl Sample {
    /// A phase that did not happen.
    pub const NONE: u64 = u64::MAX;
}
