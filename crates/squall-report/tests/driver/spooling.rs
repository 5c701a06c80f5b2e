//! Backends that do not take what they are sent: nothing is lost, the order stays, and every record is counted once.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use squall_report::{
    Batch, Delivered, DeliveryReport, Driver, DriverHandle, DriverSettings, Ending, FinalRecords,
    Opening, ReporterError, RunContext, Spool, StartError, resend,
};

use crate::scripted::{PLENTY, Scripted, by_tens, context, events};

/// Milliseconds that are over before a run ends; nothing waits for less.
const SHORT: Duration = Duration::from_millis(30);

pub(crate) type Ids = Arc<Mutex<Vec<u64>>>;

fn spooling(folder: &Path) -> RunContext {
    RunContext {
        spool: Some(folder.to_owned()),
        ..context()
    }
}

fn start(reporter: Scripted, folder: &Path, settings: DriverSettings) -> DriverHandle {
    Driver::start("scripted", Box::new(reporter), spooling(folder), settings)
        .expect("the reporter opens")
}

/// Keeps the numbers of what it takes, as long as `works` says so.
pub(crate) fn noting(
    mut works: impl FnMut() -> Result<(), ReporterError> + Send + 'static,
) -> (Scripted, Ids) {
    let ids = Ids::default();
    let taken = ids.clone();
    let reporter = Scripted::sending(move |batch| {
        works()?;
        note(&taken, batch);
        Ok(Delivered::all(batch))
    });
    (reporter, ids)
}

fn refused_unless(is_up: &AtomicBool) -> Result<(), ReporterError> {
    if is_up.load(Ordering::SeqCst) {
        return Ok(());
    }
    Err(ReporterError::temporary("connection refused"))
}

fn note(taken: &Ids, batch: &Batch) {
    if let Batch::Events(batch) = batch {
        let mut taken = taken.lock().expect("no other test panicked with it");
        taken.extend(batch.iter().map(|event| event.iteration));
    }
}

fn taken(ids: &Ids) -> Vec<u64> {
    ids.lock().expect("no reporter panicked with it").clone()
}

fn wait_until(what: impl Fn() -> bool) {
    while !what() {
        thread::yield_now();
    }
}

fn send_again(folder: &Path) -> (DeliveryReport, Vec<u64>) {
    let (reporter, ids) = noting(|| Ok(()));
    let report = resend("scripted", Box::new(reporter), folder, &by_tens(), PLENTY);
    let report = report.expect("the reporter opens");
    (report, taken(&ids))
}

fn assert_balanced(report: &DeliveryReport) {
    let settled = report.delivered + report.dropped + report.spooled;
    assert_eq!(report.offered, settled, "{report:?}");
}

#[test]
fn what_does_not_fit_into_memory_waits_on_disk_and_keeps_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    let (gate, closed_gate) = mpsc::channel::<()>();
    let (reporter, ids) = noting(move || {
        closed_gate.recv().ok();
        Ok(())
    });
    let settings = DriverSettings {
        queue_records: 50,
        ..by_tens()
    };
    let handle = start(reporter, &spool, settings);
    for first in (0..1_000).step_by(10) {
        // The queue itself holds 100, and the intake thread empties it without waiting for the reporter.
        wait_until(|| handle.counts().queued <= 90);
        assert_eq!(handle.events(events(first..first + 10)).dropped, 0);
    }
    wait_until(|| handle.counts().spooled == 950);
    let counts = handle.counts();
    assert_eq!(
        (counts.queued, counts.delivered, counts.dropped),
        (50, 0, 0)
    );
    assert_eq!(Spool::look(&spool).unwrap().records, 950);

    drop(gate);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(taken(&ids), (0..1_000).collect::<Vec<_>>());
    assert_eq!(
        (report.delivered, report.dropped, report.spooled),
        (1_000, 0, 0)
    );
    assert!(report.is_complete());
    assert!(!spool.exists(), "an empty spool leaves no folder");
}

