use clap::Parser;
use serde_json::{Value, json};

use super::LoadOptions;
use crate::args::LoadArgs;

#[derive(Parser)]
struct Typed {
    #[command(flatten)]
    load: LoadArgs,
}

fn read(typed: &str) -> Result<LoadOptions, squall_plan::PlanErrors> {
    let words = ["squall"].into_iter().chain(typed.split_whitespace());
    LoadOptions::read(&Typed::parse_from(words).load)
}

fn profile(typed: &str) -> Value {
    serde_json::to_value(read(typed).unwrap().profile()).unwrap()
}

fn filled(typed: &str, written: &Value) -> Value {
    let mut written = written.as_object().unwrap().clone();
    read(typed).unwrap().fill(&mut written);
    written.into()
}

fn attributes(typed: &str) -> Value {
    read(typed).unwrap().attributes().into()
}

fn refused(typed: &str) -> String {
    read(typed).unwrap_err().to_string()
}

#[test]
fn without_options_ten_users_load_for_ten_seconds() {
    assert!(read("").unwrap().is_empty());
    assert_eq!(
        profile(""),
        json!({"closed": {"users": 10, "duration": "10s"}})
    );
}

#[test]
fn users_and_pause_make_a_closed_model() {
    assert_eq!(
        profile("-u 3 -d 1m --pause 1s..3s"),
        json!({"closed": {"users": 3, "duration": "1m", "pause": "1s..3s"}})
    );
}

#[test]
fn ramps_start_from_nobody_unless_told_otherwise() {
    assert_eq!(
        profile("--stages 1s:5,2s:5"),
        json!({"closed": {"stages": "1s:5,2s:5"}})
    );
    assert_eq!(
        profile("--stages 1s:5,2s:5 -u 2"),
        json!({"closed": {"users": 2, "stages": "1s:5,2s:5"}})
    );
}

#[test]
fn a_rate_makes_an_open_model_in_which_users_are_a_bound() {
    let made = profile("-r 30/m -u 7 --poisson");
    assert_eq!(made["open"]["max_users"], 7);
    assert_eq!(made["open"]["spacing"], "poisson");
    assert_eq!(made["open"]["duration"], "10s");
    let ramps = profile("-r 5 --stages 1s:50");
    assert_eq!(ramps["open"]["stages"], "1s:50");
    assert!(ramps["open"].get("duration").is_none(), "{ramps}");
}

#[test]
fn iterations_of_a_rate_take_as_long_as_the_rate_says() {
    for (typed, duration) in [
        ("-r 50 -n 100", "2s"),
        ("-r 50 -n 100 -d 1s", "1s"),
        ("-r 50 -n 100 -d 1h", "2s"),
    ] {
        assert_eq!(profile(typed)["open"]["duration"], duration, "{typed}");
    }
}

#[test]
fn iterations_are_shared_by_the_users() {
    assert_eq!(
        profile("-n 100 -d 5s"),
        json!({"iterations": {"users": 10, "shared": 100, "max_duration": "5s"}})
    );
}

#[test]
fn what_is_written_stays_and_what_is_open_is_filled() {
    for (written, expected) in [
        (
            json!({"closed": {"users": 5}}),
            json!({"closed": {"users": 5, "duration": "30s"}}),
        ),
        (
            json!({"closed": {"stages": "1s:5"}}),
            json!({"closed": {"stages": "1s:5"}}),
        ),
        (
            json!({"open": {"rate": 9}}),
            json!({"open": {"rate": 9, "max_users": 50, "duration": "30s"}}),
        ),
        (
            json!({"iterations": {"per_user": 2}}),
            json!({"iterations": {"per_user": 2, "users": 50, "max_duration": "30s"}}),
        ),
        (json!({"unknown": {}}), json!({"unknown": {}})),
        (json!({}), json!({})),
    ] {
        assert_eq!(filled("-u 50 -d 30s", &written), expected, "{written}");
    }
}

#[test]
fn python_gets_attributes_and_no_defaults() {
    assert_eq!(attributes("-u 5"), json!({"batch_size": 5}));
    assert_eq!(attributes("-n 5"), json!({"iterations": 5}));
    let rate = attributes("-u 5 -r 10 -n 20");
    assert_eq!(rate["max_users"], 5);
    assert_eq!(rate["total_time"], "2s");
    assert!(rate.get("iterations").is_none(), "{rate}");
}

#[test]
fn contradictions_are_refused_with_what_to_do() {
    assert!(refused("--stages 1s:5 -n 5").contains("in --iterations"));
    assert!(refused("--poisson").contains("hint: give one, like `--rate 500`"));
    assert!(refused("--pause 1s -r 5").contains("in --pause"));
}

#[test]
fn all_texts_that_cannot_be_read_are_told_at_once() {
    let message = refused("-r many --pause long --stages 1s");
    for option in ["--rate", "--pause", "--stages"] {
        assert!(message.contains(&format!("in {option}")), "{message}");
    }
}
