//! A table that fits: columns leave in a set order, then names are shortened in the middle.

use crate::text::{Line, Role, clean, shorten_middle, width};

/// Spaces between two columns.
const GAP: usize = 2;
/// Names are not shortened below a quarter of the table, within these limits, while a column can still leave.
const COMFORTABLE: (usize, usize) = (12, 40);
/// Names are not shortened below this at all.
const NARROWEST: usize = 4;

/// Where a cell's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// What happens to a column when the terminal is too narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Narrow {
    /// It stays, and its cells are shortened in the middle.
    Shorten,
    /// It stays as it is.
    Keep,
    /// It leaves; the lowest rank leaves first.
    Leave(u8),
    /// It has nothing to say and is never shown.
    Hide,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    title: &'static str,
    align: Align,
    narrow: Narrow,
}

impl Column {
    /// A column with left-aligned text.
    pub(crate) fn text(title: &'static str, narrow: Narrow) -> Self {
        Self {
            title,
            align: Align::Left,
            narrow,
        }
    }

    /// A column with right-aligned numbers.
    pub(crate) fn number(title: &'static str, narrow: Narrow) -> Self {
        Self {
            title,
            align: Align::Right,
            narrow,
        }
    }
}

/// One cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    role: Role,
    text: String,
}

impl Cell {
    /// A cell with a meaning.
    pub(crate) fn new(role: Role, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            role,
            text: clean(&text).into_owned(),
        }
    }

    /// A cell with ordinary text.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self::new(Role::Plain, text)
    }
}

/// Rows under column titles, indented by two.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

/// A laid-out table.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// The column titles.
    pub(crate) titles: Line,
    /// One line per row, in the order of the rows.
    pub(crate) rows: Vec<Line>,
}

impl Rendered {
    /// The titles and all rows.
    pub(crate) fn into_lines(self) -> Vec<Line> {
        let mut lines = vec![self.titles];
        lines.extend(self.rows);
        lines
    }
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells that are missing at the end are empty.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Whether there are no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Lays the table out in `columns` of the terminal.
    pub(crate) fn render(&self, columns: usize) -> Rendered {
        let shown = self.arrange(columns.saturating_sub(GAP));
        let titles = shown.iter().map(|&(at, columns)| {
            let title = Cell::new(Role::Faint, self.columns[at].title);
            self.aligned(at, &title, columns)
        });
        let rows = self.rows.iter().map(|row| {
            let cells = shown.iter().map(|&(at, columns)| match row.get(at) {
                Some(cell) => self.aligned(at, cell, columns),
                None => Line::blank(columns),
            });
            indented(cells)
        });
        Rendered {
            titles: indented(titles),
            rows: rows.collect(),
        }
    }

    /// Which columns are shown, and how wide each is.
    fn arrange(&self, available: usize) -> Vec<(usize, usize)> {
        let visible = (0..self.columns.len()).filter(|at| self.columns[*at].narrow != Narrow::Hide);
        let mut shown: Vec<(usize, usize)> =
            visible.map(|at| (at, self.natural_width(at))).collect();
        let comfortable = (available / 4).clamp(COMFORTABLE.0, COMFORTABLE.1);
        while total(&shown) > available {
            let mut shortened = shown.clone();
            if self.shorten_to(&mut shortened, available, comfortable) {
                return shortened;
            }
            let Some(leaving) = self.next_to_leave(&shown) else {
                self.shorten_to(&mut shown, available, NARROWEST);
                break;
            };
            shown.remove(leaving);
        }
        shown
    }

    /// Shortens the widest shortenable column again and again; says whether the table fits.
    fn shorten_to(&self, shown: &mut [(usize, usize)], available: usize, least: usize) -> bool {
        for (_, columns) in shown.iter_mut() {
            *columns = (*columns).min(available.max(least));
        }
        while total(shown) > available {
            let shortenable = shown.iter_mut().filter(|(at, columns)| {
                self.columns[*at].narrow == Narrow::Shorten && *columns > least
            });
            let Some((_, columns)) = shortenable.max_by_key(|(_, columns)| *columns) else {
                return false;
            };
            *columns -= 1;
        }
        true
    }

    fn next_to_leave(&self, shown: &[(usize, usize)]) -> Option<usize> {
        let leaving = shown.iter().enumerate().filter_map(|(position, (at, _))| {
            match self.columns[*at].narrow {
                Narrow::Leave(rank) => Some((rank, position)),
                Narrow::Shorten | Narrow::Keep | Narrow::Hide => None,
            }
        });
        leaving.min().map(|(_, position)| position)
    }

    fn natural_width(&self, at: usize) -> usize {
        let cells = self
            .rows
            .iter()
            .filter_map(|row| row.get(at))
            .map(|cell| width(&cell.text));
        cells.max().unwrap_or(0).max(width(self.columns[at].title))
    }

    fn aligned(&self, at: usize, cell: &Cell, columns: usize) -> Line {
        let text = shorten_middle(&cell.text, columns);
        let space = Line::blank(columns.saturating_sub(width(&text)));
        let text = Line::of(cell.role, &text);
        match self.columns[at].align {
            Align::Left => text.join(space),
            Align::Right => space.join(text),
        }
    }
}

fn indented(cells: impl Iterator<Item = Line>) -> Line {
    cells.fold(Line::default(), |line, cell| {
        line.join(Line::blank(GAP)).join(cell)
    })
}

fn total(shown: &[(usize, usize)]) -> usize {
    let cells: usize = shown.iter().map(|(_, columns)| columns).sum();
    cells + GAP * shown.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Theme;

    fn sample(columns: usize) -> Vec<String> {
        let mut table = Table::new(vec![
            Column::text("name", Narrow::Shorten),
            Column::number("count", Narrow::Keep),
            Column::number("mean", Narrow::Leave(1)),
            Column::number("max", Narrow::Leave(0)),
        ]);
        table.row(
            ["GET /a/very/long/path/to/it", "1,000", "1.24 ms", "3.20 s"]
                .map(Cell::plain)
                .to_vec(),
        );
        table.row(vec![Cell::plain("short")]);
        let lines = table.render(columns).into_lines();
        lines
            .into_iter()
            .map(|line| Theme::PLAIN.paint(&line.fit(columns)))
            .collect()
    }

    #[test]
    fn a_table_that_fits_shows_everything() {
        let expected = [
            "  name                         count     mean     max",
            "  GET /a/very/long/path/to/it  1,000  1.24 ms  3.20 s",
            "  short",
        ];
        assert_eq!(sample(60), expected);
    }

    #[test]
    fn names_are_shortened_before_columns_leave() {
        assert_eq!(
            sample(45)[1],
            "  GET /a/ve…ath/to/it  1,000  1.24 ms  3.20 s"
        );
    }

    #[test]
    fn the_lowest_rank_leaves_first() {
        assert_eq!(sample(36)[0], "  name                count     mean");
        assert_eq!(sample(26)[1], "  GET /a/v…th/to/it  1,000");
    }

    #[test]
    fn what_must_stay_is_cut_at_the_edge() {
        assert_eq!(sample(10), ["  name  c…", "  GE…t  1…", "  sh…t"]);
    }
}
