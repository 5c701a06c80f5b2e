//! The lines of the screen, fewer of them where the terminal is short.

use super::keys::{Panel, help, hints, prompt};
use super::state::LiveState;
use super::view::Size;
use super::{figures, health, stages, thresholds};
use crate::changes::changes;
use crate::number::{count, duration};
use crate::text::{Line, Role, flow};

/// From this width on, lines begin with what they are about.
pub(super) const LABELS_FROM: usize = 60;

/// Lines about one thing. On a short terminal the lines of the highest ranks are left out.
struct Part {
    /// Rank of the first line, and of the others.
    ranks: (usize, usize),
    lines: Vec<Line>,
    rest: Rest,
}

/// What is said of lines that are left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Nothing: lines that are continued.
    Untold,
    /// How many rows: a table, whose title alone says nothing.
    Rows,
}

/// All lines that fit, none of them wider than `size`. With a panel there are keys.
pub(super) fn lines(state: &LiveState, panel: Option<&Panel>, size: Size) -> Vec<Line> {
    let (columns, rows) = (usize::from(size.columns), usize::from(size.rows));
    let mut parts = parts(state, columns, rows);
    if let Some(panel) = panel {
        let help = help(panel, columns, rows);
        parts.insert(1, Part::of((1, 1), help));
        parts.push(Part::of((1, 1), prompt(panel, columns)));
        parts.push(Part::of((8, 8), vec![hints(panel, state, columns)]));
    }
    let mut room = Room::of(&parts, rows);
    let mut lines = Vec::new();
    for part in parts {
        let kept = part.within(&mut room);
        lines.extend(kept.into_iter().map(|line| line.fit(columns)));
    }
    lines
}

/// Which lines fit.
struct Room {
    /// All lines of lower ranks are shown.
    last: usize,
    /// So many of this one.
    ties: usize,
}

impl Room {
    fn of(parts: &[Part], rows: usize) -> Self {
        let mut ranks: Vec<usize> = parts.iter().flat_map(Part::ranks).collect();
        ranks.sort_unstable();
        let last = rows.checked_sub(1).and_then(|at| ranks.get(at).copied());
        let last = last.unwrap_or(usize::MAX);
        let below = ranks.iter().filter(|rank| **rank < last).count();
        let ties = rows.saturating_sub(below);
        Self { last, ties }
    }

    fn takes(&mut self, rank: usize) -> bool {
        if rank == self.last && self.ties > 0 {
            self.ties -= 1;
            return true;
        }
        rank < self.last
    }
}

/// Parts in the order in which they are shown, with the ranks in which they matter.
fn parts(state: &LiveState, columns: usize, rows: usize) -> Vec<Part> {
    let (broken, holding) = thresholds::lines(state, columns);
    vec![
        Part::of((0, 0), vec![stages::title(state, columns)]),
        Part::of((10, 26), stages::stages(state, columns, rows)),
        Part::of((2, 20), figures::throughput(state, columns)),
        Part::of((3, 21), figures::outcomes(state, columns)),
        Part::of((4, 22), figures::times(state, columns)),
        Part::of((7, 25), health::generator(state, columns)),
        Part::of((5, 24), broken),
        Part::of((30, 31), holding),
        Part::of((6, 23), health::errors(state, columns, rows)),
        Part::of((28, 35), health::reporters(state, columns)),
        Part::of((9, 9), change(state, columns)),
        Part::table((40, 41), figures::series(&state.series, columns)),
    ]
}

/// The last change, whoever made it.
fn change(state: &LiveState, columns: usize) -> Vec<Line> {
    // The last order has changed so many scenarios at most.
    const LAST: usize = 64;
    let newest = &state.controls[state.controls.len().saturating_sub(LAST)..];
    let Some(change) = changes(newest).pop() else {
        return Vec::new();
    };
    let fields = vec![
        Line::of(Role::Strong, &change.what),
        Line::of(Role::Plain, &change.place),
        Line::of(
            Role::Faint,
            &format!("at {}, by {}", duration(change.at_s), change.by),
        ),
    ];
    flow(&label("changed", columns), fields, columns)
}

impl Part {
    fn of(ranks: (usize, usize), lines: Vec<Line>) -> Self {
        Self {
            ranks,
            lines,
            rest: Rest::Untold,
        }
    }

    fn table(ranks: (usize, usize), lines: Vec<Line>) -> Self {
        Self {
            ranks,
            lines,
            rest: Rest::Rows,
        }
    }

    fn ranks(&self) -> impl Iterator<Item = usize> + use<> {
        let (first, others) = self.ranks;
        (0..self.lines.len()).map(move |at| if at == 0 { first } else { others })
    }

    /// The lines that fit.
    fn within(mut self, room: &mut Room) -> Vec<Line> {
        let all = self.lines.len();
        let kept = self.ranks().take_while(|rank| room.takes(*rank)).count();
        self.lines.truncate(kept);
        if self.rest == Rest::Rows && kept < all {
            const LEAST: usize = 3;
            if kept < LEAST {
                return Vec::new();
            }
            // Another row gives way to the count.
            self.lines.pop();
            let more = count((all - kept + 1) as u64);
            self.lines
                .push(Line::blank(2).and(Role::Faint, &format!("+ {more} more")));
        }
        self.lines
    }
}

pub(super) fn label(text: &str, columns: usize) -> Line {
    if columns >= LABELS_FROM {
        Line::of(Role::Faint, &format!("{text:<12}"))
    } else {
        Line::default()
    }
}
