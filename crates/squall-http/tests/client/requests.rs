//! Methods, parameters, headers and credentials, as the target saw them.

use serde_json::{Value, json};
use squall_http::Operation;

use crate::lab::{at, echo, header, merged, send, target};

#[test]
fn every_method_arrives_as_written_and_none_is_given_a_body_it_has_not() {
    let target = target();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"] {
        let seen = echo(&target, json!({}), json!({"method": method}));
        assert_eq!(seen["method"], method);
        assert_eq!(seen["body_bytes"], 0);
        // RFC 9110 §8.6: a method that is meant to have a body says that there is none.
        let length: &[&str] = match method {
            "POST" | "PUT" | "PATCH" => &["0"],
            _ => &[],
        };
        assert_eq!(header(&seen, "content-length"), length, "{method}");
    }
    assert_eq!(target.stats().by_path["/echo"], 7);
}

#[test]
fn a_head_request_ends_with_the_head_of_the_answer() {
    let target = target();
    let request = json!({"method": "HEAD", "url": "/bytes/100000"});
    let again = json!({"url": "/"});
    let http = at(&target, json!({}));
    let sent = crate::lab::Requests::new(http, &[request, again]).send();
    for sent in sent {
        let Operation {
            status,
            bytes_received,
            ..
        } = sent.good().operation;
        assert_eq!(status, 200);
        assert!(bytes_received < 1000, "{bytes_received}");
    }
    assert_eq!(target.stats().connections_accepted, 1);
}

#[test]
fn parameters_are_added_and_encoded() {
    let target = target();
    let request = json!({
        "url": "/echo?json=1&a=b",
        "params": {"q": "ä & b=c", "tag": ["x", "y"], "n": "${random_int(5, 5)}", "empty": ""},
    });
    let seen = echo(&target, json!({}), request);
    let expect = json!([
        ["json", "1"],
        ["a", "b"],
        ["q", "ä & b=c"],
        ["tag", "x"],
        ["tag", "y"],
        ["n", "5"],
        ["empty", ""]
    ]);
    assert_eq!(seen["query"], expect);
}

#[test]
fn a_url_may_vary_in_every_part() {
    let target = target();
    let port = target.http_addr().port();
    let url = format!("http://127.0.0.${{random_int(1, 1)}}:{port}/echo?json=${{user_id()}}#f");
    let seen = echo(&target, json!({}), json!({ "url": url }));
    assert_eq!(
        (&seen["path"], &seen["query"]),
        (&json!("/echo"), &json!([["json", "1"]]))
    );
    assert_eq!(header(&seen, "host"), [format!("127.0.0.1:{port}")]);
}

#[test]
fn headers_of_the_request_replace_those_of_the_settings() {
    let target = target();
    let http = json!({"headers": {"x-a": "settings", "x-b": ["1", "2"]}});
    let request =
        json!({"headers": {"X-A": "request ${iteration()}", "User-Agent": "me", "Host": "shop"}});
    let seen = echo(&target, http, request);
    assert_eq!(header(&seen, "x-a"), ["request 0"]);
    assert_eq!(header(&seen, "x-b"), ["1", "2"]);
    assert_eq!(header(&seen, "user-agent"), ["me"]);
    assert_eq!(header(&seen, "host"), ["shop"]);
    let plain = echo(&target, json!({}), json!({}));
    assert!(header(&plain, "user-agent")[0].starts_with("squall/"));
    assert_eq!(header(&plain, "host"), [target.http_addr().to_string()]);
}

#[test]
fn a_value_with_line_ends_cannot_add_a_header() {
    let target = target();
    let first = json!({"url": "/echo", "body": {"text": "a\r\nInjected: 1\r\n\r\nGET / HTTP/1.1"},
        "extract": {"text": {"regex": {"pattern": "(?s).*"}}}});
    let second = json!({"url": "/echo?json=1", "headers": {"X-Value": "${text}"}, "extract": {"echo": {"json": "$"}}});
    let sent = crate::lab::Requests::new(at(&target, json!({})), &[first, second]).send();
    // It is either refused or made harmless; the server never sees another header, nor another request.
    if let Some(seen) = sent[1].values.get("echo") {
        assert!(header(seen, "injected").is_empty(), "{seen}");
    }
    assert!(target.stats().requests <= 2);
    assert!(!target.stats().by_path.contains_key("/"));
}

fn authorization(request: Value) -> Vec<String> {
    let target = target();
    let seen = echo(&target, json!({}), request);
    header(&seen, "authorization")
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[test]
fn credentials_are_sent_as_the_rfcs_say() {
    let check = |request: Value, expect: &str| assert_eq!(authorization(request), [expect]);
    // RFC 7617 §2.
    let basic = json!({"auth": {"basic": {"username": "Aladdin", "password": "open sesame"}}});
    check(basic, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    let varying = json!({"auth": {"basic": {"username": "${random_choice(\"Aladdin\")}", "password": "open sesame"}}});
    check(varying, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    check(json!({"auth": {"bearer": "abc.def"}}), "Bearer abc.def");
    check(json!({"auth": {"bearer": "t${iteration()}"}}), "Bearer t0");
    let own = json!({"auth": {"bearer": "abc"}, "headers": {"Authorization": "Custom 1"}});
    check(own, "Custom 1");
}

#[test]
fn credentials_in_the_url_open_what_they_protect() {
    let target = target();
    let check = |userinfo: &str, path: &str, more: Value, status: u64| {
        let url = format!("http://{userinfo}{}{path}", target.http_addr());
        let request = merged(json!({"url": url, "expect": {"status": status}}), more);
        send(json!({}), request).good();
    };
    let none = || json!({});
    check("ann:secret@", "/basic-auth/ann/secret", none(), 200);
    check("ann:wrong@", "/basic-auth/ann/secret", none(), 401);
    check("", "/basic-auth/ann/secret", none(), 401);
    // What is written percent-encoded in a URL is sent as what it stands for (RFC 3986 §2.1).
    check("a%40b:p%3Aq@", "/basic-auth/a%40b/p%3Aq", none(), 200);
    let auth = json!({"auth": {"basic": {"username": "ann", "password": "secret"}}});
    check("bob:x@", "/basic-auth/ann/secret", auth, 200);
}
