//! Which records a reporter is sent, and in which batches.

use std::sync::mpsc;
use std::time::Duration;

use squall_report::{
    Batch, Delivered, Driver, DriverSettings, EventError, EventSelection, FinalRecords, NewDriver,
    Outcome, RawEvent, ReporterError, RunContext, RunRecord, Selection, Tags, is_sampled,
};

use crate::scripted::{PLENTY, Scripted, by_tens, context, events};

fn sent(selection: EventSelection, offered: Vec<RawEvent>) -> (Vec<u64>, u64) {
    let (sender, seen) = mpsc::channel();
    let reporter = Scripted::sending(move |batch| {
        if let Batch::Events(events) = batch {
            events.iter().for_each(|event| {
                sender.send(event.iteration).ok();
            });
        }
        Ok(Delivered::all(batch))
    });
    let context = RunContext {
        selection: Selection {
            events: selection,
            ..Selection::default()
        },
        ..context()
    };
    let handle = Driver::start("scripted", Box::new(reporter), context, by_tens());
    let handle = handle.expect("the reporter opens");
    assert_eq!(handle.takes_events(), !selection.is_none());
    assert_eq!(handle.events(offered).dropped, 0);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    (seen.iter().collect(), report.offered)
}

#[test]
fn only_selected_events_are_offered_and_counted() {
    let mut offered = events(0..100);
    for event in offered.iter_mut().step_by(25) {
        event.outcome = Outcome::Failed;
    }
    let sampled: Vec<u64> = (0..100)
        .filter(|iteration| is_sampled(0.3, 0, 3, *iteration))
        .collect();
    assert!(!sampled.is_empty() && sampled.len() < 100);
    let count = sampled.len() as u64;
    for (selection, expected) in [
        (EventSelection::All, ((0..100).collect(), 100)),
        (EventSelection::None, (Vec::new(), 0)),
        (EventSelection::Failed, (vec![0, 25, 50, 75], 4)),
        (EventSelection::Sample(0.3), (sampled, count)),
    ] {
        assert_eq!(sent(selection, offered.clone()), expected, "{selection:?}");
    }
}

#[test]
fn a_reporters_tags_are_on_its_batches_and_no_other() {
    let (sender, seen) = mpsc::channel::<RunRecord>();
    let reporter = Scripted::sending(move |batch| {
        sender.send(batch.run().clone()).ok();
        Ok(Delivered::all(batch))
    });
    let tags = |pairs: &[(&str, &str)]| -> Tags {
        let pairs = pairs.iter();
        pairs
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    let mut own = context();
    let shared = own.run.clone();
    std::sync::Arc::make_mut(&mut own.run).tags = tags(&[("team", "shop"), ("env", "test")]);
    own.selection.tags = tags(&[("env", "stage"), ("build", "7")]);
    let handle = Driver::start("scripted", Box::new(reporter), own, by_tens()).unwrap();
    assert_eq!(handle.events(events(0..1)).accepted, 1);
    handle.finish(FinalRecords::default(), PLENTY);
    let runs: Vec<RunRecord> = seen.iter().collect();
    assert_eq!(runs.len(), 2);
    for run in runs {
        let expected = tags(&[("team", "shop"), ("env", "stage"), ("build", "7")]);
        assert_eq!(run.tags, expected);
    }
    assert!(shared.tags.is_empty());
}

#[test]
fn a_batch_is_full_by_its_bytes_too() {
    let (sender, seen) = mpsc::channel();
    let reporter = Scripted::sending(move |batch| {
        sender.send(batch.len()).ok();
        Ok(Delivered::all(batch))
    });
    let handle = reporter.start(DriverSettings {
        batch_count: 1_000,
        batch_bytes: 10_000,
        ..by_tens()
    });
    let mut offered = events(0..10);
    for event in &mut offered[4..] {
        event.error = Some(Box::new(EventError {
            class: "status".into(),
            message: "x".repeat(4_000).into(),
        }));
    }
    // One that is larger than a batch on its own.
    offered[7].error.as_mut().unwrap().message = "x".repeat(20_000).into();
    assert_eq!(handle.events(offered).accepted, 10);
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!(report.delivered, 10);
    // Four small ones and one of 4.4 kB; two; the largest; two; and the empty last batch.
    assert_eq!(seen.iter().collect::<Vec<_>>(), [5, 2, 1, 2, 0]);
}

#[test]
fn all_reporters_that_cannot_be_opened_are_told_at_once() {
    let opening = |name: &str, result: fn() -> Result<(), ReporterError>| {
        let mut reporter = Scripted::taking_everything();
        reporter.on_open = Box::new(result);
        NewDriver {
            name: name.to_owned(),
            reporter: Box::new(reporter),
            context: context(),
            settings: by_tens(),
        }
    };
    let error = Driver::start_all(vec![
        opening("json", || Err(ReporterError::permanent("no such folder"))),
        opening("csv", || Ok(())),
        opening("postgres", || {
            Err(ReporterError::permanent("password rejected"))
        }),
    ])
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 reporters cannot be opened\n\
         reporter `json` cannot be opened: no such folder\n\
         reporter `postgres` cannot be opened: password rejected"
    );
    let one = Driver::start_all(vec![opening("json", || {
        Err(ReporterError::permanent("no"))
    })]);
    let one = one.unwrap_err();
    assert_eq!(one.to_string(), "reporter `json` cannot be opened");
    assert_eq!(std::error::Error::source(&one).unwrap().to_string(), "no");
}

#[test]
fn opening_of_one_does_not_wait_for_another() {
    // Each is only open when the other has begun to open.
    let (first_sender, first) = mpsc::channel::<()>();
    let (second_sender, second) = mpsc::channel::<()>();
    let waiting = |name: &str, own: mpsc::Sender<()>, other: mpsc::Receiver<()>| {
        let mut reporter = Scripted::taking_everything();
        reporter.on_open = Box::new(move || {
            own.send(()).ok();
            let met = other.recv_timeout(Duration::from_secs(60));
            met.map_err(|_| ReporterError::permanent("alone"))
        });
        NewDriver {
            name: name.to_owned(),
            reporter: Box::new(reporter),
            context: context(),
            settings: by_tens(),
        }
    };
    let handles = Driver::start_all(vec![
        waiting("one", first_sender, second),
        waiting("two", second_sender, first),
    ])
    .unwrap();
    assert_eq!(handles.len(), 2);
    assert_eq!((handles[0].name(), handles[1].name()), ("one", "two"));
}
