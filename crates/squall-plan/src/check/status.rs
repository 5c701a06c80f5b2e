use std::ops::RangeInclusive;

use crate::model::StatusSet;
use crate::units::UnitError;

impl StatusSet {
    /// The accepted statuses as ranges within 100–599, in the order written.
    ///
    /// # Errors
    /// If a part is no status, no range of statuses, or a list is empty.
    pub fn ranges(&self) -> Result<Vec<RangeInclusive<u16>>, UnitError> {
        match self {
            Self::Code(code) => range(*code, *code, &code.to_string()).map(|range| vec![range]),
            Self::Range(text) => parse(text).map(|range| vec![range]),
            Self::Any(sets) if sets.is_empty() => Err(UnitError(
                "an empty list accepts no status at all".to_owned(),
            )),
            Self::Any(sets) => {
                let ranges: Result<Vec<_>, _> = sets.iter().map(Self::ranges).collect();
                Ok(ranges?.concat())
            }
        }
    }
}

fn parse(text: &str) -> Result<RangeInclusive<u16>, UnitError> {
    let trimmed = text.trim().to_ascii_lowercase();
    if let Some(class) = trimmed
        .strip_suffix("xx")
        .and_then(|class| class.parse::<u16>().ok())
    {
        let first = class.saturating_mul(100);
        return range(first, first.saturating_add(99), text);
    }
    let (first, last) = trimmed.split_once('-').unwrap_or((&trimmed, &trimmed));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) => range(first, last, text),
        _ => Err(wrong(text)),
    }
}

fn range(first: u16, last: u16, text: &str) -> Result<RangeInclusive<u16>, UnitError> {
    if first <= last && (100..=599).contains(&first) && (100..=599).contains(&last) {
        Ok(first..=last)
    } else {
        Err(wrong(text))
    }
}

fn wrong(text: &str) -> UnitError {
    UnitError(format!(
        "`{text}` is not a status from 100 to 599; write it like `200`, `2xx` or `200-204`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_in_every_form() {
        for (text, expected) in [
            ("200", Some(200..=200)),
            ("2xx", Some(200..=299)),
            ("5XX", Some(500..=599)),
            ("200-204", Some(200..=204)),
            ("200 - 204", Some(200..=204)),
            ("6xx", None),
            ("204-200", None),
            ("99", None),
            ("xx", None),
            ("", None),
            ("700xx", None),
        ] {
            assert_eq!(
                StatusSet::Range(text.to_owned()).ranges().ok(),
                expected.map(|range| vec![range]),
                "{text}"
            );
        }
        let set = StatusSet::Any(vec![
            StatusSet::Code(404),
            StatusSet::Range("2xx".to_owned()),
        ]);
        assert_eq!(set.ranges().unwrap(), [404..=404, 200..=299]);
        assert!(StatusSet::Any(vec![]).ranges().is_err());
    }
}
