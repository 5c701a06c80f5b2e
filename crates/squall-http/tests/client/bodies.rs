//! Bodies of every kind, as the target read them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use squall_protocol::FailureClass;
use squall_testkit::hostile::{Action, HostileServer};

use crate::lab::{Requests, at, echo, folder, header, merged, target};

fn check(body: Value, content_type: &str, expect: &str) {
    let target = target();
    let seen = echo(&target, json!({}), json!({ "body": body }));
    assert_eq!(seen["method"], "POST");
    assert_eq!(header(&seen, "content-type"), [content_type]);
    assert_eq!(seen["body"], expect);
    let length = expect.len().to_string();
    if seen["body_encoding"] == "text" {
        assert_eq!(header(&seen, "content-length"), [length]);
    }
}

#[test]
fn bodies_of_each_kind_arrive_with_their_type() {
    let text = "text/plain; charset=utf-8";
    check(json!({"text": "grüß ${random_int(3, 3)}"}), text, "grüß 3");
    check(json!({"text": ""}), text, "");
    check(
        json!({"json": {"a": [1, 2.5, null, true, "x"], "n": "${random_int(4, 4)}", "s": "n ${random_int(4, 4)}"}}),
        "application/json",
        r#"{"a":[1,2.5,null,true,"x"],"n":4,"s":"n 4"}"#,
    );
    check(
        json!({"form": {"a b": "c&d", "list": ["1", "2"], "n": "${iteration()}"}}),
        "application/x-www-form-urlencoded",
        "a+b=c%26d&list=1&list=2&n=0",
    );
    check(
        json!({"base64": STANDARD.encode([0, 159, 146, 150])}),
        "application/octet-stream",
        &STANDARD.encode([0, 159, 146, 150]),
    );
}

#[test]
fn a_type_of_ones_own_goes_first() {
    let target = target();
    let request =
        json!({"body": {"json": {}}, "headers": {"Content-Type": "application/vnd.shop+json"}});
    let seen = echo(&target, json!({}), request);
    assert_eq!(header(&seen, "content-type"), ["application/vnd.shop+json"]);
}

#[test]
#[expect(
    clippy::literal_string_with_formatting_args,
    reason = "placeholders of the plan look like those of `format!`"
)]
fn a_json_value_taken_from_an_answer_keeps_its_type() {
    let target = target();
    let take = json!({"url": "/json", "extract": {"ratio": {"json": "$.ratio"}, "name": {"json": "$.name"}, "author": {"json": "$.author"}}});
    let give = json!({"url": "/echo?json=1", "extract": {"echo": {"json": "$"}},
        "body": {"json": {"ratio": "${ratio}", "name": "${name}", "author": "${author}", "text": "${ratio|string}"}}});
    let sent = Requests::new(at(&target, json!({})), &[take, give]).send();
    let body: Value =
        serde_json::from_str(sent[1].values["echo"]["body"].as_str().unwrap()).unwrap();
    let author = json!({"name": "Ada", "address": {"city": "London", "postcode": "W1"}});
    assert_eq!(
        body,
        json!({"ratio": 0.25, "name": "squall", "author": author, "text": "0.25"})
    );
}

/// More than any buffer on the way holds.
fn large() -> Vec<u8> {
    (0..3_000_000_u32)
        .map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3])
        .collect()
}

#[test]
fn a_file_is_streamed_from_disk() {
    let target = target();
    let content = large();
    let (_guard, folder) = folder(&[("photo.png", &content)]);
    let request = json!({"url": "/echo?json=1", "body": {"file": "photo.png"}, "extract": {"echo": {"json": "$"}}});
    let requests =
        Requests::in_folder(&folder, at(&target, json!({})), &[request.clone(), request]).unwrap();
    for sent in requests.send() {
        let sent = sent.good();
        let seen = &sent.values["echo"];
        assert_eq!(header(seen, "content-type"), ["image/png"]);
        assert_eq!(seen["body_bytes"], content.len());
        assert!(seen["body"] == STANDARD.encode(&content));
        assert!(sent.operation.bytes_sent > content.len() as u64);
    }
    assert_eq!(target.stats().connections_accepted, 1);
}

