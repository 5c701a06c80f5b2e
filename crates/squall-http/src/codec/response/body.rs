//! Reads bodies piece by piece.

use super::chunked::Chunks;
use super::framing::Framing;
use crate::codec::CodecError;

/// Takes the bytes of a body.
pub trait BodySink {
    /// Takes the next bytes, never none.
    ///
    /// # Errors
    /// The sink has no room: [`CodecError::BodyTooLarge`].
    fn take(&mut self, bytes: &[u8]) -> Result<(), CodecError>;
}

/// Counts the bytes of a body and forgets them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Bytes so far.
    pub bytes: u64,
}

impl BodySink for Count {
    #[inline]
    fn take(&mut self, bytes: &[u8]) -> Result<(), CodecError> {
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

/// Keeps the bytes of a body, up to a limit.
#[derive(Debug)]
pub struct Keep<'a> {
    into: &'a mut Vec<u8>,
    limit: usize,
}

impl<'a> Keep<'a> {
    /// Appends to `into`, which never grows beyond `limit` bytes.
    pub fn new(into: &'a mut Vec<u8>, limit: usize) -> Self {
        Self { into, limit }
    }
}

impl BodySink for Keep<'_> {
    #[inline]
    fn take(&mut self, bytes: &[u8]) -> Result<(), CodecError> {
        if bytes.len() > self.limit.saturating_sub(self.into.len()) {
            return Err(CodecError::BodyTooLarge {
                limit: self.limit as u64,
            });
        }
        self.into.extend_from_slice(bytes);
        Ok(())
    }
}

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consumed {
    /// How many of its bytes belong to the response.
    pub bytes: usize,
    /// Whether the body is complete. Bytes behind it were not asked for.
    pub done: bool,
}

/// Reads one body; fed with what follows the head.
#[derive(Clone, Debug)]
pub struct BodyReader {
    state: State,
    room: u64,
    limit: u64,
}

#[derive(Clone, Debug)]
enum State {
    Done,
    Length(u64),
    Chunked(Chunks),
    UntilClose,
}

impl BodyReader {
    /// Creates a reader for a body of at most `limit` bytes.
    ///
    /// # Errors
    /// [`CodecError::BodyTooLarge`] when the length is known to exceed it.
    #[inline]
    pub fn new(framing: Framing, limit: u64) -> Result<Self, CodecError> {
        let state = match framing {
            Framing::None | Framing::Length(0) => State::Done,
            Framing::Length(length) if length > limit => {
                return Err(CodecError::BodyTooLarge { limit });
            }
            Framing::Length(length) => State::Length(length),
            Framing::Chunked => State::Chunked(Chunks::default()),
            Framing::UntilClose => State::UntilClose,
        };
        Ok(Self {
            state,
            room: limit,
            limit,
        })
    }

    /// Tells whether the body is complete.
    #[inline]
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Reads a piece, of any size. After an error the reader is of no further use.
    ///
    /// # Errors
    /// The chunks are malformed, the body exceeds the limit, or the sink has no room.
    #[inline]
    pub fn feed(&mut self, bytes: &[u8], sink: &mut impl BodySink) -> Result<Consumed, CodecError> {
        match &mut self.state {
            State::Done => Ok(Consumed {
                bytes: 0,
                done: true,
            }),
            State::Length(left) => {
                let taken = at_most(bytes, *left);
                *left -= taken.len() as u64;
                let done = *left == 0;
                if done {
                    self.state = State::Done;
                }
                if !taken.is_empty() {
                    sink.take(taken)?;
                }
                Ok(Consumed {
                    bytes: taken.len(),
                    done,
                })
            }
            State::UntilClose => {
                let mut limited = Limited {
                    sink,
                    room: &mut self.room,
                    limit: self.limit,
                };
                if !bytes.is_empty() {
                    limited.take(bytes)?;
                }
                Ok(Consumed {
                    bytes: bytes.len(),
                    done: false,
                })
            }
            State::Chunked(chunks) => {
                let mut limited = Limited {
                    sink,
                    room: &mut self.room,
                    limit: self.limit,
                };
                let consumed = chunks.feed(bytes, &mut limited)?;
                if consumed.done {
                    self.state = State::Done;
                }
                Ok(consumed)
            }
        }
    }

    /// Takes the end of the connection. Only a body that is delimited by it, or one that is complete, may end so.
    ///
    /// # Errors
    /// [`CodecError::TruncatedBody`] or [`CodecError::TruncatedChunks`].
    pub fn end(&self) -> Result<(), CodecError> {
        match &self.state {
            State::Done | State::UntilClose => Ok(()),
            State::Length(missing) => Err(CodecError::TruncatedBody { missing: *missing }),
            State::Chunked(_) => Err(CodecError::TruncatedChunks),
        }
    }
}

/// Returns the first `most` bytes, or all where there are fewer.
#[inline]
pub(super) fn at_most(bytes: &[u8], most: u64) -> &[u8] {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    &bytes[..bytes.len().min(most)]
}

/// Keeps a body whose length is not known beforehand within its limit.
struct Limited<'a, S> {
    sink: &'a mut S,
    room: &'a mut u64,
    limit: u64,
}

impl<S: BodySink> BodySink for Limited<'_, S> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), CodecError> {
        let error = CodecError::BodyTooLarge { limit: self.limit };
        *self.room = self.room.checked_sub(bytes.len() as u64).ok_or(error)?;
        self.sink.take(bytes)
    }
}
