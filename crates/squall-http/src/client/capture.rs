//! What of the last request and its answer is still in the buffers, as text, for those who look at single operations.
//!
//! Ordinary operations only note where their answer lies. Nothing here runs unless somebody asks, and that must be before anything else
//! is read on the thread: all connections read into one buffer. Bytes that were written over since are told to be gone.

use std::borrow::Cow;
use std::ops::Range;

use super::response::Received;
use super::session::Client;
use crate::codec::content::decode;
use crate::codec::response::{BodyReader, Framing, Headers, Keep};
use crate::step::HttpStep;

/// Bytes of a head or a body that are kept.
const KEPT: usize = 4 * 1024;
/// Bytes that a body may have decoded; a longer one is not decoded.
const DECODED: usize = 1024 * 1024;

/// A request or an answer as text, shortened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapturedMessage {
    /// First line and headers, without the empty line behind them.
    pub head: String,
    /// The beginning of the body, without transfer and content codings.
    pub body: String,
    /// What is left out of the two, and why; empty where nothing is.
    pub left_out: String,
}

/// A request and its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// The last request, after redirects; `None` where it did not come to one.
    pub request: Option<CapturedMessage>,
    /// The last answer, if there was a whole one and its bytes are still there.
    pub answer: Option<CapturedMessage>,
    /// The trace that the request belongs to, as its header `traceparent` says.
    pub trace_id: Option<String>,
}

/// Where the bytes of an answer lie. It is noted for every operation, and therefore small.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnswerPlace {
    /// Number of the read after which they lay in the thread's read buffer.
    reads: u64,
    /// Where the head lies in it; where that is empty, the client's own buffer has it.
    head: Span,
    body: BodyPlace,
}

/// Where a body lies.
#[derive(Clone, Copy, Debug)]
enum BodyPlace {
    /// In the thread's read buffer.
    Read(Span),
    /// In the thread's read buffer, in chunks.
    Chunks(Span),
    /// In the client's own buffer.
    Kept,
    /// Nowhere: it was only counted.
    Counted,
}

/// A part of the thread's read buffer, which is far smaller than 4 GiB.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the read buffer is far smaller than 4 GiB"
    )]
    fn of(range: &Range<usize>) -> Self {
        Self {
            start: range.start as u32,
            end: range.end as u32,
        }
    }

    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl AnswerPlace {
    #[inline]
    pub(super) fn of(received: &Received, reads: u64, keeps_body: bool) -> Self {
        let body = match (received.body_at(), received.chunks_at()) {
            (Some(at), _) => BodyPlace::Read(Span::of(at)),
            (None, _) if keeps_body => BodyPlace::Kept,
            (None, Some(at)) => BodyPlace::Chunks(Span::of(at)),
            (None, None) => BodyPlace::Counted,
        };
        Self {
            reads,
            head: Span::of(received.head_at().unwrap_or(&(0..0))),
            body,
        }
    }
}

impl Client {
    /// Returns what was last sent for `step` and what came back, as far as it is still there.
    #[cold]
    pub fn capture(&self, step: &HttpStep) -> Capture {
        let sent = self.sent(step);
        let head = sent.bytes.get(..sent.head_end).unwrap_or_default();
        let request = (!head.is_empty()).then(|| {
            let body = sent.bytes.get(sent.head_end + 2..).unwrap_or_default();
            let mut message = message(head, body);
            if step.streams_body() {
                add(&mut message.left_out, "the body, which was read from files");
            }
            message
        });
        let trace_id = Headers::new(head).get("traceparent").and_then(trace_id);
        Capture {
            request,
            answer: self.captured_answer(),
            trace_id,
        }
    }

