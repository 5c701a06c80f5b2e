//! Prints how many events a second one driver hands to a reporter that keeps nothing, and how many it writes to the spool
//! while a reporter hangs.
//!
//! Run it on one core: `taskset -c 0 cargo run --release -p squall-report --example driver_rate`.

use std::error::Error;
use std::hint::black_box;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use squall_report::{
    Batch, Capabilities, Delivered, Driver, DriverHandle, DriverSettings, EventBatch, FinalRecords,
    NameTable, Outcome, PhaseTimes, RawEvent, RecordKind, Reporter, ReporterError, RunContext,
    RunRecord, SeriesName, Spool, WallTime,
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

/// Takes nothing, and does not come back before the end.
#[derive(Debug)]
struct Hanging(mpsc::Receiver<()>);

impl Reporter for Hanging {
    fn capabilities(&self) -> Capabilities {
        Null(Work::Nothing).capabilities()
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        Ok(())
    }

    fn send(&mut self, _: &Batch) -> Result<Delivered, ReporterError> {
        self.0.recv().ok();
        Err(ReporterError::permanent("nobody hangs for ever"))
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

/// Offers all events, no faster than that `waiting` of them wait: nothing is dropped.
fn offer(handle: &DriverHandle, waiting: u64) {
    for _ in 0..CHUNKS {
        while handle.counts().queued > waiting {
            thread::yield_now();
        }
        let accepted = handle.events(chunk());
        assert_eq!(accepted.dropped, 0, "there is room");
    }
}

#[expect(clippy::print_stdout, reason = "printing is what this example is for")]
fn deliver(work: Work) -> Result<(), Box<dyn Error>> {
    let settings = DriverSettings::default();
    let handle = Driver::start("null", Box::new(Null(work)), context(), settings)?;
    let begun = now();
    offer(&handle, 400_000);
    let report = handle.finish(FinalRecords::default(), Duration::from_secs(600));
    let rate = report.delivered as f64 / begun.elapsed().as_secs_f64() / 1e6;
    println!("{work:?}: {} events, {rate:.2} million/s", report.delivered);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "printing is what this example is for")]
fn spool() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let context = RunContext {
        spool: Some(folder.path().join("null")),
        ..context()
    };
    let settings = DriverSettings {
        queue_records: 100_000,
        flush_timeout: Duration::ZERO,
        ..DriverSettings::default()
    };
    let (_gate, closed_gate) = mpsc::channel();
    let handle = Driver::start("null", Box::new(Hanging(closed_gate)), context, settings)?;
    let begun = now();
    offer(&handle, 150_000);
    let report = handle.finish(FinalRecords::default(), Duration::ZERO);
    let rate = report.spooled as f64 / begun.elapsed().as_secs_f64() / 1e6;
    let bytes = Spool::look(&folder.path().join("null"))?.bytes / report.spooled;
    println!(
        "Hanging: {} events on disk, {rate:.2} million/s, {bytes} bytes each",
        report.spooled
    );
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    for work in [Work::Nothing, Work::Names, Work::Json] {
        deliver(work)?;
    }
    spool()
}
