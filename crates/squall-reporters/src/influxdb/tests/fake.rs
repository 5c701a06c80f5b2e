//! Answers that a real server gives seldom, by a server that says what it is told to.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::json;
use squall_report::{Batch, Delivered, EventBatch, ReporterError};

use super::built;
use crate::sample::{context, event};

/// Answers the writes of `open` with success, and the one after it as it is told.
fn answered(status: &str, headers: &str, body: &str) -> Result<Delivered, ReporterError> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let last = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    let server = std::thread::spawn(move || {
        let good = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned();
        for answer in [good.clone(), good.clone(), good.clone(), good, last] {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read_request(&mut stream);
            assert!(
                request.starts_with(
                    "POST /api/v2/write?org=squall&bucket=b&precision=ns HTTP/1.1\r\n"
                ),
                "{request}"
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let mut reporter =
        built(&json!({"host": format!("127.0.0.1:{port}"), "token": "t", "bucket": "b"}));
    reporter.open().unwrap();
    let all = context("run-1");
    let events = EventBatch::new(all.run, &all.names, (0..5).map(event).collect());
    let sent = reporter.send(&Batch::Events(events));
    server.join().unwrap();
    sent
}

fn read_request(stream: &mut std::net::TcpStream) -> String {
    let (mut request, mut buffer) = (Vec::new(), [0; 4_096]);
    loop {
        let read = stream.read(&mut buffer).unwrap();
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap().parse().unwrap();
        if request.len() >= head.len() + 4 + length {
            return text;
        }
    }
}

#[test]
fn answers_are_sorted_by_what_can_be_done_about_them() {
    let partial = r#"{"code":"unprocessable entity","message":"failure writing points to database: partial write: field type conflict: input field \"f\" on measurement \"m\" is type string, already exists as type float dropped=2"}"#;
    let delivered = answered("422 Unprocessable Entity", "", partial).unwrap();
    assert_eq!(delivered.records, 3);
    let all = answered(
        "400 Bad Request",
        "",
        r#"{"code":"invalid","message":"unable to parse"}"#,
    );
    assert_eq!(all.unwrap().records, 0);
    let error = answered("429 Too Many Requests", "retry-after: 7\r\n", "").unwrap_err();
    let ReporterError::Temporary { after, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(after, Some(std::time::Duration::from_secs(7)));
    let error = answered("413 Payload Too Large", "", "").unwrap_err();
    assert!(matches!(error, ReporterError::TooLarge { .. }), "{error}");
    let error = answered("503 Service Unavailable", "", "").unwrap_err();
    assert!(
        matches!(error, ReporterError::Temporary { after: None, .. }),
        "{error}"
    );
    let error = answered("401 Unauthorized", "", r#"{"code":"unauthorized"}"#).unwrap_err();
    assert!(matches!(error, ReporterError::Permanent { .. }), "{error}");
    let error = answered(
        "308 Permanent Redirect",
        "location: https://elsewhere/\r\n",
        "",
    )
    .unwrap_err();
    assert!(error.to_string().contains("https://elsewhere/"), "{error}");
}

#[test]
fn nobody_there_is_temporary() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = built(&json!({"host": format!("127.0.0.1:{port}"), "token": "t"})).open();
    let error = error.unwrap_err();
    assert!(matches!(error, ReporterError::Temporary { .. }), "{error}");
}
