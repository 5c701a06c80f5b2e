//! What stands left of the comparison.

use squall_threshold::{Counted, Part, Quantity, Select, Statistic, Subject, Timing};

use super::RuleError;
use super::parse::Parser;
use super::scan::{Kind, Token};
use crate::nearest;

/// A quantity, and whose.
pub(super) struct Subjected {
    pub(super) quantity: Quantity,
    pub(super) select: Select,
}

const TIMES: [(&str, Timing); 10] = [
    ("response_time", Timing::Response),
    ("service_time", Timing::Service),
    ("waiting", Timing::Waiting),
    ("connecting", Timing::Connecting),
    ("securing", Timing::Securing),
    ("writing", Timing::Writing),
    ("first_byte", Timing::FirstByte),
    ("reading", Timing::Reading),
    ("iteration_time", Timing::Iteration),
    ("transaction_time", Timing::Transaction),
];
const SUBJECTS: [(&str, Subject); 5] = [
    ("operations", Subject::Operations),
    ("iterations", Subject::Iterations),
    ("transactions", Subject::Transactions),
    ("checks", Subject::Checks),
    ("dropped", Subject::Dropped),
];
const PARTS: [(&str, Part); 3] = [
    ("count", Part::All),
    ("ok", Part::Ok),
    ("failed", Part::Failed),
];
const STATISTICS: [(&str, Statistic); 5] = [
    ("min", Statistic::Min),
    ("mean", Statistic::Mean),
    ("max", Statistic::Max),
    ("count", Statistic::Count),
    ("sum", Statistic::Sum),
];
/// What everything can be selected by comes first, what only checks can be last.
const SELECTORS: [&str; 5] = ["stage", "scenario", "tag", "name", "check"];
/// Selectors of operations and transactions.
const NAMED: &[&str] = SELECTORS.split_at(4).0;
/// Selectors of what has no name of its own.
const NAMELESS: &[&str] = SELECTORS.split_at(3).0;

