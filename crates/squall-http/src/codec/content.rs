//! Decodes bodies: RFC 9110 section 8.4.
//!
//! Nothing is decoded unless somebody reads the body, and nothing grows beyond the limit that the reader gives.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use squall_protocol::{Failure, FailureClass};

/// Most encodings on top of each other.
const LAYERS: usize = 5;

/// Largest window of zstd as a content coding: RFC 9659.
const ZSTD_WINDOW: u64 = 8 * 1024 * 1024;

/// Why a body cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// The encoding is not known.
    #[error("unknown content encoding `{}`: gzip, deflate, br and zstd are known", .0.escape_debug())]
    Unknown(String),
    /// There are too many encodings.
    #[error("more than {LAYERS} content encodings on top of each other")]
    TooManyLayers,
    /// The bytes are not what the encoding says.
    #[error("body is not valid {coding}: {reason}")]
    Malformed {
        /// The encoding.
        coding: &'static str,
        /// What the decoder says.
        reason: String,
    },
    /// The decoded body is larger than allowed.
    #[error("decoded body is larger than {limit} bytes")]
    TooLarge {
        /// What is allowed.
        limit: usize,
    },
}

impl From<ContentError> for Failure {
    fn from(error: ContentError) -> Self {
        let class = match &error {
            ContentError::TooLarge { .. } => FailureClass::TooLarge,
            ContentError::Unknown(_)
            | ContentError::TooManyLayers
            | ContentError::Malformed { .. } => FailureClass::Protocol,
        };
        match error {
            // What the decoder says may name positions, which differ from one answer to the next.
            ContentError::Malformed { coding, reason } => {
                Self::new(class, format!("body is not valid {coding}")).with_detail(reason)
            }
            _ => Self::new(class, error.to_string()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// Decodes `body` as `encodings`, the value of `Content-Encoding`, says. A body without encodings is returned as it is, whatever its size.
///
/// # Errors
/// The encoding is not known, the bytes are malformed or cut off, or more than `limit` bytes come out at any layer.
pub fn decode<'b>(
    encodings: &str,
    body: &'b [u8],
    limit: usize,
) -> Result<Cow<'b, [u8]>, ContentError> {
    let layers = layers(encodings)?;
    let mut decoded = Cow::Borrowed(body);
    if body.is_empty() {
        return Ok(decoded);
    }
    for coding in layers.into_iter().rev() {
        decoded = Cow::Owned(peel(coding, &decoded, limit)?);
    }
    Ok(decoded)
}

fn layers(encodings: &str) -> Result<Vec<Coding>, ContentError> {
    let mut layers = Vec::new();
    for name in encodings.split(',').map(str::trim) {
        layers.push(match name.to_ascii_lowercase().as_str() {
            "" | "identity" => continue,
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            "br" => Coding::Brotli,
            "zstd" => Coding::Zstd,
            _ => return Err(ContentError::Unknown(name.chars().take(40).collect())),
        });
        if layers.len() > LAYERS {
            return Err(ContentError::TooManyLayers);
        }
    }
    Ok(layers)
}

fn peel(coding: Coding, body: &[u8], limit: usize) -> Result<Vec<u8>, ContentError> {
    let mut out = Vec::new();
    match coding {
        Coding::Gzip => read_all("gzip", MultiGzDecoder::new(body), limit, &mut out)?,
        Coding::Deflate if is_zlib(body) => {
            read_all("deflate", ZlibDecoder::new(body), limit, &mut out)?;
        }
        Coding::Deflate => read_all("deflate", DeflateDecoder::new(body), limit, &mut out)?,
        Coding::Brotli => read_all(
            "br",
            brotli_decompressor::Decompressor::new(body, 4096),
            limit,
            &mut out,
        )?,
        Coding::Zstd => zstd(body, limit, &mut out)?,
    }
    Ok(out)
}

/// Tells zlib, which the standard asks for, from bare deflate, which some servers send: RFC 1950 section 2.2.
fn is_zlib(body: &[u8]) -> bool {
    match body {
        [cmf, flg, ..] => {
            cmf & 0x0f == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)).is_multiple_of(31)
        }
        _ => false,
    }
}

fn read_all(
    coding: &'static str,
    from: impl Read,
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<(), ContentError> {
    let room = (limit - out.len()) as u64;
    from.take(room.saturating_add(1))
        .read_to_end(out)
        .map_err(|error| malformed(coding, &error))?;
    if out.len() > limit {
        Err(ContentError::TooLarge { limit })
    } else {
        Ok(())
    }
}

fn malformed(coding: &'static str, reason: &impl ToString) -> ContentError {
    ContentError::Malformed {
        coding,
        reason: reason.to_string(),
    }
}

/// Decodes all frames, skippable ones included.
fn zstd(body: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), ContentError> {
    let mut rest = body;
    while !rest.is_empty() {
        match frame(rest)? {
            Frame::Skip(length) => {
                rest = rest
                    .get(length..)
                    .ok_or_else(|| malformed("zstd", &"cut off"))?;
            }
            Frame::Data => {
                let mut decoder = ruzstd::decoding::StreamingDecoder::new(&mut rest)
                    .map_err(|error| malformed("zstd", &error))?;
                read_all("zstd", &mut decoder, limit, out)?;
                let decoder = decoder.into_frame_decoder();
                let told = decoder.get_checksum_from_data();
                if told.is_some() && told != decoder.get_calculated_checksum() {
                    return Err(malformed("zstd", &"wrong checksum"));
                }
            }
        }
    }
    Ok(())
}

enum Frame {
    Data,
    Skip(usize),
}

/// Looks at the start of a frame (RFC 8878 sections 3.1.1 and 3.1.2), so that its window can be refused before it is allocated.
fn frame(bytes: &[u8]) -> Result<Frame, ContentError> {
    let short = || malformed("zstd", &"cut off");
    let word = |at: usize| {
        let four = bytes.get(at..at + 4).ok_or_else(short)?;
        Ok(u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
    };
    let magic = word(0)?;
    if magic & 0xffff_fff0 == 0x184d_2a50 {
        let length = usize::try_from(word(4)?).map_err(|_| short())?;
        return Ok(Frame::Skip(length.saturating_add(8)));
    }
    if magic != 0xfd2f_b528 {
        return Err(malformed("zstd", &"no frame"));
    }
    let descriptor = *bytes.get(4).ok_or_else(short)?;
    let single_segment = descriptor & 0x20 != 0;
    if !single_segment {
        let byte = u64::from(*bytes.get(5).ok_or_else(short)?);
        let base = 1_u64 << (10 + (byte >> 3));
        if base + base / 8 * (byte & 7) > ZSTD_WINDOW {
            return Err(malformed("zstd", &"window is larger than 8 MiB"));
        }
    }
    Ok(Frame::Data)
}
