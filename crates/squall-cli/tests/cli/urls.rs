//! URLs as people type them.

use squall_target::{Target, TargetConfig};

use crate::sandbox::Sandbox;

fn loads(sandbox: &Sandbox, url: &str, path: &str) {
    sandbox.target.reset_stats();
    let ran = sandbox.run(&["http", url, "-n", "5", "-u", "1", "-q"]);
    assert!(ran.is_good(), "{url}: {ran:?}");
    let stats = sandbox.target.stats();
    assert_eq!(stats.by_path.get(path), Some(&5), "{url}: {stats:?}");
}

#[test]
fn a_host_alone_is_http() {
    let sandbox = Sandbox::new();
    let address = sandbox.target.http_addr();
    loads(&sandbox, &address.to_string(), "/");
    loads(&sandbox, &format!("{address}/json"), "/json");
    loads(
        &sandbox,
        &format!("localhost:{}/json", address.port()),
        "/json",
    );
}

#[test]
fn a_query_and_braces_are_sent_as_they_are() {
    let sandbox = Sandbox::new();
    let url = |rest: &str| format!("{}{rest}", sandbox.url());
    loads(&sandbox, &url("/echo?a=1&b=%20x#part"), "/echo");
    loads(&sandbox, &url("/json?q="), "/json");
}

#[test]
fn a_path_alone_needs_a_host() {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    let ran = sandbox.run(&["http", "/json", "--host", &url, "-n", "5", "-q"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(sandbox.target.stats().by_path.get("/json"), Some(&5));
    sandbox.target.reset_stats();
    insta::assert_snapshot!(sandbox.refused(&["http", "/json"]));
}

#[test]
fn the_sixth_version_of_addresses() {
    let sandbox = Sandbox::new();
    let config = TargetConfig {
        http: "[::1]:0".parse().unwrap(),
        https: None,
        unix_socket: None,
        threads: 1,
    };
    // Some containers have no such address.
    let Ok(target) = Target::start(config) else {
        return;
    };
    let url = format!("http://[::1]:{}/json", target.http_addr().port());
    let ran = sandbox.run(&["http", &url, "-n", "5", "-q"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(target.stats().requests, 5);
}

#[test]
fn elsewhere_than_the_url_says() {
    let sandbox = Sandbox::new();
    let to = format!("shop.invalid:80={}", sandbox.target.http_addr());
    let args = [
        "http",
        "http://shop.invalid/json",
        "--connect-to",
        &to,
        "-n",
        "5",
        "-q",
    ];
    let ran = sandbox.run(&args);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(sandbox.target.stats().requests, 5);
}