#[test]
fn a_spool_has_a_limit_and_what_does_not_fit_is_dropped_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let (_gate, closed_gate) = mpsc::channel::<()>();
    let (reporter, _) = noting(move || {
        closed_gate.recv().ok();
        Ok(())
    });
    let settings = DriverSettings {
        queue_records: 20,
        spool_bytes: 20_000,
        ..by_tens()
    };
    let handle = start(reporter, folder.path(), settings);
    for first in (0..2_000).step_by(10) {
        wait_until(|| handle.counts().queued <= 30);
        assert_eq!(handle.events(events(first..first + 10)).dropped, 0);
    }
    wait_until(|| handle.counts().queued == 20);
    let waiting = Spool::look(folder.path()).unwrap();
    assert!((10_000..=20_000).contains(&waiting.bytes), "{waiting:?}");
    assert_eq!(handle.counts().spooled, waiting.records);
    assert!(handle.counts().dropped > 0);
    assert_eq!(
        handle.message().as_deref(),
        Some("the spool is full (0 MiB): raise `spool_mib`")
    );
    let report = handle.finish(FinalRecords::default(), SHORT);
    assert_balanced(&report);
    assert!(report.lost_data());
}

#[test]
fn a_backend_that_dies_in_the_middle_and_returns_gets_everything_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let is_up = Arc::new(AtomicBool::new(true));
    let up = is_up.clone();
    let (reporter, ids) = noting(move || refused_unless(&up));
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..50)).accepted, 50);
    wait_until(|| handle.counts().delivered == 50);
    is_up.store(false, Ordering::SeqCst);
    assert_eq!(handle.events(events(50..300)).accepted, 250);
    // Many more calls than one batch has retries.
    wait_until(|| handle.counts().retried > 20);
    let counts = handle.counts();
    assert_eq!((counts.delivered, counts.dropped), (50, 0));
    assert_eq!(
        (counts.queued, counts.spooled),
        (240, 10),
        "that in hand is on disk"
    );
    is_up.store(true, Ordering::SeqCst);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(taken(&ids), (0..300).collect::<Vec<_>>());
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.message.as_deref(), Some("connection refused"));
}

#[test]
fn a_backend_that_flaps_gets_everything_once_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut calls = 0;
    let (reporter, ids) = noting(move || {
        calls += 1;
        // Down for six calls, which is more than a batch has retries, then up for two.
        match calls % 8 {
            0 | 1 => Ok(()),
            _ => Err(ReporterError::temporary("busy")),
        }
    });
    let settings = DriverSettings {
        queue_records: 40,
        ..by_tens()
    };
    let handle = start(reporter, folder.path(), settings);
    for first in (0..500).step_by(10) {
        wait_until(|| handle.counts().queued <= 70);
        assert_eq!(handle.events(events(first..first + 10)).dropped, 0);
    }
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(taken(&ids), (0..500).collect::<Vec<_>>());
    assert!(report.is_complete(), "{report:?}");
}

#[test]
fn a_backend_that_is_gone_at_the_end_leaves_everything_for_a_resend() {
    let folder = tempfile::tempdir().unwrap();
    let (reporter, _) = noting(|| Err(ReporterError::temporary("connection refused")));
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..95)).accepted, 95);
    let last = crate::batches::last_records();
    let report = handle.finish(last, SHORT);
    assert_eq!(report.ending, Ending::Abandoned);
    assert_eq!(
        (report.delivered, report.dropped, report.spooled),
        (0, 0, 100)
    );
    assert!(!report.lost_data() && !report.is_complete());
    assert_eq!(
        report.message.as_deref(),
        Some("still busy 30ms after the end of the run; before that: connection refused")
    );
    // Ten batches of events, and that of the last records.
    assert_eq!(Spool::look(folder.path()).unwrap().batches, 11);

    let (again, ids) = send_again(folder.path());
    assert_eq!(ids, (0..95).collect::<Vec<_>>());
    assert_eq!(
        (again.offered, again.delivered, again.spooled),
        (100, 100, 0)
    );
    assert!(again.is_complete(), "{again:?}");
    assert_eq!(again.location.as_deref(), Some("here"));
}

