//! Backends that flap, lose answers, are slow or die, for every reporter of the table: a stand-in between the driver and the reporter
//! misbehaves, and the real backend behind it has to have everything in the end.

use std::time::Duration;

use squall_report::{
    Batch, Capabilities, Delivered, DeliveryReport, Driver, DriverSettings, Ending, Reporter,
    ReporterError, RetrySettings, RunContext, resend,
};

use crate::Registration;
use crate::backend::Backend;
use crate::contract::{A_MINUTE, check_all, made};
use crate::sample::{context, event, final_records, interval};

/// Events of a run, in batches of [`BATCH`].
const EVENTS: u64 = 60;
const BATCH: usize = 7;

/// What goes wrong between the driver and the backend.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Trouble {
    /// Every second batch does not get there at first.
    Flaps,
    /// Every second batch gets there, and nobody hears of it.
    LosesAnswers,
    /// Every batch takes its time.
    Slow,
    /// After some batches nothing gets there any more.
    Dies,
}

#[derive(Debug)]
struct Between {
    reporter: Box<dyn Reporter>,
    trouble: Trouble,
    calls: u32,
}

impl Reporter for Between {
    fn capabilities(&self) -> Capabilities {
        self.reporter.capabilities()
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        self.reporter.open()
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        self.calls += 1;
        let is_second = self.calls.is_multiple_of(2);
        match self.trouble {
            Trouble::Flaps if is_second => return Err(ReporterError::temporary("it is away")),
            Trouble::Dies if self.calls > 3 => return Err(ReporterError::temporary("it is dead")),
            Trouble::Slow => std::thread::sleep(Duration::from_millis(10)),
            _ => {}
        }
        let sent = self.reporter.send(batch)?;
        if self.trouble == Trouble::LosesAnswers && is_second {
            return Err(ReporterError::temporary("no answer came"));
        }
        Ok(sent)
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        self.reporter.close()
    }
}

fn settings() -> DriverSettings {
    DriverSettings {
        batch_count: BATCH,
        flush_timeout: A_MINUTE,
        retry: RetrySettings {
            first_delay: Duration::from_millis(1),
            longest_delay: Duration::from_millis(5),
            ..RetrySettings::default()
        },
        ..DriverSettings::default()
    }
}

/// Sends a run through the trouble; returns what the driver says, and whether the reporter takes events.
fn run(
    trouble: Trouble,
    (registration, backend): (&Registration, &dyn Backend),
    (context, settings): (RunContext, DriverSettings),
) -> (DeliveryReport, bool) {
    let between = Between {
        reporter: made(registration, backend),
        trouble,
        calls: 0,
    };
    let limit = settings.flush_timeout;
    let handle = Driver::start(registration.name, Box::new(between), context, settings).unwrap();
    for second in 0..3 {
        let intervals = vec![interval("home", second)];
        assert_eq!(handle.sender().intervals(intervals).dropped, 0);
    }
    let takes_events = handle.takes_events();
    let events: Vec<_> = (0..EVENTS).map(event).collect();
    assert_eq!(handle.events(events).dropped, 0);
    (handle.finish(final_records(), limit), takes_events)
}

fn everything_arrives(trouble: Trouble) {
    check_all(|registration, backend| {
        let name = registration.name;
        let whole = (context("run-1"), settings());
        let (report, _) = run(trouble, (registration, &*backend), whole);
        assert_eq!(report.ending, Ending::Closed, "{report:?}");
        assert_eq!((report.dropped, report.spooled), (0, 0), "{report:?}");
        assert_eq!(report.delivered, report.offered, "{report:?}");
        let expected = usize::try_from(EVENTS).unwrap();
        let found = backend.events().unwrap_or(expected);
        let runs = backend.runs().unwrap_or(1);
        if trouble == Trouble::LosesAnswers && !backend.keeps_each_once() {
            assert!(found >= expected && runs >= 1, "{name}: {found}, {runs}");
        } else {
            assert_eq!((found, runs), (expected, 1), "{name}");
        }
    });
}

#[test]
fn a_backend_that_flaps_has_everything_once() {
    everything_arrives(Trouble::Flaps);
}

#[test]
fn a_backend_whose_answers_are_lost_has_everything_and_once_where_it_can_tell() {
    everything_arrives(Trouble::LosesAnswers);
}

#[test]
fn a_slow_backend_has_everything() {
    everything_arrives(Trouble::Slow);
}

#[test]
fn what_a_backend_that_died_did_not_get_is_sent_after_the_run() {
    check_all(|registration, backend| {
        let name = registration.name;
        let spool = tempfile::tempdir().unwrap();
        let context = RunContext {
            spool: Some(spool.path().join(name)),
            ..context("run-1")
        };
        let settings = DriverSettings {
            flush_timeout: Duration::from_millis(100),
            ..settings()
        };
        let parts = (context, settings.clone());
        let (report, takes_events) = run(Trouble::Dies, (registration, &*backend), parts);
        assert_eq!(report.dropped, 0, "{report:?}");
        assert!(report.spooled > 0, "{report:?}");
        assert_eq!(report.delivered + report.spooled, report.offered);

        let reporter = made(registration, backend);
        let folder = spool.path().join(name);
        let sent = resend(name, reporter, &folder, &settings, A_MINUTE).unwrap();
        assert_eq!(sent.delivered, report.spooled, "{sent:?}");
        assert_eq!((sent.dropped, sent.spooled), (0, 0), "{sent:?}");
        if backend.adds_up_over_processes() && takes_events {
            let expected = usize::try_from(EVENTS).unwrap();
            assert_eq!(backend.events().unwrap_or(expected), expected, "{name}");
        }
        assert_eq!(backend.runs().unwrap_or(1), 1, "{name}");
    });
}

#[test]
#[ignore = "minutes: `make test-reporters` runs it"]
fn a_million_events_arrive_and_need_no_memory_of_that_size() {
    const CHUNK: u64 = 10_000;
    const CHUNKS: u64 = 100;
    check_all(|registration, backend| {
        let name = registration.name;
        let spool = tempfile::tempdir().unwrap();
        let context = RunContext {
            spool: Some(spool.path().to_owned()),
            ..context("run-1")
        };
        let settings = DriverSettings {
            // What is in memory is at most this; the rest waits on disk.
            queue_records: 50_000,
            ..DriverSettings::default()
        };
        let reporter = made(registration, backend);
        let handle = Driver::start(name, reporter, context, settings).unwrap();
        if !handle.takes_events() {
            handle.finish(final_records(), A_MINUTE);
            return;
        }
        for chunk in 0..CHUNKS {
            let numbers = chunk * CHUNK..(chunk + 1) * CHUNK;
            while handle.counts().queued > 40_000 {
                std::thread::sleep(Duration::from_millis(1));
            }
            let accepted = handle.events(numbers.map(event).collect::<Vec<_>>());
            assert_eq!(accepted.dropped, 0, "{name}");
        }
        let report = handle.finish(final_records(), A_MINUTE * 10);
        assert_eq!((report.dropped, report.spooled), (0, 0), "{report:?}");
        let expected = usize::try_from(CHUNK * CHUNKS).unwrap();
        assert_eq!(backend.events().unwrap_or(expected), expected, "{name}");
    });
}
