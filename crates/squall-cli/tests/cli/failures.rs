//! Targets that fail: counted, classed and explained, and never more than the exit code 99.

use serde_json::Value;
use squall_testkit::ports::RefusingPort;

use crate::certificates::ExpiredServer;
use crate::sandbox::Sandbox;

/// Loads a URL that only fails, and checks that all is counted under `class`.
fn fails(sandbox: &Sandbox, args: &[&str], class: &str) -> Value {
    let mut all = vec!["http"];
    all.extend(args);
    all.extend(["-u", "2", "-n", "20", "--progress", "none"]);
    let ran = sandbox.run(&all);
    assert!(ran.has_failed(), "{ran:?}");
    let summary = sandbox.summary();
    let failed = ran.code == 99;
    assert_eq!(summary["verdict"]["status"] == "failed", failed);
    assert_eq!(ran.stdout.starts_with("✘ failed"), failed, "{}", ran.stdout);
    let reasons = summary["verdict"]["reasons"].to_string();
    let reason = format!("none of 20 operations succeeded; most often: {class}: ");
    assert!(reasons.contains(&reason), "{reasons}");
    assert_eq!(summary["totals"]["failed"], 20);
    assert_eq!(summary["totals"]["ok"], 0);
    let error = &summary["series"][0]["errors"][0];
    assert_eq!(error["class"], class);
    assert_eq!(error["count"], 20);
    assert!(
        ran.stdout.contains(&format!("20 × {class}")),
        "{}",
        ran.stdout
    );
    summary
}

#[test]
fn a_port_that_refuses() {
    let port = RefusingPort::take().unwrap();
    let sandbox = Sandbox::new();
    fails(
        &sandbox,
        &[&format!("http://{}/", port.address())],
        "connect",
    );
}

#[test]
fn a_certificate_that_nobody_trusts() {
    let sandbox = Sandbox::new();
    let summary = fails(&sandbox, &[&sandbox.https_url()], "tls");
    let error = &summary["series"][0]["errors"][0];
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("unknown issuer"),
        "{error}"
    );
}

#[test]
fn a_certificate_that_has_expired() {
    let sandbox = Sandbox::new();
    let server = ExpiredServer::start();
    sandbox.write("ca.pem", server.authority());
    let args = [server.url(), "--cacert", "ca.pem"];
    let summary = fails(&sandbox, &args, "tls");
    let error = &summary["series"][0]["errors"][0];
    assert!(
        error["message"].as_str().unwrap().contains("expired"),
        "{error}"
    );
}

#[test]
fn a_status_that_is_no_success() {
    let sandbox = Sandbox::new();
    let summary = fails(
        &sandbox,
        &[&format!("{}/status/503", sandbox.url())],
        "status",
    );
    assert_eq!(summary["series"][0]["statuses"]["503"], 20);
    assert_eq!(sandbox.target.stats().requests, 20);
}

#[test]
fn an_answer_that_takes_too_long() {
    let sandbox = Sandbox::new();
    let url = format!("{}/delay/60s", sandbox.url());
    fails(&sandbox, &[&url, "--timeout", "50ms"], "timeout");
}

#[test]
fn quietly_it_says_only_why_it_failed() {
    let sandbox = Sandbox::new();
    let url = format!("{}/status/500", sandbox.url());
    let ran = sandbox.run(&["http", &url, "-n", "5", "-q"]);
    assert!(ran.has_failed(), "{ran:?}");
    assert_eq!(ran.stdout, "");
    let reason = "error: none of 5 operations succeeded; most often: status: status 500\n";
    assert!(ran.stderr.ends_with(reason), "{ran:?}");
}

#[test]
fn some_failures_are_shown_and_the_run_still_passes() {
    let sandbox = Sandbox::new();
    let url = format!("{}/flaky?rate=0.25", sandbox.url());
    let ran = sandbox.run(&["http", &url, "-n", "100", "--progress", "none"]);
    assert!(ran.is_good(), "{ran:?}");
    let summary = sandbox.summary();
    assert_eq!(summary["totals"]["failed"], 25);
    assert_eq!(summary["totals"]["ok"], 75);
    assert!(
        ran.stdout.contains("25 × status: status 503"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_runs_folder_that_cannot_be_made_is_a_fault() {
    let sandbox = Sandbox::new();
    sandbox.write("taken", "");
    let ran = sandbox.run(&["http", &sandbox.url(), "-n", "5", "--runs-dir", "taken"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stderr.starts_with("error: cannot create `taken/"),
        "{ran:?}"
    );
    assert_eq!(ran.stderr.matches("os error").count(), 1, "{ran:?}");
    assert_eq!(sandbox.target.stats().requests, 0);
}
