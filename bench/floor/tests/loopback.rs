//! The generator against the responder, and against servers that misbehave.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use floor::{Announce, Generator, Responder, Target};

fn target_of(answer: &'static [u8]) -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener
        .local_addr()
        .expect("a bound socket has an address")
        .port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the generator connects");
        let mut request = [0; 1024];
        let read = stream
            .read(&mut request)
            .expect("the generator sends a request");
        assert!(request[..read].starts_with(b"GET /page HTTP/1.1\r\nHost: 127.0.0.1:"));
        stream.write_all(answer).expect("the generator reads");
    });
    Target::parse(&format!("http://127.0.0.1:{port}/page")).expect("the URL is right")
}

fn error_from(answer: &'static [u8]) -> String {
    let mut generator = Generator::connect(target_of(answer), 1).expect("the server listens");
    generator
        .run(Duration::from_secs(100))
        .expect_err("the server misbehaves")
        .to_string()
}

#[test]
fn every_answer_of_the_responder_is_counted_and_timed_once() {
    let mut responder = Responder::listen(0, Announce::Nothing).expect("a free port");
    let port = responder.port().expect("a bound socket has an address");
    thread::spawn(move || responder.serve());
    let target = Target::parse(&format!("http://127.0.0.1:{port}")).expect("the URL is right");
    let mut generator = Generator::connect(target, 64).expect("the responder listens");
    let outcome = generator
        .run(Duration::from_millis(500))
        .expect("the responder keeps its connections");
    assert!(outcome.ok > 0, "{outcome:?}");
    assert_eq!(
        (outcome.failed, outcome.service_time.total()),
        (0, outcome.ok)
    );
    assert!(outcome.elapsed >= Duration::from_millis(500) && outcome.cpu > Duration::ZERO);
}

#[test]
fn a_server_that_closes_or_talks_nonsense_ends_the_run_with_an_error() {
    assert_eq!(error_from(b""), "the server closed a connection");
    assert!(
        error_from(b"220 mail.example ESMTP\r\n").starts_with("the head of an answer is broken")
    );
    assert!(
        error_from(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            .contains("`Content-Length`")
    );
}

#[test]
fn a_url_that_the_floor_cannot_use_says_why() {
    let error = Target::parse("https://127.0.0.1/").expect_err("no TLS here");
    assert_eq!(
        error.to_string(),
        "`https://127.0.0.1/`: the floor speaks `http://` only"
    );
}
