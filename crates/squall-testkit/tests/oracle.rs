//! The oracles are right about themselves.
#![expect(clippy::unwrap_used, reason = "a helper of tests may fail like a test")]
#![expect(
    clippy::disallowed_methods,
    reason = "the client side measures real time on its own"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use squall_testkit::oracle::{DelayServer, Served, StallServer};

const REQUEST: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 4\r\n\r\nbody";

struct Client(TcpStream);

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    fn ask(&mut self) {
        self.0.write_all(REQUEST).unwrap();
    }

    fn answer(&mut self) {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"oracle") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            bytes.push(byte[0]);
        }
        assert!(bytes.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }

    fn timed(&mut self) -> Duration {
        let start = Instant::now();
        self.ask();
        self.answer();
        start.elapsed()
    }
}

#[test]
fn service_times_are_as_prescribed_and_as_recorded() {
    let delays = [0, 300, 1000, 2500, 700].map(Duration::from_micros);
    let server = DelayServer::cycling(delays.to_vec()).unwrap();
    let mut client = Client::connect(server.address());
    let seen: Vec<Duration> = (0..200).map(|_| client.timed()).collect();
    let records = server.served();
    assert_eq!(
        (records.len(), server.requests(), server.connections()),
        (200, 200, 1)
    );
    for (served, (number, seen)) in records.iter().zip((0_u64..).zip(seen)) {
        assert_eq!(served.number, number);
        assert_eq!(
            served.intended,
            delays[usize::try_from(number % 5).unwrap()]
        );
        assert!(
            served.intended <= served.service && served.service <= seen,
            "{served:?}, seen {seen:?}"
        );
    }
    // A slow machine makes answers late, but hardly all of them by as much as a timer of one millisecond does.
    let best = records.iter().map(Served::lateness).min().unwrap();
    assert!(
        best < Duration::from_millis(1),
        "the most punctual answer is late by {best:?}"
    );
}

#[test]
fn requests_of_many_connections_wait_at_the_same_time() {
    let server = DelayServer::start(|_| Duration::from_millis(100)).unwrap();
    let mut clients: Vec<_> = (0..50).map(|_| Client::connect(server.address())).collect();
    clients.iter_mut().for_each(Client::ask);
    clients.iter_mut().for_each(Client::answer);
    let records = server.served();
    let first_answer = records
        .iter()
        .map(|served| served.arrived + served.service)
        .min()
        .unwrap();
    assert!(
        records
            .iter()
            .filter(|served| served.arrived < first_answer)
            .count()
            > 1
    );
    assert!(
        records
            .iter()
            .all(|served| served.service >= Duration::from_millis(100))
    );
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server =
        DelayServer::start(|number| Duration::from_millis(20 * (3 - number.min(3)))).unwrap();
    let mut client = Client::connect(server.address());
    (0..4).for_each(|_| client.ask());
    (0..4).for_each(|_| client.answer());
    let numbers: Vec<u64> = server.served().iter().map(|served| served.number).collect();
    assert_eq!(numbers, [0, 1, 2, 3]);
}

#[test]
fn requests_whose_client_left_are_counted_and_not_served() {
    let server = DelayServer::start(|_| Duration::from_secs(3600)).unwrap();
    let mut client = Client::connect(server.address());
    client.ask();
    while server.requests() == 0 {
        thread::yield_now();
    }
    drop(client);
    assert!(server.served().is_empty());
}

#[test]
fn a_stall_begins_after_the_first_request_and_ends_on_time() {
    let (start, length) = (Duration::from_millis(50), Duration::from_millis(200));
    let server = StallServer::start(start, length).unwrap();
    let mut client = Client::connect(server.address());
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(400) {
        client.timed();
    }
    let records = server.served();
    let first = records[0].arrived;
    for served in &records {
        let since_first = served.arrived.checked_sub(first).unwrap();
        let stalled = (start..start + length).contains(&since_first);
        let expect = if stalled {
            (start + length).checked_sub(since_first).unwrap()
        } else {
            Duration::ZERO
        };
        assert_eq!(served.intended, expect, "{served:?}");
        assert!(served.service >= served.intended);
    }
}

#[test]
fn a_stall_begins_on_command() {
    let server = StallServer::on_command().unwrap();
    let mut client = Client::connect(server.address());
    client.timed();
    let begin = Instant::now();
    server.stall(Duration::from_millis(150));
    client.timed();
    assert!(begin.elapsed() >= Duration::from_millis(150));
    client.timed();
    assert_eq!(
        (
            server.requests(),
            server.connections(),
            server.served().len()
        ),
        (3, 1, 3)
    );
    assert_eq!(server.served()[2].intended, Duration::ZERO);
}

#[test]
fn dropping_an_oracle_closes_its_connections() {
    let server = DelayServer::cycling(vec![]).unwrap();
    let mut client = Client::connect(server.address());
    client.timed();
    let address = server.address();
    drop(server);
    assert_eq!(client.0.read(&mut [0]).unwrap(), 0);
    TcpStream::connect(address).unwrap_err();
}
