//! What a server sent ends up in error messages: nothing of it may reach the terminal as a control sequence.

use std::borrow::Cow;

/// Shows control and text-direction characters as escapes (`\u{1b}`), and a tab as a space.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\t' => clean.push(' '),
            harmful if is_harmful(harmful) => clean.extend(harmful.escape_default()),
            harmless => clean.push(harmless),
        }
    }
    Cow::Owned(clean)
}

fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_are_shown_and_not_obeyed() {
        assert_eq!(clean("a\u{1b}[2Jb\r\nc\td"), "a\\u{1b}[2Jb\\r\\nc d");
    }

    #[test]
    fn text_direction_cannot_be_turned() {
        assert_eq!(clean("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(clean("größe 東京 👩‍👩‍👧"), Cow::Borrowed(_)));
    }
}