#[test]
fn what_a_reporter_hangs_on_is_kept_too() {
    let folder = tempfile::tempdir().unwrap();
    let (entered_sender, entered) = mpsc::channel();
    let (gate, closed_gate) = mpsc::channel::<()>();
    let (reporter, ids) = noting(move || {
        entered_sender.send(()).ok();
        closed_gate.recv().ok();
        Ok(())
    });
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..35)).accepted, 35);
    entered.recv_timeout(PLENTY).unwrap();
    let report = handle.finish(FinalRecords::default(), SHORT);
    assert_eq!(
        (report.delivered, report.dropped, report.spooled),
        (0, 0, 35)
    );
    // The call comes back after all: its records are there twice then, and nothing is removed.
    drop(gate);
    wait_until(|| taken(&ids).len() == 10);
    let (again, ids) = send_again(folder.path());
    assert_eq!(ids, (0..35).collect::<Vec<_>>());
    assert!(again.is_complete(), "{again:?}");
}

#[test]
fn after_a_permanent_error_all_that_waits_and_comes_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let (reporter, ids) = noting(move || match count.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => Ok(()),
        2 => Err(ReporterError::permanent("password rejected")),
        _ => panic!("called after a permanent error"),
    });
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..50)).accepted, 50);
    wait_until(|| handle.counts().spooled == 30);
    assert_eq!(handle.events(events(50..75)).accepted, 25);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(report.ending, Ending::Failed);
    assert_eq!(
        (report.delivered, report.dropped, report.spooled),
        (20, 0, 55)
    );
    assert!(!report.lost_data() && !report.is_complete());
    assert_eq!(report.message.as_deref(), Some("password rejected"));
    assert_eq!(taken(&ids), (0..20).collect::<Vec<_>>());
    let (_, rest) = send_again(folder.path());
    assert_eq!(rest, (20..75).collect::<Vec<_>>());
}

#[test]
fn a_panic_keeps_what_was_not_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let (reporter, _) = noting(|| panic!("index out of bounds"));
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..20)).accepted, 20);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.ending, report.spooled), (Ending::Failed, 20));
    assert_eq!(send_again(folder.path()).1, (0..20).collect::<Vec<_>>());
}

#[test]
fn halves_that_went_out_do_not_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let ids = Ids::default();
    let seen = ids.clone();
    let mut taken_parts = 0;
    let reporter = Scripted::sending(move |batch| {
        if batch.len() > 3 {
            return Err(ReporterError::too_large("at most 3 records"));
        }
        if taken_parts == 2 {
            return Err(ReporterError::temporary("gone"));
        }
        taken_parts += 1;
        note(&seen, batch);
        Ok(Delivered::all(batch))
    });
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..20)).accepted, 20);
    wait_until(|| handle.counts().retried > 10);
    let report = handle.finish(FinalRecords::default(), SHORT);
    assert_eq!(taken(&ids), (0..5).collect::<Vec<_>>());
    assert_eq!(
        (report.delivered, report.dropped, report.spooled),
        (5, 0, 15)
    );
    assert_eq!(send_again(folder.path()).1, (5..20).collect::<Vec<_>>());
}

#[test]
fn records_that_the_backend_refuses_are_dropped_and_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let reporter = Scripted::sending(|batch| match batch.len() {
        0 => Ok(Delivered::all(batch)),
        all => Ok(Delivered::only(all - 1, "1 record has no name")),
    });
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..30)).accepted, 30);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(
        (report.delivered, report.dropped, report.spooled),
        (27, 3, 0)
    );
}