impl Parser<'_> {
    pub(super) fn quantity(&mut self) -> Result<Subjected, RuleError> {
        let token = self.take();
        if token.kind != Kind::Word {
            return Err(self.unexpected(&token, "what is measured"));
        }
        if self.takes("(") {
            return match self.shown(&token) {
                "apdex" => self.apdex(),
                "burn_rate" => self.burn_rate(),
                _ => self.statistic(&token),
            };
        }
        self.counted(&token)
    }

    fn apdex(&mut self) -> Result<Subjected, RuleError> {
        let token = self.take();
        let target = self.span(&token)?;
        if target.is_zero() || self.shown(&token).parse::<f64>().is_ok() {
            let error = self.error(&token, "the target of an apdex is a time");
            return Err(error.with_hint("write it like `apdex(500ms)`".to_owned()));
        }
        self.expect(")")?;
        let select = self.selection(Select::default(), NAMED)?;
        let quantity = Quantity::Apdex {
            target_ns: target.as_nanos(),
        };
        Ok(Subjected { quantity, select })
    }

    fn burn_rate(&mut self) -> Result<Subjected, RuleError> {
        let token = self.take();
        let percent = self.shown(&token).strip_suffix('%');
        let objective: Option<f64> = percent.and_then(|percent| percent.parse().ok());
        let Some(objective) = objective.filter(|share| (0.0..100.0).contains(share)) else {
            let message = "an objective is a share of at least 0% and less than 100%";
            let hint = "write it like `burn_rate(99.9%)`".to_owned();
            return Err(self.error(&token, message).with_hint(hint));
        };
        self.expect(")")?;
        let select = self.selection(Select::default(), NAMED)?;
        let quantity = Quantity::BurnRate { objective };
        Ok(Subjected { quantity, select })
    }

    fn statistic(&mut self, token: &Token) -> Result<Subjected, RuleError> {
        let statistic = self.statistic_named(token)?;
        let metric = self.take();
        let name = match metric.kind {
            Kind::Word => self.shown(&metric).to_owned(),
            Kind::Text => self.unquoted(&metric),
            _ => return Err(self.unexpected(&metric, "what the statistic is of")),
        };
        let timing = TIMES.iter().find(|(known, _)| *known == name);
        let quantity = match timing {
            Some((_, timing)) if metric.kind == Kind::Word => Quantity::Time(statistic, *timing),
            _ if metric.kind == Kind::Word => Quantity::Metric(statistic, self.own(&metric)?),
            _ => Quantity::Metric(statistic, name),
        };
        let keys: &[&str] = match quantity {
            Quantity::Metric(..) | Quantity::Time(_, Timing::Iteration) => NAMELESS,
            _ => NAMED,
        };
        let select = self.selection(Select::default(), keys)?;
        if statistic == Statistic::Sum && matches!(quantity, Quantity::Time(..)) {
            let error = self.error(token, "the sum of times says nothing");
            return Err(error.with_hint("look at `mean` or a percentile".to_owned()));
        }
        self.expect(")")?;
        let select = self.selection(select, keys)?;
        Ok(Subjected { quantity, select })
    }

    fn statistic_named(&self, token: &Token) -> Result<Statistic, RuleError> {
        let word = self.shown(token);
        if let Some((_, known)) = STATISTICS.iter().find(|(name, _)| *name == word) {
            return Ok(*known);
        }
        let percent = word
            .strip_prefix('p')
            .and_then(|percent| percent.parse().ok());
        match percent {
            Some(percent) if percent > 0.0 && percent <= 100.0 => {
                Ok(Statistic::Percentile(percent))
            }
            Some(_) => {
                let message = format!("there is no percentile `{word}`");
                let hint = "percentiles are above 0 and at most 100, like `p50` or `p99.9`";
                Err(self.error(token, message).with_hint(hint.to_owned()))
            }
            None => Err(self.no_statistic(token)),
        }
    }

    fn no_statistic(&self, token: &Token) -> RuleError {
        let word = self.shown(token);
        let message = format!("there is no statistic `{word}`");
        let hint = match word {
            "avg" | "average" => Some("write `mean`".to_owned()),
            "med" | "median" => Some("write `p50`".to_owned()),
            _ => nearest::hint(
                word,
                [
                    "p50",
                    "p99",
                    "p99.9",
                    "min",
                    "mean",
                    "max",
                    "count",
                    "sum",
                    "apdex",
                    "burn_rate",
                ],
                "functions",
            ),
        };
        self.error(token, message).with_hint(hint)
    }

    /// The name of a metric of the test: not one that is nearly a name of Squall's, which is likely meant then.
    fn own(&self, token: &Token) -> Result<String, RuleError> {
        let word = self.shown(token);
        let times = TIMES.iter().map(|(name, _)| *name);
        let mut counts = SUBJECTS.iter().map(|(name, _)| *name);
        let mut parts = PARTS.iter().map(|(name, _)| *name);
        if counts.any(|name| name == word) || parts.any(|name| name == word) {
            let error = self.error(token, format!("`{word}` is a count, and has no statistics"));
            let hint = format!("write it like `{word} < 10` or `{word}.rate < 5/s`");
            return Err(error.with_hint(hint));
        }
        match nearest::nearest(word, times) {
            Some(meant) => {
                let message = format!("there is no time `{word}`");
                let hint = format!(
                    "did you mean `{meant}`? a metric of the test that is really called so stands in quotes"
                );
                Err(self.error(token, message).with_hint(hint))
            }
            None => Ok(word.to_owned()),
        }
    }

    /// A path like `failed.rate` or `checks{name=login}.rate`.
    fn counted(&mut self, first: &Token) -> Result<Subjected, RuleError> {
        let word = self.shown(first).to_owned();
        let subject = SUBJECTS.iter().find(|(name, _)| *name == word);
        let part = PARTS.iter().find(|(name, _)| *name == word);
        let mut counted = Counted {
            subject: subject.map_or(Subject::Operations, |(_, subject)| *subject),
            part: part.map_or(Part::All, |(_, part)| *part),
        };
        let is_rate = word == "rate";
        if subject.is_none() && part.is_none() && !is_rate {
            return Err(self.no_count(first));
        }
        let keys: &[&str] = match counted.subject {
            Subject::Iterations => NAMELESS,
            // Iterations that never started are counted by their scenario.
            Subject::Dropped => NAMELESS.split_at(2).0,
            Subject::Checks => &SELECTORS,
            Subject::Operations | Subject::Transactions => NAMED,
        };
        let mut select = self.selection(Select::default(), keys)?;
        if is_rate {
            let quantity = Quantity::Rate(counted);
            return Ok(Subjected { quantity, select });
        }
        if subject.is_some()
            && counted.subject != Subject::Dropped
            && let Some(part) = self.part_after_point()?
        {
            counted.part = part;
            select = self.selection(select, keys)?;
        }
        let quantity = if self.rate_after_point()? {
            select = self.selection(select, keys)?;
            Quantity::Rate(counted)
        } else {
            Quantity::Count(counted)
        };
        Ok(Subjected { quantity, select })
    }

    /// Takes `.ok`, `.failed` or `.count`, if it comes.
    fn part_after_point(&mut self) -> Result<Option<Part>, RuleError> {
        let before = self.mark();
        if !self.takes(".") {
            return Ok(None);
        }
        let token = self.take();
        let word = self.shown(&token);
        if let Some((_, part)) = PARTS.iter().find(|(name, _)| *name == word) {
            return Ok(Some(*part));
        }
        if word == "rate" {
            self.back_to(before);
            return Ok(None);
        }
        let hint = nearest::hint(word, ["count", "ok", "failed", "rate"], "parts");
        let error = self.unexpected(&token, "a part of the count");
        Err(error.with_hint(hint))
    }

    fn rate_after_point(&mut self) -> Result<bool, RuleError> {
        if !self.takes(".") {
            return Ok(false);
        }
        let token = self.take();
        if self.shown(&token) == "rate" {
            return Ok(true);
        }
        Err(self.unexpected(&token, "`rate`"))
    }

    fn no_count(&self, token: &Token) -> RuleError {
        let word = self.shown(token);
        if TIMES.iter().any(|(name, _)| *name == word) {
            let error = self.error(token, format!("`{word}` is many times, not one"));
            return error.with_hint(format!("write `p99({word})`"));
        }
        let known = ["rate"].into_iter();
        let known = known.chain(PARTS.iter().map(|(name, _)| *name));
        let known = known.chain(SUBJECTS.iter().map(|(name, _)| *name));
        let known: Vec<&str> = known.collect();
        let hint = nearest::hint(word, known, "counts").map(|hint| {
            format!("{hint}; a time or a metric of the test needs a statistic, like `p99({word})`")
        });
        let message = format!("there is no count `{word}`");
        self.error(token, message).with_hint(hint)
    }

    /// What a rate in percent is the share of: of checks the good ones; of all of something it would always be 100 %.
    pub(super) fn share_of(&self, limit: &Token, counted: Counted) -> Result<Counted, RuleError> {
        match (counted.subject, counted.part) {
            (Subject::Checks, Part::All) => Ok(Counted {
                part: Part::Ok,
                ..counted
            }),
            (Subject::Dropped, _) | (_, Part::Ok | Part::Failed) => Ok(counted),
            (_, Part::All) => {
                let error = self.error(limit, "the rate of all that ended is not a share");
                let hint = "write a rate like `1000/s`, or look at `ok.rate` or `failed.rate`";
                Err(error.with_hint(hint.to_owned()))
            }
        }
    }

    /// What stands in braces, if they come: `{stage=Browse,name="GET /"}`.
    fn selection(&mut self, mut select: Select, keys: &[&str]) -> Result<Select, RuleError> {
        if !self.takes("{") {
            return Ok(select);
        }
        loop {
            let key = self.take();
            let word = self.shown(&key).to_owned();
            if !keys.contains(&word.as_str()) {
                return Err(self.no_selector(&key, keys));
            }
            if word == "tag" {
                self.tag(&mut select)?;
            } else {
                let place = match word.as_str() {
                    "stage" => &mut select.stage,
                    "scenario" => &mut select.scenario,
                    "check" => &mut select.check,
                    _ => &mut select.name,
                };
                if place.is_some() {
                    return Err(self.error(&key, format!("`{word}` is given twice")));
                }
                self.expect("=")?;
                *place = Some(self.pattern()?);
            }
            if self.takes("}") {
                return Ok(select);
            }
            self.expect(",")?;
        }
    }

    /// What comes after `tag`: `.team=shop`.
    fn tag(&mut self, select: &mut Select) -> Result<(), RuleError> {
        if !self.takes(".") {
            let token = self.take();
            let error = self.unexpected(&token, "the name of a tag");
            return Err(error.with_hint("write it like `tag.team=shop`".to_owned()));
        }
        let token = self.take();
        let name = match token.kind {
            Kind::Word => self.shown(&token).to_owned(),
            Kind::Text => self.unquoted(&token),
            _ => return Err(self.unexpected(&token, "the name of a tag")),
        };
        if select.tags.iter().any(|(known, _)| *known == name) {
            return Err(self.error(&token, format!("`tag.{name}` is given twice")));
        }
        self.expect("=")?;
        let pattern = self.pattern()?;
        select.tags.push((name, pattern));
        Ok(())
    }

    fn no_selector(&self, key: &Token, keys: &[&str]) -> RuleError {
        let word = self.shown(key);
        if SELECTORS.contains(&word) {
            let message = format!("`{word}` selects nothing here");
            let hint = nearest::hint("", keys.iter().copied(), "selectors");
            return self.error(key, message).with_hint(hint);
        }
        let error = match key.kind {
            Kind::Word => self.error(key, format!("there is no selector `{word}`")),
            _ => self.unexpected(key, "a selector"),
        };
        error.with_hint(nearest::hint(word, keys.iter().copied(), "selectors"))
    }

    fn pattern(&mut self) -> Result<String, RuleError> {
        let token = self.take();
        match token.kind {
            Kind::Word | Kind::Number => Ok(self.shown(&token).to_owned()),
            Kind::Text => Ok(self.unquoted(&token)),
            _ => Err(self.unexpected(&token, "a name").with_hint(
                "a name with anything but letters and digits stands in quotes".to_owned(),
            )),
        }
    }

    fn unquoted(&self, token: &Token) -> String {
        let shown = self.shown(token);
        shown[1..shown.len() - 1].to_owned()
    }
}
