//! Bodies as text that a terminal can bear.

/// Bytes of a body that are shown unless all of it is asked for.
const SHOWN: usize = 2048;

/// How much of a body is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Its beginning.
    Short,
    /// All of it.
    Full,
}

/// Returns a body as text; what is no text is counted.
pub(super) fn body(bytes: &[u8], length: Length) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return format!("({} that are not text)", count(bytes.len()));
    };
    let mut end = match length {
        Length::Short => SHOWN.min(text.len()),
        Length::Full => text.len(),
    };
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let shown = printable(&text[..end]);
    if end == text.len() {
        return shown;
    }
    let all = count(text.len());
    format!("{shown}…\n({all} in all; --full shows them)")
}

/// Replaces what could move the cursor.
pub(super) fn printable(text: &str) -> String {
    let bears = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    let replaced = text.replace("\r\n", "\n");
    replaced
        .chars()
        .map(|c| {
            if bears(c) {
                c
            } else {
                char::REPLACEMENT_CHARACTER
            }
        })
        .collect()
}

fn count(bytes: usize) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        many => format!("{many} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_shortened_between_characters() {
        assert_eq!(body(b"{}", Length::Short), "{}");
        let long = "ä".repeat(SHOWN);
        let shown = body(long.as_bytes(), Length::Short);
        assert!(shown.starts_with(&"ä".repeat(SHOWN / 2)), "{shown}");
        assert!(
            shown.ends_with("…\n(4096 bytes in all; --full shows them)"),
            "{shown}"
        );
        assert_eq!(body(long.as_bytes(), Length::Full), long);
    }

    #[test]
    fn what_is_no_text_is_counted() {
        assert_eq!(
            body(&[0xff, 0xfe], Length::Short),
            "(2 bytes that are not text)"
        );
        assert_eq!(body(b"a\x1b[2Jb", Length::Short), "a\u{fffd}[2Jb");
    }
}
