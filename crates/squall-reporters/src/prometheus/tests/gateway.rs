//! A real push gateway.

use std::path::Path;

use serde_json::{Value, json};
use squall_report::ReporterError;
use squall_testkit::servers::{self, Pushgateway};
use tempfile::TempDir;

use super::*;
use crate::backend::Backend;
use crate::sample::event;

struct Gateway {
    server: Pushgateway,
    folder: TempDir,
}

pub(in super::super) fn backend() -> Option<Box<dyn Backend>> {
    let server = servers::pushgateway()?;
    let folder = tempfile::tempdir().unwrap();
    Some(Box::new(Gateway { server, folder }))
}

/// Adds the numbers of a family.
fn sum(text: &str, family: &str) -> f64 {
    let start = format!("{family}{{");
    let lines = text.lines().filter(|line| line.starts_with(&start));
    lines
        .map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap())
        .fold(0.0, |sum, number| sum + number)
}

impl Backend for Gateway {
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn settings(&self) -> Value {
        json!({"pushgateway_address": self.server.url(), "username": "user", "password": "secret"})
    }

    fn keeps_each_once(&self) -> bool {
        false
    }

    fn refuse(&mut self) {
        self.server.kill();
    }

    fn events(&self) -> Option<usize> {
        let events = sum(&self.server.metrics(), "squall_events_total");
        Some(format!("{events}").parse().unwrap())
    }

    /// A counter of another process starts at 0, as `rate()` expects.
    fn adds_up_over_processes(&self) -> bool {
        false
    }

    fn runs(&self) -> Option<usize> {
        let text = self.server.metrics();
        let verdicts = text
            .lines()
            .filter(|line| line.starts_with("squall_run_verdict{"));
        Some(verdicts.filter(|line| line.ends_with(" 1")).count())
    }
}

#[test]
fn everything_gets_to_a_gateway_that_restarts_in_the_middle_and_counts_once() {
    let Some(server) = servers::pushgateway() else {
        return;
    };
    let run = run("run 1/é");
    let mut reporter = built(&json!({"pushgateway_address": server.url(), "job_name": "a/b"}));
    reporter.open().unwrap();
    deliver(
        reporter.as_mut(),
        &[lives(&run), seconds(&run, &["home", HOSTILE], 0, 3)],
    );
    server.stop();
    let batch = seconds(&run, &["home", HOSTILE], 3, 5);
    for _ in 0..2 {
        let error = reporter.send(&batch).unwrap_err();
        assert!(matches!(error, ReporterError::Temporary { .. }), "{error}");
        assert!(error.to_string().contains(&server.url()), "{error}");
    }
    server.start();
    let counted = (0..2_345).map(event).collect::<Vec<_>>();
    deliver(
        reporter.as_mut(),
        &[
            batch,
            events(&run, HOSTILE, counted),
            messages(&run, 3),
            last(&run),
        ],
    );
    reporter.close().unwrap();
    let text = server.metrics();
    assert_eq!(sum(&text, "squall_operations_total"), 30.0);
    assert_eq!(sum(&text, "squall_response_time_seconds_count"), 30.0);
    assert_eq!(sum(&text, "squall_events_total"), 2_345.0);
    assert_eq!(sum(&text, "squall_messages_total"), 3.0);
    assert_eq!(sum(&text, "squall_errors_total"), 1.0);
    assert!(text.contains("instance=\"run 1/é\",job=\"a/b\""), "{text}");
    assert_eq!(sum(&text, "push_failure_time_seconds"), 0.0);
}

#[test]
fn a_second_reporter_of_a_run_may_add_to_the_group() {
    let Some(server) = servers::pushgateway() else {
        return;
    };
    let run = run("run-1");
    for (method, kept) in [("PUT", 0.0), ("POST", 3.0)] {
        let settings = json!({"pushgateway_address": server.url(), "auth_request_method": method});
        let mut first = built(&settings);
        first.open().unwrap();
        deliver(first.as_mut(), &[messages(&run, 3)]);
        let mut second = built(&settings);
        second.open().unwrap();
        deliver(second.as_mut(), &[seconds(&run, &["home"], 0, 1)]);
        assert_eq!(
            sum(&server.metrics(), "squall_messages_total"),
            kept,
            "{method}"
        );
    }
}

#[test]
fn nobody_there_is_temporary_and_a_wrong_password_is_not() {
    let mut nobody = built(&json!({"pushgateway_address": format!("127.0.0.1:{}", free_port())}));
    let error = nobody.open().unwrap_err();
    assert!(matches!(error, ReporterError::Temporary { .. }), "{error}");
    // Our own endpoint asks for a password, which the gateway does not.
    let port = free_port();
    let login =
        json!({"listen": format!("127.0.0.1:{port}"), "username": "u", "password": "right"});
    let mut guarded = built(&login);
    guarded.open().unwrap();
    let wrong = json!({"pushgateway_address": format!("127.0.0.1:{port}"), "username": "u", "password": "wrong"});
    let error = built(&wrong).open().unwrap_err();
    assert!(matches!(error, ReporterError::Permanent { .. }), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("401") && text.contains("check the user"),
        "{text}"
    );
    assert!(!text.contains("wrong"), "{text}");
}
