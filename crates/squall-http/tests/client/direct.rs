//! Requests that code makes, and the answers that are kept for it.

use std::rc::Rc;

use serde_json::{Value, json};
use squall_http::{
    Client, ClientConfig, ClientSettings, DirectBody, DirectContent, DirectPart, DirectRequest,
    HttpStep, HttpThread, Operation, RequestDefaults,
};
use squall_plan::{CheckedKind, Expect, Plan};
use squall_protocol::values::{Bindings, BindingsSettings, Scope};
use squall_protocol::{Clock, FailureClass};
use squall_target::RunningTarget;
use squall_testkit::runtime::block_on;

use crate::lab::{at, folder, header, target};

/// A client of one user, for requests that code makes.
struct Direct {
    defaults: RequestDefaults,
    settings: Rc<ClientSettings>,
}

impl Direct {
    fn new(http: Value, base_dir: &std::path::Path) -> Self {
        let load = json!({"iterations": {"users": 1, "shared": 1}});
        let flow = json!([{"pause": "1ms"}]);
        let plan = json!({
            "version": 1, "name": "direct", "http": http,
            "stages": {"load": {"execute": {"scenarios": {"all": {"load": load, "flow": flow}}}}},
        });
        let checked = Plan::from_value(plan).unwrap().check().unwrap();
        let CheckedKind::Execute(execute) = &checked.stages[0].kind else {
            panic!("the stage sends load");
        };
        let config = ClientConfig::new(&execute.http, base_dir).unwrap();
        let thread = Rc::new(HttpThread::new(Clock::start()));
        Self {
            defaults: RequestDefaults::new(&execute.http, base_dir),
            settings: Rc::new(ClientSettings::new(&config, thread, 0, 1)),
        }
    }

    fn at(target: &RunningTarget) -> Self {
        Self::new(at(target, json!({})), std::path::Path::new("."))
    }

    /// Sends requests in order as one user.
    fn send(&self, requests: Vec<DirectRequest>) -> Vec<Operation> {
        block_on(async {
            let mut client = Client::new(Rc::clone(&self.settings));
            let shared = BindingsSettings::new(&Scope::default(), (0, 1), 0);
            let mut bindings = Bindings::new(Rc::new(shared));
            let mut all = Vec::new();
            for request in requests {
                let step = HttpStep::direct(request, &self.defaults).unwrap();
                all.push(client.execute(&step, &mut bindings, 0).await);
            }
            all
        })
    }

    fn refused(&self, request: DirectRequest) -> String {
        HttpStep::direct(request, &self.defaults)
            .unwrap_err()
            .to_string()
    }
}

