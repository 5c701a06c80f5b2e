//! Why bytes are not an HTTP response.

use squall_protocol::{Failure, FailureClass};

/// Why bytes are not an HTTP/1.1 response (RFC 9112).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The first bytes are not `HTTP/1.`.
    #[error("answer does not start with `HTTP/1.0` or `HTTP/1.1`")]
    NotHttp,
    /// The status is not three digits from 100 on.
    #[error("status line has no valid status code")]
    BadStatus,
    /// A header line breaks the grammar.
    #[error("malformed header line")]
    BadHeader,
    /// The head is larger than allowed.
    #[error("head of the answer is larger than {limit} bytes")]
    HeadTooLarge {
        /// What is allowed.
        limit: usize,
    },
    /// There are more headers than allowed.
    #[error("answer has more than {limit} headers")]
    TooManyHeaders {
        /// What is allowed.
        limit: usize,
    },
    /// There are more interim answers than allowed.
    #[error("more than {limit} interim answers (1xx) before the answer")]
    TooManyInterim {
        /// What is allowed.
        limit: u32,
    },
    /// `Content-Length` is not a number, or does not fit into 64 bits.
    #[error("`Content-Length` is not a valid number")]
    BadLength,
    /// There are several lengths that differ.
    #[error("several `Content-Length`s that differ")]
    ConflictingLengths,
    /// A transfer coding that nobody asked for.
    #[error("`Transfer-Encoding` is not `chunked`")]
    UnknownTransferCoding,
    /// A chunk's size line is not a hexadecimal number and extensions.
    #[error("malformed chunk size")]
    BadChunkSize,
    /// A chunk's size does not fit into 64 bits.
    #[error("chunk size is too large")]
    ChunkSizeOverflow,
    /// A chunk's size line is longer than allowed.
    #[error("chunk size line is longer than {limit} bytes")]
    ChunkLineTooLong {
        /// What is allowed.
        limit: usize,
    },
    /// A chunk is longer than its size says.
    #[error("chunk does not end where its size says")]
    BadChunkEnd,
    /// The trailers are larger than allowed.
    #[error("trailers are larger than {limit} bytes")]
    TrailersTooLarge {
        /// What is allowed.
        limit: usize,
    },
    /// The body is larger than allowed.
    #[error("body is larger than {limit} bytes")]
    BodyTooLarge {
        /// What is allowed.
        limit: u64,
    },
    /// The connection was closed before the first byte.
    #[error("connection closed without an answer")]
    NoAnswer,
    /// The connection was closed within the head.
    #[error("connection closed within the head of the answer")]
    TruncatedHead,
    /// The connection was closed within a body of known length.
    #[error("connection closed within the body: {missing} {} missing", bytes(.missing))]
    TruncatedBody {
        /// How much was still to come.
        missing: u64,
    },
    /// The connection was closed before the last chunk.
    #[error("connection closed before the last chunk")]
    TruncatedChunks,
}

impl CodecError {
    /// Returns the class that the error is counted under.
    pub fn class(self) -> FailureClass {
        match self {
            Self::NoAnswer
            | Self::TruncatedHead
            | Self::TruncatedBody { .. }
            | Self::TruncatedChunks => FailureClass::Closed,
            Self::BodyTooLarge { .. } => FailureClass::TooLarge,
            Self::NotHttp
            | Self::BadStatus
            | Self::BadHeader
            | Self::HeadTooLarge { .. }
            | Self::TooManyHeaders { .. }
            | Self::TooManyInterim { .. }
            | Self::BadLength
            | Self::ConflictingLengths
            | Self::UnknownTransferCoding
            | Self::BadChunkSize
            | Self::ChunkSizeOverflow
            | Self::ChunkLineTooLong { .. }
            | Self::BadChunkEnd
            | Self::TrailersTooLarge { .. } => FailureClass::Protocol,
        }
    }
}

impl From<CodecError> for Failure {
    fn from(error: CodecError) -> Self {
        match error {
            // How much was missing differs from one answer to the next, and must not split the group.
            CodecError::TruncatedBody { .. } => {
                Self::new(error.class(), "connection closed within the body")
                    .with_detail(error.to_string())
            }
            _ => Self::new(error.class(), error.to_string()),
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "`thiserror` gives fields by reference"
)]
fn bytes(count: &u64) -> &'static str {
    if *count == 1 { "byte" } else { "bytes" }
}
