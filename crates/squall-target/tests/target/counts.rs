//! What the target counts, compared with what was sent.

use std::collections::BTreeMap;
use std::thread;

use squall_target::{RunningTarget, Stats};

use crate::client::{Client, target};

/// Waits until the target has noticed that its clients are gone.
fn settled(target: &RunningTarget) -> Stats {
    loop {
        let stats = target.stats();
        if stats.connections_open == 0 {
            return stats;
        }
        thread::yield_now();
    }
}

#[test]
fn counts_are_exact_also_when_connections_are_cut() {
    let target = target();
    for _ in 0..20 {
        let mut client = Client::connect(&target);
        assert_eq!(client.get("/").status, 200);
        assert_eq!(client.get("/status/503").status, 503);
        assert_eq!(client.get("/nowhere").status, 404);
        client.ask("GET", "/close", "", "");
        client.rest().unwrap();
        let mut client = Client::connect(&target);
        client.ask("GET", "/reset", "", "");
        client.rest().unwrap_err();
        let mut client = Client::connect(&target);
        client.ask("GET", "/close?after=5", "", "");
        client.rest().unwrap();
    }
    let stats = settled(&target);
    let by_path = [
        ("/", 20),
        ("/status/{code}", 20),
        ("(unknown)", 20),
        ("/close", 40),
        ("/reset", 20),
    ];
    assert_eq!(
        stats.by_path,
        BTreeMap::from(by_path.map(|(path, count)| (path.to_owned(), count)))
    );
    assert_eq!(
        stats.by_status,
        BTreeMap::from([(200, 40), (404, 20), (503, 20)])
    );
    assert_eq!((stats.requests, stats.unanswered), (120, 40));
    assert_eq!(
        (stats.connections_accepted, stats.connections_open),
        (60, 0)
    );
}

#[test]
fn every_thread_s_requests_are_in_the_sum() {
    let target = target();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut client = Client::connect(&target);
                (0..200).for_each(|_| assert_eq!(client.get("/").status, 200));
            });
        }
    });
    let stats = settled(&target);
    assert_eq!(
        (
            stats.requests,
            stats.by_status[&200],
            stats.connections_accepted
        ),
        (1600, 1600, 8)
    );
}

#[test]
fn bytes_are_counted_both_ways() {
    let target = target();
    let mut client = Client::connect(&target);
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let received = client.rest().unwrap().len() as u64;
    drop(client);
    let stats = settled(&target);
    assert_eq!((stats.bytes_in, stats.bytes_out), (46, received));
}

#[test]
fn a_client_that_goes_away_leaves_an_unanswered_request() {
    let target = target();
    let mut client = Client::connect(&target);
    client.ask("GET", "/delay/1h", "", "");
    while target.stats().requests == 0 {
        thread::yield_now();
    }
    drop(client);
    let stats = settled(&target);
    assert_eq!(
        (stats.requests, stats.unanswered, stats.by_status.len()),
        (1, 1, 0)
    );
}

#[test]
fn what_is_not_http_is_counted_as_malformed() {
    let target = target();
    let mut client = Client::connect(&target);
    client.send(b"\x16\x03\x01 this is not HTTP\r\n\r\n");
    assert_eq!(client.rest().unwrap(), b"");
    drop(client);
    let stats = settled(&target);
    assert_eq!((stats.requests, stats.malformed), (0, 1));
}

#[test]
fn stats_leave_themselves_out_and_can_be_reset() {
    let target = target();
    let mut client = Client::connect(&target);
    client.get("/");
    client.get("/echo?json=1");
    let stats = client.get("/stats").json();
    assert_eq!(
        (&stats["requests"], &stats["by_path"]["/echo"]),
        (&2.into(), &1.into())
    );
    assert_eq!(stats["by_status"]["200"], 2);
    assert_eq!(client.request("POST", "/stats/reset", "", "").status, 200);
    client.get("/json");
    let stats = client.get("/stats").json();
    assert_eq!(
        (&stats["requests"], &stats["by_path"]["/json"]),
        (&1.into(), &1.into())
    );
    assert_eq!(
        (&stats["connections_accepted"], &stats["connections_open"]),
        (&0.into(), &1.into())
    );
}
