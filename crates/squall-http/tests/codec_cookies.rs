//! Cookies: who gets which, when, and how many.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use squall_http::codec::cookies::{Jar, Site};
use squall_protocol::connect::Scheme;

const NOW: i64 = 1_700_000_000;

fn site<'a>(host: &'a str, path: &'a str) -> Site<'a> {
    Site {
        scheme: Scheme::Http,
        host,
        path,
    }
}

fn sent(jar: &Jar, site: Site<'_>, now: i64) -> String {
    let mut out = Vec::new();
    jar.header_for(&site, now, &mut out);
    String::from_utf8(out).unwrap()
}

fn jar(host: &str, path: &str, set_cookies: &[&str]) -> Jar {
    let mut jar = Jar::new();
    for set_cookie in set_cookies {
        jar.store(&site(host, path), set_cookie.as_bytes(), NOW);
    }
    jar
}

#[test]
fn cookies_go_to_the_hosts_they_are_for() {
    let check = |set_cookie: &str, host: &str, expect: &str| {
        let jar = jar("www.shop.test", "/", &[set_cookie]);
        assert_eq!(
            sent(&jar, site(host, "/"), NOW),
            expect,
            "{set_cookie} to {host}"
        );
    };
    check("a=b", "www.shop.test", "a=b");
    check("a=b", "sub.www.shop.test", "");
    check("a=b", "shop.test", "");
    check("a=b; Domain=shop.test", "shop.test", "a=b");
    check("a=b; Domain=.Shop.Test", "www.shop.test", "a=b");
    check("a=b; Domain=shop.test", "x.y.shop.test", "a=b");
    check("a=b; Domain=shop.test", "eshop.test", "");
    check("a=b; Domain=other.test", "www.shop.test", "");
    check("a=b; Domain=other.test", "other.test", "");
    check("a=b; Domain=sub.www.shop.test", "sub.www.shop.test", "");
    check("a=b; Domain=test", "www.shop.test", "");
}

#[test]
fn addresses_and_bare_names_match_only_themselves() {
    let numbers = jar(
        "127.0.0.1",
        "/",
        &["a=b; Domain=127.0.0.1", "c=d; Domain=0.0.1", "e=f"],
    );
    assert_eq!(sent(&numbers, site("127.0.0.1", "/"), NOW), "a=b; e=f");
    let bare = jar("localhost", "/", &["a=b; Domain=localhost"]);
    assert_eq!(sent(&bare, site("localhost", "/"), NOW), "a=b");
}

#[test]
fn cookies_go_to_the_paths_they_are_for() {
    let check = |set_cookie: &str, path: &str, expect: &str| {
        let jar = jar("shop.test", "/docs/web/page", &[set_cookie]);
        assert_eq!(
            sent(&jar, site("shop.test", path), NOW),
            expect,
            "{set_cookie} to {path}"
        );
    };
    check("a=b", "/docs/web", "a=b");
    check("a=b", "/docs/web/other", "a=b");
    check("a=b", "/docs/webs", "");
    check("a=b", "/docs", "");
    check("a=b; Path=/", "", "a=b");
    check("a=b; Path=/x", "/x/y", "a=b");
    check("a=b; Path=/x/", "/x", "");
    check("a=b; Path=relative", "/docs/web", "a=b");
}

#[test]
fn secure_cookies_stay_off_plain_connections() {
    let jar = jar(
        "shop.test",
        "/",
        &["a=b; Secure", "c=d; HttpOnly; SameSite=Lax"],
    );
    assert_eq!(sent(&jar, site("shop.test", "/"), NOW), "c=d");
    let https = Site {
        scheme: Scheme::Https,
        ..site("shop.test", "/")
    };
    assert_eq!(sent(&jar, https, NOW), "a=b; c=d");
}

