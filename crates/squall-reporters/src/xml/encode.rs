//! Rows as XML elements, one on each line.

use std::path::Path;

use squall_report::{RECORD_VERSION, ReporterError};

use super::file::XmlFile;
use crate::files::columns::{Cell, Row};
use crate::files::{Existing, Format, Growing};

/// XML 1.0.
#[derive(Debug)]
pub(super) struct Xml;

impl Format for Xml {
    fn head<R: Row>() -> Vec<u8> {
        let root = R::TABLE;
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} version=\"{RECORD_VERSION}\">\n"
        )
        .into_bytes()
    }

    fn row<R: Row>(row: &R::Of<'_>, out: &mut Vec<u8>) {
        let mut scratch = String::new();
        start(R::NAME, out);
        for column in R::COLUMNS {
            let cell = (column.cell)(row);
            if cell.is_empty() {
                continue;
            }
            start(column.name, out);
            write(&cell, &mut scratch, out);
            end(column.name, out);
        }
        end(R::NAME, out);
        out.push(b'\n');
    }

    fn tail<R: Row>() -> Vec<u8> {
        format!("</{}>\n", R::TABLE).into_bytes()
    }

    fn open<R: Row>(
        path: &Path,
        setting: &'static str,
        existing: Existing,
    ) -> Result<Box<dyn Growing>, ReporterError> {
        let file = XmlFile::open::<R>(path, setting, existing)?;
        Ok(Box::new(file))
    }
}

fn start(name: &str, out: &mut Vec<u8>) {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

fn end(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

fn write(cell: &Cell<'_>, scratch: &mut String, out: &mut Vec<u8>) {
    match cell {
        Cell::Tags(tags) => {
            for (name, value) in *tags {
                out.extend_from_slice(b"<tag><name>");
                escape(name, out);
                out.extend_from_slice(b"</name><value>");
                escape(value, out);
                out.extend_from_slice(b"</value></tag>");
            }
        }
        Cell::Float(number) if !number.is_finite() => {
            out.extend_from_slice(not_finite(*number).as_bytes());
        }
        Cell::Text(_) | Cell::Texts(_) | Cell::Json(_) | Cell::Fields(_) => {
            escape(cell.text(scratch), out);
        }
        // Numbers, moments and ids have nothing to escape.
        _ => out.extend_from_slice(cell.text(scratch).as_bytes()),
    }
}

/// Spells what is no finite number as XML Schema does.
fn not_finite(number: f64) -> &'static str {
    if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "INF"
    } else {
        "-INF"
    }
}

/// Writes text so that it stays on one line and any parser reads it back; what XML 1.0 cannot hold becomes visible: `U+0000`
/// becomes `␀`, and the two characters that are none become the replacement character.
fn escape(text: &str, out: &mut Vec<u8>) {
    // 0xEF begins the characters from U+F000 on.
    let may_be_special = |byte| byte < b' ' || matches!(byte, b'&' | b'<' | b'>' | 0xef);
    if !text.bytes().any(may_be_special) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let mut from = 0;
    for (at, found) in text.char_indices() {
        let Some(replaced) = replacement(found) else {
            continue;
        };
        out.extend_from_slice(&text.as_bytes()[from..at]);
        from = at + found.len_utf8();
        match replaced {
            Replacement::Text(text) => out.extend_from_slice(text.as_bytes()),
            Replacement::Char(other) => {
                out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
    out.extend_from_slice(&text.as_bytes()[from..]);
}

enum Replacement {
    Text(&'static str),
    Char(char),
}

/// Where Unicode has the pictures of the control characters.
const CONTROL_PICTURES: u32 = 0x2400;

fn replacement(found: char) -> Option<Replacement> {
    use Replacement::{Char, Text};
    Some(match found {
        '&' => Text("&amp;"),
        '<' => Text("&lt;"),
        '>' => Text("&gt;"),
        '\t' => Text("&#9;"),
        '\n' => Text("&#10;"),
        '\r' => Text("&#13;"),
        '\0'..'\u{20}' => {
            let picture = char::from_u32(CONTROL_PICTURES + u32::from(found));
            Char(picture.unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        '\u{fffe}' | '\u{ffff}' => Char(char::REPLACEMENT_CHARACTER),
        _ => return None,
    })
}
