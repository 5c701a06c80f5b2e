//! Reporters that refuse, panic or hang.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use squall_report::{
    Delivered, DriverHandle, DriverSettings, Ending, FinalRecords, ReporterError, StartError,
};

use crate::scripted::{PLENTY, Scripted, by_tens, events};

fn wait_until_dropped(handle: &DriverHandle, records: u64) {
    while handle.counts().dropped < records {
        thread::yield_now();
    }
}

#[test]
fn a_permanent_error_is_never_retried_and_everything_after_it_is_dropped() {
    let (sender, calls) = mpsc::channel();
    let reporter = Scripted::sending(move |batch| {
        sender.send(batch.len()).ok();
        let cause = std::io::Error::other("disk is gone");
        Err(ReporterError::permanent("cannot write `x`").with_source(cause))
    });
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    wait_until_dropped(&handle, 10);
    let after = handle.events(events(10..15));
    assert_eq!((after.accepted, after.dropped), (0, 5));
    assert_eq!(
        handle.message().as_deref(),
        Some("cannot write `x`: disk is gone")
    );
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(calls.iter().collect::<Vec<_>>(), [10]);
    assert_eq!((report.offered, report.delivered), (15, 0));
    assert_eq!((report.dropped, report.retried), (15, 0));
    assert_eq!(report.ending, Ending::Failed);
    assert_eq!(
        report.message.as_deref(),
        Some("cannot write `x`: disk is gone")
    );
    assert_eq!(report.location, None);
}

#[test]
fn a_temporary_error_is_retried_until_the_batch_is_taken() {
    let mut refusals = 0;
    let reporter = Scripted::sending(move |batch| {
        refusals += 1;
        if refusals % 3 == 0 {
            return Ok(Delivered::all(batch));
        }
        Err(ReporterError::temporary("busy"))
    });
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..30)).accepted, 30);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.delivered, report.dropped), (30, 0));
    assert_eq!(report.retried, 8, "two for each of four batches");
    assert_eq!(report.ending, Ending::Closed);
    assert_eq!(report.message.as_deref(), Some("busy"));
    assert!(!report.lost_data());
}

#[test]
fn a_batch_is_dropped_when_its_retries_are_used_up_and_the_next_is_tried() {
    let mut calls = 0;
    let reporter = Scripted::sending(move |batch| {
        calls += 1;
        if calls <= 4 {
            return Err(ReporterError::temporary("busy"));
        }
        Ok(Delivered::all(batch))
    });
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..20)).accepted, 20);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.delivered, report.dropped), (10, 10));
    assert_eq!(report.retried, 3);
    assert_eq!(report.ending, Ending::Closed);
}

#[test]
fn every_batch_has_all_its_retries_where_nothing_can_wait() {
    let reporter = Scripted::sending(|_| Err(ReporterError::temporary("busy")));
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..20)).accepted, 20);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.delivered, report.dropped), (0, 20));
    assert_eq!(report.retried, 9, "three for each of three batches");
}

#[test]
fn records_that_the_backend_refuses_count_as_dropped() {
    let reporter =
        Scripted::sending(|batch| Ok(Delivered::only(batch.len() - 1, "1 record has no name")));
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    wait_until_dropped(&handle, 1);
    assert_eq!(handle.counts().delivered, 9);
    assert_eq!(handle.message().as_deref(), Some("1 record has no name"));
    drop(handle);
}

#[test]
fn a_panic_ends_the_reporter_and_nothing_else() {
    let reporter = Scripted::sending(|_| panic!("index out of bounds"));
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..20)).accepted, 20);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.delivered, report.dropped), (0, 20));
    assert_eq!(report.ending, Ending::Failed);
    assert_eq!(
        report.message.as_deref(),
        Some("the reporter panicked: index out of bounds")
    );
}

#[test]
fn a_panic_while_closing_keeps_what_was_delivered() {
    let mut reporter = Scripted::taking_everything();
    reporter.on_close = Box::new(|| panic!("while closing"));
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..20)).accepted, 20);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.delivered, report.dropped), (20, 0));
    assert_eq!(report.ending, Ending::Failed);
    assert!(report.lost_data());
}