#[test]
fn cookies_end_when_they_say_so() {
    let jar = jar(
        "shop.test",
        "/",
        &[
            "age=1; Max-Age=10",
            "date=1; Expires=Tue, 14 Nov 2023 22:13:30 GMT",
            "both=1; Max-Age=20; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "session=1",
        ],
    );
    assert_eq!(
        sent(&jar, site("shop.test", "/"), NOW + 9),
        "age=1; date=1; both=1; session=1"
    );
    assert_eq!(
        sent(&jar, site("shop.test", "/"), NOW + 10),
        "both=1; session=1"
    );
    assert_eq!(sent(&jar, site("shop.test", "/"), NOW + 20), "session=1");
}

#[test]
fn a_cookie_is_replaced_in_place_and_deleted_by_its_end() {
    let mut jar = jar("shop.test", "/", &["a=1", "b=2", "a=3; Secure", "a=4"]);
    assert_eq!(sent(&jar, site("shop.test", "/"), NOW), "a=4; b=2");
    assert_eq!(jar.get(&site("shop.test", "/"), "b", NOW), Some("2"));
    jar.store(&site("shop.test", "/"), b"a=; Max-Age=0", NOW);
    assert_eq!(sent(&jar, site("shop.test", "/"), NOW), "b=2");
    jar.store(
        &site("shop.test", "/"),
        b"b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        NOW,
    );
    assert!(jar.is_empty());
    jar.store(&site("shop.test", "/"), b"c=; Max-Age=-5", NOW);
    assert!(jar.is_empty());
}

#[test]
fn longer_paths_come_first_then_older_cookies() {
    let jar = jar(
        "shop.test",
        "/",
        &[
            "a=1; Path=/",
            "b=2; Path=/x/y",
            "c=3; Path=/x",
            "d=4; Path=/x/y",
        ],
    );
    assert_eq!(
        sent(&jar, site("shop.test", "/x/y"), NOW),
        "b=2; d=4; c=3; a=1"
    );
}

#[test]
fn values_are_sent_back_as_they_came() {
    let jar = jar("shop.test", "/", &["q=\"a b\"", "e=a%20b==", "empty="]);
    assert_eq!(
        sent(&jar, site("shop.test", "/"), NOW),
        "q=\"a b\"; e=a%20b==; empty="
    );
}

#[test]
fn what_is_not_a_cookie_is_ignored() {
    let large = format!("a={}", "x".repeat(4096));
    for bad in [
        "",
        "novalue",
        "=value",
        ";",
        "a=b\r\nX: y",
        "a=b\0",
        large.as_str(),
    ] {
        assert!(jar("shop.test", "/", &[bad]).is_empty(), "{bad:?}");
    }
    let mut jar = Jar::new();
    jar.store(&site("shop.test", "/"), b"a=\xff", NOW);
    assert!(jar.is_empty());
}

#[test]
fn a_domain_has_at_most_fifty_cookies_and_the_oldest_go() {
    let mut jar = Jar::new();
    jar.store(&site("other.test", "/"), b"kept=1", NOW);
    jar.store(&site("shop.test", "/"), b"short=1; Max-Age=1", NOW);
    for number in 0..49 {
        jar.store(
            &site("shop.test", "/"),
            format!("n{number}=1").as_bytes(),
            NOW,
        );
    }
    assert_eq!(jar.len(), 51);
    jar.store(&site("shop.test", "/"), b"next=1", NOW + 1);
    assert_eq!(jar.len(), 51);
    assert!(sent(&jar, site("shop.test", "/"), NOW).contains("n0=1"));
    jar.store(&site("shop.test", "/"), b"last=1; Path=/a", NOW + 1);
    assert_eq!(jar.len(), 51);
    assert!(!sent(&jar, site("shop.test", "/"), NOW).contains("n0=1"));
    assert_eq!(sent(&jar, site("other.test", "/"), NOW), "kept=1");
}

#[test]
fn a_jar_is_bounded_over_all_domains() {
    let mut jar = Jar::new();
    for number in 0..600 {
        jar.store(&site(&format!("h{number}.test"), "/"), b"a=b", NOW);
    }
    assert_eq!(jar.len(), 500);
    assert_eq!(sent(&jar, site("h0.test", "/"), NOW), "");
    assert_eq!(sent(&jar, site("h599.test", "/"), NOW), "a=b");
    jar.clear();
    assert!(jar.is_empty());
}
