//! A target that stops answering.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Client, target};

const STALL: Duration = Duration::from_millis(300);

#[test]
fn a_stall_holds_all_answers_and_loses_none() {
    let target = target();
    let paths = [
        "/",
        "/json",
        "/stats",
        "/delay/1ms",
        "/status/404",
        "/bytes/100000",
        "/stream?chunks=2",
    ];
    let mut clients: Vec<_> = paths.iter().map(|_| Client::connect(&target)).collect();
    for client in &mut clients {
        assert_eq!(client.get("/").status, 200);
    }

    let start = Instant::now();
    target.stall(STALL);
    let (ended, ends) = mpsc::channel();
    thread::scope(|scope| {
        for (mut client, path) in clients.into_iter().zip(paths) {
            let ended = ended.clone();
            scope.spawn(move || {
                let status = client.get(path).status;
                ended.send((path, status, start.elapsed())).unwrap();
            });
        }
    });
    drop(ended);
    let ends: Vec<_> = ends.iter().collect();
    assert_eq!(ends.len(), paths.len());
    for (path, status, elapsed) in ends {
        assert!(elapsed >= STALL, "{path} was answered after {elapsed:?}");
        assert_eq!(status, if path == "/status/404" { 404 } else { 200 });
    }
}

#[test]
fn an_answer_that_was_begun_before_a_stall_ends_after_it() {
    let target = target();
    let mut client = Client::connect(&target);
    let start = loop {
        target.reset_stats();
        client.ask("GET", "/delay/200ms", "", "");
        while target.stats().requests == 0 {
            thread::yield_now();
        }
        let start = Instant::now();
        target.stall(STALL);
        if target.stats().by_status.is_empty() {
            break start;
        }
        // This machine was so slow that the answer was out before the stall began.
        client.answer().unwrap();
    };
    assert_eq!(client.answer().unwrap().status, 200);
    assert!(start.elapsed() >= STALL);
}

#[test]
fn the_request_that_asks_for_a_stall_waits_for_its_end() {
    let target = target();
    let mut client = Client::connect(&target);
    let start = Instant::now();
    assert_eq!(
        client.request("POST", "/stall?for=100ms", "", "").status,
        200
    );
    assert!(start.elapsed() >= Duration::from_millis(100));
    assert_eq!(client.get("/stall?for=ever").status, 400);
}

#[test]
fn a_stall_can_begin_later() {
    let target = target();
    let mut client = Client::connect(&target);
    let start = Instant::now();
    assert_eq!(
        client.get("/stall?for=200ms&after=100ms").json()["after_ms"],
        100.0
    );
    let told = Instant::now();
    while told.elapsed() < Duration::from_millis(100) {
        client.get("/delay/10ms");
    }
    client.get("/");
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn connections_are_accepted_during_a_stall() {
    let target = target();
    let start = Instant::now();
    target.stall(STALL);
    let mut clients: Vec<_> = (0..50).map(|_| Client::connect(&target)).collect();
    for client in &mut clients {
        client.ask("GET", "/", "", "");
    }
    for client in &mut clients {
        assert_eq!(client.answer().unwrap().status, 200);
    }
    assert!(start.elapsed() >= STALL);
}
