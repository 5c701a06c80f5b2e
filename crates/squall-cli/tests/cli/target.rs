//! `squall target`.

use std::process::Command;

use crate::sandbox::{Sandbox, wait_for};

#[test]
fn a_certificate_needs_https() {
    let sandbox = Sandbox::new();
    let args = [
        "target",
        "--http",
        "127.0.0.1:0",
        "--certificate-file",
        "ca.pem",
    ];
    let ran = sandbox.run(&args);
    assert_eq!(ran.code, 104, "{ran:?}");
    assert!(ran.stderr.contains("--https <ADDRESS>"), "{ran:?}");
}

#[test]
fn it_says_where_it_is_and_stops_on_ctrl_c() {
    let sandbox = Sandbox::new();
    let addresses = ["--http", "127.0.0.1:0", "--https", "127.0.0.1:0"];
    let files = ["--ready-file", "urls.txt", "--certificate-file", "ca.pem"];
    let args = [&["target"][..], &addresses, &files].concat();
    let child = sandbox.command(&args).spawn().unwrap();
    wait_for("the ready file", || {
        sandbox.path("urls.txt").exists().then_some(())
    });
    let urls = sandbox.read("urls.txt");
    let urls: Vec<&str> = urls.lines().collect();
    assert!(urls[0].starts_with("http://127.0.0.1:"), "{urls:?}");
    assert!(urls[1].starts_with("https://127.0.0.1:"), "{urls:?}");
    for url in &urls {
        let ran = sandbox.run(&["http", url, "--cacert", "ca.pem", "-n", "5", "-q"]);
        assert!(ran.is_good(), "{ran:?}");
    }
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(
        stdout.starts_with(&format!("serving {} and {}\n", urls[0], urls[1])),
        "{stdout}"
    );
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("10 requests on "), "{stderr}");
}

#[test]
fn it_stops_after_a_time() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["target", "--http", "127.0.0.1:0", "-d", "10ms"]);
    assert!(ran.is_good(), "{ran:?}");
    assert_eq!(ran.stderr, "0 requests on 0 connections\n");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let sandbox = Sandbox::new();
    let taken = sandbox.target.http_addr().to_string();
    let ran = sandbox.run(&["target", "--http", &taken]);
    assert_eq!(ran.code, 1, "{ran:?}");
    insta::assert_snapshot!(sandbox.neutral(&ran.stderr));
}
