//! Every record is either delivered or dropped, and no producer ever waits.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use squall_report::{
    Batch, Delivered, DeliveryReport, Driver, DriverSettings, Ending, FinalRecords, ReporterError,
    RunContext, Spool, finish_all, resend,
};

use crate::scripted::{PLENTY, Scripted, by_tens, context, events};

fn assert_balanced(report: &DeliveryReport) {
    assert_eq!(
        report.offered,
        report.delivered + report.dropped + report.spooled,
        "{report:?}"
    );
    assert!(report.accepted <= report.offered, "{report:?}");
    assert!(report.delivered <= report.accepted, "{report:?}");
}

#[test]
fn a_reporter_that_stands_still_never_holds_up_its_producer() {
    let (entered_sender, entered) = mpsc::channel();
    let (gate, closed_gate) = mpsc::channel::<()>();
    let reporter = Scripted::sending(move |batch| {
        entered_sender.send(()).ok();
        // Returns when the test drops its end.
        closed_gate.recv().ok();
        Ok(Delivered::all(batch))
    });
    let handle = reporter.start(DriverSettings {
        queue_records: 100,
        ..by_tens()
    });
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    entered.recv_timeout(PLENTY).unwrap();
    // The reporter is inside `send` and stays there: these calls return all the same.
    let second = handle.events(events(10..1010));
    let third = handle.events(events(1010..1020));
    assert_eq!((second.accepted, second.dropped), (90, 910));
    assert_eq!((third.accepted, third.dropped), (0, 10));
    let counts = handle.counts();
    assert_eq!((counts.queued, counts.dropped), (100, 920));

    drop(gate);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.offered, report.accepted), (1020, 100));
    assert_eq!((report.delivered, report.dropped), (100, 920));
    assert_eq!(report.ending, Ending::Closed);
    assert!(report.lost_data());
    assert_eq!(
        report.message.as_deref(),
        Some("920 records did not fit into the queue: the reporter was slower than the load")
    );
}

#[test]
fn senders_on_many_threads_lose_nothing_that_was_accepted() {
    let ids = Arc::new(Mutex::new(std::collections::HashSet::new()));
    let seen = ids.clone();
    let reporter = Scripted::sending(move |batch| {
        if let squall_report::Batch::Events(batch) = batch {
            let mut seen = seen.lock().unwrap();
            seen.extend(batch.iter().map(|event| event.iteration));
        }
        Ok(Delivered::all(batch))
    });
    let handle = reporter.start(by_tens());
    let threads: Vec<_> = (0..8_u64)
        .map(|thread| {
            let sender = handle.sender();
            thread::spawn(move || {
                (0..50_u64)
                    .map(|chunk| {
                        let first = thread * 1_000_000 + chunk * 7;
                        sender.events(events(first..first + 7)).accepted as u64
                    })
                    .sum::<u64>()
            })
        })
        .collect();
    let accepted: u64 = threads.into_iter().map(|t| t.join().unwrap()).sum();
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(accepted, 8 * 50 * 7);
    assert_eq!((report.delivered, report.dropped), (accepted, 0));
    assert_eq!(ids.lock().unwrap().len() as u64, accepted);
}

#[test]
fn what_comes_after_the_end_is_refused() {
    let handle = Scripted::taking_everything().start(by_tens());
    let late = handle.sender();
    let report = handle.finish(FinalRecords::default(), PLENTY);
    let refused = late.events(events(0..5));
    assert_eq!((refused.accepted, refused.dropped), (0, 5));
    assert_eq!(report.location.as_deref(), Some("here"));
    assert!(!report.lost_data());
}

#[test]
fn a_driver_that_nobody_finishes_still_delivers_and_closes() {
    let (sender, seen) = mpsc::channel();
    let (closed_sender, closed) = mpsc::channel();
    let mut reporter = Scripted::sending(move |batch| {
        sender.send(batch.len()).ok();
        Ok(Delivered::all(batch))
    });
    reporter.on_close = Box::new(move || {
        closed_sender.send(()).ok();
        Ok(None)
    });
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..4)).accepted, 4);
    drop(handle);
    closed.recv_timeout(PLENTY).unwrap();
    assert_eq!(seen.iter().collect::<Vec<_>>(), [4]);
}

#[test]
fn drivers_that_finish_together_are_reported_in_their_order() {
    let (_gate, closed_gate) = mpsc::channel::<()>();
    let stuck = Scripted::sending(move |batch| {
        closed_gate.recv().ok();
        Ok(Delivered::all(batch))
    });
    let handles = vec![
        stuck.start(by_tens()),
        Scripted::taking_everything().start(by_tens()),
    ];
    for handle in &handles {
        assert_eq!(handle.events(events(0..10)).accepted, 10);
    }
    // The one that works has delivered before the end, so the short limit is for the other.
    while handles[1].counts().delivered < 10 {
        thread::yield_now();
    }
    let reports = finish_all(handles, &FinalRecords::default(), Duration::from_millis(50));
    assert_eq!(reports[0].ending, Ending::Abandoned);
    assert_eq!((reports[0].delivered, reports[0].dropped), (0, 10));
    assert_eq!(reports[1].delivered, 10);
    reports.iter().for_each(assert_balanced);
}

