//! Who gets in.

use crate::rig::Rig;

const HOST: (&str, &str) = ("host", "localhost");

#[test]
fn a_browser_gets_in_with_the_url_and_keeps_the_token_in_a_cookie() {
    let rig = Rig::new();
    let client = rig.client();
    let entered = client.raw("GET /?token=TOKEN HTTP/1.1", &[HOST], "");
    assert_eq!(
        (entered.status, entered.header("location")),
        (303, Some("/"))
    );
    let cookie = entered.header("set-cookie").unwrap();
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    let (cookie, _) = cookie.split_once(';').unwrap();
    let page = client.raw("GET / HTTP/1.1", &[HOST, ("cookie", cookie)], "");
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("connect-src 'self'"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert!(!page.body.contains(&client.token));
}

#[test]
fn without_the_token_nothing_is_told() {
    let rig = Rig::new();
    let client = rig.client();
    for path in [
        "/",
        "/api/v1/state",
        "/api/v1/events",
        "/api/v1/runs",
        "/nowhere",
    ] {
        for query in ["", "?token=wrong"] {
            let refused = client.raw(&format!("GET {path}{query} HTTP/1.1"), &[HOST], "");
            assert_eq!(refused.status, 401, "{path}{query}");
            assert!(refused.body.contains("the whole URL that squall printed"));
        }
    }
    assert_eq!(client.get("/api/v1/state").json()["mode"], "stored");
}

#[test]
fn pages_of_others_change_nothing() {
    let rig = Rig::new();
    let client = rig.client();
    let port = client.address.port();
    let cookie = format!("squall-token-{port}=TOKEN");
    let posted = |headers: &[(&str, &str)]| {
        let mut all = vec![HOST, ("cookie", cookie.as_str())];
        all.extend_from_slice(headers);
        let line = "POST /api/v1/control HTTP/1.1";
        client.raw(line, &all, r#"{"action": "pause"}"#).status
    };
    assert_eq!(posted(&[]), 403);
    assert_eq!(posted(&[("origin", "http://evil.test")]), 403);
    assert_eq!(posted(&[("sec-fetch-site", "same-site")]), 403);
    // It may, and there is no run.
    assert_eq!(posted(&[("origin", "http://localhost")]), 409);
    let rebound = [("host", "evil.test"), ("cookie", cookie.as_str())];
    assert_eq!(client.raw("GET / HTTP/1.1", &rebound, "").status, 403);
}

#[test]
fn what_is_not_there_and_the_wrong_method_are_said() {
    let rig = Rig::new();
    let client = rig.client();
    assert_eq!(client.get("/api/v1/nowhere").status, 404);
    assert_eq!(client.get("/api/v1/runs/..%2f..%2fetc").status, 404);
    let refused = client.get("/api/v1/control");
    assert_eq!(
        (refused.status, refused.header("allow")),
        (405, Some("POST"))
    );
    let large = format!(r#"{{"action": "note", "text": "{}"}}"#, "x".repeat(70_000));
    assert_eq!(client.post("/api/v1/control", &large).status, 413);
}
