//! Rows in the binary format of `COPY` (PostgreSQL's documentation, "COPY", "Binary Format").

use squall_report::WallTime;

use crate::sql::Row;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Neither flags nor an extension of the header.
const HEADER: [u8; 8] = [0; 8];
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
const NULL: [u8; 4] = (-1_i32).to_be_bytes();
/// Version of the format of `jsonb`.
const JSONB: u8 = 1;
/// 2000-01-01 in microseconds since 1970.
const EPOCH_US: i64 = 946_684_800_000_000;
/// About so many bytes are sent at once.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;
/// Stands where a NUL was, which PostgreSQL cannot hold.
const NUL: &str = "\u{2400}";

/// Writes rows, and hands them over in pieces that are each a whole `COPY`.
#[derive(Debug)]
pub(super) struct CopyRows<F> {
    columns: i16,
    bytes: Vec<u8>,
    chunk: usize,
    take: F,
}

impl<E, F: FnMut(Vec<u8>) -> Result<(), E>> CopyRows<F> {
    pub(super) fn new(columns: usize, take: F) -> Self {
        Self {
            columns: i16::try_from(columns).expect("tables have some dozen columns"),
            bytes: Vec::new(),
            chunk: CHUNK_BYTES,
            take,
        }
    }

    /// Hands over smaller pieces.
    #[cfg(test)]
    pub(super) fn in_chunks_of(mut self, bytes: usize) -> Self {
        self.chunk = bytes;
        self
    }

    /// Hands over what is left.
    pub(super) fn finish(mut self) -> Result<(), E> {
        self.hand_over()
    }

    fn hand_over(&mut self) -> Result<(), E> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let room = self.bytes.len();
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.extend_from_slice(&TRAILER);
        (self.take)(bytes)?;
        self.bytes.reserve(room);
        Ok(())
    }

    fn value(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// A value of 2 GiB is refused by the server, as is everything near it.
    fn length(&mut self, bytes: usize) {
        let length = i32::try_from(bytes).unwrap_or(i32::MAX);
        self.bytes.extend_from_slice(&length.to_be_bytes());
    }
}

impl<E, F: FnMut(Vec<u8>) -> Result<(), E>> Row for CopyRows<F> {
    type Error = E;

    fn start(&mut self) {
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(SIGNATURE);
            self.bytes.extend_from_slice(&HEADER);
        }
        self.bytes.extend_from_slice(&self.columns.to_be_bytes());
    }

    fn text(&mut self, value: &str) {
        if value.contains('\0') {
            self.value(value.replace('\0', NUL).as_bytes());
        } else {
            self.value(value.as_bytes());
        }
    }

    fn integer(&mut self, value: u64) {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        self.value(&value.to_be_bytes());
    }

    fn number(&mut self, value: f64) {
        self.value(&value.to_be_bytes());
    }

    fn flag(&mut self, value: bool) {
        self.value(&[u8::from(value)]);
    }

    fn time(&mut self, value: WallTime) {
        let since = value.unix_ns().div_euclid(1_000) - EPOCH_US;
        self.value(&since.to_be_bytes());
    }

    fn json(&mut self, value: &str) {
        let replaced = without_nul(value);
        let value = replaced.as_deref().unwrap_or(value);
        self.length(value.len() + 1);
        self.bytes.push(JSONB);
        self.bytes.extend_from_slice(value.as_bytes());
    }

    fn null(&mut self) {
        self.bytes.extend_from_slice(&NULL);
    }

    fn end(&mut self) -> Result<(), E> {
        if self.bytes.len() < self.chunk {
            return Ok(());
        }
        self.hand_over()
    }
}

/// Replaces the escapes of NUL in JSON, which `jsonb` refuses; `None` where there is none.
pub(super) fn without_nul(json: &str) -> Option<String> {
    const ESCAPE: &str = "\\u0000";
    if !json.contains(ESCAPE) {
        return None;
    }
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(place) = rest.find('\\') {
        text.push_str(&rest[..place]);
        rest = &rest[place..];
        if let Some(after) = rest.strip_prefix(ESCAPE) {
            text.push_str(NUL);
            rest = after;
        } else {
            // Both at once, so that the second backslash of `\\u0000` begins nothing. JSON has ASCII behind a backslash.
            let (escape, after) = rest.split_at(2);
            text.push_str(escape);
            rest = after;
        }
    }
    text.push_str(rest);
    Some(text)
}