#[test]
fn a_file_that_is_gone_fails_the_operation_and_names_it() {
    let target = target();
    let (_guard, folder) = folder(&[]);
    let lost = json!({"url": "/echo", "body": {"file": "lost.bin"}});
    let next = json!({"url": "/"});
    let requests = Requests::in_folder(&folder, at(&target, json!({})), &[lost, next]).unwrap();
    let sent = requests.send();
    let message = sent[0].failed_as(FailureClass::Request);
    assert!(message.contains("lost.bin"), "{message}");
    assert_eq!(sent[0].operation.bytes_sent, 0);
    assert_eq!(sent[1].operation.status, 200);
    assert_eq!(target.stats().requests, 1);
}

#[test]
fn a_form_of_several_parts_holds_values_bytes_and_files() {
    let target = target();
    let content = large();
    let (_guard, folder) = folder(&[("notes.txt", b"some notes"), ("data.bin", &content)]);
    let parts = json!([
        {"name": "title", "value": "grüß ${random_int(1, 1)}"},
        {"name": "raw", "base64": STANDARD.encode([1, 2, 255])},
        {"name": "notes", "file": "notes.txt"},
        {"name": "data", "file": "data.bin", "filename": "a \"b\".bin", "content_type": "application/x-data"},
    ]);
    let request = json!({"url": "/echo?json=1", "body": {"multipart": parts}, "extract": {"echo": {"json": "$"}}});
    let sent = Requests::in_folder(&folder, at(&target, json!({})), &[request])
        .unwrap()
        .send();
    let seen = &sent[0].values["echo"];
    let content_type = header(seen, "content-type")[0];
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let body = STANDARD.decode(seen["body"].as_str().unwrap()).unwrap();
    let parts = split(&body, boundary.trim_matches('"').as_bytes());
    assert_eq!(parts.len(), 4);
    let check = |part: &(String, Vec<u8>), head: &[&str], content: &[u8]| {
        for line in head {
            assert!(part.0.contains(line), "{line} in {}", part.0);
        }
        assert!(part.1 == content, "{}", part.0);
    };
    check(&parts[0], &["name=\"title\""], "grüß 1".as_bytes());
    check(&parts[1], &["name=\"raw\""], &[1, 2, 255]);
    check(
        &parts[2],
        &["name=\"notes\"", "filename=\"notes.txt\"", "text/plain"],
        b"some notes",
    );
    check(
        &parts[3],
        &["name=\"data\"", "application/x-data"],
        &content,
    );
}

/// Takes a form apart as RFC 2046, section 5.1 says: heads and contents.
fn split(body: &[u8], boundary: &[u8]) -> Vec<(String, Vec<u8>)> {
    let delimiter = [b"\r\n--", boundary].concat();
    let whole = [b"\r\n", body].concat();
    let starts: Vec<usize> = memchr::memmem::find_iter(&whole, &delimiter).collect();
    let mut parts = Vec::new();
    for pair in starts.windows(2) {
        let part = &whole[pair[0] + delimiter.len() + 2..pair[1]];
        let head = memchr::memmem::find(part, b"\r\n\r\n").unwrap();
        parts.push((
            String::from_utf8_lossy(&part[..head]).into_owned(),
            part[head + 4..].to_vec(),
        ));
    }
    let end = &whole[starts[starts.len() - 1] + delimiter.len()..];
    assert_eq!(end.trim_ascii_end(), b"--");
    parts
}

#[test]
fn a_server_that_answers_before_it_has_read_the_body_is_heard() {
    // More than the buffers of both sides take while nobody reads.
    let content = vec![b'x'; 20_000_000];
    let (_guard, folder) = folder(&[("big.bin", &content)]);
    let refusal = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n";
    let script = vec![
        Action::Send(refusal.into()),
        Action::Sleep(Duration::from_millis(50)),
        Action::Reset,
    ];
    let server = HostileServer::start(script).unwrap();
    let http = merged(
        crate::lab::at_hostile(&server),
        json!({"request_timeout": "5s"}),
    );
    let request = json!({"url": "/", "body": {"file": "big.bin"}});
    let sent = Requests::in_folder(&folder, http, &[request.clone(), request])
        .unwrap()
        .send();
    for sent in &sent {
        let class = sent.failure().class;
        assert!(
            matches!(class, FailureClass::Status | FailureClass::Reset),
            "{sent:?}"
        );
    }
    assert_eq!(
        server.connections(),
        2,
        "a broken connection is not used again"
    );
}
