//! Options that are not typed.

use crate::sandbox::{Ran, Sandbox};

/// Runs `squall http` on the target, with these variables, and returns how many requests were sent.
fn requests(sandbox: &Sandbox, args: &[&str], variables: &[(&str, &str)]) -> u64 {
    sandbox.target.reset_stats();
    let url = sandbox.url();
    let mut command = sandbox.command(&["http", &url]);
    command.args(args).envs(variables.iter().copied());
    let ran = Ran::of(&mut command);
    assert!(ran.is_good(), "{ran:?}");
    sandbox.target.stats().requests
}

#[test]
fn what_is_typed_goes_before_the_environment_and_that_before_the_file() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "squall.toml",
        "quiet = true\niterations = 5\n[http]\nusers = 1\n",
    );
    assert_eq!(requests(&sandbox, &[], &[]), 5);
    let environment = [("SQUALL_ITERATIONS", "7")];
    assert_eq!(requests(&sandbox, &[], &environment), 7);
    assert_eq!(requests(&sandbox, &["-n", "9"], &environment), 9);
}

#[test]
fn an_option_keeps_away_what_it_excludes() {
    let sandbox = Sandbox::new();
    sandbox.write("squall.toml", "quiet = true\nduration = '10m'\n");
    assert_eq!(requests(&sandbox, &["-n", "3"], &[]), 3);
}

#[test]
fn lists_come_from_both_too() {
    let sandbox = Sandbox::new();
    let url = format!("{}/orders", sandbox.url());
    let login = "authorization: Bearer nobody\naccept: application/json";
    let mut command = sandbox.command(&["http", &url, "-b", "{}", "-n", "2", "-q"]);
    let ran = Ran::of(command.env("SQUALL_HEADER", login));
    assert!(ran.has_failed(), "{ran:?}");
    assert_eq!(sandbox.target.stats().by_status.get(&401), Some(&2));
    sandbox.write("squall.toml", "header = ['accept']\n");
    sandbox.target.reset_stats();
    insta::assert_snapshot!("file_header", sandbox.refused(&["http", &url]));
}

#[test]
fn mistakes_in_the_file_are_answered() {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    let refused = |text: &str| {
        sandbox.write("squall.toml", text);
        sandbox.refused(&["http", &url])
    };
    insta::assert_snapshot!("file_key", refused("usrs = 5\n"));
    insta::assert_snapshot!("file_table", refused("[htpt]\nusers = 5\n"));
    insta::assert_snapshot!("file_type", refused("[run]\nquiet = 1\n"));
    insta::assert_snapshot!("file_value", refused("users = 'many'\n"));
    insta::assert_snapshot!("file_toml", refused("users = 5\nrate = = 3\n"));
}

#[test]
fn mistakes_in_the_environment_are_answered() {
    let sandbox = Sandbox::new();
    let url = sandbox.url();
    let refused = |name: &str, value: &str| {
        let ran = Ran::of(sandbox.command(&["http", &url]).env(name, value));
        assert_eq!(ran.code, 104, "{ran:?}");
        ran.stderr
    };
    insta::assert_snapshot!("variable_number", refused("SQUALL_USERS", "many"));
    insta::assert_snapshot!("variable_switch", refused("SQUALL_QUIET", "maybe"));
    insta::assert_snapshot!("variable_duration", refused("SQUALL_DURATION", "long"));
}

#[test]
fn help_does_not_need_a_good_file() {
    let sandbox = Sandbox::new();
    sandbox.write("squall.toml", "usrs = 5\n");
    assert_eq!(sandbox.run(&["http", "--help"]).code, 0);
    assert_eq!(sandbox.run(&["completions", "bash"]).code, 0);
}

#[test]
fn the_target_has_its_own_table() {
    let sandbox = Sandbox::new();
    let file = "duration = '10m'\n[target]\nhttp = '127.0.0.1:0'\nduration = '10ms'\n";
    sandbox.write("squall.toml", file);
    let ran = sandbox.run(&["target"]);
    assert!(ran.is_good(), "{ran:?}");
}

#[test]
fn a_table_for_several_commands_gives_each_what_it_knows() {
    let sandbox = Sandbox::new();
    sandbox.write("squall.toml", "[journey]\nvolume = 'many'\n");
    let test = sandbox.refused(&["journey", "test", "shop:browse"]);
    assert!(test.contains("invalid value 'many'"), "{test}");
    let run = sandbox.refused(&["journey", "run", "shop:browse"]);
    assert!(run.contains("built without Python"), "{run}");
}
