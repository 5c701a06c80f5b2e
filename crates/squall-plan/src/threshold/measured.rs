//! Which part of a stage's load is measured: `after ramp`, `after 30s before 10s`.

use std::str::FromStr;

use crate::check::{CheckedExecute, CheckedLoad, LoadEnd};
use crate::model::RampStage;
use crate::nearest;
use crate::units::{Span, UnitError};

/// The part of each stage's load that is measured; the rest is warm-up and cool-down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// How long the warm-up is.
    pub after: Edge,
    /// How long the cool-down is.
    pub before: Edge,
}

/// A part at the start or the end of the load that is not measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edge {
    /// Nothing.
    #[default]
    None,
    /// The ramps there.
    Ramp,
    /// So long.
    For(Span),
}

impl Measured {
    /// Returns how long the warm-up of a stage is: the longest of its scenarios'.
    pub fn warm_up(&self, execute: &CheckedExecute) -> Span {
        longest(self.after, execute, |ramps, first| {
            let mut before = first;
            let leading = ramps.iter().take_while(|ramp| {
                let holds = same(before, ramp.target) && !ramp.duration.is_zero();
                before = ramp.target;
                !holds
            });
            sum(leading)
        })
    }

    /// Returns how long the cool-down of a stage is: the longest of its scenarios'.
    pub fn cool_down(&self, execute: &CheckedExecute) -> Span {
        longest(self.before, execute, |ramps, first| {
            let starts = [first]
                .into_iter()
                .chain(ramps.iter().map(|ramp| ramp.target));
            let starts: Vec<f64> = starts.collect();
            let trailing = ramps.iter().zip(&starts).rev();
            sum(trailing
                .take_while(|(ramp, start)| !same(**start, ramp.target) || ramp.duration.is_zero())
                .map(|(ramp, _)| ramp))
        })
    }

    /// Says what makes this impossible for a stage.
    pub fn objection(&self, execute: &CheckedExecute) -> Option<String> {
        let ends = execute.scenarios.iter().map(|scenario| scenario.load.end());
        let length = ends
            .map(|end| match end {
                LoadEnd::After(length) => Some(length),
                LoadEnd::Open | LoadEnd::Stopped => None,
            })
            .reduce(|one, other| Some(one?.max(other?)))
            .flatten();
        let Some(length) = length else {
            let unknown = "nobody knows beforehand when its load ends, hence nothing can be measured before that";
            return (self.before != Edge::None).then(|| unknown.to_owned());
        };
        let apart = self
            .warm_up(execute)
            .saturating_add(self.cool_down(execute));
        (apart >= length).then(|| {
            format!(
                "nothing is left to measure: warm-up and cool-down take {:.0} of {:.0} s",
                apart.as_secs_f64(),
                length.as_secs_f64()
            )
        })
    }
}

#[expect(
    clippy::float_cmp,
    reason = "a ramp that holds has the very same target as the one before"
)]
fn same(one: f64, other: f64) -> bool {
    one == other
}

fn sum<'a>(ramps: impl Iterator<Item = &'a RampStage>) -> Span {
    ramps.fold(Span::ZERO, |sum, ramp| sum.saturating_add(ramp.duration))
}

fn longest(
    edge: Edge,
    execute: &CheckedExecute,
    ramp_of: impl Fn(&[RampStage], f64) -> Span,
) -> Span {
    match edge {
        Edge::None => Span::ZERO,
        Edge::For(span) => span,
        Edge::Ramp => {
            let loads = execute.scenarios.iter().map(|scenario| &scenario.load);
            let spans = loads.map(|load| match load {
                CheckedLoad::Closed {
                    ramps,
                    start_users: first,
                    ..
                }
                | CheckedLoad::Open {
                    ramps,
                    start_rate: first,
                    ..
                } => ramp_of(ramps, *first),
                CheckedLoad::Iterations { .. }
                | CheckedLoad::Volume { .. }
                | CheckedLoad::Batches { .. }
                | CheckedLoad::Completions { .. }
                | CheckedLoad::Eager { .. }
                | CheckedLoad::Arrivals { .. } => Span::ZERO,
            });
            spans.max().unwrap_or(Span::ZERO)
        }
    }
}

impl FromStr for Measured {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let measured = match words[..] {
            ["after", after] => Self {
                after: edge(after)?,
                before: Edge::None,
            },
            ["before", before] => Self {
                after: Edge::None,
                before: edge(before)?,
            },
            ["after", after, "before", before] => Self {
                after: edge(after)?,
                before: edge(before)?,
            },
            _ => return Err(unreadable(text)),
        };
        Ok(measured)
    }
}

fn edge(word: &str) -> Result<Edge, UnitError> {
    if word == "ramp" {
        return Ok(Edge::Ramp);
    }
    let span: Result<Span, _> = word.parse();
    span.map(Edge::For)
        .map_err(|error| match nearest::nearest(word, ["ramp"]) {
            Some(meant) => UnitError(format!(
                "`{word}` is no part of a load; did you mean `{meant}`?"
            )),
            None => error,
        })
}

fn unreadable(text: &str) -> UnitError {
    UnitError(format!(
        "`{text}` does not say what is measured; write `after ramp`, `after 30s`, `before 10s` or `after 30s before ramp`"
    ))
}
