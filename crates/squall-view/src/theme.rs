//! How meanings look: colours or none, Unicode signs or ASCII.

use std::env;
use std::fmt::Write as _;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::text::{Line, Role};

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// ANSI colours.
    On,
    /// No escape sequences in text.
    Off,
}

/// Which characters the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// All of Unicode.
    Unicode,
    /// Seven bits: every other character is replaced by one of the same width.
    Ascii,
}

/// How text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether colours are used.
    pub color: Color,
    /// Which characters may be used.
    pub glyphs: Glyphs,
}

impl Theme {
    /// Unicode without colours.
    pub const PLAIN: Self = Self {
        color: Color::Off,
        glyphs: Glyphs::Unicode,
    };

    /// Asks `stream` and the process's environment; see [`Theme::detect`].
    pub fn for_stream(stream: &impl IsTerminal) -> Self {
        let color = if stream.is_terminal() {
            Color::On
        } else {
            Color::Off
        };
        Self::detect(color, |name| env::var(name).ok())
    }

    /// Chooses by the environment: `color` is what the stream could show, and is turned off by a non-empty `NO_COLOR`
    /// (<https://no-color.org>) or `TERM=dumb`. ASCII is used when the first non-empty of `LC_ALL`, `LC_CTYPE` and `LANG` does not
    /// name UTF-8; none at all means the POSIX locale, which is ASCII.
    pub fn detect(color: Color, variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        let color = if dumb || set("NO_COLOR").is_some() {
            Color::Off
        } else {
            color
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| set(name));
        let glyphs = if locale.map_or(cfg!(windows), |locale| names_utf8(&locale)) {
            Glyphs::Unicode
        } else {
            Glyphs::Ascii
        };
        Self { color, glyphs }
    }

    /// The line as text with escape sequences, without a line break.
    pub(crate) fn paint(self, line: &Line) -> String {
        let mut painted = String::new();
        for (role, text) in line.spans() {
            let style = match self.color {
                Color::On => style(role),
                Color::Off => Style::new(),
            };
            let written = match self.glyphs {
                Glyphs::Unicode => write!(painted, "{style}{text}{style:#}"),
                Glyphs::Ascii => write!(painted, "{style}{}{style:#}", to_ascii(text)),
            };
            debug_assert!(written.is_ok(), "writing to a string cannot fail");
        }
        painted
    }

    /// The lines as text, each cut at `columns` and ended by a line break.
    pub(crate) fn paint_all(self, lines: Vec<Line>, columns: usize) -> String {
        let mut text = String::new();
        for line in lines {
            text.push_str(&self.paint(&line.fit(columns)));
            text.push('\n');
        }
        text
    }
}

fn names_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.ends_with("utf-8")
        || locale.ends_with("utf8")
        || locale.contains("utf-8@")
        || locale.contains("utf8@")
}

fn style(role: Role) -> Style {
    match role {
        Role::Plain => Style::new(),
        Role::Strong => Style::new().bold(),
        Role::Faint => Style::new().dimmed(),
        Role::Good => AnsiColor::Green.on_default(),
        Role::Bad => AnsiColor::Red.on_default().bold(),
        Role::Warn => AnsiColor::Yellow.on_default(),
        Role::Accent => AnsiColor::Cyan.on_default(),
    }
}

/// Every replacement is as wide as what it stands for, so that a layout made for Unicode holds.
fn to_ascii(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut ascii = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        match grapheme {
            known if known.is_ascii() => ascii.push_str(known),
            "✔" | "▆" => ascii.push('+'),
            "✘" | "×" => ascii.push('x'),
            "…" => ascii.push('~'),
            "–" | "▄" | "−" => ascii.push('-'),
            "µ" => ascii.push('u'),
            "·" | "░" | "▂" => ascii.push('.'),
            "▶" | "→" => ascii.push('>'),
            "↑" => ascii.push('^'),
            "↓" => ascii.push('v'),
            "█" => ascii.push('#'),
            "▁" => ascii.push('_'),
            "▃" => ascii.push(':'),
            "▅" => ascii.push('='),
            "▇" => ascii.push('*'),
            unknown => ascii.push_str(&"?".repeat(unknown.width())),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(variables: &[(&str, &str)]) -> Theme {
        Theme::detect(Color::On, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn no_color_turns_colours_off_unless_it_is_empty() {
        assert_eq!(detect(&[("NO_COLOR", "1")]).color, Color::Off);
        assert_eq!(detect(&[("NO_COLOR", "")]).color, Color::On);
        assert_eq!(detect(&[("TERM", "dumb")]).color, Color::Off);
    }

    #[test]
    fn a_stream_without_colours_gets_none() {
        assert_eq!(Theme::detect(Color::Off, |_| None).color, Color::Off);
    }

    #[test]
    fn the_locale_decides_about_unicode() {
        assert_eq!(detect(&[("LANG", "de_DE.UTF-8")]).glyphs, Glyphs::Unicode);
        assert_eq!(detect(&[("LANG", "C.utf8")]).glyphs, Glyphs::Unicode);
        assert_eq!(
            detect(&[("LANG", "de_DE.UTF-8@euro")]).glyphs,
            Glyphs::Unicode
        );
        assert_eq!(
            detect(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")]).glyphs,
            Glyphs::Ascii
        );
        assert_eq!(
            detect(&[("LANG", "C"), ("LC_ALL", ""), ("LC_CTYPE", "C.UTF-8")]).glyphs,
            Glyphs::Unicode
        );
    }

    #[test]
    fn ascii_keeps_the_width() {
        assert_eq!(to_ascii("✔ 412 µs 東京 e\u{301}…"), "+ 412 us ???? ?~");
    }

    #[test]
    fn colours_are_escape_sequences_and_nothing_else_changes() {
        let line = Line::of(Role::Bad, "failed").and(Role::Plain, " 3");
        let colored = Theme {
            color: Color::On,
            ..Theme::PLAIN
        };
        assert_eq!(Theme::PLAIN.paint(&line), "failed 3");
        assert_eq!(colored.paint(&line), "\u{1b}[1m\u{1b}[31mfailed\u{1b}[0m 3");
    }
}
