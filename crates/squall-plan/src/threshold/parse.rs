//! From tokens to a rule.

use squall_threshold::{Action, Comparison, Counted, Part, Quantity, Rule, Statistic, Unit};

use super::RuleError;
use super::quantity::Subjected;
use super::scan::{Kind, Token, scan};
use crate::nearest;
use crate::units::{Rate, Span};

/// The longest window and persistence: an hour, which bounds what is kept.
const LONGEST_S: u32 = 3600;
const EXAMPLE: &str = "write one like `p99(response_time) < 200ms`";

/// Reads a rule.
///
/// # Errors
/// The text is no rule; the error says where, and what was likely meant.
pub fn parse_rule(text: &str) -> Result<Rule, RuleError> {
    let mut parser = Parser {
        text,
        tokens: scan(text)?,
        next: 0,
    };
    parser.rule()
}

/// Reads tokens one after the other.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    tokens: Vec<Token>,
    next: usize,
}

impl Parser<'_> {
    fn rule(&mut self) -> Result<Rule, RuleError> {
        if self.peek().kind == Kind::End {
            let error = self.error(&self.peek(), "the rule is empty");
            return Err(error.with_hint(EXAMPLE.to_owned()));
        }
        let start = self.peek();
        let Subjected { quantity, select } = self.quantity()?;
        let comparison = self.comparison()?;
        let (limit, unit, quantity) = self.limit(quantity)?;
        let mut rule = Rule {
            quantity,
            select,
            comparison,
            limit,
            unit,
            over: None,
            hold: None,
            action: Action::Fail,
        };
        self.clauses(&mut rule)?;
        self.check_abort(&rule, &start)?;
        Ok(rule)
    }

    fn comparison(&mut self) -> Result<Comparison, RuleError> {
        let token = self.take();
        Ok(match self.shown(&token) {
            "<" => Comparison::Below,
            "<=" => Comparison::AtMost,
            ">" => Comparison::Above,
            ">=" => Comparison::AtLeast,
            "==" => Comparison::Equal,
            "!=" => Comparison::Unequal,
            "=" => {
                let error = self.error(&token, "`=` does not compare");
                return Err(error.with_hint("write `==`".to_owned()));
            }
            _ => {
                let error = self.unexpected(&token, "a comparison");
                let hint = "the comparisons are `<`, `<=`, `>`, `>=`, `==`, `!=`";
                return Err(error.with_hint(hint.to_owned()));
            }
        })
    }

    /// The limit in the unit that its quantity has; of a rate that is a share where the limit is in percent, the quantity too.
    fn limit(&mut self, quantity: Quantity) -> Result<(f64, Unit, Quantity), RuleError> {
        let token = self.take();
        if token.kind != Kind::Number {
            return Err(self
                .unexpected(&token, "a limit")
                .with_hint(EXAMPLE.to_owned()));
        }
        let written = self.shown(&token);
        let percent = written.strip_suffix('%').map(str::parse::<f64>);
        match (quantity, percent) {
            (Quantity::Rate(counted), Some(Ok(percent))) => {
                let counted = self.share_of(&token, counted)?;
                Ok((percent, Unit::Percent, Quantity::Share(counted)))
            }
            (Quantity::Rate(counted), None) => {
                let per_second = self.per_second(&token, counted)?;
                Ok((per_second, Unit::PerSecond, Quantity::Rate(counted)))
            }
            (quantity, None) if is_time(&quantity) => {
                Ok((self.time(&token)?, Unit::Milliseconds, quantity))
            }
            (quantity, None) => Ok((self.number(&token)?, Unit::Number, quantity)),
            (_, Some(_)) => Err(self.error(&token, format!("`{written}` is no limit for this"))),
        }
    }

    fn time(&self, token: &Token) -> Result<f64, RuleError> {
        let written = self.shown(token);
        if written.parse::<f64>().is_ok() {
            let error = self.error(token, format!("`{written}` has no unit"));
            return Err(error.with_hint(format!("write `{written}ms` or `{written}s`")));
        }
        Ok(self.span(token)?.as_nanos() as f64 / 1e6)
    }

    pub(super) fn span(&self, token: &Token) -> Result<Span, RuleError> {
        let written = self.shown(token);
        let error = || {
            let message = format!("`{written}` is not a duration");
            let hint = "write it like `250ms`, `90s` or `1h30m`";
            self.error(token, message).with_hint(hint.to_owned())
        };
        written.parse().map_err(|_| error())
    }

    fn per_second(&self, token: &Token, counted: Counted) -> Result<f64, RuleError> {
        let written = self.shown(token);
        if counted.part != Part::All && written.parse::<f64>().is_ok() {
            let error = self.error(token, format!("`{written}` has no unit"));
            let hint = "write a share like `0.1%`, or a rate like `5/s`";
            return Err(error.with_hint(hint.to_owned()));
        }
        let rate: Result<Rate, _> = written.parse();
        rate.map(Rate::as_per_second).map_err(|_| {
            let error = self.error(token, format!("`{written}` is not a rate"));
            error.with_hint("write it like `500/s` or `30/m`".to_owned())
        })
    }

    pub(super) fn number(&self, token: &Token) -> Result<f64, RuleError> {
        let written = self.shown(token);
        let number = written
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| {
            let error = self.error(token, format!("`{written}` is not a number"));
            error.with_hint("the limit has no unit here: write it like `5000` or `0.9`".to_owned())
        })
    }

    /// What comes after the limit, in any order, each once.
    fn clauses(&mut self, rule: &mut Rule) -> Result<(), RuleError> {
        let mut seen: Vec<&str> = Vec::new();
        loop {
            let token = self.take();
            let word = match token.kind {
                Kind::End => return Ok(()),
                _ => self.shown(&token).to_owned(),
            };
            let known = ["over", "for", "abort", "warn"];
            let Some(known) = known.into_iter().find(|known| *known == word) else {
                let hint = nearest::hint(&word, known, "words after a limit");
                let message = format!("`{word}` means nothing here");
                return Err(self.error(&token, message).with_hint(hint));
            };
            let other = if known == "abort" { "warn" } else { "abort" };
            if seen.contains(&known) || seen.contains(&other) && known != "over" && known != "for" {
                return Err(self.error(&token, format!("`{known}` is one too many")));
            }
            seen.push(known);
            match known {
                "over" => rule.over = Some(self.seconds()?),
                "for" => rule.hold = Some(self.seconds()?),
                "warn" => rule.action = Action::Warn,
                _ => {
                    rule.action = Action::Abort {
                        after: self.grace()?,
                    }
                }
            }
        }
    }

    fn grace(&mut self) -> Result<u32, RuleError> {
        if self.shown(&self.peek()) != "after" {
            return Ok(0);
        }
        self.take();
        self.seconds()
    }

    /// A whole number of seconds: rules are judged once a second.
    fn seconds(&mut self) -> Result<u32, RuleError> {
        let token = self.take();
        if token.kind != Kind::Number {
            return Err(self
                .unexpected(&token, "a duration")
                .with_hint("write it like `10s` or `5m`".to_owned()));
        }
        let nanos = self.span(&token)?.as_nanos();
        let seconds = u32::try_from(nanos / 1_000_000_000).unwrap_or(u32::MAX);
        if nanos % 1_000_000_000 != 0 || seconds == 0 || seconds > LONGEST_S {
            let message = format!("`{}` is not 1s to 1h in whole seconds", self.shown(&token));
            let hint = "rules are judged once a second".to_owned();
            return Err(self.error(&token, message).with_hint(hint));
        }
        Ok(seconds)
    }

    /// A count that has to be reached is not reached at the start: to abort then is never meant.
    fn check_abort(&self, rule: &Rule, start: &Token) -> Result<(), RuleError> {
        let grows = matches!(rule.quantity, Quantity::Count(_)) && rule.over.is_none();
        let reaches = match rule.comparison {
            Comparison::Above | Comparison::AtLeast => true,
            Comparison::Equal => rule.limit > 0.0,
            Comparison::Below | Comparison::AtMost | Comparison::Unequal => false,
        };
        let aborts = matches!(rule.action, Action::Abort { .. });
        if grows && reaches && (aborts || rule.hold.is_some()) {
            let message = "a count that has to be reached can only be judged at the end";
            let hint =
                "leave `abort` and `for` out, or look at a rate: `rate > 100/s over 10s abort`";
            return Err(self.error(start, message).with_hint(hint.to_owned()));
        }
        Ok(())
    }

    pub(super) fn peek(&self) -> Token {
        self.tokens[self.next].clone()
    }

    /// The next token; the end comes again and again.
    pub(super) fn take(&mut self) -> Token {
        let token = self.peek();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    /// Where the parser is, for [`Self::back_to`].
    pub(super) fn mark(&self) -> usize {
        self.next
    }

    pub(super) fn back_to(&mut self, mark: usize) {
        self.next = mark;
    }

    /// Takes a mark that has to stand here.
    pub(super) fn expect(&mut self, mark: &str) -> Result<(), RuleError> {
        let token = self.take();
        if token.kind == Kind::Mark && self.shown(&token) == mark {
            return Ok(());
        }
        Err(self.unexpected(&token, &format!("`{mark}`")))
    }

    /// Takes a mark if it stands here.
    pub(super) fn takes(&mut self, mark: &str) -> bool {
        let token = self.peek();
        let there = token.kind == Kind::Mark && self.shown(&token) == mark;
        if there {
            self.take();
        }
        there
    }

    pub(super) fn shown(&self, token: &Token) -> &str {
        &self.text[token.at.clone()]
    }

    pub(super) fn error(&self, token: &Token, message: impl Into<String>) -> RuleError {
        RuleError::new(self.text, token.at.clone(), message)
    }

    pub(super) fn unexpected(&self, token: &Token, wanted: &str) -> RuleError {
        let message = match token.kind {
            Kind::End => format!("the rule ends where {wanted} is missing"),
            _ => format!("`{}` stands where {wanted} is expected", self.shown(token)),
        };
        self.error(token, message)
    }
}

fn is_time(quantity: &Quantity) -> bool {
    matches!(quantity, Quantity::Time(statistic, _) if *statistic != Statistic::Count)
}
