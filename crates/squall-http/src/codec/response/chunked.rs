//! The chunked transfer coding: RFC 9112 section 7.1.

use super::body::{BodySink, Consumed, at_most};
use crate::codec::CodecError;

/// Longest size line, extensions included.
const LINE_LIMIT: usize = 4 * 1024;

/// Most bytes of trailers.
const TRAILER_LIMIT: usize = 16 * 1024;

/// Reads chunks.
///
/// A bare LF is taken for CR LF, spaces behind a size are skipped, extensions and trailers are skipped within limits.
///
/// | state | hex digit | space | `;` | CR | LF | other |
/// |---|---|---|---|---|---|---|
/// | `Size` | `Size` | `Padding` ¹ | `Extension` ¹ | `SizeLf` ¹ | *next* ¹ | error |
/// | `Padding` | error | `Padding` | `Extension` | `SizeLf` | *next* | error |
/// | `Extension` | stays | stays | stays | stays | *next* | stays |
/// | `SizeLf` | error | error | error | error | *next* | error |
/// | `Data` | data, then `DataEnd` | | | | | |
/// | `DataEnd` | error | error | error | `DataLf` | `Size` | error |
/// | `DataLf` | error | error | error | error | `Size` | error |
/// | `TrailerStart` | `Trailer` | `Trailer` | `Trailer` | `TrailerLf` | done | `Trailer` |
/// | `Trailer` | stays | stays | stays | stays | `TrailerStart` | stays |
/// | `TrailerLf` | error | error | error | error | done | error |
///
/// ¹ After at least one digit. *next* is `Data`, or `TrailerStart` behind the chunk of size 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunks {
    state: State,
    /// Size read so far; in `Data` what is still to come.
    size: u64,
    /// Bytes of this size line, or of all trailers.
    line: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    #[default]
    Size,
    Padding,
    Extension,
    SizeLf,
    Data,
    DataEnd,
    DataLf,
    TrailerStart,
    Trailer,
    TrailerLf,
    Done,
}

impl Chunks {
    /// Reads a piece of any size.
    pub(super) fn feed(
        &mut self,
        bytes: &[u8],
        sink: &mut impl BodySink,
    ) -> Result<Consumed, CodecError> {
        let mut at = 0;
        while at < bytes.len() && self.state != State::Done {
            at += match self.state {
                State::Data => self.data(&bytes[at..], sink)?,
                State::Extension | State::Trailer => self.skip_line(&bytes[at..])?,
                _ => {
                    self.state = self.step(bytes[at])?;
                    1
                }
            };
        }
        Ok(Consumed {
            bytes: at,
            done: self.state == State::Done,
        })
    }

    fn data(&mut self, bytes: &[u8], sink: &mut impl BodySink) -> Result<usize, CodecError> {
        let data = at_most(bytes, self.size);
        sink.take(data)?;
        self.size -= data.len() as u64;
        if self.size == 0 {
            self.state = State::DataEnd;
        }
        Ok(data.len())
    }

    /// Skips the rest of an extension or a trailer line.
    fn skip_line(&mut self, bytes: &[u8]) -> Result<usize, CodecError> {
        let end = memchr::memchr(b'\n', bytes);
        let length = end.map_or(bytes.len(), |at| at + 1);
        self.count(length)?;
        if end.is_some() {
            self.state = if self.state == State::Trailer {
                State::TrailerStart
            } else {
                self.after_size()
            };
        }
        Ok(length)
    }

    fn step(&mut self, byte: u8) -> Result<State, CodecError> {
        match self.state {
            State::Size => self.size_byte(byte),
            State::Padding => {
                self.count(1)?;
                self.after_digits(byte)
            }
            State::SizeLf => match byte {
                b'\n' => Ok(self.after_size()),
                _ => Err(CodecError::BadChunkSize),
            },
            State::DataEnd | State::DataLf => match byte {
                b'\r' if self.state == State::DataEnd => Ok(State::DataLf),
                b'\n' => Ok(self.size_line()),
                _ => Err(CodecError::BadChunkEnd),
            },
            State::TrailerStart => {
                self.count(1)?;
                Ok(match byte {
                    b'\r' => State::TrailerLf,
                    b'\n' => State::Done,
                    _ => State::Trailer,
                })
            }
            State::TrailerLf => match byte {
                b'\n' => Ok(State::Done),
                _ => Err(CodecError::BadHeader),
            },
            State::Data | State::Extension | State::Trailer | State::Done => Ok(self.state),
        }
    }

    fn size_byte(&mut self, byte: u8) -> Result<State, CodecError> {
        let digits = self.line;
        self.count(1)?;
        match char::from(byte).to_digit(16) {
            Some(digit) => {
                let shifted = self
                    .size
                    .checked_mul(16)
                    .ok_or(CodecError::ChunkSizeOverflow)?;
                self.size = shifted | u64::from(digit);
                Ok(State::Size)
            }
            None if digits == 0 => Err(CodecError::BadChunkSize),
            None => self.after_digits(byte),
        }
    }

    fn after_digits(&mut self, byte: u8) -> Result<State, CodecError> {
        match byte {
            b' ' | b'\t' => Ok(State::Padding),
            b';' => Ok(State::Extension),
            b'\r' => Ok(State::SizeLf),
            b'\n' => Ok(self.after_size()),
            _ => Err(CodecError::BadChunkSize),
        }
    }

    fn after_size(&mut self) -> State {
        self.line = 0;
        if self.size == 0 {
            State::TrailerStart
        } else {
            State::Data
        }
    }

    fn size_line(&mut self) -> State {
        self.line = 0;
        self.size = 0;
        State::Size
    }

    fn count(&mut self, bytes: usize) -> Result<(), CodecError> {
        self.line += bytes;
        let trailers = matches!(self.state, State::TrailerStart | State::Trailer);
        if trailers && self.line > TRAILER_LIMIT {
            return Err(CodecError::TrailersTooLarge {
                limit: TRAILER_LIMIT,
            });
        }
        if !trailers && self.line > LINE_LIMIT {
            return Err(CodecError::ChunkLineTooLong { limit: LINE_LIMIT });
        }
        Ok(())
    }
}
