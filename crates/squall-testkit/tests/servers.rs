//! Every server starts, answers, dies, and returns with its data; those that are not installed are said to be skipped.

use std::io::{BufRead, BufReader, Read, Write};
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
    let pushed = http::post(
        gateway.port(),
        "/metrics/job/shop",
        "text/plain",
        "sold_total 7\n",
    )
    .unwrap();
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

/// Set for a test that this program runs in a second process.
const CHILD: &str = "SQUALL_TEST_CHILD";

/// Runs one test of this program in a process of its own.
fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program is a file"));
    command
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_server_dies_with_the_process_of_its_test() {
    if std::env::var_os(CHILD).is_some() {
        // The thread of the test ends before the server is used.
        let server = std::thread::spawn(servers::redis).join().unwrap().unwrap();
        assert_eq!(server.query("PING"), "PONG");
        writeln!(std::io::stderr(), "port {}", server.port()).unwrap();
        loop {
            std::thread::park();
        }
    }
    if servers::redis().is_none() {
        return;
    }
    let mut child = child("a_server_dies_with_the_process_of_its_test")
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stderr.take().unwrap());
    let port: u16 = said
        .lines()
        .find_map(|line| line.unwrap().strip_prefix("port ")?.parse().ok())
        .unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    child.kill().unwrap();
    child.wait().unwrap();
    let gone = (0..400).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        TcpStream::connect(("127.0.0.1", port)).is_err()
    });
    assert!(gone);
}

#[test]
fn a_server_that_is_not_installed_is_said() {
    if std::env::var_os(CHILD).is_some() {
        assert!(servers::redis().is_none());
        return;
    }
    let run = |required: &str| {
        let output = child("a_server_that_is_not_installed_is_said")
            .env("PATH", "")
            .env("XDG_CACHE_HOME", "/nowhere")
            .env("SQUALL_REQUIRE_SERVERS", required)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.success(), said)
    };
    let reason = "no redis: `redis-server` is not installed (run scripts/test_servers.sh)\n";
    let (passed, said) = run("0");
    assert!(passed, "{said}");
    assert_eq!(said, format!("skipped: {reason}"));
    let (passed, said) = run("1");
    assert!(!passed && said.contains(reason), "{said}");
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

#[test]
fn influxdb_takes_writes_of_version_2_with_its_token() {
    let Some(server) = servers::influxdb() else {
        return;
    };
    let write = |token: &str, line: &str| {
        // The token may also be given as user and password.
        let (user, password) = token.split_once(':').unwrap();
        let path = format!(
            "/api/v2/write?org=any&bucket={}&precision=s&u={user}&p={password}",
            server.bucket()
        );
        http::post(server.port(), &path, "text/plain", line).unwrap()
    };
    // A refusing server reads no body, and data that nobody reads would reset the connection.
    assert_eq!(write("squall:wrong", "").status, 401);
    let line = "shop,kind=tea sold=7i 1000";
    assert_eq!(write(&server.token(), line).status, 204);
    server.kill();
    server.start();
    let answer = server.query("select * from shop");
    assert!(answer.contains("1970-01-01T00:16:40Z"), "{answer}");
    assert!(answer.contains("\"tea\",7]"), "{answer}");
}

#[test]
fn the_collector_keeps_metrics() {
    let Some(server) = servers::collector() else {
        return;
    };
    let metrics = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"sold","gauge":{"dataPoints":[{"asInt":"7"}]}}]}]}]}"#;
    let port = server.http_port();
    let answer = http::post(port, "/v1/metrics", "application/json", metrics).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    soon(&server, || server.metrics().contains("\"asInt\":\"7\""));
    server.restart();
    assert!(server.metrics().contains("\"sold\""));
    assert_eq!((server.logs(), server.traces()), Default::default());
}

#[test]
fn ferretdb_starts_and_starts_again() {
    let Some(server) = servers::ferretdb() else {
        return;
    };
    assert_eq!(server.documents("nothing"), "");
    server.kill();
    assert!(!is_up(&server));
    server.start();
    assert!(is_up(&server));
}

#[test]
fn kafka_keeps_its_messages_when_it_is_killed() {
    let Some(server) = servers::kafka() else {
        return;
    };
    server.tool(
        "org.apache.kafka.tools.ConsoleProducer",
        "--topic shop --reader-property parse.headers=true --reader-property parse.key=true",
        "a:1\tkey\tvalue\n",
    );
    server.kill();
    server.start();
    assert_eq!(server.messages("shop", 1), "a:1\tkey\tvalue");
    assert_eq!(server.count("shop"), 1);
}

/// Runs a client that must not fail.
fn says(command: &mut Command) -> String {
    let output = command.output().expect("the client is installed");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn databases_speak_tls_with_a_certificate_for_this_machine() {
    if let Some(server) = servers::postgres() {
        let root = server.authority();
        let url = format!(
            "{}?sslmode=verify-full&sslrootcert={}",
            server.url(),
            root.display()
        );
        let sql = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
        assert_eq!(
            says(Command::new("psql").args(["-XAt", &url, "-c", sql])),
            "t\n"
        );
    }
    if let Some(server) = servers::mariadb() {
        let said = says(
            Command::new("mariadb")
                .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "-BN"])
                .args(["--ssl-verify-server-cert", "--user", servers::USER])
                .arg(format!("--password={}", servers::PASSWORD))
                .arg(format!("--port={}", server.port()))
                .arg(format!("--ssl-ca={}", server.authority().display()))
                .args(["--execute", "show status like 'ssl_version'"]),
        );
        assert!(said.contains("TLSv1."), "{said}");
    }
    if let Some(server) = servers::redis() {
        // The client takes no URL without a user.
        let url = server.tls_url().replace("//:", "//default:");
        let said = says(
            Command::new("redis-cli")
                .args(["-u", &url, "--no-auth-warning", "--cacert"])
                .arg(server.authority())
                .arg("PING"),
        );
        assert_eq!(said, "PONG\n");
    }
}
