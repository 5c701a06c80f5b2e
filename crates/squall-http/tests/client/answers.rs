//! Answers in every framing and coding.

use serde_json::{Value, json};
use squall_protocol::FailureClass;

use crate::lab::{Requests, answering, at, at_hostile, closing, merged, send, target};

#[test]
fn bodies_in_chunks_are_read_to_their_end() {
    let target = target();
    let size = json!({"min": 7000, "max": 7000});
    let request =
        json!({"url": "/stream?chunks=7&size=1000&delay=2ms", "expect": {"body_size": size}});
    let unread = json!({"url": "/stream?chunks=100&size=10000"});
    let sent = Requests::new(at(&target, json!({})), &[request, unread.clone(), unread]).send();
    let operation = &sent[0].operation;
    let reading = operation.moments.last_byte - operation.moments.first_byte;
    assert!(operation.failures.is_empty(), "{operation:?}");
    assert!(reading >= 6 * 2_000_000, "{reading} ns");
    assert!(sent[1].operation.bytes_received > 1_000_000);
    assert_eq!(target.stats().connections_accepted, 1);
}

#[test]
fn bytes_sent_and_received_are_those_that_the_target_counted() {
    let target = target();
    let requests = [
        json!({"url": "/"}),
        json!({"url": "/bytes/123456"}),
        json!({"url": "/echo", "body": {"text": "x".repeat(100_000)}}),
        json!({"url": "/stream?chunks=3&size=100"}),
        json!({"url": "/redirect/2"}),
        json!({"url": "/close?after=5000"}),
    ];
    let sent = Requests::new(at(&target, json!({})), &requests).send();
    let ours = |of: fn(&squall_http::Operation) -> u64| -> u64 {
        sent.iter().map(|sent| of(&sent.operation)).sum()
    };
    let (written, read) = (ours(|o| o.bytes_sent), ours(|o| o.bytes_received));
    let stats = target.stop();
    assert_eq!((written, read), (stats.bytes_in, stats.bytes_out));
}

fn check_text(answer: &str, text: &str) {
    let server = closing(answer);
    let expect = json!({"text": text, "body_size": {"min": text.len(), "max": text.len()}});
    send(at_hostile(&server), json!({"url": "/", "expect": expect})).good();
}

#[test]
fn a_body_may_end_with_its_connection() {
    check_text("HTTP/1.1 200 OK\r\n\r\nall of it", "all of it");
    check_text("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n", "");
}

#[test]
fn interim_answers_are_passed_over() {
    let interim = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
    let last = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
    check_text(&format!("{interim}{last}"), "done");
    check_text(&format!("{}{last}", interim.repeat(20)), "done");
}

#[test]
fn interim_answers_may_come_in_pieces() {
    use squall_testkit::hostile::{Action, HostileServer};
    let bytes = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
    for cut in 1..bytes.len() {
        let pause = Action::Sleep(std::time::Duration::from_millis(1));
        let script = vec![
            Action::WaitForRequest,
            Action::Send(bytes[..cut].into()),
            pause,
            Action::Send(bytes[cut..].into()),
        ];
        let server = HostileServer::start(script).unwrap();
        let request = json!({"url": "/", "expect": {"status": 200, "text": "done"}});
        send(at_hostile(&server), request).good();
    }
}

#[test]
fn answers_without_a_body_leave_the_connection_ready() {
    let target = target();
    let expect = |status: u16| json!({"url": format!("/status/{status}"), "expect": {"status": status, "body_size": {"max": 0}}});
    let requests = [expect(204), expect(304), expect(204), json!({"url": "/"})];
    for sent in Requests::new(at(&target, json!({})), &requests).send() {
        sent.good();
    }
    assert_eq!(target.stats().connections_accepted, 1);
    // A 304 may name the length of what it does not send (RFC 9110 §15.4.5).
    let server = answering("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n");
    let requests = vec![json!({"url": "/"}); 3];
    for sent in Requests::new(at_hostile(&server), &requests).send() {
        sent.good();
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn codings_are_undone_for_those_who_read_the_body() {
    let target = target();
    for path in ["/gzip", "/deflate", "/br", "/zstd"] {
        let read = json!({"url": path, "expect": {"text": "the"}, "extract": {"all": {"regex": {"pattern": "(?s).*"}}}});
        let unread = json!({"url": path});
        let sent = Requests::new(at(&target, json!({})), &[read, unread]).send();
        let text = sent[0].values["all"].as_str().unwrap();
        assert!(
            text.len() as u64 > sent[0].operation.bytes_received,
            "{path}"
        );
        assert!(text.is_ascii() || text.chars().count() > 100);
        assert!(sent.iter().all(|sent| sent.operation.failures.is_empty()));
    }
}

fn encoded(coding: &str, body: &str, more: Value) -> crate::lab::Sent {
    let server = closing(&format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    send(at_hostile(&server), merged(json!({"url": "/"}), more))
}

#[test]
fn a_body_that_is_not_what_its_coding_says_fails_only_those_who_read_it() {
    let read = json!({"expect": {"text": "x"}});
    for coding in ["gzip", "deflate", "br", "zstd"] {
        let message = encoded(coding, "no such thing", read.clone());
        let message = message.failed_as(FailureClass::Protocol);
        assert!(
            message.starts_with(&format!("body is not valid {coding}")),
            "{message}"
        );
        encoded(coding, "no such thing", json!({})).good();
        encoded(
            coding,
            "no such thing",
            json!({"expect": {"headers": {"content-encoding": coding}}}),
        )
        .good();
    }
    let message = encoded("middle-out", "x", read);
    assert!(
        message
            .failed_as(FailureClass::Protocol)
            .contains("unknown content encoding")
    );
}

#[test]
fn a_body_that_decodes_to_more_than_allowed_is_too_large() {
    let target = target();
    let size = json!({"max_response_size": 1000});
    let request = json!({"url": "/gzip", "expect": {"text": "the"}});
    let sent = send(at(&target, size), request);
    let message = sent.failed_as(FailureClass::TooLarge);
    assert!(message.contains("1000 bytes"), "{message}");
}

#[test]
fn a_body_above_the_limit_fails_and_one_at_the_limit_does_not() {
    let target = target();
    let check = |url: &str, good: bool| {
        for expect in [json!({}), json!({"text": ""})] {
            let request = json!({"url": url, "expect": expect});
            let sent = send(at(&target, json!({"max_response_size": 5000})), request);
            if good {
                sent.good();
            } else {
                let message = sent.failed_as(FailureClass::TooLarge);
                assert_eq!(message, "body is larger than 5000 bytes");
            }
        }
    };
    check("/bytes/5000", true);
    check("/bytes/5001", false);
    check("/stream?chunks=5&size=1000", true);
    check("/stream?chunks=6&size=1000", false);
}
