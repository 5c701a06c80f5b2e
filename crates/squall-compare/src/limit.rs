//! What a pipeline stops at: `p99 > +10%`.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::metric::{Metric, Unit};

/// How much a metric may change.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    metric: Metric,
    /// In the metric's unit; above 0 more is a regression, below 0 less is.
    amount: f64,
    direction: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Above,
    Below,
}

/// What is wrong with a limit as it is written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}\n    {text}\n    {}{}", " ".repeat(self.before()), "^".repeat(self.marked()))]
pub struct LimitError {
    message: String,
    text: String,
    /// In bytes of the text.
    place: Range<usize>,
    hint: String,
}

impl LimitError {
    /// Returns how to put it right.
    pub fn hint(&self) -> &str {
        &self.hint
    }

    fn before(&self) -> usize {
        self.text[..self.place.start].chars().count()
    }

    fn marked(&self) -> usize {
        self.text[self.place.clone()].chars().count().max(1)
    }
}

impl Limit {
    /// Returns the metric.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Whether a change is beyond the limit.
    pub(crate) fn is_beyond(&self, change: f64) -> bool {
        match self.direction {
            Direction::Above => change > self.amount,
            Direction::Below => change < self.amount,
        }
    }

    /// Returns the end of an interval that is the nearest to the limit.
    pub(crate) fn nearest(&self, (low, high): (f64, f64)) -> f64 {
        match self.direction {
            Direction::Above => low,
            Direction::Below => high,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.direction {
            Direction::Above => '>',
            Direction::Below => '<',
        };
        let unit = match self.metric.unit() {
            Unit::Percent => "%",
            Unit::Points => "pp",
        };
        // The sign of a limit of nothing says which way.
        let plus = if self.direction == Direction::Above {
            "+"
        } else {
            "-"
        };
        write!(
            f,
            "{} {sign} {plus}{}{unit}",
            self.metric,
            self.amount.abs()
        )
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        Reader { text, at: 0 }.limit()
    }
}

const SHAPE: &str = "write it like `p99 > +10%`, `rate < -5%` or `failed > +0.5pp`";

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn limit(mut self) -> Result<Limit, LimitError> {
        let (name, place) = self.word(|sign| sign.is_alphanumeric() || sign == '_');
        let metric = Metric::of_name(name).ok_or_else(|| self.no_metric(name, &place))?;
        let (sign, place) = self.word(|sign| "<>=".contains(sign));
        let direction = match sign {
            ">" => Direction::Above,
            "<" => Direction::Below,
            _ => return Err(self.error("`>` or `<` is missing here", place, SHAPE)),
        };
        let (number, place) = self.word(|sign| "+-.".contains(sign) || sign.is_ascii_digit());
        let amount: f64 = match number.parse() {
            Ok(amount) => amount,
            Err(_) => return Err(self.error("a number is missing here", place, SHAPE)),
        };
        self.check_sign(direction, number, amount, &place)?;
        self.unit(metric)?;
        Ok(Limit {
            metric,
            amount,
            direction,
        })
    }

    /// Takes what consists of such characters, after spaces.
    fn word(&mut self, is_part: impl Fn(char) -> bool) -> (&'a str, Range<usize>) {
        let rest = &self.text[self.at..];
        let start = self.at + rest.len() - rest.trim_start().len();
        let rest = &self.text[start..];
        let length = rest.find(|sign| !is_part(sign)).unwrap_or(rest.len());
        self.at = start + length;
        let next = rest.chars().next().map_or(0, char::len_utf8);
        (&rest[..length], start..start + length.max(next))
    }

    fn check_sign(
        &self,
        direction: Direction,
        number: &str,
        amount: f64,
        place: &Range<usize>,
    ) -> Result<(), LimitError> {
        match direction {
            Direction::Above if amount < 0.0 => {
                let hint = "`>` stops at an increase: `> +10%`; a decrease is `< -10%`";
                Err(self.error("an increase is not negative", place.clone(), hint))
            }
            Direction::Below if !number.starts_with('-') => {
                let hint = "`<` stops at a decrease: `< -10%`; an increase is `> +10%`";
                Err(self.error("a decrease is negative", place.clone(), hint))
            }
            Direction::Above | Direction::Below => Ok(()),
        }
    }

    fn unit(&mut self, metric: Metric) -> Result<(), LimitError> {
        let (unit, place) = self.word(|sign| !sign.is_whitespace());
        let expected = match metric.unit() {
            Unit::Percent => "%",
            Unit::Points => "pp",
        };
        if unit != expected {
            let message = format!("the unit of a change of `{metric}` is `{expected}`");
            let hint = match metric.unit() {
                Unit::Percent => "`%` is of what the baseline has",
                Unit::Points => "`pp` are percentage points: from 1 % to 1.5 % is `+0.5pp`",
            };
            return Err(self.error(&message, place, hint));
        }
        let (rest, place) = self.word(|_| true);
        if rest.is_empty() {
            return Ok(());
        }
        let hint = "give each limit its own `--fail-on-regression`";
        Err(self.error("there is more than one limit", place, hint))
    }

    fn no_metric(&self, name: &str, place: &Range<usize>) -> LimitError {
        let names: Vec<String> = Metric::ALL.map(|metric| format!("`{metric}`")).into();
        let hint = format!("there are {}", names.join(", "));
        let message = if name.is_empty() {
            "a metric is missing here".to_owned()
        } else {
            format!("there is no metric `{name}`")
        };
        self.error(&message, place.clone(), &hint)
    }

    fn error(&self, message: &str, place: Range<usize>, hint: &str) -> LimitError {
        LimitError {
            message: message.to_owned(),
            text: self.text.to_owned(),
            place,
            hint: hint.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_people_write_them() {
        for (text, expected) in [
            ("p99 > +10%", "p99 > +10%"),
            ("p99>10%", "p99 > +10%"),
            (" mean  >  0.5 % ", "mean > +0.5%"),
            ("rate < -5%", "rate < -5%"),
            ("failed > +0.5pp", "failed > +0.5pp"),
            ("p50 > +0%", "p50 > +0%"),
            ("rate < -0%", "rate < -0%"),
        ] {
            let limit: Limit = text.parse().unwrap();
            assert_eq!(limit.to_string(), expected);
            assert_eq!(limit.to_string().parse::<Limit>().unwrap(), limit);
        }
    }

    #[test]
    fn what_is_wrong_is_marked() {
        let wrong = [
            "",
            "p98 > +10%",
            "p99",
            "p99 = 10%",
            "p99 >",
            "p99 > x%",
            "p99 > -10%",
            "rate < 5%",
            "p99 > 10",
            "p99 > 10ms",
            "failed > 1%",
            "p99 > 10% mean > 5%",
            "größe > 1%",
        ];
        let told = wrong.map(|text| {
            let error = text.parse::<Limit>().unwrap_err();
            format!("{error}\nhint: {}", error.hint())
        });
        insta::assert_snapshot!(told.join("\n\n"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a-z0-9 ><+%ä.-]{0,16}") {
            if let Err(error) = text.parse::<Limit>() {
                proptest::prop_assert!(error.to_string().contains('^'));
            }
        }
    }
}