#[test]
fn a_backend_that_throttles_is_left_alone_as_long_as_it_asks() {
    let (sender, calls) = mpsc::channel();
    let mut first = true;
    let reporter = Scripted::sending(move |batch| {
        sender.send(()).ok();
        if std::mem::take(&mut first) {
            return Err(ReporterError::throttled("too many requests", PLENTY));
        }
        Ok(Delivered::all(batch))
    });
    let folder = tempfile::tempdir().unwrap();
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    calls.recv_timeout(PLENTY).unwrap();
    // Its own delays are a tenth of a millisecond at most.
    assert!(calls.recv_timeout(SHORT).is_err());
    let report = handle.finish(FinalRecords::default(), SHORT);
    assert_eq!((report.delivered, report.spooled), (0, 10));
    assert_eq!(calls.iter().count(), 0);
}

#[test]
fn a_backend_that_is_down_at_the_start_is_opened_when_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let is_up = Arc::new(AtomicBool::new(false));
    let up = is_up.clone();
    let (mut reporter, ids) = noting(|| Ok(()));
    reporter.on_open = Box::new(move || refused_unless(&up));
    let settings = DriverSettings {
        opening: Opening::WhenPossible,
        ..by_tens()
    };
    let handle = start(reporter, folder.path(), settings);
    assert_eq!(handle.events(events(0..100)).accepted, 100);
    wait_until(|| handle.counts().retried > 10);
    assert_eq!(handle.counts().delivered, 0);
    is_up.store(true, Ordering::SeqCst);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(taken(&ids), (0..100).collect::<Vec<_>>());
    assert!(report.is_complete(), "{report:?}");
}

#[test]
fn a_reporter_that_can_never_be_opened_leaves_everything_on_disk_when_nobody_checks() {
    let folder = tempfile::tempdir().unwrap();
    let (mut reporter, _) = noting(|| Ok(()));
    reporter.on_open = Box::new(|| Err(ReporterError::permanent("no such bucket `b`")));
    let settings = DriverSettings {
        opening: Opening::WhenPossible,
        ..by_tens()
    };
    let handle = start(reporter, folder.path(), settings);
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.ending, report.spooled), (Ending::Failed, 10));
    assert_eq!(report.message.as_deref(), Some("no such bucket `b`"));
}

#[test]
fn a_driver_that_nobody_finishes_leaves_what_it_cannot_deliver_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (mut reporter, _) = noting(|| Err(ReporterError::temporary("gone")));
    let (sender, closed) = mpsc::channel();
    reporter.on_close = Box::new(move || {
        sender.send(()).ok();
        Ok(None)
    });
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..35)).accepted, 35);
    drop(handle);
    closed.recv_timeout(PLENTY).unwrap();
    assert_eq!(Spool::look(folder.path()).unwrap().records, 35);
}

#[test]
fn a_resend_that_fails_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let (reporter, _) = noting(|| Err(ReporterError::temporary("gone")));
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..50)).accepted, 50);
    assert_eq!(handle.finish(FinalRecords::default(), SHORT).spooled, 50);

    // It cannot be opened.
    let (mut reporter, _) = noting(|| Ok(()));
    reporter.on_open = Box::new(|| Err(ReporterError::permanent("no such bucket `b`")));
    let again = resend(
        "scripted",
        Box::new(reporter),
        folder.path(),
        &by_tens(),
        PLENTY,
    );
    assert!(matches!(again, Err(StartError::Open { .. })), "{again:?}");
    assert_eq!(Spool::look(folder.path()).unwrap().records, 50);

    // It takes two batches and then no more.
    let mut calls = 0;
    let (reporter, ids) = noting(move || {
        calls += 1;
        match calls {
            1 | 2 => Ok(()),
            _ => Err(ReporterError::temporary("gone")),
        }
    });
    let again = resend(
        "scripted",
        Box::new(reporter),
        folder.path(),
        &by_tens(),
        SHORT,
    )
    .unwrap();
    assert_eq!((again.delivered, again.spooled, again.dropped), (20, 30, 0));
    assert_eq!(taken(&ids), (0..20).collect::<Vec<_>>());
    assert_eq!(send_again(folder.path()).1, (20..50).collect::<Vec<_>>());
}

