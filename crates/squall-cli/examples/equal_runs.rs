//! How often `squall compare` finds a difference between runs that are equal, with real runs against the oracle server.
//!
//! ```text
//! cargo run --release -p squall-cli --example equal_runs -- 200 --seconds 13 --rate 100 --at-once 4
//! ```
//!
//! Each pair has an oracle of its own, whose log-normal times change their level from one second to the next, and two runs one after the other.
//! `tests/compare` of `squall-compare` simulates thousands of pairs from the same model; this is the whole way, and takes its time: with
//! the numbers above a quarter of an hour. It needs a machine that does nothing else: what disturbs one run and not the other is a
//! difference, and is found. Invalid runs are compared all the same, and counted.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser;
use serde_json::Value;
use squall_testkit::oracle::{DelayModel, DelayServer, NoisyDelays};

/// Compares pairs of equal runs.
#[derive(Debug, Parser)]
struct Args {
    /// Pairs of runs
    pairs: u64,
    /// How long each run is; two seconds of it do not count
    #[arg(long, default_value_t = 13)]
    seconds: u64,
    /// Requests a second
    #[arg(long, default_value_t = 100)]
    rate: u64,
    /// Pairs that are made at the same time
    #[arg(long, default_value_t = 4)]
    at_once: u64,
    /// The second run of each pair is slower by so many percent: how many are found?
    #[arg(long, default_value_t = 0)]
    slower_percent: u64,
}

/// What came out.
#[derive(Debug, Default)]
struct Found {
    different: u64,
    invalid: u64,
    said: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let next = AtomicU64::new(0);
    let found = Mutex::new(Found::default());
    let failed = thread::scope(|scope| {
        let workers: Vec<_> = (0..args.at_once)
            .map(|_| {
                scope.spawn(|| -> anyhow::Result<()> {
                    loop {
                        let pair = next.fetch_add(1, Ordering::Relaxed);
                        if pair >= args.pairs {
                            return Ok(());
                        }
                        let one = compared(&args, pair)?;
                        let mut all = found.lock().expect("no worker panics with it");
                        all.different += one.different;
                        all.invalid += one.invalid;
                        all.said.extend(one.said);
                    }
                })
            })
            .collect();
        let ends = workers.into_iter().map(thread::ScopedJoinHandle::join);
        let ends: Vec<_> = ends.collect();
        ends.into_iter().find_map(|end| match end {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(_) => Some(anyhow::anyhow!("a worker panicked")),
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let found = found.into_inner().expect("the workers have ended");
    let report = format!(
        "{} of {} pairs show a difference ({} s, {}/s); {} pairs have an invalid run\n{}",
        found.different,
        args.pairs,
        args.seconds,
        args.rate,
        found.invalid,
        found.said.join("\n")
    );
    std::io::Write::write_all(&mut std::io::stdout(), report.as_bytes())?;
    Ok(())
}

/// Makes one pair of runs against an oracle of its own, and compares them.
fn compared(args: &Args, pair: u64) -> anyhow::Result<Found> {
    let started = now();
    let percent = Arc::new(AtomicU64::new(100));
    let asked = Arc::clone(&percent);
    let mut delays = NoisyDelays::new(DelayModel::default(), 1_000 + pair);
    let mut second = 0;
    let server = DelayServer::start(move |_| {
        // The level changes with the seconds of the server, whoever asks.
        let now = started.elapsed().as_secs();
        (second..now).for_each(|_| delays.next_second());
        second = now;
        let slower = asked.load(Ordering::Relaxed) as f64 / 100.0;
        delays.next_delay().mul_f64(slower)
    })?;
    let folder = tempfile::tempdir()?;
    let url = format!("http://{}/", server.address());
    load(folder.path(), &url, "base", args)?;
    percent.store(100 + args.slower_percent, Ordering::Relaxed);
    thread::sleep(Duration::from_millis(200));
    load(folder.path(), &url, "other", args)?;
    let output = squall(folder.path())
        .args(["compare", "base", "other", "--anyway", "--format", "json"])
        .output()?;
    let comparison: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    Ok(judged(&comparison, pair))
}

fn judged(comparison: &Value, pair: u64) -> Found {
    let other = &comparison["others"][0];
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let series = list(other, "series");
    let shown = series.iter().flat_map(|series| list(series, "differences"));
    let mut shown = shown.filter(|one| one["shown"] == "more" || one["shown"] == "less");
    let invalid = list(other, "obstacles").len();
    let mut found = Found {
        invalid: u64::from(invalid > 0),
        ..Found::default()
    };
    if shown.next().is_some() {
        found.different = 1;
        found
            .said
            .push(format!("pair {pair}: {}", other["sentence"]));
    }
    found
}

fn load(folder: &Path, url: &str, name: &str, args: &Args) -> anyhow::Result<()> {
    let (rate, seconds) = (args.rate.to_string(), format!("{}s", args.seconds));
    let load = ["http", url, "-r", &rate, "-d", &seconds, "--threads", "1"];
    let told = ["--name", name, "-q", "--no-report"];
    squall(folder).args(load).args(told).output()?;
    Ok(())
}

/// The program that was built beside this one.
fn squall(folder: &Path) -> Command {
    let mine = std::env::current_exe().unwrap_or_default();
    let built = mine.ancestors().nth(2).unwrap_or(Path::new("."));
    let mut command = Command::new(built.join("squall"));
    command.current_dir(folder);
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program of its own, which measures nothing"
)]
fn now() -> Instant {
    Instant::now()
}