fn get(url: &str) -> DirectRequest {
    DirectRequest {
        url: url.to_owned(),
        keeps_body: true,
        ..DirectRequest::default()
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Returns the body of a kept answer as JSON.
fn json_of(operation: &Operation) -> Value {
    assert!(operation.failures.is_empty(), "{operation:?}");
    serde_json::from_slice(&operation.answer.as_ref().unwrap().body).unwrap()
}

fn echo(target: &RunningTarget, mut request: DirectRequest) -> Value {
    if request.url.is_empty() {
        "/echo?json=1".clone_into(&mut request.url);
    }
    json_of(&Direct::at(target).send(vec![request])[0])
}

#[test]
fn a_request_arrives_as_it_is_written_and_nothing_in_it_is_a_template() {
    let target = target();
    let request = DirectRequest {
        method: "patch".to_owned(),
        url: "/echo?json=1&q=${uuid4()}&u=%C3%A4#part".to_owned(),
        headers: vec![
            pair("X-Twice", "${a}"),
            pair("X-Twice", "b"),
            pair("Content-Length", "1"),
        ],
        body: DirectBody::Bytes {
            bytes: b"${nothing}".to_vec(),
            content_type: Some("text/x-test".to_owned()),
        },
        basic: Some(pair("me", "secret")),
        cookies: vec![pair("a", "1"), pair("b", "2")],
        ..get("")
    };
    let seen = echo(&target, request);
    assert_eq!(
        (&seen["method"], &seen["body_bytes"]),
        (&json!("PATCH"), &json!(10))
    );
    let query = json!([["json", "1"], ["q", "${uuid4()}"], ["u", "ä"]]);
    assert_eq!(seen["query"], query);
    assert_eq!(header(&seen, "x-twice"), ["${a}", "b"]);
    assert_eq!(header(&seen, "content-type"), ["text/x-test"]);
    assert_eq!(header(&seen, "content-length"), ["10"]);
    assert_eq!(header(&seen, "authorization"), ["Basic bWU6c2VjcmV0"]);
    assert_eq!(header(&seen, "cookie"), ["a=1; b=2"]);
    assert!(header(&seen, "user-agent")[0].starts_with("squall/"));
}

#[test]
fn headers_of_the_request_replace_those_of_the_settings() {
    let target = target();
    let http = json!({"headers": {
        "x-a": "settings", "x-b": ["1", "2"], "authorization": "old", "x-n": "${random_int(5, 5)}",
    }});
    let direct = Direct::new(at(&target, http), std::path::Path::new("."));
    let request = DirectRequest {
        headers: vec![
            pair("X-A", "own"),
            pair("User-Agent", "me"),
            pair("Host", "other"),
        ],
        basic: Some(pair("me", "secret")),
        ..get("/echo?json=1")
    };
    let all = direct.send(vec![request, get("/echo?json=1")]);
    let (own, plain) = (json_of(&all[0]), json_of(&all[1]));
    assert_eq!(header(&own, "x-a"), ["own"]);
    assert_eq!(header(&own, "user-agent"), ["me"]);
    assert_eq!(header(&own, "host"), ["other"]);
    assert_eq!(header(&own, "authorization"), ["Basic bWU6c2VjcmV0"]);
    for seen in [&own, &plain] {
        assert_eq!(header(seen, "x-b"), ["1", "2"]);
        assert_eq!(header(seen, "x-n"), ["5"]);
    }
    assert_eq!(header(&plain, "x-a"), ["settings"]);
    assert_eq!(header(&plain, "authorization"), ["old"]);
}

#[test]
fn urls_are_joined_as_those_of_a_plan_and_cleaned() {
    let target = target();
    let (address, user) = (target.http_addr(), "u:p%40");
    let base = format!("http://{address}");
    let http = json!({"base_url": format!("{base}/delay/")});
    let direct = Direct::new(http, std::path::Path::new("."));
    let check = |url: &str, expect: &str| {
        let sent = direct.send(vec![get(url)]).remove(0);
        assert!(sent.failures.is_empty(), "{url}: {sent:?}");
        let answer = sent.answer.unwrap();
        assert_eq!(answer.url, format!("{base}{expect}"), "{url}");
    };
    check("1ms", "/delay/1ms");
    check("/1ms?a", "/delay/1ms?a");
    check(&format!("{base}/echo?a b=ä#c"), "/echo?a%20b=%C3%A4");
    check(&format!("http://{user}@{address}?x"), "/?x");
    check(&format!("HTTP://{address}/"), "/");
    let no_base = Direct::new(json!({}), std::path::Path::new("."));
    assert_eq!(
        no_base.refused(get("/x")),
        "`/x` is not an absolute URL, and the settings have no `base_url`"
    );
    assert!(no_base.refused(get("ftp://a/")).contains("`ftp` is not"));
    assert!(no_base.refused(get("http://")).contains("is not a URL"));
}

#[test]
fn nothing_gets_out_of_its_line() {
    let direct = Direct::new(json!({}), std::path::Path::new("."));
    let check = |change: fn(&mut DirectRequest), expect: &str| {
        let mut request = get("http://127.0.0.1/");
        change(&mut request);
        assert_eq!(direct.refused(request), expect);
    };
    check(
        |request| request.headers.push(pair("x", "a\r\nb: c")),
        "the value of header `x` holds a line break",
    );
    check(
        |request| request.headers.push(pair("x: y", "")),
        "`x: y` is not the name of a header",
    );
    check(
        |request| request.cookies.push(pair("a", "b; c")),
        "cookie `a` holds what would end it",
    );
    check(
        |request| request.method = "GET /".to_owned(),
        "`GET /` is not a method",
    );
}

#[test]
fn bodies_are_sent_from_memory_and_from_files() {
    let target = target();
    let (_folder, path) = folder(&[("a.json", b"{\"a\": 1}")]);
    let direct = Direct::new(at(&target, json!({})), &path);
    let form = DirectBody::Multipart(vec![
        DirectPart {
            name: "note".to_owned(),
            content: DirectContent::Bytes(b"${x}".to_vec()),
            ..DirectPart::default()
        },
        DirectPart {
            name: "file".to_owned(),
            filename: Some("b.json".to_owned()),
            content_type: Some("application/json".to_owned()),
            content: DirectContent::File("a.json".into()),
        },
    ]);
    let post = |body| DirectRequest {
        method: "POST".to_owned(),
        body,
        ..get("/echo")
    };
    let sent = direct.send(vec![
        post(DirectBody::File("a.json".into())),
        post(form),
        post(DirectBody::None),
        post(DirectBody::File("none".into())),
    ]);
    let body = |index: usize| {
        let answer = sent[index].answer.as_ref().unwrap();
        String::from_utf8(answer.body.clone()).unwrap()
    };
    assert_eq!(body(0), "{\"a\": 1}");
    let form = body(1);
    for text in ["name=\"note\"", "${x}", "filename=\"b.json\"", "{\"a\": 1}"] {
        assert!(form.contains(text), "{form}");
    }
    assert_eq!(body(2), "");
    assert_eq!(sent[3].failures[0].class, FailureClass::Request);
    assert_eq!(sent[3].answer, None);
}

#[test]
fn an_answer_is_kept_with_its_redirects_and_its_body_decoded() {
    let target = target();
    let base = format!("http://{}", target.http_addr());
    let counted = DirectRequest {
        keeps_body: false,
        ..get("/bytes/1000")
    };
    let few = DirectRequest {
        redirects: Some(1),
        ..get("/redirect/3")
    };
    let sent = Direct::at(&target).send(vec![get("/redirect/2"), get("/gzip"), counted, few]);
    let answers: Vec<_> = sent
        .iter()
        .map(|sent| sent.answer.clone().unwrap())
        .collect();
    let hops: Vec<_> = answers[0]
        .hops
        .iter()
        .map(|hop| (hop.status, &*hop.url))
        .collect();
    assert_eq!(hops.len(), 2);
    assert_eq!(hops[0], (302, &*format!("{base}/redirect/2")));
    assert!(answers[0].hops[1].headers().get("location").is_some());
    assert_eq!(answers[0].reason(), "OK");
    assert_eq!(answers[0].hops[0].reason(), "Found");
    assert_eq!(
        answers[1].headers().get("content-encoding"),
        Some(&b"gzip"[..])
    );
    assert!(std::str::from_utf8(&answers[1].body).is_ok());
    assert_eq!(
        (answers[2].body.len(), sent[2].bytes_received > 1000),
        (0, true)
    );
    assert_eq!(sent[3].failures[0].class, FailureClass::Redirect);
    assert_eq!(
        (
            answers[3].hops.len(),
            answers[3].headers().iter().count() > 0
        ),
        (1, true)
    );
}

#[test]
fn what_is_expected_is_taken_as_it_is_written() {
    let target = target();
    let expect = |value: Value| serde_json::from_value::<Expect>(value).unwrap();
    let post = |bytes: &str, expect| DirectRequest {
        method: "POST".to_owned(),
        body: DirectBody::Bytes {
            bytes: bytes.into(),
            content_type: None,
        },
        expect,
        ..get("/echo")
    };
    let sent = Direct::at(&target).send(vec![
        post("a ${x} b", expect(json!({"text": "${x}"}))),
        post(
            "{\"a\": \"${x}\"}",
            expect(json!({"json": {"a": "${x}"}, "status": [200, 404]})),
        ),
        post("a", expect(json!({"text": "${x}"}))),
        get("/status/503"),
    ]);
    let failed: Vec<_> = sent
        .iter()
        .map(|sent| {
            sent.failures
                .iter()
                .map(|failure| failure.class)
                .collect::<Vec<_>>()
        })
        .collect();
    let (check, status) = (FailureClass::Check, FailureClass::Status);
    assert_eq!(failed, [vec![], vec![], vec![check], vec![status]]);
    assert!(sent.iter().all(|sent| sent.answer.is_some()));
}

#[test]
fn clients_of_one_user_share_cookies() {
    let target = target();
    let direct = Direct::at(&target);
    let seen = block_on(async {
        let mut first = Client::new(Rc::clone(&direct.settings));
        let mut second = first.session().client();
        let shared = BindingsSettings::new(&Scope::default(), (0, 1), 0);
        let mut bindings = Bindings::new(Rc::new(shared));
        let step = |url| HttpStep::direct(get(url), &direct.defaults).unwrap();
        first
            .execute(&step("/cookies/set?a=1"), &mut bindings, 0)
            .await;
        second.execute(&step("/cookies"), &mut bindings, 0).await
    });
    let body = String::from_utf8(seen.answer.unwrap().body).unwrap();
    assert!(body.contains('1'), "{body}");
    assert_eq!(target.stats().connections_accepted, 2);
}
