//! Ctrl-C once and twice, and a kill.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command};

use crate::sandbox::{Sandbox, read_json, wait_for};

/// Two users that wait for an answer which does not come; `@GRACE@` is how long they may.
const HANGING: &str = "\
version: 1
name: hanging
http: {base_url: @URL@}
stages:
  load:
    execute:
      settings: {graceful_stop: @GRACE@}
      scenarios:
        visit:
          load: {closed: {users: 2, duration: 10m}}
          flow:
            - http: {url: /delay/10m}
";

struct Running {
    child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stderr }
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args([signal, &pid]).status();
        assert!(status.unwrap().success());
    }

    /// Reads what is shown up to a line with these words.
    fn read_until(&mut self, words: &str) {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            let read = self.stderr.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended without `{words}`");
        }
    }

    fn end(mut self) -> (Option<i32>, String) {
        let mut stdout = String::new();
        let mut pipe = self.child.stdout.take().unwrap();
        pipe.read_to_string(&mut stdout).unwrap();
        (self.child.wait().unwrap().code(), stdout)
    }
}

fn hanging(sandbox: &Sandbox, grace: &str) -> Running {
    sandbox.write("plan.yaml", &HANGING.replace("@GRACE@", grace));
    let running = Running::start(sandbox.command(&["run", "plan.yaml"]));
    wait_for("the requests", || {
        (sandbox.target.stats().connections_open == 2).then_some(())
    });
    running
}

fn stops_gracefully_on(signal: &str) {
    let sandbox = Sandbox::new();
    let running = Running::start(sandbox.command(&["http", &sandbox.url(), "-d", "10m"]));
    wait_for("load", || {
        (sandbox.target.stats().requests > 100).then_some(())
    });
    running.signal(signal);
    let (code, stdout) = running.end();
    assert_eq!(code, Some(105), "{stdout}");
    assert!(stdout.contains("stopped by the user after"), "{stdout}");
    assert!(stdout.contains("GET /"), "{stdout}");
    let summary = sandbox.summary();
    assert_eq!(summary["totals"]["interrupted"], 0);
    assert_eq!(
        summary["totals"]["started"],
        sandbox.target.stats().requests
    );
    assert_eq!(summary["stages"][0]["status"], "interrupted");
}

#[test]
fn ctrl_c_stops_gracefully_and_everything_is_reported() {
    stops_gracefully_on("-INT");
}

#[test]
fn a_polite_kill_is_like_ctrl_c() {
    stops_gracefully_on("-TERM");
}

#[test]
fn what_hangs_gets_its_grace_and_no_more() {
    let sandbox = Sandbox::new();
    let running = hanging(&sandbox, "300ms");
    running.signal("-INT");
    let (code, stdout) = running.end();
    assert_eq!(code, Some(105), "{stdout}");
    let totals = &sandbox.summary()["totals"];
    assert_eq!(totals["started"], 2);
    assert_eq!(totals["interrupted"], 2);
    assert_eq!(totals["failed"], 0);
}

#[test]
fn ctrl_c_twice_stops_at_once_and_everything_is_reported() {
    let sandbox = Sandbox::new();
    let mut running = hanging(&sandbox, "10m");
    running.signal("-INT");
    running.read_until("Ctrl-C again stops at once");
    assert!(running.child.try_wait().unwrap().is_none());
    running.signal("-INT");
    let (code, stdout) = running.end();
    assert_eq!(code, Some(105), "{stdout}");
    assert!(stdout.contains("stopped by the user after"), "{stdout}");
    let summary = sandbox.summary();
    assert_eq!(summary["totals"]["interrupted"], 2);
    assert_ne!(summary["verdict"]["status"], "passed");
}

#[test]
fn a_killed_run_leaves_what_was_measured() {
    let sandbox = Sandbox::new();
    let mut running =
        Running::start(sandbox.command(&["http", &sandbox.url(), "-u", "1", "-d", "10m"]));
    wait_for("a run", || {
        let mut runs = std::fs::read_dir(sandbox.path(".squall/runs")).ok()?;
        runs.next().map(drop)
    });
    let lines = || {
        let stored = std::fs::read_to_string(sandbox.only_run().join("intervals.jsonl"));
        stored.unwrap_or_default()
    };
    wait_for("two intervals", || {
        (lines().matches('\n').count() >= 3).then_some(())
    });
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let stored = lines();
    // The kernel may end a process between two pages of one write, so that only the last line can be torn.
    let whole = &stored[..=stored.rfind('\n').unwrap()];
    assert!(whole.lines().count() >= 3, "{stored}");
    for line in whole.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    let plan = read_json(&sandbox.only_run().join("plan.json"));
    assert!(plan["seed"].is_u64(), "{plan}");
    assert!(!sandbox.only_run().join("summary.json").exists());
}
