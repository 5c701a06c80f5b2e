//! The HTML report: written with each run, and again of a stored one.

use std::fs;
use std::path::Path;

use crate::sandbox::Sandbox;

/// Tells whether the page was there when the command was built.
fn is_built() -> bool {
    let page = "../../web/dist/report.html";
    Path::new(env!("CARGO_MANIFEST_DIR")).join(page).exists()
}

#[test]
fn each_run_has_a_report_unless_there_is_none_to_be() {
    let sandbox = Sandbox::new();
    let args = ["http", &sandbox.url(), "-n", "20", "-q"];
    assert!(sandbox.run(&args).is_good());
    let report = sandbox.only_run().join("report.html");
    assert_eq!(report.exists(), is_built());
    if is_built() {
        let page = fs::read_to_string(report).unwrap();
        assert!(page.starts_with("<!doctype html>"), "{page:.100}");
        assert!(!page.contains("@@SQUALL-DATA@@"));
    }
}

#[test]
fn no_report_is_written_where_none_is_wanted() {
    let sandbox = Sandbox::new();
    let args = ["http", &sandbox.url(), "-n", "20", "-q", "--no-report"];
    assert!(sandbox.run(&args).is_good());
    assert!(!sandbox.only_run().join("report.html").exists());
}

#[test]
fn a_stored_run_is_reported_again_or_it_is_said_why_not() {
    let sandbox = Sandbox::new();
    let args = ["http", &sandbox.url(), "-n", "20", "-q", "--no-report"];
    assert!(sandbox.run(&args).is_good());
    let ran = sandbox.run(&["report", "last", "--html", "again.html"]);
    if is_built() {
        assert_eq!((ran.code, ran.stdout.as_str()), (0, "again.html\n"));
        assert!(sandbox.read("again.html").starts_with("<!doctype html>"));
    } else {
        assert_eq!(ran.code, 1);
        assert!(
            ran.stderr.contains("built without the HTML report"),
            "{ran:?}"
        );
    }
}

#[test]
fn a_report_goes_where_there_is_a_folder() {
    let sandbox = Sandbox::new();
    let args = ["http", &sandbox.url(), "-n", "20", "-q", "--no-report"];
    assert!(sandbox.run(&args).is_good());
    let ran = sandbox.run(&["report", "last", "--html", "nowhere/a.html"]);
    assert_eq!(ran.code, 104);
    insta::assert_snapshot!(ran.stderr, @r"
    error: there is no folder for `nowhere/a.html`
      in --html
    ");
}
