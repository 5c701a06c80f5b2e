//! The bytes of `COPY`.

use std::convert::Infallible;
use std::fmt::Write;

use proptest::prelude::*;
use squall_report::Batch;

use super::super::encode::{CopyRows, without_nul};
use crate::sample::{event, event_batch, failed_event};
use crate::sql::{TableKind, write};

fn chunks(batch: &Batch, kind: TableKind, size: usize) -> Vec<Vec<u8>> {
    let mut chunks = Vec::new();
    let mut rows = CopyRows::new(kind.columns().count(), |bytes| {
        chunks.push(bytes);
        Ok::<_, Infallible>(())
    })
    .in_chunks_of(size);
    write(batch, kind, &mut rows).unwrap();
    rows.finish().unwrap();
    chunks
}

/// Lists bytes as `xxd` does.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(16) {
        for byte in line {
            write!(text, "{byte:02x} ").unwrap();
        }
        let shown = line.iter().map(|byte| match byte {
            0x20..=0x7e => char::from(*byte),
            _ => '.',
        });
        writeln!(
            text,
            "{}{}",
            "   ".repeat(16 - line.len()),
            shown.collect::<String>()
        )
        .unwrap();
    }
    text
}

#[test]
fn events_are_rows_of_binary_copy() {
    let batch = Batch::Events(event_batch(vec![failed_event(2, "connect", "nul\0 here")]));
    let chunks = chunks(&batch, TableKind::Events, usize::MAX);
    assert_eq!(chunks.len(), 1);
    insta::assert_snapshot!("events", hex(&chunks[0]));
}

#[test]
fn pieces_are_each_a_whole_copy_and_an_empty_batch_is_none() {
    let batch = Batch::Events(event_batch((0..10).map(event).collect()));
    let small = chunks(&batch, TableKind::Events, 1);
    assert_eq!(small.len(), 10);
    for chunk in &small {
        assert!(chunk.starts_with(b"PGCOPY\n\xff\r\n\0"));
        assert!(chunk.ends_with(&[0xff, 0xff]));
    }
    let empty = Batch::Events(event_batch(Vec::new()));
    assert_eq!(chunks(&empty, TableKind::Events, 1).len(), 0);
}

#[test]
fn escaped_nul_in_json_becomes_visible_and_backslashes_stay() {
    let check = |json: &str, expected: Option<&str>| {
        assert_eq!(without_nul(json).as_deref(), expected);
    };
    check(r#""a\\b""#, None);
    check(r#""a\u0000b""#, Some("\"a\u{2400}b\""));
    check(r#""a\\u0000b""#, Some(r#""a\\u0000b""#));
    check(
        r#""\\\u0000\"é\u0000""#,
        Some("\"\\\\\u{2400}\\\"é\u{2400}\""),
    );
}

proptest! {
    #[test]
    fn json_without_nul_is_the_same_json_with_the_sign_for_it(text: String, n in 0_usize..4) {
        let text = format!("{}\0{text}\0{}", "\\".repeat(n), "u0000");
        let json = serde_json::to_string(&text).unwrap();
        let replaced = without_nul(&json).unwrap();
        let read: String = serde_json::from_str(&replaced).unwrap();
        prop_assert_eq!(read, text.replace('\0', "\u{2400}"));
    }

    #[test]
    fn every_length_is_that_of_its_value(class: String, message: String) {
        let batch = Batch::Events(event_batch(vec![failed_event(1, &class, &message)]));
        let bytes = chunks(&batch, TableKind::Events, usize::MAX).remove(0);
        let mut rest = &bytes[19..];
        let mut values = 0;
        let columns = i16::from_be_bytes([rest[0], rest[1]]);
        rest = &rest[2..];
        while rest.len() > 2 {
            let length = i32::from_be_bytes(rest[..4].try_into().unwrap());
            rest = &rest[4 + usize::try_from(length).unwrap_or(0)..];
            values += 1;
        }
        prop_assert_eq!(rest, [0xff, 0xff]);
        prop_assert_eq!(values, columns);
    }
}
