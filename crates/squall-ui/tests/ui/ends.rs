//! Ends: of runs, of readers who do not read, of the server.

use std::io::Read as _;
use std::time::{Duration, SystemTime};

use squall_ui::{Server, Settings, UiError};

use crate::client::Page;
use crate::rig::{Rig, open};

#[test]
fn a_run_that_goes_on_and_one_that_is_stored_are_shown_alike() {
    let rig = Rig::new();
    let client = rig.client();
    let run = rig.start(&open(50.0, "2s"));
    let id = run.remote().id().to_owned();
    std::thread::sleep(Duration::from_millis(1_300));
    let live = client.get(&format!("/api/v1/runs/{id}")).json();
    assert_eq!(live["timeline"]["length_s"].as_array().unwrap().len(), 1);
    let listed = client.get("/api/v1/runs").json();
    assert_eq!(listed["runs"][0]["live"], true);
    assert_eq!(
        client.get(&format!("/api/v1/runs/{id}/report.html")).status,
        409
    );
    rig.finish(run);
    let stored = client.get(&format!("/api/v1/runs/{id}")).json();
    // Who comes after the end gets the same.
    let mut page = Page::default();
    for event in client.events().take(2) {
        page.take(event);
    }
    assert!(page.has_ended());
    assert_eq!(page.run, stored);
}

#[test]
fn who_does_not_read_is_dropped_and_the_others_get_everything() {
    let rig = Rig::new();
    let client = rig.client();
    let run = rig.start(&open(20.0, "20s"));
    let headers = [("host", "localhost"), ("authorization", "Bearer TOKEN")];
    let mut lazy = client.send("GET /api/v1/events HTTP/1.0", &headers, "");
    let diligent = client.clone();
    let diligent = std::thread::spawn(move || {
        let mut page = Page::default();
        for event in diligent.events() {
            page.take(event);
        }
        page
    });
    // Each event holds all notes so far.
    let body = format!(r#"{{"action": "note", "text": "{}"}}"#, "x".repeat(450));
    for _ in 0..400 {
        assert_eq!(client.post("/api/v1/control", &body).status, 200);
    }
    for _ in 0..40 {
        assert_eq!(client.post("/api/v1/control", &body).status, 200);
        std::thread::sleep(Duration::from_millis(100));
    }
    client.post("/api/v1/control", r#"{"action": "stop"}"#);
    rig.finish(run);
    rig.close();
    let page = diligent.join().unwrap();
    assert!(page.has_ended() && page.seconds > 20);
    let mut got = Vec::new();
    // It may also have been reset.
    lazy.read_to_end(&mut got).ok();
    let got = String::from_utf8_lossy(&got);
    assert!(!got.contains(r#""state":"ended""#), "{} bytes", got.len());
}

#[test]
fn the_server_ends_at_once_where_nobody_looks_and_pages_know_how_the_run_ended() {
    let rig = Rig::new();
    let run = rig.start(&open(20.0, "1s"));
    let mut events = rig.client().events();
    rig.finish(run);
    rig.close();
    let mut page = Page::default();
    events.by_ref().for_each(|event| page.take(event));
    assert!(page.has_ended());
    assert!(page.run["summary"]["run"]["elapsed_s"].as_f64().unwrap() >= 1.0);

    let rig = Rig::new();
    rig.client().get("/api/v1/state");
    let began = SystemTime::now();
    rig.close();
    assert!(began.elapsed().unwrap() < Duration::from_millis(500));
}

#[test]
fn an_address_that_is_taken_says_what_to_do() {
    let rig = Rig::new();
    let settings = Settings {
        address: rig.server.address(),
        tls: None,
        runs_dir: rig.runs_dir(),
        test: None,
    };
    let error = Server::start(settings).unwrap_err();
    assert!(matches!(error, UiError::Listen { .. }));
    assert!(error.hint().unwrap().contains("port 0"));
}
