//! Everything that a broken server does ends in its class, on a sound client.

use serde_json::json;
use squall_testkit::hostile::{BODY_LIMIT, Case, HostileServer, SUCCESS, cases};

use crate::lab::{Requests, Sent, at_hostile, merged};

fn play(case: &Case, requests: &[serde_json::Value]) -> Vec<Sent> {
    let server = HostileServer::start(case.script.clone()).unwrap();
    let limits = json!({"request_timeout": "400ms", "max_response_size": BODY_LIMIT});
    Requests::new(merged(at_hostile(&server), limits), requests).send()
}

fn class(sent: &Sent) -> &'static str {
    let failure = sent.operation.failures.first();
    failure.map_or(SUCCESS, |failure| failure.class.as_str())
}

#[test]
fn every_misbehaviour_is_counted_as_what_it_is() {
    let unread = json!({"url": "/"});
    let read = json!({"url": "/", "expect": {"regex": "(?s)^.*$"}});
    let mut wrong = Vec::new();
    for case in cases() {
        for request in [&unread, &read] {
            let sent = play(&case, std::slice::from_ref(request)).remove(0);
            let found = class(&sent);
            let operation = &sent.operation;
            if found != case.class || operation.failures.len() > 1 {
                wrong.push(format!(
                    "{}: {found}, not {}: {operation:?}",
                    case.name, case.class
                ));
            }
            let m = operation.moments;
            let moments = [
                m.start,
                m.connected,
                m.secured,
                m.written,
                m.first_byte,
                m.last_byte,
            ];
            assert!(moments.is_sorted(), "{}: {moments:?}", case.name);
            // What is read beyond a limit is at most what one read brings.
            assert!(
                operation.bytes_received < 2 * BODY_LIMIT,
                "{}: {operation:?}",
                case.name
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn messages_do_not_differ_from_one_failure_to_the_next() {
    for case in cases().iter().filter(|case| case.class != SUCCESS) {
        let sent = play(
            case,
            &[json!({"url": "/${uuid4()}"}), json!({"url": "/${uuid4()}"})],
        );
        let messages = sent.iter().map(|sent| &sent.failure().message);
        let messages: Vec<_> = messages.collect();
        assert_eq!(messages[0], messages[1], "{}", case.name);
        assert!(!messages[0].contains("127.0.0.1"), "{}", messages[0]);
        assert!(sent[0].operation.request_line.starts_with("GET /"));
    }
}

/// Resident memory of this process in bytes.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = pages.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[test]
fn floods_do_not_grow_memory() {
    let floods = [
        "endless_headers",
        "endless_header_line",
        "endless_trailers",
        "endless_chunk_size_line",
        "interim_flood",
        "endless_body",
    ];
    let cases = cases();
    let floods: Vec<_> = cases
        .iter()
        .filter(|case| floods.contains(&case.name))
        .collect();
    assert_eq!(floods.len(), 6);
    let requests = vec![json!({"url": "/"}); 3];
    for case in &floods {
        play(case, &requests);
    }
    let before = resident();
    for _ in 0..5 {
        for case in &floods {
            play(case, &requests);
        }
    }
    // Other tests of this process run beside it; a leak would be a hundred times as much.
    let grown = resident().saturating_sub(before);
    assert!(grown < 300 << 20, "grew by {} MiB", grown >> 20);
}
