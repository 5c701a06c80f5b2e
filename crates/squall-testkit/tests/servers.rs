//! Every server starts, answers, dies, and returns with its data; those that are not installed are said to be skipped.

use std::net::TcpStream;
use std::process::{Command, Stdio};

use squall_testkit::servers::{self, Process, http};

/// Where a server would be asked for the first time.
fn is_up(server: &Process) -> bool {
    TcpStream::connect(("127.0.0.1", server.port())).is_ok()
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
    let patience = std::time::Duration::from_millis(200);
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
    let seen = (0..200).find(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        let answer = server.query("sold_total{job=\"shop\"}");
        answer.contains("\"7\"")
    });
    assert!(seen.is_some(), "{}", server.log());
}
