//! Cookies: a jar for each virtual user.

use serde_json::{Value, json};

use crate::lab::{Requests, at, header, target};

fn echo() -> Value {
    json!({"url": "/echo?json=1", "extract": {"echo": {"json": "$"}}})
}

fn cookies_sent(http: Value, requests: &[Value]) -> Vec<Vec<String>> {
    let target = target();
    let sent = Requests::new(at(&target, http), requests).send();
    let echoes = sent
        .into_iter()
        .zip(requests)
        .filter(|(_, request)| **request == echo());
    echoes
        .map(|(sent, _)| {
            let values = sent.good().values;
            header(&values["echo"], "cookie")
                .into_iter()
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

#[test]
fn cookies_that_are_set_come_back_until_they_are_deleted() {
    let bake = json!({"url": "/cookies/set?a=1&b=2"});
    let delete = json!({"url": "/cookies/set?a="});
    let requests = [echo(), bake, echo(), delete, echo()];
    let sent = cookies_sent(json!({}), &requests);
    assert_eq!(
        sent,
        [vec![], vec!["a=1; b=2".to_owned()], vec!["b=2".to_owned()]]
    );
}

#[test]
fn without_a_jar_nothing_comes_back() {
    let requests = [json!({"url": "/cookies/set?a=1"}), echo()];
    assert_eq!(
        cookies_sent(json!({"cookies": false}), &requests),
        [Vec::<String>::new()]
    );
}

#[test]
fn each_virtual_user_has_a_jar_of_its_own() {
    let target = target();
    let bake = json!({"url": "/cookies/set?who=${uuid4()}"});
    let show = json!({"url": "/cookies", "extract": {"seen": {"json": "$.cookies"}}});
    let requests = Requests::new(at(&target, json!({})), &[bake, show]);
    requests.run(async |thread| {
        let (mut ann, mut bob) = (thread.user(), thread.user());
        ann.send(0).await.good();
        let anns = ann.send(1).await.good().values["seen"].clone();
        let bobs = bob.send(1).await.good().values["seen"].clone();
        assert_eq!(anns["who"].as_str().unwrap().len(), 36);
        assert_eq!(bobs, json!({}));
    });
}

#[test]
fn a_requests_own_cookies_join_those_of_the_jar_in_one_header() {
    let target = target();
    let bake = json!({"url": "/cookies/set?jar=1"});
    let own = json!({"url": "/echo?json=1", "cookies": {"own": "${random_int(2, 2)}", "more": "3"}, "extract": {"echo": {"json": "$"}}});
    let sent = Requests::new(at(&target, json!({})), &[own.clone(), bake, own, echo()]).send();
    let seen = |index: usize| header(&sent[index].values["echo"], "cookie");
    assert_eq!(seen(0), ["own=2; more=3"]);
    // RFC 6265 §5.4: a user agent sends at most one `Cookie` header.
    assert_eq!(seen(2), ["own=2; more=3; jar=1"]);
    assert_eq!(seen(3), ["jar=1"]);
}

#[test]
fn a_login_opens_what_its_cookie_protects() {
    let target = target();
    let login = json!({"url": "/login", "body": {"json": {"user": "ann"}}, "extract": {"token": {"json": "$.token"}}});
    let order = json!({"url": "/orders", "body": {"json": {"sku": 7}}, "auth": {"bearer": "${token}"}, "expect": {"status": 201}});
    let sent = Requests::new(at(&target, json!({})), &[login, order]).send();
    for one in sent {
        one.good();
    }
}
