//! Runs that never were, for tests: times scatter as those of real services do, and have tails and a bad minute.

use std::io::Write as _;

use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Value, json};
use squall_metrics::{
    FailureGroups, Histogram, Interval, MachinePart, Measure, ProcessPart, ScenarioId, ScenarioKey,
    ScenarioPart, SeriesId, SeriesKey, SeriesKind, SeriesPart, SeriesTable, Tags, ThreadPart,
};

/// What a run is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) seconds: u64,
    pub(crate) series: u32,
    /// Operations of each series.
    pub(crate) per_second: u64,
    pub(crate) seed: u64,
}

/// A run, second by second.
#[derive(Debug)]
pub(crate) struct Synthetic {
    shape: Shape,
    table: SeriesTable,
}

impl Synthetic {
    pub(crate) fn new(shape: Shape) -> Self {
        let table = SeriesTable::default();
        for number in 0..shape.series {
            table.intern(key(&format!("GET /page/{number}"), SeriesKind::Operation));
        }
        table.intern(key("iteration", SeriesKind::Iteration));
        table.intern_scenario(ScenarioKey {
            stage: "load".into(),
            scenario: "shop".into(),
        });
        Self { shape, table }
    }

    /// What of `summary.json` decides how fine the report is.
    pub(crate) fn summary(&self) -> Value {
        let series = vec![Value::Null; self.shape.series as usize];
        json!({ "run": { "elapsed_s": self.shape.seconds }, "series": series })
    }

    /// `intervals.jsonl`.
    pub(crate) fn lines(&self) -> Vec<u8> {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(self.shape.seed);
        let mut lines = Vec::new();
        let names = json!({ "series": self.table.snapshot() });
        writeln!(lines, "{names}").unwrap();
        for second in 0..self.shape.seconds {
            let interval = self.interval(second, &mut random);
            serde_json::to_writer(&mut lines, &interval).unwrap();
            lines.push(b'\n');
        }
        lines
    }

    fn interval(&self, second: u64, random: &mut Xoshiro256PlusPlus) -> Interval {
        let mut interval = Interval::new(second);
        for number in 0..self.shape.series {
            let base_ns = 4e6 * f64::from(number + 1) * if second % 600 > 560 { 6.0 } else { 1.0 };
            let part = operations(self.shape.per_second, base_ns, random);
            interval.series.insert(SeriesId(number), part);
        }
        let iterations = iterations(self.shape.per_second, random);
        interval
            .series
            .insert(SeriesId(self.shape.series), iterations);
        let scenario = ScenarioPart {
            dropped: u64::from(second % 50 == 49),
            users: 10 + second / 60,
            users_peak: 12 + second / 60,
            clamped: 0,
        };
        interval.scenarios.insert(ScenarioId(0), scenario);
        interval.threads = (0..2)
            .map(|thread| ThreadPart {
                thread,
                busy_ns: random.random_range(100_000_000..700_000_000),
                starved_ns: random.random_range(0..30_000_000),
            })
            .collect();
        interval.processes = vec![process(second, random)];
        interval.machine = Some(machine(random));
        interval.schedule_error = times(20, 40_000.0, random);
        interval.generator_delay = times(100, 60_000.0, random);
        interval
    }
}

fn process(second: u64, random: &mut Xoshiro256PlusPlus) -> ProcessPart {
    ProcessPart {
        process: 0,
        pid: 4_711,
        cpu_ns: random.random_range(200_000_000..1_300_000_000),
        over_ns: 1_000_000_000,
        memory_bytes: 20_000_000 + second * 1_000 + random.random_range(0..100_000),
        descriptors: 30 + second / 60,
        descriptors_allowed: 1_024,
    }
}

fn machine(random: &mut Xoshiro256PlusPlus) -> MachinePart {
    MachinePart {
        cpu_ticks: Some(200),
        busy_ticks: Some(random.random_range(60..150)),
        stolen_ticks: Some(0),
        tcp_sockets: Some(random.random_range(40..60)),
        free_memory_bytes: Some(random.random_range(3_900_000_000..4_000_000_000)),
        memory_bytes: Some(8_000_000_000),
        segments_sent: Some(2_000),
        segments_resent: Some(u64::from(random.random_ratio(1, 40))),
    }
}

fn key(name: &str, kind: SeriesKind) -> SeriesKey {
    SeriesKey {
        stage: "load".into(),
        scenario: "shop".into(),
        name: name.into(),
        kind,
        tags: Tags::default(),
    }
}

fn operations(count: u64, base_ns: f64, random: &mut Xoshiro256PlusPlus) -> SeriesPart {
    let failed = random.random_range(0..=count / 20);
    let ok = count - failed;
    let mut part = SeriesPart {
        started: count,
        ok,
        failed,
        in_flight: random.random_range(0..9),
        bytes_sent: count * 120,
        bytes_received: count * random.random_range(900..1_100),
        ..SeriesPart::default()
    };
    part.statuses.add(200, ok);
    if failed > 0 {
        part.statuses.add(503, failed);
        part.failures = failures(failed);
    }
    for (measure, count, share) in [
        (Measure::OkResponse, ok, 1.0),
        (Measure::OkService, ok, 0.97),
        (Measure::FailedResponse, failed, 1.4),
        (Measure::FailedService, failed, 1.3),
        (Measure::Waiting, count, 0.03),
        (Measure::Writing, count, 0.01),
        (Measure::FirstByte, count, 0.9),
        (Measure::Reading, count, 0.06),
    ] {
        if count > 0 {
            part.times
                .insert(measure, times(count, base_ns * share, random));
        }
    }
    part
}

fn iterations(count: u64, random: &mut Xoshiro256PlusPlus) -> SeriesPart {
    let mut part = SeriesPart {
        started: count,
        ok: count,
        ..SeriesPart::default()
    };
    if count > 0 {
        part.times
            .insert(Measure::OkResponse, times(count, 9e7, random));
    }
    part
}

/// Values that scatter about a base, one in fifty of them far above it.
fn times(
    count: u64,
    base_ns: f64,
    random: &mut Xoshiro256PlusPlus,
) -> squall_metrics::SparseHistogram {
    let mut histogram = Histogram::new();
    for _ in 0..count {
        let sum: f64 = (0..6).map(|_| random.random::<f64>()).sum();
        let tail = if random.random_ratio(1, 50) { 5.0 } else { 1.0 };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive time"
        )]
        histogram.record((base_ns * (sum - 3.0).exp() * tail) as u64);
    }
    histogram.to_sparse()
}

fn failures(count: u64) -> FailureGroups {
    let group = json!([{
        "class": "status", "message": "status 503 is not expected", "count": count, "first_at_ns": 1, "last_at_ns": 2,
        "example": "", "example_at_ns": 0,
    }]);
    serde_json::from_value(group).expect("it has the shape of the groups")
}
