//! Runs against the oracle's delay model, without waiting for them: a minute takes milliseconds.

use serde_json::{Value, json};
use squall_compare::StoredRun;
use squall_metrics::{
    Histogram, Interval, Measure, SeriesId, SeriesKey, SeriesKind, SeriesPart, SparseHistogram,
    Tags,
};
use squall_testkit::oracle::{DelayModel, Noise, NoisyDelays};

/// What a simulated run is like.
#[derive(Clone, Debug)]
pub(crate) struct Simulated {
    pub(crate) seconds: u64,
    /// Names of operations.
    pub(crate) series: Vec<&'static str>,
    /// Requests a second of each series.
    pub(crate) rate: u64,
    /// Share of requests that fail.
    pub(crate) failing: f64,
    pub(crate) model: DelayModel,
}

impl Default for Simulated {
    fn default() -> Self {
        Self {
            seconds: 60,
            series: vec!["GET /a"],
            rate: 200,
            failing: 0.01,
            model: DelayModel::default(),
        }
    }
}

impl Simulated {
    /// The same service, slower by so much: 0.1 is 10 %.
    pub(crate) fn slower(mut self, by: f64) -> Self {
        self.model.median = self.model.median.mul_f64(1.0 + by);
        self
    }

    /// The run that a seed gives.
    pub(crate) fn run(&self, seed: u64) -> StoredRun {
        // All series meet the same slow seconds: it is one server.
        let mut delays = NoisyDelays::new(self.model, seed);
        let intervals = (0..self.seconds).map(|index| {
            let mut interval = Interval::new(index);
            for id in 0..self.series.len() {
                let part = self.second(&mut delays);
                interval
                    .series
                    .insert(SeriesId(u32::try_from(id).unwrap()), part);
            }
            delays.next_second();
            interval
        });
        StoredRun {
            intervals: intervals.collect(),
            names: self.series.iter().map(|name| key(name)).collect(),
            plan: json!({"name": "simulated", "seed": seed, "stages": {"load": {"rate": self.rate}}}),
            summary: summary(seed),
        }
    }

    fn second(&self, delays: &mut NoisyDelays) -> SeriesPart {
        let (mut good, mut bad) = (Histogram::default(), Histogram::default());
        let mut part = SeriesPart::default();
        for _ in 0..arrivals(self.rate, delays.noise()) {
            let fails = delays.noise().uniform() < self.failing;
            let took = u64::try_from(delays.next_delay().as_nanos()).unwrap();
            let (times, count) = if fails {
                (&mut bad, &mut part.failed)
            } else {
                (&mut good, &mut part.ok)
            };
            times.record(took);
            *count += 1;
        }
        part.started = part.ok + part.failed;
        let mut store = |measure, times: SparseHistogram| {
            if !times.is_empty() {
                part.times.insert(measure, times);
            }
        };
        store(Measure::OkResponse, good.take_sparse());
        store(Measure::FailedResponse, bad.take_sparse());
        part
    }
}

/// Poisson arrivals are near enough to a normal distribution from some dozens on.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small positive number"
)]
fn arrivals(rate: u64, noise: &mut Noise) -> u64 {
    let mean = rate as f64;
    (mean + mean.sqrt() * noise.normal()).round().max(0.0) as u64
}

fn key(name: &str) -> SeriesKey {
    SeriesKey {
        stage: "load".into(),
        scenario: "all".into(),
        name: name.into(),
        kind: SeriesKind::Operation,
        tags: Tags::default(),
    }
}

fn summary(seed: u64) -> squall_metrics::summary::Summary {
    let none = json!({"count": 0, "min": 0.0, "mean": 0.0, "stdev": 0.0, "p50": 0.0, "p90": 0.0, "p95": 0.0, "p99": 0.0, "p99_9": 0.0,
        "p99_99": 0.0, "max": 0.0});
    let counts: Value = json!({"started": 0, "ok": 0, "failed": 0, "interrupted": 0, "dropped_iterations": 0, "bytes_sent": 0,
        "bytes_received": 0});
    let document = json!({
        "schema_version": 1,
        "run": {"id": format!("run-{seed}"), "name": "simulated", "started_at": "2026-01-01T00:00:00Z", "elapsed_s": 60.0, "seed": seed,
            "squall_version": "0.1.0"},
        "verdict": {"status": "passed", "reasons": []},
        "totals": counts,
        "stages": [], "series": [], "transactions": [], "warnings": [], "reporters": [],
        "generator": {"cpu_s": 0.0, "cpu_percent": 0.0, "max_rss_bytes": 0, "threads": 1, "thread_busy_max_percent": 0.0,
            "schedule_error_ms": none, "generator_delay_ms": none},
    });
    serde_json::from_value(document).unwrap()
}
