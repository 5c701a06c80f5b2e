//! How many events a second a SQL reporter delivers: `sql_rate NAME [TARGET] [EVENTS]`.
//!
//! Without a target it starts the server of the tests, which does not wait for its disk.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Map;
use squall_report::{
    Batch, EventBatch, EventKind, NameTable, Outcome, PhaseTimes, RawEvent, RunRecord, SeriesName,
    Tags, WallTime,
};
use squall_reporters::{BuildContext, build, find};
use squall_testkit::servers;

const BATCH: u64 = 5_000;

#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example that measures and prints"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().ok_or("no name of a reporter")?;
    let (postgres, mariadb, folder);
    let target = match arguments.next().filter(|text| text != "-") {
        Some(target) => target,
        None if name == "mysql" => {
            mariadb = servers::mariadb().ok_or("no MariaDB")?;
            mariadb.url()
        }
        None if name == "sqlite" => {
            folder = tempfile::tempdir()?;
            folder.path().join("results.db").display().to_string()
        }
        None => {
            postgres = servers::postgres().ok_or("no PostgreSQL")?;
            postgres.url()
        }
    };
    let events: u64 = arguments.next().map_or(Ok(500_000), |text| text.parse())?;
    let settings = (find(&name)?.target.read)(&target)?;
    let context = BuildContext {
        base_dir: ".".into(),
        events: true,
        intervals: false,
    };
    let mut reporter = build(&name, &Map::from_iter(settings), &context)?.reporter;
    reporter.open()?;
    for round in ["new", "again"] {
        let began = Instant::now();
        for first in (0..events).step_by(usize::try_from(BATCH)?) {
            let last = (first + BATCH).min(events);
            reporter.send(&batch(first..last))?;
        }
        let seconds = began.elapsed().as_secs_f64();
        let rate = events as f64 / seconds;
        println!("{name}: {events} events {round} in {seconds:.2} s, {rate:.0} events/s");
    }
    reporter.close()?;
    Ok(())
}

fn batch(numbers: std::ops::Range<u64>) -> Batch {
    let run = RunRecord {
        id: "20260301-120000-abcdef".to_owned(),
        name: "shop".to_owned(),
        seed: 1,
        version: "0.1.0".to_owned(),
        started_at: WallTime::from_unix_ns(1_772_366_400_000_000_000),
        tags: Tags::from([("team".to_owned(), "shop".to_owned())]),
        verdict: None,
        reasons: Vec::new(),
    };
    let names = NameTable::new(vec![
        SeriesName::new("Browse", "shop:browse", "home"),
        SeriesName::new("Browse", "shop:browse", "checkout :: pay"),
    ]);
    let events = numbers.map(event).collect();
    Batch::Events(EventBatch::new(Arc::new(run), &names, events))
}

fn event(number: u64) -> RawEvent {
    let at = number * 10_000;
    RawEvent {
        kind: EventKind::Operation,
        series: u32::try_from(number % 2).unwrap_or_default(),
        source: u16::try_from(number % 3).unwrap_or_default(),
        agent: 0,
        outcome: Outcome::Ok,
        status: 200,
        sequence: number,
        user: 12,
        iteration: number / 7,
        intended_ns: at,
        started_ns: at + 12_345,
        ended_ns: at + 12_345 + number % 977 * 10_007,
        phases: PhaseTimes {
            waiting_ns: 12_345,
            first_byte_ns: number % 977 * 9_000,
            ..PhaseTimes::default()
        },
        bytes_sent: 81,
        bytes_received: 4_144,
        check: None,
        trace: None,
        error: None,
    }
}
