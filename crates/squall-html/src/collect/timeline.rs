//! One step after the other.

use std::collections::BTreeMap;
use std::io::BufRead;

use squall_metrics::{Interval, ScenarioPart, SeriesPart, SeriesSnapshot};

use super::health::Health;
use super::lines::{Line, lines};
use super::series::SeriesColumns;
use crate::ReportError;
use crate::data::{Column, ScenarioData, SeriesData, Timeline, three_digits};

/// Statuses and classes of failures of which there is a column; of more those that came first.
const MOST: usize = 32;

/// Series of which there are charts; of more those in which the most happened.
pub(crate) const MOST_SERIES: usize = 60;

/// Seconds that an interval has at least, however soon after its start the run ended.
const SHORTEST_S: f64 = 0.001;

/// Reads all intervals; `step_s` of them become one step. The run took `elapsed_s`: its last interval is over then.
///
/// # Errors
/// The source cannot be read. Lines that are no interval are counted.
pub(crate) fn collect(
    source: impl BufRead,
    step_s: u64,
    elapsed_s: f64,
) -> Result<Timeline, ReportError> {
    let mut collector = Collector::new(step_s.max(1), elapsed_s);
    for line in lines(source) {
        match line? {
            Line::Names(names) => collector.name(&names),
            Line::Interval(interval) => collector.add(&interval),
            Line::Unreadable => collector.timeline.unreadable += 1,
        }
    }
    Ok(collector.finish())
}

/// The run so far; the last step is open.
#[derive(Debug)]
struct Collector {
    timeline: Timeline,
    elapsed_s: f64,
    step: usize,
    length_s: f64,
    all: SeriesColumns,
    series: Vec<SeriesColumns>,
    scenarios: Vec<ScenarioPart>,
    statuses: BTreeMap<u16, u64>,
    failures: BTreeMap<String, u64>,
    health: Health,
}

impl Collector {
    fn new(step_s: u64, elapsed_s: f64) -> Self {
        let timeline = Timeline {
            step_s,
            ..Timeline::default()
        };
        Self {
            timeline,
            elapsed_s,
            step: 0,
            length_s: 0.0,
            all: SeriesColumns::new(None, step_s),
            series: Vec::new(),
            scenarios: Vec::new(),
            statuses: BTreeMap::new(),
            failures: BTreeMap::new(),
            health: Health::default(),
        }
    }

    /// Learns names; those that are known come again first.
    fn name(&mut self, names: &SeriesSnapshot) {
        for key in names.series.iter().skip(self.series.len()) {
            let series = SeriesColumns::new(Some(key.clone()), self.timeline.step_s);
            self.series.push(series);
        }
        for key in names.scenarios.iter().skip(self.scenarios.len()) {
            self.scenarios.push(ScenarioPart::default());
            self.timeline.scenarios.push(ScenarioData {
                stage: key.stage.to_string(),
                scenario: key.scenario.to_string(),
                ..ScenarioData::default()
            });
        }
    }

    fn add(&mut self, interval: &Interval) {
        let step = usize::try_from(interval.index / self.timeline.step_s).unwrap_or(usize::MAX);
        if step != self.step {
            self.close();
            self.step = step;
        }
        let rest_s = (self.elapsed_s - interval.start_s).max(SHORTEST_S);
        let length_s = interval.length_s.min(rest_s);
        self.length_s += length_s;
        self.health.add(interval, length_s);
        let mut in_flight = 0;
        for (id, part) in &interval.series {
            let Some(series) = self.series.get_mut(id.index()) else {
                continue;
            };
            series.add(interval.index, part);
            series.in_flight(part.in_flight);
            if series.is_operation() {
                self.all.add(interval.index, part);
                in_flight += part.in_flight;
            }
            self.count(part);
        }
        self.all.in_flight(in_flight);
        for (id, part) in &interval.scenarios {
            let Some(scenario) = self.scenarios.get_mut(id.index()) else {
                continue;
            };
            scenario.dropped += part.dropped;
            scenario.users = scenario.users.max(part.users);
        }
    }

