//! What goes into a batch, and when it leaves.

use std::sync::mpsc;
use std::time::Duration;

use squall_report::{
    Batch, CommonRecord, Delivered, DriverSettings, ErrorRecord, FinalRecords, Group, MetricRecord,
    RecordKind, ReporterError, RunVerdict,
};

use crate::scripted::{PLENTY, Scripted, by_tens, events};

/// What a test wants to know of a batch.
#[derive(Debug, PartialEq)]
enum Seen {
    Events(Vec<String>),
    Final(usize),
}

fn watching() -> (Scripted, mpsc::Receiver<Batch>) {
    let (sender, seen) = mpsc::channel();
    let reporter = Scripted::sending(move |batch| {
        sender.send(batch.clone()).ok();
        Ok(Delivered::all(batch))
    });
    (reporter, seen)
}

fn summary(batch: &Batch) -> Seen {
    match batch {
        Batch::Events(batch) => {
            Seen::Events(batch.iter().map(|event| event.id.to_string()).collect())
        }
        Batch::Messages(batch) => unreachable!("nobody sent {batch:?}"),
        Batch::Lifecycle(batch) => unreachable!("nobody sent {batch:?}"),
        Batch::Intervals(batch) => unreachable!("nobody sent {batch:?}"),
        Batch::Final(batch) => Seen::Final(batch.len()),
    }
}

fn ids(range: std::ops::Range<u64>) -> Seen {
    Seen::Events(range.map(|n| format!("0001{n:012x}")).collect())
}

pub(crate) fn last_records() -> FinalRecords {
    let record = |group| MetricRecord::empty("Browse", "main", "home", group);
    FinalRecords {
        verdict: Some(RunVerdict::Passed),
        metrics: vec![record(Group::ResponseTime), record(Group::ServiceTime)],
        common: vec![CommonRecord {
            name: "home".to_owned(),
            stage: "Browse".to_owned(),
            scenario: "main".to_owned(),
            kind: squall_report::EventKind::Operation,
            tags: squall_report::Tags::new(),
            group: CommonRecord::GROUP.to_owned(),
            total: 3,
            succeeded: 2,
            failed: 1,
            actions_per_second: 1.5,
        }],
        errors: vec![ErrorRecord {
            name: "home".to_owned(),
            stage: "Browse".to_owned(),
            scenario: "main".to_owned(),
            error_class: "status".to_owned(),
            error_message: "503".to_owned(),
            error_count: 1,
        }],
        ..FinalRecords::default()
    }
}

#[test]
fn chunks_are_cut_and_joined_into_full_batches_in_order() {
    let (reporter, seen) = watching();
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..25)).accepted, 25);
    assert_eq!(handle.events(events(25..27)).accepted, 2);
    assert_eq!(handle.events(events(27..31)).accepted, 4);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    let batches: Vec<_> = seen.iter().map(|batch| summary(&batch)).collect();
    assert_eq!(
        batches,
        [
            ids(0..10),
            ids(10..20),
            ids(20..30),
            ids(30..31),
            Seen::Final(0)
        ]
    );
    assert_eq!((report.delivered, report.dropped), (31, 0));
}

#[test]
fn a_batch_that_is_not_full_leaves_when_it_is_old_enough() {
    let (reporter, seen) = watching();
    let handle = reporter.start(DriverSettings {
        batch_age: Duration::from_millis(1),
        ..by_tens()
    });
    assert_eq!(handle.events(events(0..3)).accepted, 3);
    // Nothing finishes the driver: only age can send this.
    assert_eq!(summary(&seen.recv_timeout(PLENTY).unwrap()), ids(0..3));
    drop(handle);
}

#[test]
fn an_empty_offer_is_no_batch() {
    let (reporter, seen) = watching();
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(Vec::new()).accepted, 0);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(
        seen.iter().map(|batch| summary(&batch)).collect::<Vec<_>>(),
        [Seen::Final(0)]
    );
    assert_eq!(report.offered, 0);
}

