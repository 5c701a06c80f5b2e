//! `--ui` and `squall ui`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, read_json, wait_for};

const PLAN: &str = "\
version: 1
name: shop
stages:
  warm:
    execute:
      scenarios:
        all: {load: {closed: {users: 1, duration: 100ms}}, flow: [{http: {url: /}}]}
  load:
    execute:
      scenarios:
        all: {load: {closed: {users: 2, duration: 10m}}, flow: [{http: {url: /}}, {pause: 5ms}]}
";

/// A command that serves a dashboard.
struct Serving {
    child: Child,
    address: String,
    token: String,
}

impl Serving {
    /// Starts a command; the URL stands in a line of the stream that it is printed on.
    fn start(mut command: Command, of: fn(&mut Child) -> Box<dyn std::io::Read + Send>) -> Self {
        let mut child = command.stdin(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(of(&mut child));
        let mut line = String::new();
        while !line.contains("/?token=") {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "no URL is printed");
        }
        // Nobody reads the rest, and it must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        let (_, url) = line.trim().split_once("http://").unwrap();
        let (address, token) = url.split_once("/?token=").unwrap();
        Self {
            child,
            address: address.to_owned(),
            token: token.to_owned(),
        }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (token, length) = (&self.token, body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap())
    }

    fn state(&self) -> Value {
        self.ask("GET", "/api/v1/state", "").1
    }

    fn interrupt(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args(["-INT", &pid]).status();
        assert!(status.unwrap().success());
        self.child.wait().unwrap().code()
    }
}

fn stdout(child: &mut Child) -> Box<dyn std::io::Read + Send> {
    Box::new(child.stdout.take().unwrap())
}

fn stderr(child: &mut Child) -> Box<dyn std::io::Read + Send> {
    Box::new(child.stderr.take().unwrap())
}

#[test]
fn a_run_is_served_while_it_goes_and_kept_if_that_is_asked_for() {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    let command = sandbox.command(&["http", &url, "-u", "1", "-d", "500ms", "--ui", "--ui-keep"]);
    let serving = Serving::start(command, stderr);
    wait_for("the end of the run", || {
        (serving.state()["run"]["state"] == "ended").then_some(())
    });
    let id = serving.state()["run"]["id"].as_str().unwrap().to_owned();
    let (status, run) = serving.ask("GET", &format!("/api/v1/runs/{id}"), "");
    assert_eq!(
        (status, &run["summary"]["run"]["name"]),
        (200, &json!("http"))
    );
    assert_eq!(serving.interrupt(), Some(0), "the run had passed");
}

#[test]
fn without_that_the_command_ends_with_its_run() {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    let ran = sandbox.run(&["http", &url, "-n", "5", "--ui"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stderr.starts_with("dashboard: http://127.0.0.1:"),
        "{ran:?}"
    );
}

#[test]
fn an_address_that_is_taken_is_told_before_any_load() {
    let sandbox = Sandbox::new();
    let (url, taken) = (sandbox.url(), sandbox.target.http_addr().to_string());
    let told = sandbox.refused(&["http", &url, &format!("--ui={taken}")]);
    assert!(
        told.contains("cannot serve the dashboard on `[TARGET]`"),
        "{told}"
    );
    assert!(
        told.contains("in --ui") && told.contains("port 0"),
        "{told}"
    );
    let told = sandbox.refused(&["http", &url, "--ui=shop.py"]);
    assert!(told.contains("give an IP address and a port"), "{told}");
    let files = ["--ui-cert", "no.pem", "--ui-key", "no.pem"];
    let told = sandbox.refused(&[&["http", url.as_str(), "--ui"], &files[..]].concat());
    assert!(
        told.contains("cannot read `no.pem`") && told.contains("in --ui-cert"),
        "{told}"
    );
}

#[test]
fn others_on_the_network_are_warned_of() {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    let ran = sandbox.run(&["http", &url, "-n", "1", "--ui=0.0.0.0:0"]);
    assert!(
        ran.stderr
            .contains("others on the network can read the token"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("--ui-cert"), "{ran:?}");
}

#[test]
fn a_test_is_started_from_a_browser_again_and_again() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", PLAN);
    let url = sandbox.url();
    let command = sandbox.command(&["ui", "--test", "plan.yaml", "--host", &url]);
    let serving = Serving::start(command, stdout);
    let state = serving.state();
    assert_eq!(state["test"]["load"], json!({"users": 2}));
    assert_eq!(state["can_start"], true);

    let (status, wrong) = serving.ask("POST", "/api/v1/start", r#"{"skip": ["lod"], "rate": 5}"#);
    assert_eq!(status, 400);
    assert!(wrong.to_string().contains("did you mean `load`"), "{wrong}");

    for users in [3, 4] {
        let wanted = json!({"users": users, "duration": "300ms", "skip": ["warm"]});
        let (status, told) = serving.ask("POST", "/api/v1/start", &wanted.to_string());
        assert_eq!((status, told), (202, json!({})));
        wait_for("the end of the run", || {
            (serving.state()["run"]["state"] == "ended").then_some(())
        });
        let state = serving.state();
        let id = state["run"]["id"].as_str().unwrap();
        let summary = read_json(&sandbox.path(".squall/runs").join(id).join("summary.json"));
        let stages = summary["stages"].as_array().unwrap();
        let of_stage = |name| stages.iter().find(|stage| stage["name"] == name).unwrap();
        assert_eq!(of_stage("warm")["status"], "left_out");
        assert_eq!(of_stage("load")["users_max"], users);
    }
    let (_, runs) = serving.ask("GET", "/api/v1/runs", "");
    assert_eq!(runs["runs"].as_array().unwrap().len(), 2);

    let (status, _) = serving.ask("POST", "/api/v1/start", r#"{"duration": "10m"}"#);
    assert_eq!(status, 202);
    assert_eq!(
        serving.interrupt(),
        Some(105),
        "Ctrl-C stops the run as well"
    );
}

#[test]
fn stored_runs_are_served_until_ctrl_c() {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    assert_eq!(sandbox.run(&["http", &url, "-n", "5"]).code, 0);
    let serving = Serving::start(sandbox.command(&["ui"]), stdout);
    assert_eq!(serving.state()["mode"], "stored");
    let (_, runs) = serving.ask("GET", "/api/v1/runs", "");
    let run = &runs["runs"][0];
    assert_eq!(run["name"], "http");
    let path = format!("/api/v1/runs/{}", run["id"].as_str().unwrap());
    assert_eq!(
        serving.ask("GET", &path, "").1["summary"]["totals"]["ok"],
        5
    );
    assert_eq!(serving.interrupt(), Some(0));
    let told = sandbox.run(&["ui", "nothing"]);
    assert_eq!(told.code, 104);
}
