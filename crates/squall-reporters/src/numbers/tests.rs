//! Names, and which numbers there are.

use std::fmt::Write;

use proptest::prelude::*;
use squall_report::{Batch, EventKind, IntervalBatch, LifecycleBatch, Tags, WallTime};

use super::names::{push_clean, push_series};
use super::{Options, visit};
use crate::sample::{
    context, event_batch, every_kind_of_event, final_batch, final_records, interval, lifecycle,
};

fn clean(text: &str) -> String {
    let mut out = String::new();
    push_clean(text, &mut out);
    out
}

#[test]
fn plain_names_stay_and_everything_else_is_replaced() {
    for (text, expected) in [
        ("home", "home"),
        ("GET /users/{id}", "GET__users__id_"),
        ("index.html", "index_html"),
        ("", "_"),
    ] {
        assert_eq!(clean(text), expected);
    }
}

#[test]
fn names_that_would_look_alike_are_told_apart() {
    let long = "x".repeat(10_000);
    let texts = [
        "日本語",
        "한국어",
        "a\nb",
        "a\0b",
        "a_b",
        "é",
        "è",
        &long,
        &long[1..],
    ];
    let mut names: Vec<String> = texts.iter().map(|text| clean(text)).collect();
    assert!(names.iter().all(|name| name.len() <= 109), "{names:?}");
    names.sort();
    names.dedup();
    assert_eq!(names.len(), texts.len(), "{names:?}");
}

#[test]
fn a_series_has_hedras_name_and_more_only_where_there_is_more() {
    let tags = Tags::from([("tier".to_owned(), "1".to_owned())]);
    let name = |names, kind, tags| {
        let mut out = String::new();
        push_series(names, kind, tags, &mut out);
        out
    };
    let plain = ("Browse", "Browse", "home");
    assert_eq!(name(plain, EventKind::Operation, None), "Browse.home");
    assert_eq!(
        name(
            ("Browse", "shop:a", "pay"),
            EventKind::Transaction,
            Some(&tags)
        ),
        "Browse.shop_a.transaction.pay.tier_1"
    );
}

#[test]
fn every_kind_of_record_has_its_numbers() {
    let run = context("run-1").run;
    let mut idle = interval("buy", 1);
    (idle.started, idle.completed, idle.succeeded, idle.failed) = (0, 0, 0, 0);
    let batches = [
        Batch::Lifecycle(LifecycleBatch::new(run.clone(), lifecycle())),
        Batch::Events(event_batch(every_kind_of_event())),
        Batch::Intervals(IntervalBatch::new(run, vec![interval("home", 0), idle])),
        Batch::Final(final_batch(final_records())),
    ];
    let options = Options {
        prefix: "squall".to_owned(),
        tagged: false,
        errors: "errors",
        ..Options::default()
    };
    let mut text = String::new();
    for batch in &batches {
        let mut seen = vec![false; batch.len()];
        visit(batch, &options, WallTime::default(), &mut |number| {
            writeln!(text, "{:?} {} {}", number.kind, number.name, number.value).unwrap();
            if let Some(record) = number.record {
                seen[record] = true;
            }
        });
        assert!(seen.iter().all(|seen| *seen), "each record has a number");
    }
    insta::assert_snapshot!("numbers", text);
}

proptest! {
    #[test]
    fn a_part_of_a_name_is_plain_and_not_empty(text: String) {
        let name = clean(&text);
        prop_assert!(!name.is_empty());
        prop_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'));
    }
}
