//! The same text in each content encoding.

use std::io::Write;
use std::sync::LazyLock;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use hyper::header::{CONTENT_ENCODING, HeaderValue};
use hyper::{Response, StatusCode};

use crate::payload::Payload;
use crate::reply;

/// What every encoding decodes to.
const TEXT: &[u8] = include_bytes!("../../assets/text.txt");
/// The text as the `brotli` tool encodes it; an encoder would be a large dependency for one answer.
const BROTLI: &[u8] = include_bytes!("../../assets/text.txt.br");
/// The text as the `zstd` tool encodes it.
const ZSTD: &[u8] = include_bytes!("../../assets/text.txt.zst");

static GZIP: LazyLock<Bytes> = LazyLock::new(|| {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    finished(encoder.write_all(TEXT).and_then(|()| encoder.finish()))
});

// RFC 9110, section 8.4.1.2: `deflate` is the zlib format.
static DEFLATE: LazyLock<Bytes> = LazyLock::new(|| {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    finished(encoder.write_all(TEXT).and_then(|()| encoder.finish()))
});

pub(crate) fn gzip() -> Response<Payload> {
    encoded("gzip", GZIP.clone())
}

pub(crate) fn deflate() -> Response<Payload> {
    encoded("deflate", DEFLATE.clone())
}

pub(crate) fn brotli() -> Response<Payload> {
    encoded("br", Bytes::from_static(BROTLI))
}

pub(crate) fn zstd() -> Response<Payload> {
    encoded("zstd", Bytes::from_static(ZSTD))
}

fn encoded(encoding: &'static str, body: Bytes) -> Response<Payload> {
    let mut response = reply::text(StatusCode::OK, body);
    response
        .headers_mut()
        .insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    response
}

fn finished(encoded: std::io::Result<Vec<u8>>) -> Bytes {
    encoded.expect("writing to memory does not fail").into()
}