#[test]
fn a_reporter_that_hangs_in_close_is_abandoned_at_the_limit() {
    let (_gate, closed_gate) = mpsc::channel::<()>();
    let mut reporter = Scripted::taking_everything();
    reporter.on_close = Box::new(move || {
        closed_gate.recv().ok();
        Ok(None)
    });
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    while handle.counts().delivered < 10 {
        thread::yield_now();
    }
    let report = handle.finish(FinalRecords::default(), Duration::from_millis(20));
    assert_eq!(report.ending, Ending::Abandoned);
    assert_eq!((report.delivered, report.dropped), (10, 0));
    assert_eq!(
        report.message.as_deref(),
        Some("still busy 20ms after the end of the run")
    );
    assert!(report.lost_data());
}

#[test]
fn what_a_reporter_that_hangs_in_send_still_holds_is_dropped() {
    let (_gate, closed_gate) = mpsc::channel::<()>();
    let mut calls = 0;
    let reporter = Scripted::sending(move |batch| {
        calls += 1;
        if calls > 1 {
            closed_gate.recv().ok();
        }
        Ok(Delivered::all(batch))
    });
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..35)).accepted, 35);
    while handle.counts().delivered < 10 {
        thread::yield_now();
    }
    let report = handle.finish(FinalRecords::default(), Duration::from_millis(20));
    assert_eq!(report.ending, Ending::Abandoned);
    assert_eq!((report.offered, report.accepted), (35, 35));
    assert_eq!((report.delivered, report.dropped), (10, 25));
}

#[test]
fn a_long_delay_before_a_retry_does_not_outlast_the_limit() {
    let (sender, calls) = mpsc::channel();
    let reporter = Scripted::sending(move |_| {
        sender.send(()).ok();
        Err(ReporterError::temporary("no connection"))
    });
    let mut settings = by_tens();
    settings.retry.first_delay = PLENTY;
    settings.retry.longest_delay = PLENTY;
    let handle = reporter.start(settings);
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    calls.recv_timeout(PLENTY).unwrap();
    let report = handle.finish(FinalRecords::default(), Duration::from_millis(20));
    assert_eq!(report.ending, Ending::Abandoned);
    assert_eq!((report.delivered, report.dropped), (0, 10));
    assert_eq!(
        report.message.as_deref(),
        Some("still busy 20ms after the end of the run; before that: no connection")
    );
    // The abandoned thread wakes up, lets the reporter go, and so ends the channel.
    assert_eq!(calls.iter().count(), 0);
}

#[test]
fn a_reporter_that_cannot_be_opened_is_an_error_before_the_load() {
    let mut reporter = Scripted::taking_everything();
    reporter.on_open = Box::new(|| Err(ReporterError::permanent("no such bucket `b`")));
    let error = reporter.try_start(by_tens()).unwrap_err();
    let StartError::Open { name, source } = &error else {
        panic!("unexpected {error:?}");
    };
    assert_eq!(name, "scripted");
    assert_eq!(source.describe(), "no such bucket `b`");
}

#[test]
fn a_backend_that_comes_up_while_opening_is_waited_for() {
    let mut reporter = Scripted::taking_everything();
    let mut attempts = 0;
    reporter.on_open = Box::new(move || {
        attempts += 1;
        match attempts {
            1 | 2 => Err(ReporterError::temporary("connection refused")),
            _ => Ok(()),
        }
    });
    let handle = reporter.start(by_tens());
    assert_eq!(handle.counts().retried, 2);
    drop(handle);
}

#[test]
fn a_panic_while_opening_is_an_error_and_not_a_crash() {
    let mut reporter = Scripted::taking_everything();
    reporter.on_open = Box::new(|| panic!("bad state"));
    let error = reporter.try_start(by_tens()).unwrap_err();
    assert!(matches!(error, StartError::Open { .. }), "{error:?}");
}

#[test]
fn a_backend_that_never_answers_while_opening_is_an_error() {
    let (_gate, closed_gate) = mpsc::channel::<()>();
    let mut reporter = Scripted::taking_everything();
    reporter.on_open = Box::new(move || {
        closed_gate.recv().ok();
        Ok(())
    });
    let error = reporter
        .try_start(DriverSettings {
            open_timeout: Duration::from_millis(20),
            ..by_tens()
        })
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "reporter `scripted` was not ready after 20ms: check that its backend can be reached from here"
    );
}
