//! Every server starts, answers, dies, and returns with its data; those that are not installed are said to be skipped.

use std::io::Write;
use std::net::{TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use squall_testkit::servers::{self, Process, http};

/// Where a server would be asked for the first time.
fn is_up(server: &Process) -> bool {
    TcpStream::connect(("127.0.0.1", server.port())).is_ok()
}

/// Looks until it is so.
fn soon(server: &Process, is_so: impl Fn() -> bool) {
    let looks = (0..400).find(|_| {
        std::thread::sleep(Duration::from_millis(50));
        is_so()
    });
    assert!(looks.is_some(), "{}", server.log());
}

#[test]
fn postgres_keeps_its_rows_when_it_is_killed() {
    let Some(server) = servers::postgres() else {
        return;
    };
    server.query("create table t (name text, count int8); insert into t values ('a|ü', 7)");
    assert!(server.url().starts_with("postgres://squall:"));
    // A connection has a process of its own, which must not live on and keep the data from the next start.
    let mut client = Command::new("psql")
        .args(["-X", &server.url(), "-c", "select pg_sleep(60)"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let sleeping = "select count(*) from pg_stat_activity where query = 'select pg_sleep(60)'";
    while server.query(sleeping) != "1" {}
    server.kill();
    assert!(!client.wait().unwrap().success());
    assert!(!is_up(&server));
    server.start();
    assert_eq!(server.query("select name, count from t"), "a|ü|7");
}

#[test]
fn mariadb_keeps_its_rows_when_it_is_stopped() {
    let Some(server) = servers::mariadb() else {
        return;
    };
    server.query("create table t (name text, count bigint); insert into t values ('ü', 7)");
    server.stop();
    assert!(!is_up(&server));
    server.start();
    assert_eq!(server.query("select name, count from t"), "ü\t7");
}

#[test]
fn redis_keeps_its_values_when_it_is_killed() {
    let Some(server) = servers::redis() else {
        return;
    };
    assert_eq!(server.query("XADD s 1-1 name ü\nXLEN s"), "1-1\n1");
    server.kill();
    assert!(!is_up(&server));
    server.start();
    assert_eq!(server.query("XLEN s"), "1");
}

#[test]
fn a_server_that_hangs_is_connected_to_but_says_nothing() {
    use std::io::Read;
    let Some(server) = servers::mariadb() else {
        return;
    };
    server.freeze();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let patience = Duration::from_millis(200);
    stream.set_read_timeout(Some(patience)).unwrap();
    stream.read_exact(&mut [0; 1]).unwrap_err();
    server.thaw();
    assert_eq!(server.query("select 1"), "1");
}

#[test]
fn prometheus_asks_the_push_gateway() {
    let (Some(gateway), Some(second)) = (servers::pushgateway(), servers::pushgateway()) else {
        return;
    };
    assert_ne!(gateway.port(), second.port());
    let pushed = http::post(gateway.port(), "/metrics/job/shop", "sold_total 7\n").unwrap();
    assert_eq!((pushed.status, pushed.body.as_str()), (200, ""));
    assert!(gateway.metrics().contains("sold_total{"));
    let target = format!("127.0.0.1:{}", gateway.port());
    let Some(server) = servers::prometheus(&[&target]) else {
        return;
    };
    soon(&server, || {
        server.query("sold_total{job=\"shop\"}").contains("\"7\"")
    });
}

#[test]
fn statsd_counts_with_tags_and_keeps_the_packets() {
    let Some(server) = servers::statsd() else {
        return;
    };
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let packet = b"shop.sold:3|c|#kind:tea\nshop.took:12|ms";
    socket.send_to(packet, server.address()).unwrap();
    soon(&server, || {
        let flushes = server.flushes();
        flushes.contains("\"shop.sold;kind=tea\":3") && flushes.contains("\"shop.took\":[12]")
    });
    let packets = server.packets();
    assert_eq!(packets, "\"shop.sold:3|c|#kind:tea\\nshop.took:12|ms\"\n");
}

#[test]
fn carbon_keeps_lines_of_tcp_and_udp() {
    let Some(server) = servers::carbon() else {
        return;
    };
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    write!(stream, "shop.sold 7 {now}\nshop.sold 8 {}\n", now - 1).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let line = format!("shop.udp 0.5 {now}\n");
    socket.send_to(line.as_bytes(), server.address()).unwrap();
    soon(&server, || {
        server.values("shop.sold").len() == 2 && !server.values("shop.udp").is_empty()
    });
    assert_eq!(server.values("shop.sold"), [(now - 1, 8.0), (now, 7.0)]);
    assert_eq!(server.metrics(), ["shop.sold", "shop.udp"]);
    assert_eq!(server.values("shop.none"), []);
}
