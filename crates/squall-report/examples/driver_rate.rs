//! Prints how many events a second one driver hands to a reporter that keeps nothing.
//!
//! Run it on one core: `taskset -c 0 cargo run --release -p squall-report --example driver_rate`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use squall_report::{
    Batch, Capabilities, Delivered, Driver, DriverSettings, EventBatch, FinalRecords, NameTable,
    Outcome, PhaseTimes, RawEvent, RecordKind, Reporter, ReporterError, RunContext, RunRecord,
    SeriesName, WallTime,
};

const CHUNK: u64 = 1_000;
const CHUNKS: u64 = 3_000;

/// What the reporter does with a batch before it forgets it.
#[derive(Debug, Clone, Copy)]
enum Work {
    Nothing,
    Names,
    Json,
}

#[derive(Debug)]
struct Null(Work);

impl Null {
    fn work(&self, events: &EventBatch) -> Result<(), serde_json::Error> {
        let mut text = Vec::new();
        match self.0 {
            Work::Nothing => {}
            Work::Names => events.iter().for_each(|event| {
                black_box(event);
            }),
            Work::Json => {
                for event in events.iter() {
                    serde_json::to_writer(&mut text, &event)?;
                    text.push(b'\n');
                }
            }
        }
        black_box(text);
        Ok(())
    }
}

impl Reporter for Null {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: vec![RecordKind::Events],
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        if let Batch::Events(events) = batch {
            self.work(events).map_err(|error| {
                ReporterError::permanent("cannot encode an event").with_source(error)
            })?;
        }
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        Ok(None)
    }
}

fn chunk() -> Vec<RawEvent> {
    (0..CHUNK)
        .map(|sequence| RawEvent {
            kind: squall_report::EventKind::Operation,
            agent: 0,
            check: None,
            trace: None,
            series: 0,
            source: 1,
            outcome: Outcome::Ok,
            status: 200,
            sequence,
            user: 3,
            iteration: sequence,
            intended_ns: sequence * 10_007,
            started_ns: sequence * 10_007 + 1_311,
            ended_ns: sequence * 10_007 + 203_977,
            phases: PhaseTimes {
                waiting_ns: 1_311,
                writing_ns: 4_711,
                first_byte_ns: 190_001,
                reading_ns: 7_954,
                ..PhaseTimes::default()
            },
            bytes_sent: 70,
            bytes_received: 131,
            error: None,
        })
        .collect()
}

fn context() -> RunContext {
    let run = Arc::new(RunRecord {
        id: "rate".to_owned(),
        name: "rate".to_owned(),
        seed: 0,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: WallTime::now(),
        tags: squall_report::Tags::new(),
        verdict: None,
        reasons: Vec::new(),
    });
    RunContext::new(
        run,
        NameTable::new(vec![SeriesName::new("Browse", "Browse", "home")]),
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "an example that measures real time"
)]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    for work in [Work::Nothing, Work::Names, Work::Json] {
        let settings = DriverSettings {
            queue_records: usize::MAX,
            ..DriverSettings::default()
        };
        let handle = Driver::start("null", Box::new(Null(work)), context(), settings)?;
        let begun = now();
        for _ in 0..CHUNKS {
            let accepted = handle.events(chunk());
            assert_eq!(accepted.dropped, 0, "the queue has no limit here");
        }
        let report = handle.finish(FinalRecords::default(), Duration::from_secs(600));
        let seconds = begun.elapsed().as_secs_f64();
        let rate = report.delivered as f64 / seconds / 1e6;
        println!("{work:?}: {} events, {rate:.2} million/s", report.delivered);
    }
    Ok(())
}
