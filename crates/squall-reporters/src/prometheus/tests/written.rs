//! A real Prometheus that is written to.

use std::io::{Read as _, Write as _};

use serde_json::json;
use squall_report::ReporterError;
use squall_testkit::servers;

use super::*;
use crate::sample::event;

#[test]
fn everything_is_written_once_although_the_server_restarts_in_the_middle() {
    let Some(server) = servers::prometheus(&[]) else {
        return;
    };
    let run = run("run-1");
    let long = "n".repeat(10_000);
    let names = ["home", HOSTILE, &long];
    let mut reporter = built(&json!({"remote_write": server.remote_write_url()}));
    reporter.open().unwrap();
    deliver(
        reporter.as_mut(),
        &[
            lives(&run),
            seconds(&run, &names, 0, 1),
            seconds(&run, &names, 1, 8),
        ],
    );
    server.stop();
    let batch = seconds(&run, &names, 8, 10);
    for _ in 0..2 {
        let error = reporter.send(&batch).unwrap_err();
        assert!(matches!(error, ReporterError::Temporary { .. }), "{error}");
    }
    server.start();
    deliver(reporter.as_mut(), &[batch]);
    let mut sent = 0;
    for count in [1_000, 1, 344, 1_000] {
        let some = (sent..sent + count).map(event).collect();
        deliver(reporter.as_mut(), &[events(&run, HOSTILE, some)]);
        sent += count;
    }
    deliver(reporter.as_mut(), &[messages(&run, 3), last(&run)]);
    let query = |expression: &str| number(&server.query(expression));
    for name in names {
        let ok = vector(&server.query("squall_operations_total{outcome='ok',job='squall'}"));
        let own = ok
            .iter()
            .find(|(labels, _)| labels["name"] == *name)
            .unwrap();
        assert_eq!(own.1, 20.0);
    }
    assert_eq!(query("sum(squall_response_time_seconds_count)"), 90.0);
    assert_eq!(
        query("sum(squall_response_time_seconds_bucket{le='0.001'})"),
        30.0
    );
    assert_eq!(query("sum(squall_events_total)"), 2_345.0);
    assert_eq!(query("sum(squall_messages_total)"), 3.0);
    assert_eq!(query("squall_threshold_value{unit='seconds'}"), 0.3125);
    assert_eq!(query("squall_run_verdict{verdict='passed'}"), 1.0);
    assert_eq!(
        query("count_over_time(squall_bytes_sent_total{name='home'}[5m])"),
        10.0
    );
    assert_eq!(
        query("count(squall_final_time_seconds{group='response_time',name='home'})"),
        20.0
    );
}

#[test]
fn native_histograms_are_written() {
    let Some(server) = servers::prometheus(&[]) else {
        return;
    };
    let run = run("run-1");
    let settings = json!({"remote_write": server.remote_write_url(), "native_histograms": true, "namespace": "load"});
    let mut reporter = built(&settings);
    reporter.open().unwrap();
    deliver(reporter.as_mut(), &[seconds(&run, &["home"], 0, 10)]);
    let family = "load_squall_response_time_seconds";
    assert_eq!(
        number(&server.query(&format!("histogram_count({family})"))),
        30.0
    );
    let sum = number(&server.query(&format!("histogram_sum({family})")));
    assert!((sum - 0.075).abs() < 1e-9, "{sum}");
    let high = number(&server.query(&format!("histogram_quantile(0.9, {family})")));
    assert!((high - 0.00325).abs() < 0.0003, "{high}");
}

#[test]
fn a_batch_out_of_order_is_refused_alone() {
    let Some(server) = servers::prometheus(&[]) else {
        return;
    };
    let run = run("run-1");
    let settings = json!({"remote_write": server.remote_write_url()});
    let mut reporter = built(&settings);
    reporter.open().unwrap();
    deliver(reporter.as_mut(), &[seconds(&run, &["home"], 5, 6)]);
    let mut second = built(&settings);
    second.open().unwrap();
    // What comes a second time, because its answer was lost, is no error.
    deliver(second.as_mut(), &[seconds(&run, &["home"], 5, 6)]);
    let mut second = built(&settings);
    second.open().unwrap();
    let refused = second.send(&seconds(&run, &["home"], 2, 3)).unwrap();
    assert_eq!(refused.records, 0);
    let why = refused.refused.unwrap();
    assert!(why.contains("out of order"), "{why}");
    deliver(second.as_mut(), &[seconds(&run, &["home"], 7, 8)]);
    assert_eq!(
        number(&server.query("squall_operations_total{outcome='ok'}")),
        4.0
    );
}

#[test]
fn an_address_that_takes_no_writes_is_permanent_and_none_is_temporary() {
    let Some(server) = servers::prometheus(&[]) else {
        return;
    };
    let wrong = format!("{}/api/v1/nothing", server.url());
    let error = built(&json!({"remote_write": wrong})).open().unwrap_err();
    assert!(matches!(error, ReporterError::Permanent { .. }), "{error}");
    let nobody = format!("http://127.0.0.1:{}/api/v1/write", free_port());
    let error = built(&json!({"remote_write": nobody})).open().unwrap_err();
    assert!(matches!(error, ReporterError::Temporary { .. }), "{error}");
}

/// Answers the first request with success, and the second as Prometheus without the feature does.
fn without_native_histograms() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let why = "native histograms are disabled\n";
        let refusal = format!(
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{why}",
            why.len()
        );
        let good = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned();
        for answer in [good, refusal] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = [0; 8_192];
            // Small requests come in one piece.
            assert!(stream.read(&mut buffer).unwrap() > 0);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    port
}

#[test]
fn a_server_without_native_histograms_is_permanent() {
    let port = without_native_histograms();
    let url = format!("http://127.0.0.1:{port}/api/v1/write");
    let mut reporter = built(&json!({"remote_write": url, "native_histograms": true}));
    reporter.open().unwrap();
    let error = reporter.send(&messages(&run("run-1"), 1)).unwrap_err();
    assert!(matches!(error, ReporterError::Permanent { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("leave `native_histograms` out"), "{text}");
}
