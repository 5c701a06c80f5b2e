//! Changing a run from a browser or a program.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Page;
use crate::rig::{Rig, open};

#[test]
fn a_rate_that_is_changed_is_sent_and_recorded() {
    let rig = Rig::new();
    let client = rig.client();
    let run = rig.start(&open(20.0, "6s"));
    thread::sleep(Duration::from_millis(1_500));
    let changed = client.post("/api/v1/control", r#"{"action": "rate", "rate": 200}"#);
    assert_eq!(changed.status, 200, "{changed:?}");
    let control = &changed.json()["controls"][0];
    assert_eq!(
        (
            &control["action"],
            &control["by"],
            &control["stage"],
            &control["scenario"]
        ),
        (&json!("rate"), &json!("api"), &json!("load"), &json!("all"))
    );
    assert_eq!(
        (&control["from"], &control["to"]),
        (&json!(20.0), &json!(200.0))
    );
    let headers = [
        ("host", "localhost"),
        ("authorization", "Bearer TOKEN"),
        ("x-squall-client", "dashboard"),
    ];
    let note = r#"{"action": "note", "text": "cache cleared"}"#;
    let noted = client.raw("POST /api/v1/control HTTP/1.1", &headers, note);
    assert_eq!(noted.json()["controls"][0]["by"], "dashboard");
    let finished = rig.finish(run);

    let started = finished.summary.transactions[0].started;
    // 1.5 s of 20 and 4.5 s of 200 are 930; with 20 all the time there would be 120.
    assert!((400..1_000).contains(&started), "{started}");
    let actions: Vec<&str> = finished
        .summary
        .controls
        .iter()
        .map(|one| one.action.as_str())
        .collect();
    assert_eq!(actions, ["rate", "note"]);
    let lines = std::fs::read_to_string(finished.directory.join("controls.jsonl")).unwrap();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[1]["text"], "cache cleared");
    assert_eq!(lines.len(), 2);
}

#[test]
fn orders_that_do_not_fit_are_refused_with_what_would() {
    let rig = Rig::new();
    let client = rig.client();
    let refused = |body: &str| {
        let answer = client.post("/api/v1/control", body);
        (answer.status, answer.json())
    };
    let (status, told) = refused(r#"{"action": "pause"}"#);
    assert_eq!((status, &told["error"]), (409, &json!("no run goes on")));
    let run = rig.start(&open(20.0, "3s"));
    thread::sleep(Duration::from_millis(500));
    let (status, told) = refused(r#"{"action": "users", "users": 5}"#);
    assert_eq!(status, 409);
    assert!(told["hint"].as_str().unwrap().contains("rate"), "{told}");
    let (status, told) = refused(r#"{"action": "rate", "rate": 5, "scenario": "nobody"}"#);
    assert_eq!(status, 409);
    assert!(told["error"].as_str().unwrap().contains("nobody"));
    let (status, told) = refused(r#"{"action": "rate", "rates": 5, "rate": "x"}"#);
    assert_eq!(status, 400);
    assert_eq!(told["errors"].as_array().unwrap().len(), 2);
    assert_eq!(refused("nonsense").0, 400);
    assert_eq!(refused(r#"{"action": "stop"}"#).0, 200);
    let finished = rig.finish(run);
    assert!(finished.stopped);
}

#[test]
fn pages_see_a_pause_at_once_and_nothing_is_sent_in_it() {
    let rig = Rig::new();
    let client = rig.client();
    let run = rig.start(&open(100.0, "5s"));
    let mut events = client.events();
    thread::sleep(Duration::from_millis(1_200));
    assert_eq!(
        client
            .post("/api/v1/control", r#"{"action": "pause"}"#)
            .status,
        200
    );
    let mut page = Page::default();
    for event in events.by_ref() {
        page.take(event);
        if page.live["paused"] == true {
            break;
        }
    }
    thread::sleep(Duration::from_millis(1_500));
    assert_eq!(
        client
            .post("/api/v1/control", r#"{"action": "resume"}"#)
            .status,
        200
    );
    let finished = rig.finish(run);
    let started = finished.summary.transactions[0].started;
    assert!((150..430).contains(&started), "{started}");
    assert_eq!(finished.summary.controls.len(), 2);
}
