//! Reading answers.
//!
//! | state | bytes come | end of stream |
//! |---|---|---|
//! | head, nothing kept | parse where they lie; keep them if the head is not complete | no answer |
//! | head, part kept | append, parse again once a line end suggests that it is complete | truncated |
//! | body | hand to the body reader | complete if delimited by it, else truncated |

use std::future::poll_fn;
use std::ops::Range;
use std::task::{Context, Poll};

use squall_protocol::connect::{Stream, io_failure};
use squall_protocol::{DeadlineSlot, Failure};
use tokio::io::ReadBuf;

use super::HttpThread;
use crate::codec::CodecError;
use crate::codec::response::{
    BodyReader, Count, Framing, Head, Keep, Limits, RequestKind, end_of_head, may_end_head,
    parse_head,
};

/// Interim answers (1xx) that one answer may be preceded by: enough for progress once a second within any time limit that makes
/// sense, and an end to a flood of them.
const MAX_INTERIM: u32 = 100;

/// Buffers of answers that did not come in one piece.
#[derive(Debug, Default)]
pub(super) struct AnswerBuffers {
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

impl AnswerBuffers {
    /// Forgets an answer; large buffers are given back.
    fn clear(&mut self) {
        const KEPT: usize = 4 * 1024;
        for buffer in [&mut self.head, &mut self.body] {
            buffer.clear();
            buffer.shrink_to(KEPT);
        }
    }
}

/// What is to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) kind: RequestKind,
    pub(super) keeps_body: bool,
    pub(super) max_body: u64,
}

/// A complete answer. Its bytes lie in the thread's read buffer until the next wait, or in the client's own buffers.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) head: Head,
    pub(super) last_byte: u64,
    pub(super) reusable: bool,
    head_at: Option<Range<usize>>,
    body_at: Option<Range<usize>>,
    /// The body in chunks, if all of it came in the last piece.
    chunks_at: Option<Range<usize>>,
}

impl Received {
    /// Returns where in the read buffer the head lies, if it is there.
    #[inline]
    pub(super) fn head_at(&self) -> Option<&Range<usize>> {
        self.head_at.as_ref()
    }

    /// Returns where in the read buffer the body lies, if it is there.
    #[inline]
    pub(super) fn body_at(&self) -> Option<&Range<usize>> {
        self.body_at.as_ref()
    }

    /// Returns where in the read buffer the chunks of the body lie, if all of them are there.
    #[inline]
    pub(super) fn chunks_at(&self) -> Option<&Range<usize>> {
        self.chunks_at.as_ref()
    }

    /// Returns head and body, given where the answer was read to.
    pub(super) fn parts<'a>(
        &self,
        scratch: &'a [u8],
        buffers: &'a AnswerBuffers,
    ) -> (&'a [u8], &'a [u8]) {
        let head = self
            .head_at
            .clone()
            .map_or(buffers.head.as_slice(), |range| &scratch[range]);
        let body = self
            .body_at
            .clone()
            .map_or(buffers.body.as_slice(), |range| &scratch[range]);
        (head, body)
    }
}

/// Why reading ended early.
#[derive(Debug)]
pub(super) enum ReadError {
    /// A time limit passed.
    Expired,
    /// The connection or the answer is broken.
    Failed(Failure),
}

