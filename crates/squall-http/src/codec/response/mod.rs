//! Reads responses, without copying and without allocating.
//!
//! The caller owns the bytes. It reads into a buffer that its connections share, and asks [`parse_head`]; only when a head is in
//! several pieces does it gather them ([`may_end_head`] tells whether asking again is worthwhile). What follows the head goes through a
//! [`BodyReader`] into a [`BodySink`], piece by piece, until it is done or the connection ends ([`BodyReader::end`]).
//!
//! Rules for the caller:
//! - A head with [`Head::is_interim`] (1xx) has no body and is not the answer: parse again behind it.
//! - Bytes that are left when the body is done were not asked for: the connection must not be used again.
//! - A connection that ends before the head is complete: [`end_of_head`].

mod body;
mod chunked;
mod framing;
mod head;
mod headers;

pub use body::{BodyReader, BodySink, Consumed, Count, Keep};
pub use framing::Framing;
pub use head::{Head, Limits, RequestKind, Version, end_of_head, may_end_head, parse_head};
pub use headers::{Headers, Iter};
