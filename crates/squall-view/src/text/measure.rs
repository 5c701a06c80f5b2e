//! Display width in terminal columns, by grapheme, so that a letter and its accents are never torn apart.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

/// Stands for the text that was left out.
const ELLIPSIS: &str = "…";

/// Columns that `text` takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Cuts `text` at the end to `columns`, with `…` when something was cut.
pub(crate) fn shorten_end(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    match columns {
        0 => String::new(),
        _ => format!("{}{ELLIPSIS}", head(text, columns - 1)),
    }
}

/// Cuts `text` at the start to `columns`, with `…` when something was cut: of what is being typed, the end matters.
pub(crate) fn shorten_start(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    match columns {
        0 => String::new(),
        _ => format!("{ELLIPSIS}{}", tail(text, columns - 1)),
    }
}

/// Cuts `text` in the middle to `columns`: names often differ at both ends only.
pub(crate) fn shorten_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(kept) = columns.checked_sub(1) else {
        return String::new();
    };
    let tail = tail(text, kept / 2);
    let head = head(text, kept - width(tail));
    format!("{head}{ELLIPSIS}{tail}")
}

/// The longest beginning of `text` that takes at most `columns`.
pub(crate) fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > columns {
            return &text[..at];
        }
    }
    text
}

/// The longest end of `text` that takes at most `columns`.
fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > columns {
            return &text[at + grapheme.len()..];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shortened_in_the_middle() {
        assert_eq!(shorten_middle("GET /shop/orders/items", 11), "GET /…items");
        assert_eq!(shorten_start("what is typed", 6), "…typed");
        assert_eq!(shorten_start("abc", 0), "");
        assert_eq!(shorten_middle("short", 5), "short");
        assert_eq!(shorten_middle("abc", 1), "…");
        assert_eq!(shorten_middle("abc", 0), "");
    }

    #[test]
    fn wide_characters_count_twice_and_stay_whole() {
        assert_eq!(width("東京"), 4);
        assert_eq!(shorten_end("東京都", 4), "東…");
        assert_eq!(shorten_middle("東京都庁", 6), "東…庁");
    }

    #[test]
    fn an_accent_stays_on_its_letter() {
        assert_eq!(shorten_end("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    }
}
