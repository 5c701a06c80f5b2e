//! Errors, warnings and hints that are already put into words.

use crate::text::{Line, Role};
use crate::theme::Theme;

/// Words at the beginning of a line that say what the line is.
const WORDS: [(&str, Role); 5] = [
    ("error:", Role::Bad),
    ("warning:", Role::Warn),
    ("caused by:", Role::Strong),
    ("hint:", Role::Accent),
    ("note:", Role::Accent),
];

/// Colours `error:`, `warning:`, `caused by:`, `hint:` and `note:` where they begin a line. The text stays as it is, except that
/// control characters are shown as escapes; each line ends with a line break.
pub fn render(message: &str, theme: Theme) -> String {
    let lines = message.lines().map(line);
    lines.map(|line| theme.paint(&line) + "\n").collect()
}

fn line(text: &str) -> Line {
    let start = text.len() - text.trim_start().len();
    let (indent, rest) = text.split_at(start);
    let known = WORDS
        .iter()
        .find_map(|(word, role)| Some((*word, *role, rest.strip_prefix(word)?)));
    let line = Line::of(Role::Plain, indent);
    match known {
        Some((word, role, rest)) => line.and(role, word).and(Role::Plain, rest),
        None => line.and(Role::Plain, rest),
    }
}