    fn captured_answer(&self) -> Option<CapturedMessage> {
        let place = self.last.as_ref()?;
        let thread = &self.settings.thread;
        let there = thread.reads.get() == place.reads;
        let scratch = thread.scratch.borrow();
        let in_scratch = |at: Span| there.then(|| scratch.get(at.range())).flatten();
        let head = match place.head {
            Span { end: 0, .. } => self.answer.head.as_slice(),
            at => in_scratch(at)?,
        };
        let body = match place.body {
            BodyPlace::Read(at) => in_scratch(at).map(Cow::Borrowed),
            BodyPlace::Chunks(at) => in_scratch(at).and_then(whole_body),
            BodyPlace::Kept => Some(Cow::Borrowed(self.answer.body.as_slice())),
            BodyPlace::Counted => None,
        };
        let Some(body) = body else {
            let mut message = message(head, b"");
            add(
                &mut message.left_out,
                "the body, which came in several pieces and was not kept",
            );
            return Some(message);
        };
        let Some(codings) = Headers::new(head).get("content-encoding") else {
            return Some(message(head, &body));
        };
        let codings = String::from_utf8_lossy(codings);
        if let Ok(body) = decode(&codings, &body, DECODED) {
            return Some(message(head, &body));
        }
        let mut message = message(head, b"");
        let what = format!("the body, {} bytes coded as {codings}", body.len());
        add(&mut message.left_out, &what);
        Some(message)
    }
}

/// Puts the chunks of a body together.
fn whole_body(raw: &[u8]) -> Option<Cow<'static, [u8]>> {
    let mut reader = BodyReader::new(Framing::Chunked, raw.len() as u64).ok()?;
    let mut body = Vec::new();
    reader
        .feed(raw, &mut Keep::new(&mut body, raw.len()))
        .ok()?;
    Some(Cow::Owned(body))
}

fn message(head: &[u8], body: &[u8]) -> CapturedMessage {
    let mut left_out = String::new();
    let head = head.trim_ascii();
    let text = String::from_utf8_lossy(&head[..head.len().min(KEPT)]).into_owned();
    if head.len() > KEPT {
        let rest = head.len() - KEPT;
        add(
            &mut left_out,
            &format!("the last {rest} bytes of the headers"),
        );
    }
    let body = match printable(&body[..body.len().min(KEPT)]) {
        None => {
            let what = format!("the body, {} bytes that are no text", body.len());
            add(&mut left_out, &what);
            String::new()
        }
        Some(beginning) => {
            let rest = body.len() - beginning.len();
            if rest > 0 {
                add(&mut left_out, &format!("the last {rest} bytes of the body"));
            }
            beginning.to_owned()
        }
    };
    CapturedMessage {
        head: text,
        body,
        left_out,
    }
}

/// Returns bytes as text, if they are text; a character that is cut off at the end is left out.
fn printable(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) {
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

fn add(left_out: &mut String, what: &str) {
    if !left_out.is_empty() {
        left_out.push_str("; ");
    }
    left_out.push_str(what);
}

/// Returns the trace of a `traceparent` (W3C Trace Context §3.2): version, trace, parent and flags, with dashes between them.
fn trace_id(value: &[u8]) -> Option<String> {
    let value = std::str::from_utf8(value).ok()?;
    let trace = value.trim().split('-').nth(1)?;
    let is_trace = trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_trace.then(|| trace.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_shortened_and_says_so() {
        let long = "ä".repeat(3_000);
        let short = message(b"GET / HTTP/1.1\r\nA: b\r\n", long.as_bytes());
        assert_eq!(short.head, "GET / HTTP/1.1\r\nA: b");
        assert_eq!(short.body, "ä".repeat(2_048));
        assert_eq!(short.left_out, "the last 1904 bytes of the body");
        let odd = [b"x".repeat(4_095), "ä".as_bytes().to_vec()].concat();
        assert_eq!(message(b"", &odd).body.len(), 4_095);
        let headers = message(&b"h".repeat(5_000), b"\x89PNG\0");
        assert_eq!(
            headers.left_out,
            "the last 904 bytes of the headers; the body, 5 bytes that are no text"
        );
    }

    #[test]
    fn a_trace_is_the_second_part_of_a_traceparent() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let value = format!("00-{trace}-00f067aa0ba902b7-01");
        assert_eq!(trace_id(value.as_bytes()).as_deref(), Some(trace));
        assert_eq!(trace_id(b"00-xyz-00-01"), None);
        assert_eq!(trace_id(b""), None);
    }

    #[test]
    fn chunks_of_one_piece_are_put_together() {
        let raw = b"4\r\nab\r\n\r\n3\r\ncde\r\n0\r\n\r\n";
        let body = whole_body(raw).unwrap();
        assert_eq!(&*body, b"ab\r\ncde");
        assert_eq!(whole_body(b"zz\r\n"), None);
    }
}