#[test]
fn nobody_else_gets_a_spool_that_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let (reporter, _) = noting(|| Err(ReporterError::permanent("gone")));
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    wait_until(|| handle.counts().spooled == 10);
    let (reporter, _) = noting(|| Ok(()));
    let again = resend(
        "scripted",
        Box::new(reporter),
        folder.path(),
        &by_tens(),
        PLENTY,
    );
    let Err(StartError::Spool { source, .. }) = again else {
        panic!("{again:?}");
    };
    assert!(source.to_string().contains("is in use"), "{source}");
    // Looking is allowed.
    assert_eq!(Spool::look(folder.path()).unwrap().records, 10);
    handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(send_again(folder.path()).0.delivered, 10);
}

#[test]
fn files_that_are_torn_or_foreign_are_set_aside_and_the_others_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (reporter, _) = noting(|| Err(ReporterError::temporary("gone")));
    let handle = start(reporter, folder.path(), by_tens());
    assert_eq!(handle.events(events(0..50)).accepted, 50);
    handle.finish(FinalRecords::default(), SHORT);
    let path = |number: u64| folder.path().join(format!("{number:012}.batch"));
    // One is cut, one has a bit flipped, one is something else, and one was never finished.
    let whole = std::fs::read(path(1)).unwrap();
    std::fs::write(path(1), &whole[..whole.len() / 2]).unwrap();
    let mut flipped = std::fs::read(path(3)).unwrap();
    *flipped.last_mut().unwrap() ^= 1;
    std::fs::write(path(3), &flipped).unwrap();
    std::fs::write(folder.path().join("notes.batch"), "hello").unwrap();
    std::fs::write(folder.path().join("000000000099.tmp"), &whole[..9]).unwrap();

    let counts = Spool::look(folder.path()).unwrap();
    assert_eq!((counts.records, counts.broken), (40, 2));
    let (report, ids) = send_again(folder.path());
    let expected: Vec<_> = (0..10).chain(20..30).chain(40..50).collect();
    assert_eq!(ids, expected);
    assert_eq!(
        (report.delivered, report.dropped, report.spooled),
        (30, 10, 0)
    );
    let message = report.message.unwrap();
    assert!(message.contains("its checksum is wrong"), "{message}");
    assert!(!folder.path().join("000000000099.tmp").exists());
    for stem in ["000000000001", "000000000003", "notes"] {
        assert!(folder.path().join(stem).with_extension("broken").exists());
    }
}

#[test]
fn a_spool_of_no_bytes_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let (reporter, _) = noting(|| Err(ReporterError::temporary("gone")));
    let settings = DriverSettings {
        spool_bytes: 0,
        ..by_tens()
    };
    let handle = start(reporter, &folder.path().join("spool"), settings);
    assert_eq!(handle.events(events(0..20)).accepted, 20);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.dropped, report.spooled), (20, 0));
    assert!(!folder.path().join("spool").exists());
}

#[test]
fn a_million_records_go_through_a_small_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (gate, closed_gate) = mpsc::channel::<()>();
    let next = Arc::new(Mutex::new(0));
    let seen = next.clone();
    let reporter = Scripted::sending(move |batch| {
        closed_gate.recv().ok();
        if let Batch::Events(batch) = batch {
            let mut seen = seen.lock().expect("nobody panicked with it");
            for event in batch.iter() {
                assert_eq!(event.iteration, *seen, "the order is kept");
                *seen += 1;
            }
        }
        Ok(Delivered::all(batch))
    });
    let settings = DriverSettings {
        queue_records: 50_000,
        batch_count: 5_000,
        ..by_tens()
    };
    let handle = start(reporter, folder.path(), settings);
    for first in (0..1_000_000).step_by(5_000) {
        wait_until(|| handle.counts().queued <= 90_000);
        assert_eq!(handle.events(events(first..first + 5_000)).dropped, 0);
    }
    wait_until(|| handle.counts().spooled == 950_000);
    let bytes = Spool::look(folder.path()).unwrap().bytes;
    assert!(bytes < 950_000 * 120, "{bytes} bytes are too many");
    drop(gate);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(*next.lock().unwrap(), 1_000_000);
}
