//! Rows as RFC 4180 writes them.

use std::path::Path;

use squall_report::ReporterError;

use crate::files::columns::Row;
use crate::files::{AppendFile, Existing, Format, Growing};

/// Comma-separated values.
#[derive(Debug)]
pub(super) struct Csv;

impl Format for Csv {
    fn head<R: Row>() -> Vec<u8> {
        let names: Vec<&str> = R::COLUMNS.iter().map(|column| column.name).collect();
        let mut text = names.join(",").into_bytes();
        text.extend_from_slice(LINE_END);
        text
    }

    fn row<R: Row>(row: &R::Of<'_>, out: &mut Vec<u8>) {
        let mut scratch = String::new();
        for (index, column) in R::COLUMNS.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            field((column.cell)(row).text(&mut scratch), out);
        }
        out.extend_from_slice(LINE_END);
    }

    fn tail<R: Row>() -> Vec<u8> {
        Vec::new()
    }

    fn open<R: Row>(
        path: &Path,
        setting: &'static str,
        existing: Existing,
    ) -> Result<Box<dyn Growing>, ReporterError> {
        let file = AppendFile::open(path, setting, existing, &Self::head::<R>())?;
        Ok(Box::new(file))
    }
}

/// RFC 4180, section 2.1.
const LINE_END: &[u8] = b"\r\n";

/// Writes a field, in quotes where it holds what ends a field or a line (section 2.6).
fn field(text: &str, out: &mut Vec<u8>) {
    let special = |byte| matches!(byte, b',' | b'"' | b'\r' | b'\n');
    if !text.bytes().any(special) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for part in text.split_inclusive('"') {
        out.extend_from_slice(part.as_bytes());
        if part.ends_with('"') {
            out.push(b'"');
        }
    }
    out.push(b'"');
}
