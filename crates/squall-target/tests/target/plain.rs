//! Documents, sizes, paces.

use std::time::{Duration, Instant};

use crate::client::{Client, target};

#[test]
fn the_root_answers_eleven_bytes_to_any_method() {
    let target = target();
    let mut client = Client::connect(&target);
    for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = client.request(
            method,
            "/",
            "",
            if method == "POST" { "ignored" } else { "" },
        );
        assert_eq!(
            (answer.status, answer.text()),
            (200, "hello world"),
            "{method}"
        );
        assert_eq!(answer.header("content-type"), "text/plain");
        assert_eq!(answer.header("content-length"), "11");
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let target = target();
    let mut client = Client::connect(&target);
    client.ask("GET", "/", "", "");
    client.ask("GET", "/bytes/3", "", "");
    client.ask("GET", "/", "", "");
    let answers = [(); 3].map(|()| client.answer().unwrap().body);
    assert_eq!(answers, [&b"hello world"[..], b"abc", b"hello world"]);
}

#[test]
fn the_document_has_objects_and_arrays() {
    let target = target();
    let document = Client::connect(&target).get("/json").json();
    assert_eq!(document["author"]["address"]["city"], "London");
    assert_eq!(document["items"][2]["name"], "rope");
}

#[test]
fn a_delay_is_at_least_as_long_as_asked() {
    let target = target();
    let mut client = Client::connect(&target);
    let start = Instant::now();
    assert_eq!(client.get("/delay/50ms").json()["delay_ms"], 50.0);
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert_eq!(client.get("/delay/soon").status, 400);
}

#[test]
fn any_final_status_can_be_had() {
    let target = target();
    let mut client = Client::connect(&target);
    for status in [200, 201, 204, 304, 404, 418, 500, 503, 599, 999] {
        assert_eq!(client.get(&format!("/status/{status}")).status, status);
    }
    for wrong in ["100", "199", "1000", "ok"] {
        assert_eq!(
            client.get(&format!("/status/{wrong}")).status,
            400,
            "{wrong}"
        );
    }
}

#[test]
fn bodies_have_the_size_asked_for_and_go_on_with_the_alphabet() {
    let target = target();
    let mut client = Client::connect(&target);
    for size in [0, 1, 27, 65_520, 65_521, 1_000_003] {
        let answer = client.get(&format!("/bytes/{size}"));
        assert_eq!(answer.header("content-length"), size.to_string());
        let expect: Vec<u8> = (b'a'..=b'z').cycle().take(size).collect();
        assert!(answer.body == expect, "{size}");
    }
    assert_eq!(client.get("/bytes/-1").status, 400);
}

#[test]
fn a_stream_is_chunked() {
    let target = target();
    let mut client = Client::connect(&target);
    let answer = client.get("/stream?chunks=3&size=10&delay=1ms");
    assert_eq!(answer.header("transfer-encoding"), "chunked");
    assert_eq!(answer.text(), "abcdefghijklmnopqrstuvwxyzabcd");
    assert_eq!(client.get("/stream?chunks=0").text(), "");
    for wrong in [
        "size=0",
        "size=x",
        "size=99999999",
        "delay=x",
        "chunks=18446744073709551615",
    ] {
        assert_eq!(
            client.get(&format!("/stream?{wrong}")).status,
            400,
            "{wrong}"
        );
    }
}

#[test]
fn drops_come_one_by_one() {
    let target = target();
    let mut client = Client::connect(&target);
    let start = Instant::now();
    let answer = client.get("/drip?bytes=4&delay=10ms");
    assert_eq!(
        (answer.text(), answer.header("content-length")),
        ("abcd", "4")
    );
    assert!(
        start.elapsed() >= Duration::from_millis(30),
        "three pauses between four bytes"
    );
    assert_eq!(client.get("/drip?bytes=0").text(), "");
}

#[test]
fn an_unknown_path_lists_the_routes() {
    let target = target();
    let answer = Client::connect(&target).get("/nowhere");
    assert_eq!(answer.status, 404);
    let document = answer.json();
    assert_eq!(document["error"], "there is no route `/nowhere`");
    let paths: Vec<_> = document["routes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|route| &route["path"])
        .collect();
    assert!(
        paths.iter().any(|path| **path == "/delay/{duration}"),
        "{paths:?}"
    );
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let target = target();
    let answer = Client::connect(&target).get("/login");
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
}

#[test]
fn head_gets_no_body() {
    let target = target();
    let mut client = Client::connect(&target);
    client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /bytes/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let all = String::from_utf8(client.rest().unwrap()).unwrap();
    assert!(all.contains("content-length: 11\r\n"), "{all}");
    assert!(!all.contains("hello"), "{all}");
    assert!(all.ends_with("\r\n\r\na"), "{all}");
}
