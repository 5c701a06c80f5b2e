//! Lists that are no numbers of a run: facts with labels, rows under titles.

use crate::table::{Cell, Column, Narrow, Table};
use crate::text::{Line, Role, wrap};
use crate::theme::Theme;

/// How a fact is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
}

impl Tone {
    fn role(self) -> Role {
        match self {
            Self::Plain => Role::Plain,
            Self::Good => Role::Good,
            Self::Bad => Role::Bad,
        }
    }
}

/// A label and what stands behind it; without a label it goes on with what is above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub label: String,
    /// What is to be said.
    pub text: String,
    /// How it is to be taken.
    pub tone: Tone,
}

impl Fact {
    /// An ordinary fact.
    pub fn plain(label: &str, text: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            text: text.into(),
            tone: Tone::Plain,
        }
    }

    /// A fact that is good or bad.
    pub fn toned(label: &str, text: impl Into<String>, tone: Tone) -> Self {
        Self {
            tone,
            ..Self::plain(label, text)
        }
    }
}

/// Facts below each other, their texts at one indent and wrapped.
pub fn facts(facts: &[Fact], columns: u16, theme: Theme) -> String {
    const GAP: usize = 2;
    let columns = usize::from(columns);
    let widths = facts.iter().map(|fact| fact.label.chars().count());
    let indent = widths.max().unwrap_or(0) + GAP;
    let mut lines = Vec::new();
    for fact in facts {
        let label = Line::of(Role::Faint, &format!("{:<indent$}", fact.label));
        let mut start = label;
        for text in wrap(&fact.text, columns.saturating_sub(indent)) {
            lines.push(
                std::mem::replace(&mut start, Line::blank(indent)).and(fact.tone.role(), &text),
            );
        }
    }
    theme.paint_all(lines, columns)
}

/// Rows under titles, with a heading; nothing where there are none. All but the last column are shortened where they do not fit.
pub fn table(
    heading: &str,
    titles: &[&'static str],
    rows: &[Vec<String>],
    columns: u16,
    theme: Theme,
) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let columns = usize::from(columns);
    let column = |title: &&'static str| Column::text(title, Narrow::Shorten);
    let mut table = Table::new(titles.iter().map(column).collect());
    for row in rows {
        table.row(row.iter().map(Cell::plain).collect());
    }
    let mut lines = vec![Line::of(Role::Strong, heading)];
    lines.extend(table.render(columns).into_lines());
    theme.paint_all(lines, columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_stand_under_each_other_and_wrap() {
        let list = [
            Fact::plain("status", "200"),
            Fact::toned("why", "one two three", Tone::Bad),
            Fact::plain("", "a\u{1b}b"),
        ];
        assert_eq!(
            facts(&list, 16, Theme::PLAIN),
            "status  200\nwhy     one two\n        three\n        a\\u{1b}b\n"
        );
    }

    #[test]
    fn a_table_without_rows_is_nothing() {
        assert_eq!(table("x", &["name"], &[], 80, Theme::PLAIN), "");
        let rows = [vec!["shop".to_owned(), "shop.py".to_owned()]];
        assert_eq!(
            table("graphs", &["name", "path"], &rows, 80, Theme::PLAIN),
            "graphs\n  name  path\n  shop  shop.py\n"
        );
    }
}
