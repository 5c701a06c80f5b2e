//! Everything that can be wrong before any load: one screen, exit code 104, and not one request.

use squall_testkit::ports::UNRESOLVABLE_HOST;

use crate::sandbox::{Ran, Sandbox};

/// A plan of one stage, `load`, with this flow and load.
const PLAN: &str = "\
version: 1
name: bad
http: {base_url: @URL@}
stages:
  load:
    execute:
      scenarios:
        visit:
          load: {closed: {users: 1, duration: 1s}}
          flow:
            - http: {url: /}
";

/// Runs a plan that must be refused, and returns what is said.
fn refused_plan(text: &str) -> String {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", text);
    let checked = sandbox.refused(&["check", "plan.yaml"]);
    let ran = sandbox.refused(&["run", "plan.yaml"]);
    assert_eq!(checked, ran);
    assert!(
        !sandbox.path(".squall").exists(),
        "a plan that is refused leaves no run"
    );
    ran
}

fn refused_url(args: &[&str]) -> String {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    let mut all = vec!["http", &url];
    all.extend(args);
    sandbox.refused(&all)
}

#[test]
fn stages_in_a_circle() {
    let plan = PLAN.replace("    execute:", "    after: [results]\n    execute:")
        + "  results:\n    after: [load]\n    analyze: {}\n";
    insta::assert_snapshot!(refused_plan(&plan));
}

#[test]
fn a_stage_that_nothing_leads_to() {
    let plan = PLAN.to_owned() + "  results:\n    after: [laod]\n    analyze: {}\n";
    insta::assert_snapshot!(refused_plan(&plan));
}

#[test]
fn a_stage_that_leads_to_no_load() {
    let plan = PLAN.to_owned() + "  alone:\n    analyze: {}\n";
    insta::assert_snapshot!(refused_plan(&plan));
}

#[test]
fn no_stage_that_sends_load() {
    insta::assert_snapshot!(refused_plan(
        "version: 1\nname: bad\nstages:\n  results:\n    analyze: {}\n"
    ));
}

#[test]
fn a_wrong_attribute() {
    insta::assert_snapshot!(refused_plan(
        &PLAN.replace("{url: /}", "{url: /, mehtod: POST}")
    ));
}

#[test]
fn an_unknown_placeholder() {
    insta::assert_snapshot!(refused_plan(
        &PLAN.replace("{url: /}", "{url: '/${randomint(1, 5)}'}")
    ));
}

#[test]
fn an_unknown_field_of_a_data_pool() {
    let plan = PLAN.replace("{url: /}", "{url: '/${data.products.skuu}'}")
        + "data:\n  products: {rows: [{sku: 1, price: 2}]}\n";
    insta::assert_snapshot!(refused_plan(&plan));
}

#[test]
fn a_data_file_that_is_not_there() {
    let plan = PLAN.to_owned() + "data:\n  products: {csv: products.csv}\n";
    insta::assert_snapshot!(refused_plan(&plan));
}

#[test]
fn a_data_file_without_rows() {
    let sandbox = Sandbox::new();
    sandbox.write("products.csv", "sku,price\n");
    let plan = PLAN.to_owned() + "data:\n  products: {csv: products.csv}\n";
    sandbox.write("plan.yaml", &plan);
    insta::assert_snapshot!(sandbox.refused(&["run", "plan.yaml"]));
}

#[test]
fn a_plan_that_says_nothing_about_load() {
    insta::assert_snapshot!(refused_plan(
        &PLAN.replace("          load: {closed: {users: 1, duration: 1s}}\n", "")
    ));
}

#[test]
fn several_mistakes_are_told_at_once() {
    let plan = PLAN
        .replace("{url: /}", "{url: /, expect: {status: 1000}}")
        .replace("users: 1", "users: 0");
    insta::assert_snapshot!(refused_plan(&plan));
}

#[test]
fn what_is_no_yaml() {
    insta::assert_snapshot!(refused_plan("version: 1\nname: [bad\nstages: {}\n"));
}

#[test]
fn what_is_no_json() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.json", "{\"version\": 1,\n  \"name\" \"bad\"}");
    insta::assert_snapshot!(sandbox.refused(&["run", "plan.json"]));
}

#[test]
fn a_url_that_does_not_parse() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.refused(&["http", "http://[::1/"]));
}

#[test]
fn a_url_of_another_protocol() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.refused(&["http", "ftp://127.0.0.1/"]));
}