#[test]
fn the_last_batch_has_the_verdict_and_the_total_groups() {
    let (reporter, seen) = watching();
    let handle = reporter.start(by_tens());
    let report = handle.finish(last_records(), PLENTY);
    let batches: Vec<_> = seen.iter().collect();
    let [Batch::Final(batch)] = batches.as_slice() else {
        panic!("expected one final batch, got {batches:?}");
    };
    assert_eq!(batch.run().verdict, Some(RunVerdict::Passed));
    let groups: Vec<_> = batch.metrics().iter().map(|m| m.group).collect();
    assert_eq!(
        groups,
        [Group::ResponseTime, Group::ServiceTime, Group::Total]
    );
    assert_eq!((report.offered, report.delivered), (5, 5));
}

#[test]
fn a_reporter_is_given_only_what_it_takes_and_only_that_is_counted() {
    let (mut reporter, seen) = watching();
    reporter.capabilities.kinds = vec![RecordKind::Common];
    let handle = reporter.start(by_tens());
    assert!(!handle.takes_events());
    let accepted = handle.events(events(0..50));
    assert_eq!((accepted.accepted, accepted.dropped), (0, 0));
    let report = handle.finish(last_records(), PLENTY);
    assert_eq!(
        seen.iter().map(|batch| summary(&batch)).collect::<Vec<_>>(),
        [Seen::Final(1)]
    );
    assert_eq!((report.offered, report.delivered), (1, 1));
    assert!(!report.lost_data());
}

#[test]
fn a_reporters_own_limit_splits_events_and_last_records() {
    let (mut reporter, seen) = watching();
    reporter.capabilities.max_batch_records = Some(2);
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..3)).accepted, 3);
    let report = handle.finish(last_records(), PLENTY);
    assert_eq!(
        seen.iter().map(|batch| summary(&batch)).collect::<Vec<_>>(),
        [
            ids(0..2),
            ids(2..3),
            Seen::Final(2),
            Seen::Final(2),
            Seen::Final(1)
        ]
    );
    assert_eq!(report.delivered, 8);
}

#[test]
fn a_batch_that_is_too_large_is_halved_until_it_fits() {
    let (sender, seen) = mpsc::channel();
    let reporter = Scripted::sending(move |batch| {
        if batch.len() > 3 {
            return Err(ReporterError::too_large("at most 3 records"));
        }
        sender.send(summary(batch)).ok();
        Ok(Delivered::all(batch))
    });
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    let report = handle.finish(last_records(), PLENTY);
    assert_eq!(
        seen.iter().collect::<Vec<_>>(),
        [
            ids(0..2),
            ids(2..5),
            ids(5..7),
            ids(7..10),
            Seen::Final(2),
            Seen::Final(3)
        ]
    );
    assert_eq!((report.delivered, report.dropped), (15, 0));
}

#[test]
fn a_single_record_that_is_too_large_is_dropped_and_the_others_are_not() {
    let reporter = Scripted::sending(|batch| match batch {
        Batch::Events(events) if events.iter().any(|event| event.iteration == 4) => {
            Err(ReporterError::too_large("a record has at most 1 MB"))
        }
        _ => Ok(Delivered::all(batch)),
    });
    let handle = reporter.start(by_tens());
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.delivered, report.dropped), (9, 1));
    assert_eq!(report.message.as_deref(), Some("a record has at most 1 MB"));
}

#[test]
fn an_index_that_nobody_registered_still_has_a_name() {
    let (reporter, seen) = watching();
    let handle = reporter.start(by_tens());
    let mut strangers = events(0..1);
    strangers[0].series = 99;
    assert_eq!(handle.events(strangers).accepted, 1);
    handle.finish(FinalRecords::default(), PLENTY);
    let Batch::Events(batch) = seen.recv().unwrap() else {
        panic!("expected events");
    };
    assert_eq!(batch.iter().next().unwrap().name, "unknown");
}
