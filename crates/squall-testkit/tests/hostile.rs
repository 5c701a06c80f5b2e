//! Scripts are played to the letter.
#![expect(clippy::unwrap_used, reason = "a helper of tests may fail like a test")]

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use squall_testkit::hostile::{Action, HostileServer, SUCCESS, cases};

/// The names of classes as results show them; that they are all there are is checked where they are defined.
const CLASSES: [&str; 14] = [
    "dns",
    "connect",
    "tls",
    "timeout",
    "reset",
    "closed",
    "protocol",
    "too_large",
    "redirect",
    "status",
    "check",
    "extract",
    "request",
    "script",
];

fn ask(server: &HostileServer) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    stream
}

#[test]
fn bytes_arrive_as_written_and_then_the_end() {
    let slow = Action::SendSlowly {
        bytes: b"cd".to_vec(),
        per_byte: Duration::from_millis(1),
    };
    let script = vec![
        Action::WaitForRequest,
        Action::Send(b"ab".to_vec()),
        Action::Sleep(Duration::from_millis(1)),
        slow,
        Action::Close,
    ];
    let server = HostileServer::start(script).unwrap();
    let mut bytes = Vec::new();
    ask(&server).read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, b"abcd");
    assert_eq!((server.connections(), server.requests()), (1, 1));
}

#[test]
fn a_reset_is_seen_as_one() {
    let server = HostileServer::start(vec![Action::WaitForRequest, Action::Reset]).unwrap();
    let error = ask(&server).read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn connections_get_their_own_scripts_and_the_last_one_stays() {
    let say = |text: &str| vec![Action::Send(text.as_bytes().to_vec()), Action::Close];
    let server = HostileServer::start_sequence(vec![say("one"), say("two")]).unwrap();
    let said = [(); 3].map(|()| {
        let mut text = String::new();
        TcpStream::connect(server.address())
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    });
    assert_eq!(said, ["one", "two", "two"]);
}

#[test]
fn the_end_of_the_server_ends_every_script() {
    let scripts = [
        vec![Action::Sleep(Duration::from_secs(3600))],
        vec![Action::WaitForRequest],
        vec![Action::SendForever(vec![b'x'; 1024])],
        vec![Action::SendSlowly {
            bytes: vec![b'x'; 1_000_000],
            per_byte: Duration::from_secs(1),
        }],
    ];
    for script in scripts {
        let server = HostileServer::start(script).unwrap();
        let _client = TcpStream::connect(server.address()).unwrap();
        while server.connections() == 0 {
            std::thread::yield_now();
        }
        drop(server);
    }
}

#[test]
fn cases_have_names_of_their_own_and_known_classes() {
    let cases = cases();
    let names: BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len());
    for case in &cases {
        assert!(
            case.class == SUCCESS || CLASSES.contains(&case.class),
            "{}",
            case.name
        );
        assert_eq!(case.script[0], Action::WaitForRequest, "{}", case.name);
    }
}

#[test]
fn every_case_that_ends_ends_as_its_class_says() {
    for case in cases().into_iter().filter(|case| case.class != "timeout") {
        let server = HostileServer::start(case.script.clone()).unwrap();
        let end = ask(&server).take(200_000).read_to_end(&mut Vec::new());
        let reset = end.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset);
        assert_eq!(reset, case.class == "reset", "{}", case.name);
        assert_eq!(server.requests(), 1, "{}", case.name);
    }
}

#[test]
fn cases_that_time_out_neither_end_nor_hurry() {
    for case in cases().into_iter().filter(|case| case.class == "timeout") {
        let server = HostileServer::start(case.script.clone()).unwrap();
        let mut stream = ask(&server);
        stream
            .set_read_timeout(Some(Duration::from_millis(100)))
            .unwrap();
        let mut bytes = [0; 256];
        let ended = (0..3).any(|_| matches!(stream.read(&mut bytes), Ok(0)));
        assert!(!ended, "{}", case.name);
    }
}