/// One answer of a backend to a batch.
#[derive(Debug, Clone, Copy)]
enum Answer {
    Takes,
    TakesHalf,
    TooLarge,
    Busy,
    Dies,
    Panics,
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        8 => Just(Answer::Takes),
        2 => Just(Answer::TakesHalf),
        2 => Just(Answer::TooLarge),
        4 => Just(Answer::Busy),
        1 => Just(Answer::Dies),
        1 => Just(Answer::Panics),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_backend_answers_the_account_balances(
        answers in prop::collection::vec(answer(), 0..40),
        chunks in prop::collection::vec(0_u64..60, 0..20),
        queue_records in 1_usize..400,
    ) {
        let mut answers = answers.into_iter();
        let taken = Arc::new(Mutex::new(0_u64));
        let really_taken = taken.clone();
        let reporter = Scripted::sending(move |batch| {
            let delivered = match answers.next().unwrap_or(Answer::Takes) {
                Answer::Takes => Delivered::all(batch),
                Answer::TakesHalf => Delivered::only(batch.len() / 2, "half is enough"),
                Answer::TooLarge => return Err(ReporterError::too_large("too much")),
                Answer::Busy => return Err(ReporterError::temporary("busy")),
                Answer::Dies => return Err(ReporterError::permanent("gone")),
                Answer::Panics => panic!("a broken reporter"),
            };
            *really_taken.lock().unwrap() += delivered.records as u64;
            Ok(delivered)
        });
        let handle = reporter.start(DriverSettings { queue_records, ..by_tens() });
        let mut offered = 0;
        let mut accepted = 0;
        for chunk in chunks {
            offered += chunk;
            accepted += handle.events(events(0..chunk)).accepted as u64;
        }
        let report = handle.finish(FinalRecords::default(), PLENTY);
        assert_balanced(&report);
        prop_assert_eq!(report.offered, offered);
        prop_assert_eq!(report.accepted, accepted);
        prop_assert_eq!(report.delivered, *taken.lock().unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_backend_answers_nothing_is_lost_that_it_did_not_refuse(
        answers in prop::collection::vec(answer(), 0..40),
        chunks in prop::collection::vec(0_u64..60, 0..20),
        queue_records in 100_usize..400,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut answers = answers.into_iter();
        let ids = Arc::new(Mutex::new(Vec::new()));
        let seen = ids.clone();
        let refused = Arc::new(Mutex::new(0_u64));
        let not_taken = refused.clone();
        let reporter = Scripted::sending(move |batch| {
            let taken = match answers.next().unwrap_or(Answer::Takes) {
                Answer::Takes => batch.len(),
                Answer::TakesHalf => batch.len() / 2,
                Answer::TooLarge if batch.len() == 1 => {
                    *not_taken.lock().unwrap() += 1;
                    return Err(ReporterError::too_large("too much"));
                }
                Answer::TooLarge => return Err(ReporterError::too_large("too much")),
                Answer::Busy => return Err(ReporterError::temporary("busy")),
                Answer::Dies => return Err(ReporterError::permanent("gone")),
                Answer::Panics => panic!("a broken reporter"),
            };
            *not_taken.lock().unwrap() += (batch.len() - taken) as u64;
            if let Batch::Events(events) = batch {
                let taken = events.iter().take(taken);
                seen.lock().unwrap().extend(taken.map(|event| event.iteration));
            }
            Ok(Delivered::only(taken, "half is enough"))
        });
        let context = RunContext { spool: Some(folder.path().to_owned()), ..context() };
        let settings = DriverSettings { queue_records, ..by_tens() };
        let handle = Driver::start("scripted", Box::new(reporter), context, settings).unwrap();
        let mut offered = 0;
        for chunk in chunks {
            while handle.counts().queued > 100 {
                thread::yield_now();
            }
            prop_assert_eq!(handle.events(events(offered..offered + chunk)).dropped, 0);
            offered += chunk;
        }
        let report = handle.finish(FinalRecords::default(), PLENTY);
        assert_balanced(&report);
        prop_assert_eq!(report.offered, offered);
        prop_assert_eq!(report.dropped, *refused.lock().unwrap());
        prop_assert_eq!(report.delivered, ids.lock().unwrap().len() as u64);
        prop_assert_eq!(report.spooled, Spool::look(folder.path()).unwrap().records);

        let seen = ids.clone();
        let reporter = Scripted::sending(move |batch| {
            if let Batch::Events(events) = batch {
                seen.lock().unwrap().extend(events.iter().map(|event| event.iteration));
            }
            Ok(Delivered::all(batch))
        });
        let again = resend("scripted", Box::new(reporter), folder.path(), &by_tens(), PLENTY);
        prop_assert_eq!(again.unwrap().delivered, report.spooled);
        let ids = ids.lock().unwrap();
        prop_assert!(ids.is_sorted_by(|a, b| a < b), "{:?}", ids);
        prop_assert_eq!(ids.len() as u64 + report.dropped, offered);
    }
}
