//! A progress bar and a sparkline.

use crate::text::{Line, Role};

/// From nothing to the largest value.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A bar of which `share` (0 to 1) is filled.
pub(crate) fn bar(share: f64, columns: usize) -> Line {
    let filled = steps(share, columns);
    Line::of(Role::Accent, &"█".repeat(filled)).and(Role::Faint, &"░".repeat(columns - filled))
}

/// The newest values, from zero to the largest of them, as many as fit; a gap where there is none.
pub(crate) fn sparkline(values: &[f64], columns: usize) -> Line {
    let newest = &values[values.len().saturating_sub(columns)..];
    let largest = newest
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    let line: String = newest.iter().map(|value| level(*value, largest)).collect();
    Line::of(Role::Accent, &line)
}

fn level(value: f64, largest: f64) -> char {
    if value.is_nan() {
        return ' ';
    }
    let share = if largest > 0.0 { value / largest } else { 0.0 };
    LEVELS[steps(share, LEVELS.len() - 1)]
}

/// `share` of `most` as a whole number; what is no number counts as nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is between zero and a number of columns"
)]
fn steps(share: f64, most: usize) -> usize {
    let share = if share.is_nan() {
        0.0
    } else {
        share.clamp(0.0, 1.0)
    };
    (share * most as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &Line) -> String {
        line.spans().map(|(_, text)| text).collect()
    }

    #[test]
    fn a_bar_is_filled_by_its_share() {
        assert_eq!(text(&bar(0.25, 8)), "██░░░░░░");
        assert_eq!(text(&bar(7.0, 4)), "████");
        assert_eq!(text(&bar(f64::NAN, 4)), "░░░░");
    }

    #[test]
    fn a_sparkline_shows_the_newest_values() {
        assert_eq!(
            text(&sparkline(&[100.0, 0.0, 1.0, 2.0, 7.0, f64::NAN], 5)),
            "▁▂▃█ "
        );
        assert_eq!(text(&sparkline(&[], 5)), "");
        assert_eq!(text(&sparkline(&[0.0, 0.0], 5)), "▁▁");
    }
}
