//! A line as spans of text with a meaning; the theme decides how a meaning looks.

use super::{clean, shorten_end, width};

/// What a span means. Colour only ever repeats what words or signs say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ordinary text.
    Plain,
    /// Headings and what was asked for.
    Strong,
    /// Labels, units, what can be skipped.
    Faint,
    /// As it should be.
    Good,
    /// Failed.
    Bad,
    /// Needs attention.
    Warn,
    /// Bars and sparklines.
    Accent,
}

/// One line, without the line break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    spans: Vec<(Role, String)>,
}

impl Line {
    /// A line of one span.
    pub(crate) fn of(role: Role, text: &str) -> Self {
        Self::default().and(role, text)
    }

    /// `columns` spaces.
    pub(crate) fn blank(columns: usize) -> Self {
        Self::of(Role::Plain, &" ".repeat(columns))
    }

    /// Adds a span; control characters in `text` are made harmless.
    pub(crate) fn and(mut self, role: Role, text: &str) -> Self {
        if !text.is_empty() {
            self.spans.push((role, clean(text).into_owned()));
        }
        self
    }

    /// Adds all spans of `other`.
    pub(crate) fn join(mut self, other: Self) -> Self {
        self.spans.extend(other.spans);
        self
    }

    /// Columns that the line takes.
    pub(crate) fn width(&self) -> usize {
        self.spans.iter().map(|(_, text)| width(text)).sum()
    }

    /// Whether there is nothing on the line.
    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Cuts the line at `columns`, and spaces at its end.
    pub(crate) fn fit(self, columns: usize) -> Self {
        let line = self.trimmed();
        if line.width() <= columns {
            return line;
        }
        let mut left = columns;
        let mut cut = Self::default();
        for (role, text) in line.spans {
            let used = width(&text);
            if used >= left {
                // One column more than fits makes the ellipsis appear also when the cut is between two spans.
                return cut.and(role, &shorten_end(&format!("{text} "), left));
            }
            left -= used;
            cut = cut.and(role, &text);
        }
        cut
    }

    fn trimmed(mut self) -> Self {
        while let Some((_, last)) = self.spans.last_mut() {
            last.truncate(last.trim_end_matches(' ').len());
            if !last.is_empty() {
                break;
            }
            self.spans.pop();
        }
        self
    }

    /// The spans in order.
    pub(crate) fn spans(&self) -> impl Iterator<Item = (Role, &str)> {
        self.spans.iter().map(|(role, text)| (*role, text.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &Line) -> String {
        line.spans().map(|(_, text)| text).collect()
    }

    #[test]
    fn a_line_is_cut_where_the_terminal_ends() {
        let line = Line::of(Role::Plain, "abc").and(Role::Bad, "def");
        assert_eq!(text(&line.clone().fit(6)), "abcdef");
        assert_eq!(text(&line.clone().fit(5)), "abcd…");
        assert_eq!(text(&line.clone().fit(3)), "ab…");
        assert_eq!(text(&line.fit(0)), "");
    }

    #[test]
    fn spaces_at_the_end_are_left_out() {
        let line = Line::of(Role::Plain, "abc  ").and(Role::Bad, "  ");
        assert_eq!(text(&line.fit(20)), "abc");
    }
}
