//! A real Prometheus that scrapes.

use std::time::Duration;

use serde_json::json;
use squall_testkit::servers;

use super::*;

/// Asks until the answer has something, for as long as Prometheus may take to scrape for the first time.
fn eventually(server: &servers::Prometheus, expression: &str) -> Vec<(Value, f64)> {
    for _ in 0..600 {
        let found = vector(&server.query(expression));
        if !found.is_empty() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nothing for {expression}");
}

#[test]
fn prometheus_scrapes_native_and_classic_histograms_and_the_last_numbers() {
    let port = free_port();
    let Some(server) = servers::prometheus(&[&format!("127.0.0.1:{port}")]) else {
        return;
    };
    let run = run("run-1");
    let mut reporter = built(&json!({"listen": format!("127.0.0.1:{port}"), "linger": "20s"}));
    reporter.open().unwrap();
    deliver(
        reporter.as_mut(),
        &[lives(&run), seconds(&run, &["home", HOSTILE], 0, 5)],
    );
    let found = eventually(&server, "squall_operations_total{outcome='ok',name='home'}");
    assert_eq!(found[0].1, 10.0);
    let native = "histogram_count(squall_response_time_seconds{name='home'})";
    assert_eq!(number(&server.query(native)), 15.0);
    let median = "histogram_quantile(0.9, squall_response_time_seconds{name='home'})";
    let median = number(&server.query(median));
    assert!((median - 0.00325).abs() < 0.0003, "{median}");
    let names = vector(&server.query("squall_bytes_sent_total"));
    assert!(
        names.iter().any(|(labels, _)| labels["name"] == HOSTILE),
        "{names:?}"
    );
    deliver(reporter.as_mut(), &[messages(&run, 7), last(&run)]);
    reporter.close().unwrap();
    // The endpoint is gone; what was told last was still scraped. The moment of the scrape is a moment ago.
    let found = eventually(&server, "max_over_time(squall_messages_total[1m])");
    assert_eq!(found[0].1, 7.0);
    let found = eventually(
        &server,
        "max_over_time(squall_run_verdict{verdict='passed'}[1m])",
    );
    assert_eq!(found[0].1, 1.0);
}

fn get(port: u16, path: &str) -> servers::http::Answer {
    servers::http::get(port, path).unwrap()
}

#[test]
fn the_endpoint_answers_while_nothing_is_sent_and_not_after_the_end() {
    let port = free_port();
    let mut reporter = built(&json!({"listen": format!("127.0.0.1:{port}"), "namespace": "load"}));
    reporter.open().unwrap();
    assert_eq!(get(port, "/metrics").body, "");
    let run = run("run-1");
    deliver(reporter.as_mut(), &[seconds(&run, &["home"], 0, 1)]);
    let answer = get(port, "/metrics");
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .body
            .contains("load_squall_operations_started_total{"),
        "{}",
        answer.body
    );
    assert_eq!(get(port, "/").status, 404);
    assert_eq!(
        servers::http::post(port, "/metrics", "text/plain", "")
            .unwrap()
            .status,
        405
    );
    drop(reporter);
    servers::http::get(port, "/metrics").unwrap_err();
}

#[test]
fn the_end_does_not_wait_where_nobody_scrapes() {
    let settings = json!({"listen": format!("127.0.0.1:{}", free_port()), "linger": "1h"});
    let mut reporter = built(&settings);
    reporter.open().unwrap();
    let run = run("run-1");
    deliver(reporter.as_mut(), &[last(&run)]);
    // An hour is longer than any test may take.
    reporter.close().unwrap();
}

#[test]
fn a_port_that_is_taken_is_permanent_and_a_password_is_asked_for() {
    let port = free_port();
    let settings = json!({"listen": format!("127.0.0.1:{port}"), "username": "u", "password": "p"});
    let mut first = built(&settings);
    first.open().unwrap();
    assert_eq!(get(port, "/metrics").status, 401);
    let error = built(&settings).open().unwrap_err();
    assert!(
        matches!(error, squall_report::ReporterError::Permanent { .. }),
        "{error}"
    );
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}
