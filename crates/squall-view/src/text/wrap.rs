//! Breaks text into lines at spaces, and inside a word only where the word alone is too long.

use super::clean::clean;
use super::measure::{head, width};

/// Lines of at most `columns`; line breaks of `text` are kept, a run of spaces becomes one.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        wrap_paragraph(&clean(paragraph), columns, &mut lines);
    }
    lines
}

fn wrap_paragraph(text: &str, columns: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        let needed = if line.is_empty() { 0 } else { width(&line) + 1 };
        if needed + width(word) <= columns {
            if needed > 0 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = break_word(word, columns, lines);
    }
    if !line.is_empty() {
        lines.push(line);
    }
}

/// Puts all full lines of `word` into `lines` and returns what is left.
fn break_word(word: &str, columns: usize, lines: &mut Vec<String>) -> String {
    let mut rest = word;
    while width(rest) > columns {
        let part = head(rest, columns);
        if part.is_empty() {
            // One character that is wider than the line: it is shown as cut off.
            return "…".to_owned();
        }
        lines.push(part.to_owned());
        rest = &rest[part.len()..];
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
    }

    #[test]
    fn a_long_word_is_broken() {
        assert_eq!(wrap("a abcdefghij", 4), ["a", "abcd", "efgh", "ij"]);
    }

    #[test]
    fn line_breaks_are_kept() {
        assert_eq!(wrap("GET /\r\nHost: x", 20), ["GET /", "Host: x"]);
    }

    #[test]
    fn a_character_wider_than_the_line_is_cut_off() {
        assert_eq!(wrap("東", 1), ["…"]);
    }
}