#[test]
fn a_host_that_does_not_resolve() {
    let sandbox = Sandbox::new();
    let url = format!("http://{UNRESOLVABLE_HOST}/");
    let said = sandbox.refused(&["http", &url]);
    // Why it does not resolve depends on the machine's resolver.
    let start = format!("error: host `{UNRESOLVABLE_HOST}` does not resolve: ");
    assert!(said.starts_with(&start), "{said}");
    let hint = "\nhint: check the spelling of the URL, or give an address with `--connect-to`\n";
    assert!(said.ends_with(hint), "{said}");
}

#[test]
fn more_users_than_any_system_has_descriptors() {
    let said = refused_url(&["-u", "4000000000"]);
    assert!(
        said.starts_with("error: 4000000000 virtual users need more file descriptors than the "),
        "{said}"
    );
    assert!(
        said.contains("\nhint: raise the limit with `ulimit -n 4000000064`"),
        "{said}"
    );
}

#[test]
fn a_limit_on_descriptors_is_raised_or_refused() {
    let sandbox = Sandbox::new();
    let script = format!(
        "ulimit -n 256; exec {} http {} -u 300 -n 300 --progress none",
        env!("CARGO_BIN_EXE_squall"),
        sandbox.url()
    );
    let ran = Ran::of(sandbox.program("sh").args(["-c", &script]));
    match ran.code {
        // The hard limit was raised, as root may.
        0 | 98 => assert_eq!(sandbox.target.stats().requests, 300),
        104 => {
            assert!(ran.stderr.contains("`ulimit -n 364`"), "{ran:?}");
            assert_eq!(sandbox.target.stats().requests, 0);
        }
        _ => panic!("{ran:?}"),
    }
}

#[test]
fn files_that_are_no_tests() {
    let sandbox = Sandbox::new();
    sandbox.write("test.txt", "");
    insta::assert_snapshot!("no_file", sandbox.refused(&["run", "nope.yaml"]));
    insta::assert_snapshot!("no_test", sandbox.refused(&["run", "test.txt"]));
    sandbox.write("test.py", "");
    insta::assert_snapshot!("no_python", sandbox.refused(&["run", "test.py"]));
}

#[test]
fn a_wrong_set() {
    let sandbox = Sandbox::new();
    sandbox.write("plan.yaml", PLAN);
    let set = |set: &str| sandbox.refused(&["run", "plan.yaml", "--set", set]);
    insta::assert_snapshot!("set_shape", set("users=5"));
    insta::assert_snapshot!("set_stage", set("laod.execute=5"));
    insta::assert_snapshot!("set_attribute", set("load.execute.setings={}"));
}

#[test]
fn a_wrong_option() {
    insta::assert_snapshot!("option_unknown", refused_url(&["--usrs", "5"]));
    insta::assert_snapshot!("option_number", refused_url(&["-u", "many"]));
    insta::assert_snapshot!("option_zero", refused_url(&["-u", "0"]));
    insta::assert_snapshot!("option_header", refused_url(&["-H", "accept"]));
    insta::assert_snapshot!("option_header_name", refused_url(&["-H", "a b: c"]));
    insta::assert_snapshot!("option_duration", refused_url(&["-d", "5 parsecs"]));
    insta::assert_snapshot!("option_rate", refused_url(&["-r", "fast"]));
    insta::assert_snapshot!("option_json", refused_url(&["--json-body", "{"]));
    insta::assert_snapshot!("option_file", refused_url(&["--body-file", "nope.bin"]));
    insta::assert_snapshot!("option_ca", refused_url(&["--cacert", "nope.pem"]));
    insta::assert_snapshot!("option_timeout", refused_url(&["--timeout", "0s"]));
    insta::assert_snapshot!("option_method", refused_url(&["-m", "GE T"]));
    insta::assert_snapshot!("option_summary", refused_url(&["--summary", "no/out.json"]));
    insta::assert_snapshot!("option_connect", refused_url(&["--connect-to", "here"]));
}

#[test]
fn options_that_contradict_each_other() {
    insta::assert_snapshot!(
        "ramps_and_iterations",
        refused_url(&["-n", "5", "--stages", "1s:5"])
    );
    insta::assert_snapshot!(
        "ramps_and_duration",
        refused_url(&["-d", "5s", "--stages", "1s:5"])
    );
    insta::assert_snapshot!("bodies", refused_url(&["-b", "x", "--json-body", "{}"]));
    insta::assert_snapshot!("poisson_without_rate", refused_url(&["--poisson"]));
}

#[test]
fn no_url_at_all() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.refused(&["http"]));
}
