//! From the text of a rule to tokens.

use std::ops::Range;

use super::RuleError;

/// A piece of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Bytes of the rule.
    pub(super) at: Range<usize>,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name: letters, digits, `_` and `-`; a percentile may hold a point, as in `p99.9`.
    Word,
    /// A number with its unit, if any: `200ms`, `0.1%`, `1000/s`.
    Number,
    /// Text in quotes.
    Text,
    /// `<`, `<=`, `>`, `>=`, `==`, `!=`
    Comparison,
    /// `(`, `)`, `{`, `}`, `=`, `,`, `.`
    Mark,
    /// The end of the rule.
    End,
}

/// Takes a rule apart; the last token is the end.
pub(super) fn scan(text: &str) -> Result<Vec<Token>, RuleError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let token = token(text, at, first)?;
        at = token.at.end;
        tokens.push(token);
    }
    let end = text.trim_end().len();
    tokens.push(Token {
        kind: Kind::End,
        at: end..end,
    });
    Ok(tokens)
}

fn token(text: &str, at: usize, first: char) -> Result<Token, RuleError> {
    let rest = &text[at..];
    let (kind, length) = match first {
        '"' | '\'' => (Kind::Text, quoted(text, at, first)?),
        '<' | '>' | '=' | '!' if rest[1..].starts_with('=') => (Kind::Comparison, 2),
        '<' | '>' => (Kind::Comparison, 1),
        '(' | ')' | '{' | '}' | '=' | ',' => (Kind::Mark, 1),
        c if c.is_ascii_digit() => (Kind::Number, number(rest)),
        '-' | '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            (Kind::Number, 1 + number(&rest[1..]))
        }
        '.' => (Kind::Mark, 1),
        c if is_word(c) => (Kind::Word, word(rest)),
        other => {
            let at = at..at + other.len_utf8();
            let message = format!("`{}` means nothing here", other.escape_debug());
            return Err(RuleError::new(text, at, message));
        }
    };
    Ok(Token {
        kind,
        at: at..at + length,
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '*')
}

fn word(rest: &str) -> usize {
    let end = |rest: &str| rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let length = end(rest);
    let is_percentile = length > 1
        && rest.starts_with('p')
        && rest[1..length].bytes().all(|byte| byte.is_ascii_digit());
    match rest[length..].strip_prefix('.') {
        Some(fraction) if is_percentile && fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            length + 1 + end(fraction)
        }
        _ => length,
    }
}

fn number(rest: &str) -> usize {
    let belongs = |c: char| c.is_alphanumeric() || matches!(c, '.' | '%' | '/');
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// The length of a text with its quotes.
fn quoted(text: &str, at: usize, quote: char) -> Result<usize, RuleError> {
    let length = text[at + 1..].find(quote).map(|length| length + 2);
    length.ok_or_else(|| {
        let message = format!("the text that begins here has no `{quote}` at its end");
        RuleError::new(text, at..text.trim_end().len(), message)
    })
}
