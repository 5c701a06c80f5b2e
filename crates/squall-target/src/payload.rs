//! Bodies of answers.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::gate::Gate;
use crate::meter::Wire;
use crate::service::Working;

/// Filler is this text, over and over.
const ALPHABET: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
/// A multiple of the alphabet, so that any part of it goes on where another one ended.
const BLOCK_SIZE: usize = 26 * 2521;
/// The longest piece that can start anywhere in the alphabet.
pub(crate) const LONGEST_PIECE: usize = BLOCK_SIZE - 26;
static BLOCK: [u8; BLOCK_SIZE] = block();

/// The connection is to end without the rest of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Abort;

impl fmt::Display for Abort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was cut on purpose")
    }
}

impl std::error::Error for Abort {}

/// A body.
pub(crate) enum Payload {
    /// All there is, or nothing once it was taken.
    Whole(Option<Bytes>),
    /// Filler sent piece by piece.
    Paced(Box<Paced>),
}

impl Payload {
    /// Creates a body that is known as a whole.
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self::Whole(Some(bytes.into()))
    }

    /// Creates a body of `size` bytes of filler.
    pub(crate) fn filler(size: u64, context: PacedContext) -> Self {
        match usize::try_from(size) {
            Ok(size) if size <= LONGEST_PIECE => Self::whole(filler_piece(0, size)),
            _ => Self::Paced(Box::new(Paced::new(Pace::at_once(size), context))),
        }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Abort;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Abort>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(
                bytes
                    .take()
                    .filter(|bytes| !bytes.is_empty())
                    .map(Frame::data)
                    .map(Ok),
            ),
            Self::Paced(paced) => paced.poll_piece(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Self::Paced(paced) => paced.pace.end == End::Complete && paced.pace.size == Some(0),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Paced(paced) => paced
                .pace
                .size
                .map_or_else(SizeHint::default, SizeHint::with_exact),
        }
    }
}

/// How a paced body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// As HTTP wants it.
    Complete,
    /// The connection is closed instead, after what was sent has left.
    Cut,
}

/// How filler is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Bytes to send.
    pub(crate) length: u64,
    /// Bytes of a piece, at most [`LONGEST_PIECE`].
    pub(crate) piece: usize,
    /// Time between the starts of two pieces.
    pub(crate) delay: Duration,
    /// The announced size; none for chunked.
    pub(crate) size: Option<u64>,
    /// What comes after the last piece.
    pub(crate) end: End,
}

impl Pace {
    fn at_once(length: u64) -> Self {
        Self {
            length,
            piece: LONGEST_PIECE,
            delay: Duration::ZERO,
            size: Some(length),
            end: End::Complete,
        }
    }
}

/// What a paced body needs to know of the world around it.
pub(crate) struct PacedContext {
    pub(crate) gate: Arc<Gate>,
    pub(crate) wire: Arc<Wire>,
}

/// Filler in the middle of being sent.
pub(crate) struct Paced {
    pace: Pace,
    context: PacedContext,
    sent: u64,
    next: Option<Instant>,
    wait: Option<Pin<Box<Sleep>>>,
    ending: bool,
    working: Option<Working>,
}

impl Paced {
    pub(crate) fn new(pace: Pace, context: PacedContext) -> Self {
        Self {
            pace,
            context,
            sent: 0,
            next: None,
            wait: None,
            ending: false,
            working: None,
        }
    }

    /// Keeps the request counted as active until the body is gone.
    pub(crate) fn hold(&mut self, working: Working) {
        self.working = Some(working);
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Abort>>> {
        loop {
            if let Some(wait) = &mut self.wait {
                ready!(wait.as_mut().poll(cx));
                self.wait = None;
            }
            if let Some(until) = self.not_before() {
                self.wait = Some(Box::pin(sleep_until(until)));
                continue;
            }
            if self.sent < self.pace.length {
                return Poll::Ready(Some(Ok(Frame::data(self.take_piece()))));
            }
            if self.pace.end == End::Complete {
                return Poll::Ready(None);
            }
            if self.ending && self.context.wire.is_flushed() {
                return Poll::Ready(Some(Err(Abort)));
            }
            self.await_flush();
        }
    }

    fn not_before(&self) -> Option<Instant> {
        let shut = self.context.gate.shut_until();
        let due = self
            .next
            .filter(|next| self.sent < self.pace.length && *next > Instant::now());
        shut.max(due)
    }

    fn take_piece(&mut self) -> Bytes {
        let left = usize::try_from(self.pace.length - self.sent).unwrap_or(usize::MAX);
        let piece = filler_piece(self.sent, left.min(self.pace.piece));
        self.sent += piece.len() as u64;
        if !self.pace.delay.is_zero() {
            self.next = Some(self.next.unwrap_or_else(Instant::now) + self.pace.delay);
        }
        piece
    }

    /// Lets the connection write what it has before it is cut.
    fn await_flush(&mut self) {
        if !self.ending {
            self.ending = true;
            self.context.wire.expect_flush();
        }
        self.wait = Some(Box::pin(sleep_until(
            Instant::now() + Duration::from_millis(1),
        )));
    }
}

/// Returns `length` bytes of filler as they stand at `offset`.
fn filler_piece(offset: u64, length: usize) -> Bytes {
    let start = usize::try_from(offset % ALPHABET.len() as u64).unwrap_or(0);
    Bytes::from_static(&BLOCK[start..start + length])
}

#[expect(
    clippy::large_stack_arrays,
    reason = "runs when this is compiled, not when the target runs"
)]
const fn block() -> [u8; BLOCK_SIZE] {
    let mut block = [0; BLOCK_SIZE];
    let mut index = 0;
    while index < BLOCK_SIZE {
        block[index] = ALPHABET[index % ALPHABET.len()];
        index += 1;
    }
    block
}
