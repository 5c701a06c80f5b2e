//! What a rule needs of one interval, or of many.

use squall_threshold::{Counted, Part, Quantity, Statistic, Subject, fits};

use super::quantity::measures;
use crate::histogram::SparseHistogram;
use crate::interval::ScenarioPart;
use crate::series_part::{Measure, SeriesPart};
use crate::values::ValuePart;

/// Sums; only those that the quantity needs are filled.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// Seconds under load.
    pub(super) seconds: f64,
    /// All of what is counted.
    pub(super) all: u64,
    /// What is asked for of them.
    pub(super) part: u64,
    /// Operations that are tolerating.
    pub(super) tolerating: u64,
    pub(super) times: SparseHistogram,
    pub(super) values: ValuePart,
}

impl Tally {
    pub(super) fn add_series(&mut self, quantity: &Quantity, part: &SeriesPart) {
        match quantity {
            Quantity::Time(_, timing) => {
                for measure in measures(*timing) {
                    if let Some(times) = part.times.get(measure) {
                        self.times.merge(times);
                    }
                }
            }
            Quantity::Metric(..) => {
                if let Some(values) = &part.values {
                    self.values.merge(values);
                }
            }
            Quantity::Count(counted) | Quantity::Rate(counted) | Quantity::Share(counted) => {
                self.count(*counted, part);
            }
            Quantity::Apdex { target_ns } => self.rate_apdex(*target_ns, part),
            Quantity::BurnRate { .. } => {
                self.all += part.ok + part.failed;
                self.part += part.failed;
            }
        }
    }

    /// Adds the checks whose name fits; tells whether there are such.
    pub(super) fn add_checks(
        &mut self,
        quantity: &Quantity,
        pattern: Option<&str>,
        part: &SeriesPart,
    ) -> bool {
        let (Quantity::Count(counted) | Quantity::Rate(counted) | Quantity::Share(counted)) =
            quantity
        else {
            return false;
        };
        let mut any = false;
        let checks = part.checks.iter();
        for (_, count) in checks.filter(|(name, _)| fits(pattern, name)) {
            any = true;
            self.add_counts(counted.part, count.passed, count.failed);
        }
        any
    }

    fn add_counts(&mut self, part: Part, good: u64, bad: u64) {
        self.all += good + bad;
        self.part += match part {
            Part::All => good + bad,
            Part::Ok => good,
            Part::Failed => bad,
        };
    }

    /// Tells whether the part is of what is counted.
    pub(super) fn add_scenario(&mut self, quantity: &Quantity, part: &ScenarioPart) -> bool {
        if let Quantity::Count(counted) | Quantity::Rate(counted) | Quantity::Share(counted) =
            quantity
            && counted.subject == Subject::Dropped
        {
            self.all += part.dropped;
            self.part += part.dropped;
            return true;
        }
        false
    }

    fn count(&mut self, counted: Counted, part: &SeriesPart) {
        let failed = match counted.subject {
            Subject::Dropped => {
                self.all += part.started;
                return;
            }
            Subject::Checks => part.unmet,
            Subject::Operations | Subject::Iterations | Subject::Transactions => part.failed,
        };
        self.add_counts(counted.part, part.ok, failed);
    }

    fn rate_apdex(&mut self, target_ns: u64, part: &SeriesPart) {
        self.all += part.ok + part.failed;
        let Some(times) = part.times.get(&Measure::OkResponse) else {
            return;
        };
        for (ns, count) in times.values() {
            if ns <= target_ns {
                self.part += count;
            } else if ns <= target_ns.saturating_mul(4) {
                self.tolerating += count;
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.seconds += other.seconds;
        self.all += other.all;
        self.part += other.part;
        self.tolerating += other.tolerating;
        self.times.merge(&other.times);
        self.values.merge(&other.values);
    }

    /// The value of a quantity; `None` where there is no data.
    pub(super) fn value(&self, quantity: &Quantity) -> Option<f64> {
        match quantity {
            Quantity::Time(statistic, _) => self.time_ms(*statistic),
            Quantity::Metric(statistic, _) => self.number(*statistic),
            _ if self.all == 0 => None,
            Quantity::Count(_) => Some(self.part as f64),
            Quantity::Rate(_) => (self.seconds > 0.0).then(|| self.part as f64 / self.seconds),
            Quantity::Share(_) => Some(self.part as f64 * 100.0 / self.all as f64),
            Quantity::Apdex { .. } => {
                let good = self.part as f64 + self.tolerating as f64 / 2.0;
                Some(good / self.all as f64)
            }
            Quantity::BurnRate { objective } => {
                let allowed = 1.0 - objective / 100.0;
                Some(self.part as f64 / (self.all as f64 * allowed))
            }
        }
    }

    fn time_ms(&self, statistic: Statistic) -> Option<f64> {
        let times = &self.times;
        let ms = |ns: u64| ns as f64 / 1e6;
        (!times.is_empty()).then(|| match statistic {
            Statistic::Percentile(percent) => ms(times.value_at(percent / 100.0)),
            Statistic::Min => ms(times.min()),
            Statistic::Mean => times.mean() / 1e6,
            Statistic::Max => ms(times.max()),
            Statistic::Count => times.count() as f64,
            Statistic::Sum => times.mean() / 1e6 * times.count() as f64,
        })
    }

    fn number(&self, statistic: Statistic) -> Option<f64> {
        let values = &self.values;
        let count = values.count() as f64;
        (values.count() > 0).then(|| match statistic {
            Statistic::Percentile(percent) => values.value_at(percent / 100.0),
            Statistic::Min => values.min(),
            Statistic::Mean => values.mean(),
            Statistic::Max => values.max(),
            Statistic::Count => count,
            Statistic::Sum => values.mean() * count,
        })
    }
}
