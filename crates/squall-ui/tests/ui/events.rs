//! What pages are told.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

use crate::client::{Client, Page};
use crate::rig::{Rig, open};

/// Listens until the run has ended; returns what is held then, and what was held before the run came whole once more.
fn listen(client: Client) -> JoinHandle<(Page, Value)> {
    thread::spawn(move || hear(&client))
}

fn hear(client: &Client) -> (Page, Value) {
    let mut page = Page::default();
    let mut before = Value::Null;
    for event in client.events() {
        if page.has_ended() && event.0 == "run" {
            before = page.run.clone();
        }
        page.take(event);
    }
    (page, before)
}

fn sum(column: &Value) -> f64 {
    let numbers = column.as_array().unwrap().iter();
    numbers.filter_map(Value::as_f64).sum()
}

#[test]
fn a_late_joiner_holds_what_an_early_one_has_accumulated() {
    let rig = Rig::new();
    let run = rig.start(&open(50.0, "6s"));
    let early = listen(rig.client());
    thread::sleep(Duration::from_millis(3_300));
    let late = listen(rig.client());
    rig.finish(run);
    rig.close();
    let (early, before) = early.join().unwrap();
    let (late, before_of_late) = late.join().unwrap();
    assert_eq!(before, before_of_late);
    assert_eq!(early.run, late.run);
    assert!(early.seconds >= 5 && late.seconds < early.seconds);
    assert_eq!(late.wholes, 2, "at connect, and at the end");
    let timeline = &early.run["timeline"];
    assert!((sum(&timeline["all"]["columns"]["started"]) - 600.0).abs() < 3.0);
    assert!((sum(&timeline["statuses"]["503"]) - 300.0).abs() < 3.0);
    let elapsed_s = early.run["summary"]["run"]["elapsed_s"].as_f64();
    assert!(elapsed_s.unwrap() >= 6.0);
    assert!(!early.run.to_string().contains("verysecretvalue"));
    assert_eq!(early.live["stages"][0]["name"], "load");
    assert_eq!(early.live["thresholds"][0]["state"], "holds");
}

#[test]
fn ten_pages_hold_the_same() {
    let rig = Rig::new();
    let run = rig.start(&open(50.0, "3s"));
    let pages: Vec<_> = (0..10).map(|_| listen(rig.client())).collect();
    rig.finish(run);
    rig.close();
    let pages: Vec<_> = pages.into_iter().map(|page| page.join().unwrap()).collect();
    let (first, before) = &pages[0];
    for (page, held) in &pages {
        assert_eq!((&page.run, held), (&first.run, before));
        assert!(page.seconds >= 2);
    }
}
