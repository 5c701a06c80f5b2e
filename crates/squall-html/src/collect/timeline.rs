//! One step after the other.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde::Serialize;
use squall_metrics::{Interval, ScenarioPart, SeriesKey, SeriesPart, SeriesSnapshot};

use super::health::Health;
use super::lines::{Line, parse};
use super::series::SeriesColumns;
use crate::ReportError;
use crate::data::{Column, ScenarioData, Timeline, View, three_digits, view_all};

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
    let mut collector = Collector::new(step_s);
    collector.elapsed_s = elapsed_s;
    for line in source.split(b'\n') {
        collector.line(&line?);
    }
    Ok(collector.whole())
}

/// The run so far, as it is read line by line; the last step is open.
#[derive(Debug)]
pub struct Collector {
    timeline: Timeline,
    elapsed_s: f64,
    step: usize,
    length_s: f64,
    /// The open step has something that is not written down.
    unwritten: bool,
    /// Steps that were told as news.
    told: usize,
    all: SeriesColumns,
    series: Vec<SeriesColumns>,
    scenarios: Vec<ScenarioPart>,
    statuses: BTreeMap<u16, u64>,
    failures: BTreeMap<String, u64>,
    health: Health,
}

/// What has come since the last time.
#[derive(Clone, Debug, Serialize)]
pub struct News {
    /// The first step that may have changed.
    pub from: usize,
    /// Steps that the run has now. All columns end here: those that were told before begin at `from`, new ones at 0.
    pub steps: usize,
    /// The steps.
    pub timeline: Timeline,
}

impl Collector {
    /// Begins with nothing; so many seconds become one step.
    pub fn new(step_s: u64) -> Self {
        let step_s = step_s.max(1);
        let timeline = Timeline {
            step_s,
            ..Timeline::default()
        };
        Self {
            timeline,
            elapsed_s: f64::INFINITY,
            step: 0,
            length_s: 0.0,
            unwritten: false,
            told: 0,
            all: SeriesColumns::new(None, step_s),
            series: Vec::new(),
            scenarios: Vec::new(),
            statuses: BTreeMap::new(),
            failures: BTreeMap::new(),
            health: Health::default(),
        }
    }

    /// Returns how many seconds become one step.
    pub fn step_s(&self) -> u64 {
        self.timeline.step_s
    }

    /// Returns how many series there are, also those that are left out.
    pub fn series(&self) -> usize {
        self.series.len()
    }

    /// Returns how many steps there are.
    pub fn steps(&mut self) -> usize {
        self.write();
        self.timeline.length_s.values().count()
    }

    /// Takes a line of `intervals.jsonl`, without its end; one that is none is counted.
    pub fn line(&mut self, line: &[u8]) {
        match parse(line) {
            Line::Empty => {}
            Line::Names(names) => self.name(&names),
            Line::Interval(interval) => self.add(&interval),
            Line::Unreadable => self.timeline.unreadable += 1,
        }
    }

    /// Returns the whole run so far.
    pub fn whole(&mut self) -> Timeline {
        let steps = self.steps();
        self.view(View::Whole(steps))
    }

    /// Returns what has come since the last call, or the whole run at the first. It costs as much as is new.
    pub fn news(&mut self) -> News {
        let steps = self.steps();
        let from = self.told.saturating_sub(1);
        self.told = steps;
        News {
            from,
            steps,
            timeline: self.view(View::News { from, steps }),
        }
    }

    /// Learns names; those that are known come again first.
    fn name(&mut self, names: &SeriesSnapshot) {
        for key in names.series.iter().skip(self.series.len()) {
            // As in the summary.
            let key = SeriesKey {
                name: squall_secrets::text(&key.name).into(),
                ..key.clone()
            };
            let series = SeriesColumns::new(Some(key), self.timeline.step_s);
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
        self.unwritten = true;
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

    /// Writes the open step down, as far as it is known.
    fn write(&mut self) {
        if !std::mem::take(&mut self.unwritten) {
            return;
        }
        let step = self.step;
        let length_s = three_digits(self.length_s);
        self.timeline.length_s.put(step, length_s);
        self.health.write(step);
        self.all.write(step);
        for series in &mut self.series {
            series.write(step);
        }
        for (data, part) in self.timeline.scenarios.iter_mut().zip(&self.scenarios) {
            data.users.put(step, part.users as f64);
            data.dropped.put(step, part.dropped as f64);
        }
        put_all(&mut self.timeline.statuses, &self.statuses, step);
        put_all(&mut self.timeline.failures, &self.failures, step);
    }

    /// Ends the open step.
    fn close(&mut self) {
        self.write();
        self.length_s = 0.0;
        self.health.reset();
        self.all.reset();
        self.series.iter_mut().for_each(SeriesColumns::reset);
        self.scenarios.fill(ScenarioPart::default());
        self.statuses.clear();
        self.failures.clear();
    }

    fn view(&mut self, view: View) -> Timeline {
        let least = self.least_size();
        let mut series = Vec::new();
        let mut left_out = 0;
        for own in self.series.iter_mut().filter(|own| !own.is_blank()) {
            if own.size() >= least && series.len() < MOST_SERIES {
                series.push(own.view(view));
            } else {
                left_out += 1;
                own.forget();
            }
        }
        let timeline = &mut self.timeline;
        let scenarios = timeline.scenarios.iter_mut();
        let scenarios = scenarios.map(|scenario| ScenarioData {
            stage: scenario.stage.clone(),
            scenario: scenario.scenario.clone(),
            users: scenario.users.view(view, f64::NAN),
            dropped: scenario.dropped.view(view, f64::NAN),
        });
        Timeline {
            step_s: timeline.step_s,
            length_s: timeline.length_s.view(view, f64::NAN),
            unreadable: timeline.unreadable,
            left_out,
            all: self.all.view(view),
            series,
            scenarios: scenarios.collect(),
            statuses: view_all(&mut timeline.statuses, view),
            failures: view_all(&mut timeline.failures, view),
            generator: self.health.view(view),
        }
    }

    /// Returns how much must have happened in a series that has charts.
    fn least_size(&self) -> u64 {
        let shown = self.series.iter().filter(|own| !own.is_blank());
        let mut sizes: Vec<u64> = shown.map(SeriesColumns::size).collect();
        if sizes.len() <= MOST_SERIES {
            return 0;
        }
        sizes.sort_unstable_by(|left, right| right.cmp(left));
        sizes[MOST_SERIES - 1]
    }
}

fn put_all<K: Ord + Clone>(
    columns: &mut BTreeMap<K, Column>,
    counts: &BTreeMap<K, u64>,
    step: usize,
) {
    for (key, &count) in counts {
        if columns.len() < MOST || columns.contains_key(key) {
            let column = columns.entry(key.clone()).or_default();
            column.put(step, count as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::apply::apply;
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn news_add_up_to_the_whole(
            seconds in 1_u64..60, series in 1_u32..70, per_second in 0_u64..4, seed: u64, step_s in 1_u64..4, looks in 1_usize..9
        ) {
            let lines = Synthetic::new(Shape { seconds, series, per_second, seed }).lines();
            let mut collector = Collector::new(step_s);
            let mut accumulated = serde_json::Value::Null;
            for (number, line) in lines.split(|byte| *byte == b'\n').enumerate() {
                collector.line(line);
                if number % looks == 0 {
                    apply(&mut accumulated, &serde_json::to_value(collector.news()).unwrap());
                }
            }
            apply(&mut accumulated, &serde_json::to_value(collector.news()).unwrap());
            prop_assert_eq!(accumulated, serde_json::to_value(collector.whole()).unwrap());
        }
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
