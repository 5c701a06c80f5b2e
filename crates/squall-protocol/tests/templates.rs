//! Templates rendered for every place they can stand in.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::rc::Rc;
use std::sync::Arc;

use serde_json::json;
use squall_plan::Template;
use squall_protocol::template::{Compiled, Encoding, RenderError, compile_json};
use squall_protocol::values::{Bindings, BindingsSettings, Cell, IterationIds, Scope, Table};

/// Unix time at zero of the clock.
const ORIGIN: u64 = 1_700_000_000_123_456_789;

fn scope() -> Scope {
    let mut table = Table::new(vec!["name".to_owned(), "id".to_owned()]);
    table.push(vec![
        Cell::from_text("ann & \"bob\"/é"),
        Cell::from_json(&json!(7)),
    ]);
    Scope::new(vec![("users".to_owned(), Arc::new(table))])
}

fn bindings(scope: &Scope, ids: IterationIds) -> Bindings {
    let mut bindings = Bindings::new(Rc::new(BindingsSettings::new(scope, (0, 1), ORIGIN)));
    bindings.begin(ids);
    bindings
}

fn render(template: &str, encoding: Encoding) -> String {
    let mut scope = scope();
    let compiled =
        Compiled::from_template(&Template::from(template), encoding, &mut scope).unwrap();
    let ids = IterationIds {
        user: 3,
        iteration: 11,
        seed: 5,
    };
    let mut out = Vec::new();
    compiled
        .render(&mut bindings(&scope, ids), 1_000_000, &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn values_are_written_for_the_place_where_they_stand() {
    let check = |encoding, expect: &str| {
        assert_eq!(
            render("<${data.users.name}>", encoding),
            expect,
            "{encoding:?}"
        );
    };
    check(Encoding::Raw, "<ann & \"bob\"/é>");
    check(Encoding::Header, "<ann & \"bob\"/é>");
    check(Encoding::Path, "<ann%20&%20%22bob%22/%C3%A9>");
    check(Encoding::Query, "<ann%20%26%20%22bob%22%2F%C3%A9>");
    check(Encoding::Form, "<ann+%26+%22bob%22%2F%C3%A9>");
    check(Encoding::JsonText, "<ann & \\\"bob\\\"/é>");
    check(Encoding::JsonValue, "<\"ann & \\\"bob\\\"/é\">");
}

#[test]
fn every_placeholder_has_its_value() {
    let check = |template, expect: &str| assert_eq!(render(template, Encoding::Raw), expect);
    check("${user_id()}-${iteration()}", "3-11");
    check("${timestamp()}", "1700000000.124456");
    check("${timestamp(\"s\")}", "1700000000");
    check("${timestamp(\"ms\")}", "1700000000124");
    check("${timestamp(\"us\")}", "1700000000124456");
    check("${timestamp(\"ns\")}", "1700000000124456789");
    check("${data.users.id}", "7");
    check("${random_int(4, 4)}", "4");
    check("${random_choice(\"only\")}", "only");
    check("$${user_id()}", "${user_id()}");
    check("", "");
}

#[test]
fn a_header_value_cannot_end_its_header() {
    let mut scope = Scope::default();
    let variable = scope.variable("token");
    let compiled =
        Compiled::from_template(&Template::from("${token}"), Encoding::Header, &mut scope).unwrap();
    let mut bindings = bindings(&scope, IterationIds::default());
    bindings.slot_mut(variable).set_text(b"a\r\nX-Evil: 1\0\tb");
    let mut out = Vec::new();
    compiled.render(&mut bindings, 0, &mut out).unwrap();
    assert_eq!(out, b"aX-Evil: 1\tb");
}

#[test]
fn whole_placeholders_in_json_keep_their_type_and_others_are_text() {
    let document = json!({
        "id": "${data.users.id}",
        "text": "${data.users.id|string}",
        "mixed": "n=${data.users.id}",
        "list": ["${user_id()}", null, true, 1.5, "a\"b"],
        "key ${user_id()}": {},
    });
    let mut scope = scope();
    let compiled = compile_json(&document, &mut scope).unwrap();
    let mut out = Vec::new();
    let ids = IterationIds {
        user: 3,
        ..IterationIds::default()
    };
    compiled
        .render(&mut bindings(&scope, ids), 0, &mut out)
        .unwrap();
    let rendered: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(
        rendered,
        json!({"id": 7, "text": "7", "mixed": "n=7", "list": [3, null, true, 1.5, "a\"b"], "key ${user_id()}": {}})
    );
}

#[test]
fn random_values_repeat_with_the_seed_and_differ_without() {
    let template = Template::from("${random_int(0, 1000000)} ${uuid4()} ${random_int(-5, 5)}");
    let mut scope = Scope::default();
    let compiled = Compiled::from_template(&template, Encoding::Raw, &mut scope).unwrap();
    let draw = |seed| {
        let ids = IterationIds {
            seed,
            ..IterationIds::default()
        };
        let mut out = Vec::new();
        compiled
            .render(&mut bindings(&scope, ids), 0, &mut out)
            .unwrap();
        out
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}

#[test]
fn random_integers_cover_their_range_evenly() {
    let mut bindings = bindings(&Scope::default(), IterationIds::default());
    let mut counts = [0_u32; 6];
    for _ in 0..60_000 {
        counts[usize::try_from(bindings.random_below(6)).unwrap()] += 1;
    }
    assert!(
        counts.iter().all(|count| (9_500..10_500).contains(count)),
        "{counts:?}"
    );
}

#[test]
fn counters_of_several_threads_never_meet() {
    let template = Template::from("${counter(100, 10)}");
    let mut scope = Scope::default();
    let compiled = Compiled::from_template(&template, Encoding::Raw, &mut scope).unwrap();
    let mut seen: Vec<i64> = (0..3)
        .flat_map(|thread| {
            let shared = Rc::new(BindingsSettings::new(&scope, (thread, 3), 0));
            let mut bindings = Bindings::new(shared);
            let draw = |_| {
                let mut out = Vec::new();
                compiled.render(&mut bindings, 0, &mut out).unwrap();
                String::from_utf8(out).unwrap().parse().unwrap()
            };
            (0..4).map(draw).collect::<Vec<i64>>()
        })
        .collect();
    seen.sort_unstable();
    let expected: Vec<i64> = (0..12).map(|number| 100 + 10 * number).collect();
    assert_eq!(seen, expected);
}

#[test]
fn a_variable_lives_for_one_iteration() {
    let mut scope = Scope::default();
    let variable = scope.variable("token");
    let compiled =
        Compiled::from_template(&Template::from("${token}"), Encoding::Raw, &mut scope).unwrap();
    let mut bindings = bindings(&scope, IterationIds::default());
    let mut out = Vec::new();
    assert_eq!(
        compiled.render(&mut bindings, 0, &mut out),
        Err(RenderError::Unset(variable))
    );
    bindings.slot_mut(variable).set_json(&json!("abc"));
    compiled.render(&mut bindings, 0, &mut out).unwrap();
    assert_eq!(out, b"abc");
    bindings.begin(IterationIds::default());
    assert!(compiled.render(&mut bindings, 0, &mut out).is_err());
}

#[test]
fn an_unknown_field_is_named() {
    let error = Compiled::from_template(
        &Template::from("${data.users.nam}"),
        Encoding::Raw,
        &mut scope(),
    )
    .unwrap_err();
    assert_eq!(error.to_string(), "data pool `users` has no field `nam`");
}
