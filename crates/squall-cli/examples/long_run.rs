//! Writes a stored run that never was, to measure how fast long runs are read.
//!
//! ```text
//! cargo run -p squall-cli --example long_run -- runs/a --seconds 3600 --series 20 --per-second 20
//! squall report runs/a --html a.html
//! ```

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Parser;
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Value, json};
use squall_metrics::{
    Histogram, Interval, Measure, SeriesId, SeriesKey, SeriesKind, SeriesPart, SeriesTable,
};

/// Writes a stored run that never was.
#[derive(Debug, Parser)]
struct Args {
    /// Folder of the run
    folder: PathBuf,
    /// Seconds of it
    #[arg(long, default_value_t = 3_600)]
    seconds: u32,
    /// Operations by name
    #[arg(long, default_value_t = 20)]
    series: u32,
    /// How often each happens in a second
    #[arg(long, default_value_t = 20)]
    per_second: u64,
    /// Another run of the same kind
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What of the response time each measure is.
const SHARES: [(Measure, f64); 6] = [
    (Measure::OkResponse, 1.0),
    (Measure::OkService, 0.97),
    (Measure::Waiting, 0.03),
    (Measure::Writing, 0.01),
    (Measure::FirstByte, 0.9),
    (Measure::Reading, 0.06),
];

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    fs::create_dir_all(&args.folder)?;
    let names = names(&args);
    let plan = json!({"version": 1, "name": "long", "seed": args.seed});
    fs::write(args.folder.join("plan.json"), plan.to_string())?;
    fs::write(
        args.folder.join("summary.json"),
        summary(&args, &names).to_string(),
    )?;
    let mut lines = BufWriter::new(File::create(args.folder.join("intervals.jsonl"))?);
    writeln!(lines, "{}", json!({ "series": names.snapshot() }))?;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(args.seed);
    for index in 0..args.seconds {
        let mut interval = Interval::new(index.into());
        for id in 0..args.series {
            let part = part(args.per_second, id, &mut random);
            interval.series.insert(SeriesId(id), part);
        }
        serde_json::to_writer(&mut lines, &interval)?;
        writeln!(lines)?;
    }
    Ok(lines.flush()?)
}

fn names(args: &Args) -> SeriesTable {
    let names = SeriesTable::default();
    for number in 0..args.series {
        names.intern(SeriesKey {
            stage: "load".into(),
            scenario: "shop".into(),
            name: format!("GET /page/{number}").into(),
            kind: SeriesKind::Operation,
            tags: squall_metrics::Tags::default(),
        });
    }
    names
}

fn part(count: u64, id: u32, random: &mut Xoshiro256PlusPlus) -> SeriesPart {
    let mut part = SeriesPart {
        started: count,
        ok: count,
        bytes_sent: count * 120,
        bytes_received: count * 2_000,
        ..SeriesPart::default()
    };
    part.statuses.add(200, count);
    for (measure, share) in SHARES {
        let mut times = Histogram::default();
        for _ in 0..count {
            let sum: f64 = (0..6).map(|_| random.random::<f64>()).sum();
            let ns = 4e6 * f64::from(id + 1) * share * (sum - 3.0).exp();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a positive time"
            )]
            times.record(ns as u64);
        }
        part.times.insert(measure, times.to_sparse());
    }
    part
}

fn summary(args: &Args, names: &SeriesTable) -> Value {
    let none = json!({"count": 0, "min": 0.0, "mean": 0.0, "stdev": 0.0, "p50": 0.0, "p90": 0.0, "p95": 0.0, "p99": 0.0, "p99_9": 0.0,
        "p99_99": 0.0, "max": 0.0});
    let counts = json!({"started": 0, "ok": 0, "failed": 0, "interrupted": 0, "dropped_iterations": 0, "bytes_sent": 0,
        "bytes_received": 0});
    let series = names.snapshot().series.into_iter().map(|key| {
        let times = ["response", "service"].map(|name| (format!("{name}_time_ms"), none.clone()));
        let phases = ["waiting", "connecting", "securing", "writing", "first_byte", "reading"];
        let phases = phases.map(|name| (format!("{name}_ms"), none.clone()));
        let both = json!({"response_time_ms": none, "service_time_ms": none});
        let mut one = json!({"stage": &*key.stage, "scenario": &*key.scenario, "name": &*key.name, "started": 0, "ok": 0, "failed": 0,
            "interrupted": 0, "rate_per_s": 0.0, "bytes_sent": 0, "bytes_received": 0, "statuses": {}, "errors": [],
            "ok_times": both, "failed_times": both});
        for (name, value) in times.into_iter().chain(phases) {
            one[name] = value;
        }
        one
    });
    json!({
        "schema_version": 1,
        "run": {"id": format!("long-{}", args.seed), "name": "long", "started_at": "2026-01-01T00:00:00Z", "elapsed_s": args.seconds,
            "seed": args.seed, "squall_version": "0.1.0"},
        "verdict": {"status": "passed", "reasons": []},
        "totals": counts,
        "stages": [], "series": series.collect::<Vec<_>>(), "transactions": [], "warnings": [], "reporters": [],
        "generator": {"cpu_s": 0.0, "cpu_percent": 0.0, "max_rss_bytes": 0, "threads": 1, "thread_busy_max_percent": 0.0,
            "schedule_error_ms": none, "generator_delay_ms": none},
    })
}
