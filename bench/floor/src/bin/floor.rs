//! `floor URL [-c CONNECTIONS] [-d SECONDS]`: sends requests and prints what they cost as one line of JSON.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::time::Duration;

use floor::{Generator, Outcome, Target, peak_resident_bytes};

const USAGE: &str = "usage: floor http://HOST:PORT/PATH [-c CONNECTIONS] [-d SECONDS]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _closed = writeln!(io::stderr(), "error: {error}\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let (mut url, mut connections, mut duration) = (None, 64, Duration::from_secs(5));
    while let Some(word) = words.next() {
        match word.as_str() {
            "-c" => connections = value(&word, words.next())?,
            "-d" => duration = Duration::from_secs_f64(value(&word, words.next())?),
            _ => url = Some(word),
        }
    }
    let url = url.ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "the URL is missing"))?;
    let outcome = Generator::connect(Target::parse(&url)?, connections)?.run(duration)?;
    writeln!(io::stdout(), "{}", json(&outcome))
}

fn value<T: std::str::FromStr>(flag: &str, word: Option<String>) -> io::Result<T> {
    let parsed = word.and_then(|word| word.parse().ok());
    parsed
        .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, format!("`{flag}` needs a number")))
}

fn json(outcome: &Outcome) -> String {
    let requests = outcome.ok + outcome.failed;
    let micros = |nanos: u64| nanos as f64 / 1e3;
    format!(
        "{{\"requests\": {requests}, \"failed\": {}, \"seconds\": {:.3}, \"requests_per_second\": {:.0}, \
         \"cpu_us_per_request\": {:.3}, \"max_rss_bytes\": {}, \"p50_us\": {:.1}, \"p99_us\": {:.1}}}",
        outcome.failed,
        outcome.elapsed.as_secs_f64(),
        requests as f64 / outcome.elapsed.as_secs_f64(),
        outcome.cpu.as_secs_f64() * 1e6 / requests.max(1) as f64,
        peak_resident_bytes(),
        micros(outcome.service_time.quantile(0.5)),
        micros(outcome.service_time.quantile(0.99)),
    )
}
