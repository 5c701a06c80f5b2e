//! `multipart/form-data`: RFC 7578 and the form-data encoding of the HTML standard.

use std::path::PathBuf;

use super::{RequestError, check_header_value};

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Field name.
    pub name: &'a str,
    /// File name told to the server; a part without one is a field.
    pub filename: Option<&'a str>,
    /// Content type. Default: by the file name's extension, else `application/octet-stream`; fields have none.
    pub content_type: Option<&'a str>,
    /// What is in it.
    pub content: Content,
}

/// Content of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Bytes, sent as they are.
    Bytes(Vec<u8>),
    /// A file, streamed.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
    },
}

/// What is sent one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Bytes.
    Bytes(Vec<u8>),
    /// The whole of a file.
    File {
        /// Where it is.
        path: PathBuf,
        /// How many bytes to send.
        size: u64,
    },
}

/// An encoded form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What separates the parts.
    pub boundary: String,
    /// The body.
    pub segments: Vec<Segment>,
    /// Length of the body in bytes.
    pub length: u64,
}

impl Form {
    /// Encodes `parts`; `random` makes the boundary, which is changed until none of the parts in memory holds it.
    ///
    /// # Errors
    /// A content type has a line break.
    pub fn encode(parts: Vec<Part<'_>>, random: u64) -> Result<Self, RequestError> {
        let boundary = boundary(&parts, random);
        let mut segments = Vec::new();
        let mut text = Vec::new();
        for part in parts {
            write_part_head(&mut text, &boundary, &part)?;
            match part.content {
                Content::Bytes(bytes) => text.extend_from_slice(&bytes),
                Content::File { path, size } => {
                    segments.push(Segment::Bytes(std::mem::take(&mut text)));
                    segments.push(Segment::File { path, size });
                }
            }
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        segments.push(Segment::Bytes(text));
        let length = segments.iter().map(Segment::length).sum();
        Ok(Self {
            boundary,
            segments,
            length,
        })
    }

    /// Returns the value of `Content-Type`.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }
}

impl Segment {
    /// Returns how many bytes this segment sends.
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { size, .. } => *size,
        }
    }
}

fn boundary(parts: &[Part<'_>], random: u64) -> String {
    let mut seed = random;
    loop {
        let boundary = format!("squall-{seed:016x}");
        let taken = parts.iter().any(|part| match &part.content {
            Content::Bytes(bytes) => memchr::memmem::find(bytes, boundary.as_bytes()).is_some(),
            Content::File { .. } => false,
        });
        if !taken {
            return boundary;
        }
        seed = seed.wrapping_add(1);
    }
}

fn write_part_head(out: &mut Vec<u8>, boundary: &str, part: &Part<'_>) -> Result<(), RequestError> {
    out.extend_from_slice(
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"").as_bytes(),
    );
    quote(out, part.name);
    out.push(b'"');
    if let Some(filename) = part.filename {
        out.extend_from_slice(b"; filename=\"");
        quote(out, filename);
        out.push(b'"');
    }
    out.extend_from_slice(b"\r\n");
    if let Some(content_type) = content_type(part) {
        check_header_value("Content-Type", content_type.as_bytes())?;
        out.extend_from_slice(format!("Content-Type: {content_type}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

fn content_type<'a>(part: &Part<'a>) -> Option<&'a str> {
    part.content_type.or_else(|| {
        let guess = mime_guess::from_path(part.filename?);
        Some(guess.first_raw().unwrap_or("application/octet-stream"))
    })
}

/// Escapes what would end the quotes or the line, as browsers do (HTML standard, "multipart/form-data encoding algorithm").
fn quote(out: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"%22"),
            b'\r' => out.extend_from_slice(b"%0D"),
            b'\n' => out.extend_from_slice(b"%0A"),
            other => out.push(other),
        }
    }
}