    fn count(&mut self, part: &SeriesPart) {
        for (status, n) in part.statuses.sorted() {
            *self.statuses.entry(status).or_default() += n;
        }
        for group in &part.failures {
            match self.failures.get_mut(&*group.class) {
                Some(count) => *count += group.count,
                None => {
                    self.failures.insert(group.class.to_string(), group.count);
                }
            }
        }
    }

    /// Ends the step that is open.
    fn close(&mut self) {
        let step = self.step;
        if self.length_s == 0.0 {
            return;
        }
        let length_s = three_digits(std::mem::take(&mut self.length_s));
        self.timeline.length_s.put(step, length_s);
        self.health.close(step);
        self.all.close(step);
        for series in &mut self.series {
            series.close(step);
        }
        for (data, part) in self.timeline.scenarios.iter_mut().zip(&mut self.scenarios) {
            data.users.put(step, part.users as f64);
            data.dropped.put(step, part.dropped as f64);
            *part = ScenarioPart::default();
        }
        put_all(
            &mut self.timeline.statuses,
            std::mem::take(&mut self.statuses),
            step,
        );
        put_all(
            &mut self.timeline.failures,
            std::mem::take(&mut self.failures),
            step,
        );
    }

    fn finish(mut self) -> Timeline {
        self.close();
        let steps = self.timeline.length_s.values().count();
        let mut timeline = self.timeline;
        timeline.all = self.all.finish(steps);
        let series = self.series.into_iter().map(|series| series.finish(steps));
        timeline.series = series.filter(|series| !series.columns.is_empty()).collect();
        timeline.left_out = keep_busiest(&mut timeline.series);
        timeline.generator = self.health.finish(steps);
        for scenario in &mut timeline.scenarios {
            scenario.users.pad(steps);
            scenario.dropped.pad(steps);
        }
        timeline
            .statuses
            .values_mut()
            .for_each(|column| column.pad(steps));
        timeline
            .failures
            .values_mut()
            .for_each(|column| column.pad(steps));
        timeline
    }
}

/// Drops all but the busiest series, the order of the others stays; returns how many those are.
fn keep_busiest(series: &mut Vec<SeriesData>) -> usize {
    let all = series.len();
    if all > MOST_SERIES {
        let mut sizes: Vec<f64> = series.iter().map(size).collect();
        sizes.sort_by(|left, right| right.total_cmp(left));
        let least = sizes[MOST_SERIES - 1];
        series.retain(|series| size(series) >= least);
        series.truncate(MOST_SERIES);
    }
    all - series.len()
}

/// How much happened in a series.
fn size(series: &SeriesData) -> f64 {
    let counts = ["ok", "failed", "count"].map(|name| series.columns.get(name));
    let values = counts.into_iter().flatten().flat_map(Column::values);
    values.filter(|value| !value.is_nan()).sum()
}

fn put_all<K: Ord>(columns: &mut BTreeMap<K, Column>, counts: BTreeMap<K, u64>, step: usize) {
    for (key, count) in counts {
        if columns.len() < MOST || columns.contains_key(&key) {
            columns.entry(key).or_default().put(step, count as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::{Shape, Synthetic};

    #[test]
    fn of_many_series_the_busiest_have_charts_and_the_others_are_counted() {
        let shape = Shape {
            seconds: 3,
            series: 100,
            per_second: 5,
            seed: 1,
        };
        let timeline = collect(&Synthetic::new(shape).lines()[..], 1, 3.0).unwrap();
        assert_eq!(timeline.series.len(), MOST_SERIES);
        assert_eq!(timeline.left_out, 100 + 1 - MOST_SERIES);
    }

    #[test]
    fn lines_that_cannot_be_read_are_counted_and_the_others_stay() {
        let shape = Shape {
            seconds: 5,
            series: 1,
            per_second: 5,
            seed: 1,
        };
        let mut lines = Synthetic::new(shape).lines();
        lines.truncate(lines.len() - 20);
        let timeline = collect(&lines[..], 1, f64::INFINITY).unwrap();
        assert_eq!(timeline.unreadable, 1);
        assert_eq!(timeline.length_s.values().count(), 4);
    }

    #[test]
    fn a_run_of_nothing_has_no_steps() {
        let timeline = collect(&b""[..], 1, 0.0).unwrap();
        assert!(timeline.series.is_empty() && timeline.length_s.is_blank());
    }
}
