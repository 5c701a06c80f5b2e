//! How a value is written where a template puts it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// RFC 3986 §2.3: unreserved characters stay.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// A path may also hold `/` and the other characters of RFC 3986 §3.3.
const PATH: &AsciiSet = &COMPONENT
    .remove(b'/')
    .remove(b':')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'');

/// How a value is written where a template puts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Raw,
    /// Into a header: control characters, which could end the header, are left out (RFC 9110 §5.5).
    Header,
    /// Into the path of a URL, percent-encoded; `/` stays.
    Path,
    /// Into the query of a URL, percent-encoded.
    Query,
    /// Into `application/x-www-form-urlencoded`.
    Form,
    /// Into the inside of a JSON string, escaped.
    JsonText,
    /// As a whole JSON value: text is quoted and escaped, JSON is written as it is.
    JsonValue,
    /// As a JSON string even where the value is JSON.
    JsonQuoted,
}

impl Encoding {
    /// Writes text.
    pub fn write_text(self, text: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Raw => out.extend_from_slice(text),
            Self::Header => out.extend(
                text.iter()
                    .filter(|byte| !matches!(byte, 0..=8 | 10..=31 | 127)),
            ),
            Self::Path => extend_percent(text, PATH, out),
            Self::Query => extend_percent(text, COMPONENT, out),
            Self::Form => write_form(text, out),
            Self::JsonText => write_json_inside(text, out),
            Self::JsonValue | Self::JsonQuoted => {
                out.push(b'"');
                write_json_inside(text, out);
                out.push(b'"');
            }
        }
    }

    /// Writes JSON source.
    pub fn write_json(self, json: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::JsonValue => out.extend_from_slice(json),
            other => other.write_text(json, out),
        }
    }
}

fn extend_percent(text: &[u8], set: &'static AsciiSet, out: &mut Vec<u8>) {
    for piece in percent_encode(text, set) {
        out.extend_from_slice(piece.as_bytes());
    }
}

fn write_form(text: &[u8], out: &mut Vec<u8>) {
    for piece in text.split_inclusive(|byte| *byte == b' ') {
        match piece.split_last() {
            Some((b' ', head)) => {
                extend_percent(head, COMPONENT, out);
                out.push(b'+');
            }
            _ => extend_percent(piece, COMPONENT, out),
        }
    }
}

/// RFC 8259 §7.
fn write_json_inside(text: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=31 => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 15)]);
            }
            _ => out.push(*byte),
        }
    }
}
