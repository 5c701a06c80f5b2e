//! The client's own requests, shown to it.

use serde_json::json;

use crate::client::{Client, target};

#[test]
fn echo_sends_the_body_and_its_type_back() {
    let target = target();
    let mut client = Client::connect(&target);
    for method in ["POST", "PUT", "DELETE"] {
        let answer = client.request(method, "/echo", "Content-Type: text/csv\r\n", "a,b\n1,2\n");
        assert_eq!((answer.status, answer.text()), (200, "a,b\n1,2\n"));
        assert_eq!(answer.header("content-type"), "text/csv");
    }
    let large = "0123456789".repeat(300_000);
    assert!(client.request("POST", "/echo", "", &large).text() == large);
}

#[test]
fn echo_reads_chunked_bodies() {
    let target = target();
    let mut client = Client::connect(&target);
    client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    assert_eq!(client.answer().unwrap().text(), "abcde");
}

#[test]
fn echo_answers_expect_continue_before_the_body_is_sent() {
    let target = target();
    let mut client = Client::connect(&target);
    client.send(
        b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
    );
    assert_eq!(client.answer().unwrap().status, 100);
    client.send(b"ok");
    assert_eq!(client.answer().unwrap().text(), "ok");
}

#[test]
fn echo_describes_the_request_when_asked() {
    let target = target();
    let mut client = Client::connect(&target);
    let headers = "X-Tag: one\r\nX-Tag: two\r\n";
    let seen = client
        .request("PUT", "/echo?json=1&q=a%20b&q=c", headers, "grüße")
        .json();
    assert_eq!(seen["method"], "PUT");
    assert_eq!(seen["path"], "/echo");
    assert_eq!(
        seen["query"],
        json!([["json", "1"], ["q", "a b"], ["q", "c"]])
    );
    assert_eq!(
        (&seen["body"], &seen["body_encoding"]),
        (&json!("grüße"), &json!("text"))
    );
    let pairs = seen["headers"].as_array().unwrap();
    assert!(
        pairs.contains(&json!(["x-tag", "one"])) && pairs.contains(&json!(["x-tag", "two"])),
        "{pairs:?}"
    );

    client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nContent-Length: 2\r\n\r\n\xff\x00");
    let seen = client.answer().unwrap().json();
    assert_eq!(
        (&seen["body"], &seen["body_encoding"]),
        (&json!("/wA="), &json!("base64"))
    );
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let target = target();
    let mut client = Client::connect(&target);
    client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 67108865\r\n\r\n");
    let answer = client.answer().unwrap();
    assert_eq!((answer.status, answer.header("connection")), (413, "close"));
}

#[test]
fn headers_are_shown_as_pairs() {
    let target = target();
    let headers = Client::connect(&target)
        .request("GET", "/headers", "X-One: 1\r\n", "")
        .json();
    assert_eq!(
        headers["headers"],
        json!([["host", "localhost"], ["x-one", "1"]])
    );
}

#[test]
fn cookies_are_shown_set_and_deleted() {
    let target = target();
    let mut client = Client::connect(&target);
    let shown = client
        .request(
            "GET",
            "/cookies",
            "Cookie: a=1; b=two=2\r\nCookie: c=3\r\n",
            "",
        )
        .json();
    assert_eq!(shown["cookies"], json!({"a": "1", "b": "two=2", "c": "3"}));
    let answer = client.get("/cookies/set?a=1&b=");
    assert_eq!(
        answer.headers("set-cookie"),
        ["a=1; Path=/", "b=; Path=/; Max-Age=0"]
    );
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(client.get("/cookies/set?a=%0A").status, 400);
}

#[test]
fn basic_auth_takes_the_credentials_of_the_path() {
    let target = target();
    let mut client = Client::connect(&target);
    let answer = client.get("/basic-auth/ada/l%C3%B6ve+1");
    assert_eq!(
        (answer.status, answer.header("www-authenticate")),
        (401, "Basic realm=\"squall\"")
    );
    // `ada:löve+1`
    let right = "Authorization: Basic YWRhOmzDtnZlKzE=\r\n";
    assert_eq!(
        client
            .request("GET", "/basic-auth/ada/l%C3%B6ve+1", right, "")
            .json()["user"],
        "ada"
    );
    assert_eq!(
        client.request("GET", "/basic-auth/bob/x", right, "").status,
        401
    );
}

#[test]
fn redirects_lead_on_until_they_arrive() {
    let target = target();
    let mut client = Client::connect(&target);
    let answer = client.get("/redirect/2");
    assert_eq!(
        (answer.status, answer.header("location")),
        (302, "/redirect/1")
    );
    assert_eq!(client.get("/redirect/0").json(), json!({"arrived": true}));
    let answer = client.get("/redirect?to=%2Fecho%3Fjson%3D1&status=307");
    assert_eq!(
        (answer.status, answer.header("location")),
        (307, "/echo?json=1")
    );
    assert_eq!(client.get("/redirect").header("location"), "/");
    for wrong in ["/redirect/x", "/redirect?status=200", "/redirect?to=%0a"] {
        assert_eq!(client.get(wrong).status, 400, "{wrong}");
    }
}
