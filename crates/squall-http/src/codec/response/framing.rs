//! How a body is delimited: RFC 9112 section 6.3.

use super::head::{RequestKind, Version};
use crate::codec::CodecError;

/// How the body of a response is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    None,
    /// By its length in bytes.
    Length(u64),
    /// In chunks.
    Chunked,
    /// By the end of the connection.
    UntilClose,
}

/// What the headers say about framing and the connection.
#[derive(Debug, Default)]
pub(super) struct Fields {
    length: Length,
    coding: Coding,
    close: bool,
    keep_alive: bool,
}

/// `Content-Length`, over all of its lines.
#[derive(Debug, Default, PartialEq)]
enum Length {
    #[default]
    Absent,
    Known(u64),
    Wrong(CodecError),
}

/// `Transfer-Encoding`, over all of its lines.
#[derive(Debug, Default, PartialEq)]
enum Coding {
    #[default]
    Absent,
    Chunked,
    Unknown,
}

impl Fields {
    /// Takes one `Content-Length` line. Equal repetitions, also within a line, are one (RFC 9110 section 8.6).
    pub(super) fn content_length(&mut self, value: &[u8]) {
        for item in value.split(|byte| *byte == b',') {
            let new = number(item.trim_ascii());
            self.length = match (&self.length, new) {
                (Length::Wrong(error), _) => Length::Wrong(*error),
                (_, None) => Length::Wrong(CodecError::BadLength),
                (Length::Known(old), Some(new)) if *old != new => {
                    Length::Wrong(CodecError::ConflictingLengths)
                }
                (_, Some(new)) => Length::Known(new),
            };
        }
    }

    /// Takes one `Transfer-Encoding` line. No `TE` is ever sent, so that `chunked`, once, is all that may come (RFC 9112 section 7.4).
    pub(super) fn transfer_encoding(&mut self, value: &[u8]) {
        for item in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            if item.is_empty() || item.eq_ignore_ascii_case(b"identity") {
                continue;
            }
            let first = self.coding == Coding::Absent;
            let chunked = item.eq_ignore_ascii_case(b"chunked");
            self.coding = if first && chunked {
                Coding::Chunked
            } else {
                Coding::Unknown
            };
        }
    }

    /// Takes one `Connection` line.
    pub(super) fn connection(&mut self, value: &[u8]) {
        for option in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// Applies the rules in the order of RFC 9112 section 6.3; also says whether the connection may be used again (section 9.3).
    pub(super) fn resolve(
        &self,
        status: u16,
        version: Version,
        request: RequestKind,
    ) -> Result<(Framing, bool), CodecError> {
        let persistent = !self.close && (version == Version::Http11 || self.keep_alive);
        if status == 101 || (request == RequestKind::Connect && (200..300).contains(&status)) {
            return Ok((Framing::None, false));
        }
        if status < 200 || status == 204 || status == 304 || request == RequestKind::Head {
            return Ok((Framing::None, persistent));
        }
        match (&self.coding, &self.length) {
            (Coding::Unknown, _) => Err(CodecError::UnknownTransferCoding),
            // With a length besides, or from a server that cannot know chunks, somebody between may see another end than we do.
            (Coding::Chunked, length) => {
                let sound = *length == Length::Absent && version == Version::Http11;
                Ok((Framing::Chunked, persistent && sound))
            }
            (Coding::Absent, Length::Wrong(error)) => Err(*error),
            (Coding::Absent, Length::Known(length)) => Ok((Framing::Length(*length), persistent)),
            (Coding::Absent, Length::Absent) => Ok((Framing::UntilClose, false)),
        }
    }
}

/// Reads digits only: no sign, no space, nothing that overflows.
fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then_some(())?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