/// An answer while it is read.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    thread: &'a HttpThread,
    buffers: &'a mut AnswerBuffers,
    wanted: Wanted,
    body: Option<(Head, BodyReader)>,
    parsed_to: usize,
    interim: u32,
    pub(super) first_byte: u64,
    pub(super) bytes: u64,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        thread: &'a HttpThread,
        buffers: &'a mut AnswerBuffers,
        wanted: Wanted,
    ) -> Self {
        buffers.clear();
        Self {
            thread,
            buffers,
            wanted,
            body: None,
            parsed_to: 0,
            interim: 0,
            first_byte: 0,
            bytes: 0,
        }
    }

    /// Reads on until the answer is complete; `progress` is told after each piece, for limits on the wait between pieces.
    pub(super) async fn finish(
        &mut self,
        stream: &mut Stream,
        slot: &DeadlineSlot,
        progress: impl Fn(u64),
    ) -> Result<Received, ReadError> {
        poll_fn(|context| {
            loop {
                if slot.expired() {
                    return Poll::Ready(Err(ReadError::Expired));
                }
                match self.poll_piece(stream, context) {
                    Poll::Pending => {
                        slot.register(context);
                        return Poll::Pending;
                    }
                    Poll::Ready(Ok(Some(received))) => return Poll::Ready(Ok(received)),
                    Poll::Ready(Ok(None)) => progress(self.thread.clock().now()),
                    Poll::Ready(Err(failure)) => {
                        return Poll::Ready(Err(ReadError::Failed(failure)));
                    }
                }
            }
        })
        .await
    }

    /// Reads one piece; `None` when there is more to come.
    fn poll_piece(
        &mut self,
        stream: &mut Stream,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Received>, Failure>> {
        let mut scratch = self.thread.scratch.borrow_mut();
        let mut buffer = ReadBuf::new(&mut scratch);
        match stream.poll_read(context, &mut buffer) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(io_failure(&error))),
            Poll::Ready(Ok(())) => {}
        }
        let length = buffer.filled().len();
        self.thread.reads.set(self.thread.reads.get() + 1);
        let now = self.thread.clock().now();
        if length == 0 {
            return Poll::Ready(self.ended(now).map(Some).map_err(Failure::from));
        }
        if self.bytes == 0 {
            self.first_byte = now;
        }
        self.bytes += length as u64;
        Poll::Ready(self.take(&scratch[..length], now).map_err(Failure::from))
    }

    fn take(&mut self, bytes: &[u8], now: u64) -> Result<Option<Received>, CodecError> {
        if self.body.is_some() {
            return self.take_body(bytes, now);
        }
        if !self.buffers.head.is_empty() {
            return self.take_more_head(bytes, now);
        }
        let mut start = 0;
        while let Some(head) = parse_head(&bytes[start..], self.wanted.kind, &Limits::default())? {
            let body_start = start + head.head_len;
            if head.is_interim() {
                self.pass_interim()?;
                start = body_start;
                continue;
            }
            if let Some(received) = self.whole(head, start..body_start, bytes.len(), now)? {
                return Ok(Some(received));
            }
            self.buffers
                .head
                .extend_from_slice(&bytes[start..body_start]);
            let received = self.begin_body(head, &bytes[body_start..], now)?;
            return Ok(received.map(|received| Received {
                chunks_at: (head.framing == Framing::Chunked).then_some(body_start..bytes.len()),
                ..received
            }));
        }
        self.buffers.head.extend_from_slice(&bytes[start..]);
        self.parsed_to = self.buffers.head.len();
        Ok(None)
    }

    fn pass_interim(&mut self) -> Result<(), CodecError> {
        self.interim += 1;
        if self.interim > MAX_INTERIM {
            return Err(CodecError::TooManyInterim { limit: MAX_INTERIM });
        }
        Ok(())
    }

    /// Ends an answer that lies in one piece, if it does.
    #[inline]
    fn whole(
        &self,
        head: Head,
        head_at: Range<usize>,
        end: usize,
        now: u64,
    ) -> Result<Option<Received>, CodecError> {
        let length = match head.framing {
            Framing::None => 0,
            Framing::Length(length) if length > self.wanted.max_body => {
                return Err(CodecError::BodyTooLarge {
                    limit: self.wanted.max_body,
                });
            }
            Framing::Length(length) => length,
            Framing::Chunked | Framing::UntilClose => return Ok(None),
        };
        let there = end - head_at.end;
        if length > there as u64 {
            return Ok(None);
        }
        let body_end = head_at.end + usize::try_from(length).unwrap_or(there);
        let reusable = head.keep_alive && body_end == end;
        let body_at = Some(head_at.end..body_end);
        Ok(Some(Received {
            head,
            last_byte: now,
            reusable,
            head_at: Some(head_at),
            body_at,
            chunks_at: None,
        }))
    }

    fn take_more_head(&mut self, bytes: &[u8], now: u64) -> Result<Option<Received>, CodecError> {
        self.buffers.head.extend_from_slice(bytes);
        let limits = Limits::default();
        let seen = self.parsed_to;
        self.parsed_to = self.buffers.head.len();
        if self.buffers.head.len() < limits.head && !may_end_head(&self.buffers.head, seen) {
            return Ok(None);
        }
        while let Some(head) = parse_head(&self.buffers.head, self.wanted.kind, &limits)? {
            let rest = self.buffers.head.split_off(head.head_len);
            if head.is_interim() {
                self.pass_interim()?;
                self.buffers.head = rest;
                continue;
            }
            return self.begin_body(head, &rest, now);
        }
        Ok(None)
    }

    fn begin_body(
        &mut self,
        head: Head,
        rest: &[u8],
        now: u64,
    ) -> Result<Option<Received>, CodecError> {
        let reader = BodyReader::new(head.framing, self.wanted.max_body)?;
        self.body = Some((head, reader));
        self.take_body(rest, now)
    }

    fn take_body(&mut self, bytes: &[u8], now: u64) -> Result<Option<Received>, CodecError> {
        let Some((head, reader)) = &mut self.body else {
            return Ok(None);
        };
        let consumed = if self.wanted.keeps_body {
            let limit = usize::try_from(self.wanted.max_body).unwrap_or(usize::MAX);
            reader.feed(bytes, &mut Keep::new(&mut self.buffers.body, limit))?
        } else {
            reader.feed(bytes, &mut Count::default())?
        };
        if !consumed.done {
            return Ok(None);
        }
        let reusable = head.keep_alive && consumed.bytes == bytes.len();
        let head = *head;
        Ok(Some(buffered(head, now, reusable)))
    }

    fn ended(&mut self, now: u64) -> Result<Received, CodecError> {
        let Some((head, reader)) = &self.body else {
            return Err(end_of_head(self.buffers.head.len()));
        };
        reader.end()?;
        let head = *head;
        Ok(buffered(head, now, false))
    }
}

/// An answer that lies in the client's buffers.
fn buffered(head: Head, now: u64, reusable: bool) -> Received {
    Received {
        head,
        last_byte: now,
        reusable,
        head_at: None,
        body_at: None,
        chunks_at: None,
    }
}
