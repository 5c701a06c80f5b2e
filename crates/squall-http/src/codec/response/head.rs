//! The status line and the headers that matter for reading on.

use std::mem::MaybeUninit;

use httparse::{ParserConfig, Response, Status};

use super::framing::{Fields, Framing};
use crate::codec::CodecError;

/// Headers that are parsed on the stack.
const FEW_HEADERS: usize = 64;

/// What of the request decides how the response is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// `HEAD`: the response has no body, whatever its headers say.
    Head,
    /// `CONNECT`: after a 2xx the connection is a tunnel.
    Connect,
    /// Any other method.
    Other,
}

/// What a response head may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest head in bytes. Default: 64 KiB.
    pub head: usize,
    /// Most headers. Default: 256.
    pub headers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 64 * 1024,
            headers: 256,
        }
    }
}

/// Version of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
}

/// A response head: what is needed to read on. Everything else stays in the bytes, see [`super::Headers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Status code, 100 to 999.
    pub status: u16,
    /// Version.
    pub version: Version,
    /// Length of the head in bytes; the body begins behind it.
    pub head_len: usize,
    /// How the body is delimited.
    pub framing: Framing,
    /// Whether the connection may be used again once the body has been read.
    pub keep_alive: bool,
    seen: Seen,
}

impl Head {
    /// Tells whether this is a 1xx head that the real one follows. 101 is final: the connection speaks another protocol then.
    #[inline]
    pub fn is_interim(&self) -> bool {
        self.status < 200 && self.status != 101
    }

    /// Tells whether there is a `Set-Cookie`.
    #[inline]
    pub fn has_set_cookie(&self) -> bool {
        self.seen.0 & Seen::SET_COOKIE != 0
    }

    /// Tells whether there is a `Location`.
    #[inline]
    pub fn has_location(&self) -> bool {
        self.seen.0 & Seen::LOCATION != 0
    }

    /// Tells whether there is a `Content-Encoding`.
    #[inline]
    pub fn has_content_encoding(&self) -> bool {
        self.seen.0 & Seen::CONTENT_ENCODING != 0
    }
}

/// Headers that were met on the way; who needs their values scans the head again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen(u8);

impl Seen {
    const SET_COOKIE: u8 = 1;
    const LOCATION: u8 = 2;
    const CONTENT_ENCODING: u8 = 4;
}

/// Parses the head at the start of `bytes`; `None` when more bytes are needed.
///
/// Follows RFC 9112 sections 4 to 6: empty lines before the status line are skipped, a bare LF ends a line, folded header lines are
/// accepted as part of the value.
///
/// # Errors
/// The bytes are not an HTTP/1.x response, or exceed `limits`.
#[inline]
pub fn parse_head(
    bytes: &[u8],
    request: RequestKind,
    limits: &Limits,
) -> Result<Option<Head>, CodecError> {
    let mut headers = [const { MaybeUninit::uninit() }; FEW_HEADERS];
    match parse(bytes, &mut headers, request, limits) {
        Err(CodecError::TooManyHeaders { .. }) if limits.headers > FEW_HEADERS => {
            parse_many(bytes, request, limits)
        }
        parsed => parsed,
    }
}

#[cold]
fn parse_many(
    bytes: &[u8],
    request: RequestKind,
    limits: &Limits,
) -> Result<Option<Head>, CodecError> {
    let mut headers = vec![MaybeUninit::uninit(); limits.headers];
    parse(bytes, &mut headers, request, limits)
}

/// Tells whether bytes that arrived behind the first `seen` can have ended the head, so that parsing again is worthwhile: a server that
/// sends a head byte by byte must not cost its length squared.
pub fn may_end_head(bytes: &[u8], seen: usize) -> bool {
    let tail = &bytes[seen.saturating_sub(3).min(bytes.len())..];
    memchr::memchr_iter(b'\n', tail).any(|at| {
        let before = &tail[..at];
        before.ends_with(b"\n") || before.ends_with(b"\n\r")
    })
}

/// Says what it means that the connection ended after `received` bytes of an incomplete head.
pub fn end_of_head(received: usize) -> CodecError {
    if received == 0 {
        CodecError::NoAnswer
    } else {
        CodecError::TruncatedHead
    }
}

fn parse<'b>(
    bytes: &'b [u8],
    headers: &mut [MaybeUninit<httparse::Header<'b>>],
    request: RequestKind,
    limits: &Limits,
) -> Result<Option<Head>, CodecError> {
    let mut response = Response::new(&mut []);
    let mut config = ParserConfig::default();
    config.allow_obsolete_multiline_headers_in_responses(true);
    let head_len = match config.parse_response_with_uninit_headers(&mut response, bytes, headers) {
        Ok(Status::Complete(head_len)) if head_len <= limits.head => head_len,
        Ok(Status::Partial) if bytes.len() < limits.head => return Ok(None),
        Ok(_) => return Err(CodecError::HeadTooLarge { limit: limits.head }),
        Err(error) => return Err(syntax_error(error, limits)),
    };
    // httparse has checked that both are there.
    let status = response
        .code
        .filter(|code| *code >= 100)
        .ok_or(CodecError::BadStatus)?;
    let version = if response.version == Some(1) {
        Version::Http11
    } else {
        Version::Http10
    };
    let (fields, seen) = scan(response.headers);
    let (framing, keep_alive) = fields.resolve(status, version, request)?;
    Ok(Some(Head {
        status,
        version,
        head_len,
        framing,
        keep_alive,
        seen,
    }))
}

/// Looks at the few headers that decide how to read on; lengths sort out nearly all others before their name is compared.
fn scan(headers: &[httparse::Header<'_>]) -> (Fields, Seen) {
    let mut fields = Fields::default();
    let mut seen = Seen::default();
    for header in headers {
        let name = header.name;
        match name.len() {
            8 if name.eq_ignore_ascii_case("location") => seen.0 |= Seen::LOCATION,
            10 if name.eq_ignore_ascii_case("connection") => fields.connection(header.value),
            10 if name.eq_ignore_ascii_case("set-cookie") => seen.0 |= Seen::SET_COOKIE,
            14 if name.eq_ignore_ascii_case("content-length") => {
                fields.content_length(header.value);
            }
            16 if name.eq_ignore_ascii_case("content-encoding") => seen.0 |= Seen::CONTENT_ENCODING,
            17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                fields.transfer_encoding(header.value);
            }
            _ => {}
        }
    }
    (fields, seen)
}

fn syntax_error(error: httparse::Error, limits: &Limits) -> CodecError {
    match error {
        httparse::Error::Version => CodecError::NotHttp,
        httparse::Error::Status | httparse::Error::Token => CodecError::BadStatus,
        httparse::Error::TooManyHeaders => CodecError::TooManyHeaders {
            limit: limits.headers,
        },
        httparse::Error::HeaderName | httparse::Error::HeaderValue | httparse::Error::NewLine => {
            CodecError::BadHeader
        }
    }
}
