//! Explanations and messages.

use insta::assert_snapshot;
use squall_view::explain::{self, Mode, Row, StageRow};
use squall_view::theme::Color;
use squall_view::{Theme, message};

fn rows() -> Vec<Row> {
    let row = |action: &str, mode| Row {
        stage: "Browse".to_owned(),
        action: action.to_owned(),
        mode,
        reason: None,
        place: Some("shop.py:14".to_owned()),
        hint: None,
    };
    let random = Row {
        reason: Some(
            "the two recordings differ in the body: `{\"sku\": 4711}` and `{\"sku\": 23}`"
                .to_owned(),
        ),
        hint: Some("use `random_int(1, 5000)` in place of `random.randint(1, 5000)`".to_owned()),
        place: Some("shop.py:31".to_owned()),
        ..row("buy_with_a_discount_code", Mode::Python)
    };
    vec![row("home", Mode::Compiled), random]
}

#[test]
fn what_is_compiled_is_explained() {
    assert_snapshot!("explain_100", explain::render(&rows(), 100, Theme::PLAIN));
    assert_snapshot!("explain_40", explain::render(&rows(), 40, Theme::PLAIN));
}

#[test]
fn what_became_of_each_stage_is_explained() {
    let stages = [
        StageRow {
            stage: "Load".to_owned(),
            kind: "Setup".to_owned(),
            place: Some("shop.py:5".to_owned()),
            ..StageRow::default()
        },
        StageRow {
            stage: "Browse[rate=100]".to_owned(),
            kind: "Execute".to_owned(),
            after: vec!["Load".to_owned(), "Login".to_owned()],
            load: Some(
                "batched: batches of 20 iterations, every 2s, for 1m, at most 20 users".to_owned(),
            ),
            remarks: vec!["set up by Load".to_owned(), "ended after 5s".to_owned()],
            scripts: vec!["Browse[rate=100].buy".to_owned()],
            place: Some("shop.py:14".to_owned()),
        },
        StageRow {
            stage: "Submit".to_owned(),
            kind: "Submit".to_owned(),
            after: vec!["Browse[rate=100]".to_owned()],
            remarks: vec!["added: the file has none".to_owned()],
            ..StageRow::default()
        },
    ];
    let render = |columns| explain::render_stages(&stages, columns, Theme::PLAIN);
    assert_snapshot!("explain_stages_100", render(100));
    assert_snapshot!("explain_stages_40", render(40));
}

#[test]
fn words_at_the_beginning_of_a_line_are_coloured() {
    let text = "error: scenario `shop` has no users\n  at shop.py:42, error: is no word here\n  caused by: zero\nhint: set `batch_size`\n";
    let colored = message::render(
        text,
        Theme {
            color: Color::On,
            ..Theme::PLAIN
        },
    );
    assert_snapshot!(colored.replace('\u{1b}', "␛"));
    assert_eq!(message::render(text, Theme::PLAIN), text);
}

#[test]
fn a_message_cannot_control_the_terminal() {
    assert_eq!(
        message::render("error: bad name `\u{1b}[2J`", Theme::PLAIN),
        "error: bad name `\\u{1b}[2J`\n"
    );
}
