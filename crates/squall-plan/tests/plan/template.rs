use proptest::prelude::*;
use serde_json::json;
use squall_plan::{
    Expression, ParsedTemplate, Part, Placeholder, Rendering, Template, TimestampUnit,
};

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

fn native(expression: Expression) -> Part {
    Part::Placeholder(Placeholder {
        expression,
        rendering: Rendering::Native,
    })
}

fn variable(name: &str) -> Part {
    native(Expression::Variable(name.to_owned()))
}

fn data(pool: &str, field: &str) -> Part {
    native(Expression::Data {
        pool: pool.to_owned(),
        field: field.to_owned(),
    })
}

#[track_caller]
fn check(source: &str, parts: &[Part]) {
    let parsed = Template::from(source).parse().unwrap();
    assert_eq!(parsed.parts, parts, "{source}");
    assert_eq!(
        Template::from(parsed.to_string()).parse().unwrap(),
        parsed,
        "{source}"
    );
}

#[test]
fn text_and_dollars_are_taken_literally() {
    check("", &[]);
    check("plain", &[text("plain")]);
    check("5 $ or $5 {x}", &[text("5 $ or $5 {x}")]);
    check("$${x}", &[text("${x}")]);
    check("$$", &[text("$$")]);
    check("$$${x}", &[text("$"), variable("x")]);
    check("$$$${x}", &[text("$${x}")]);
    check(
        "a${x}b${y}",
        &[text("a"), variable("x"), text("b"), variable("y")],
    );
    check("${x}${y}$", &[variable("x"), variable("y"), text("$")]);
}

#[test]
fn every_expression_is_read() {
    let int = |min, max| native(Expression::RandomInt { min, max });
    let counter = |start, step| native(Expression::Counter { start, step });
    let time = |unit| native(Expression::Timestamp(unit));
    for (source, expected) in [
        ("${random_int(1, 5000)}", int(1, 5000)),
        ("${ random_int ( -5 ,5 ) }", int(-5, 5)),
        (
            "${random_choice(\"a, }\", 2.5, true, null, \"\\\"\")}",
            native(Expression::RandomChoice(vec![
                json!("a, }"),
                json!(2.5),
                json!(true),
                json!(null),
                json!("\""),
            ])),
        ),
        ("${uuid4()}", native(Expression::Uuid4)),
        ("${counter()}", counter(0, 1)),
        ("${counter(10)}", counter(10, 1)),
        ("${counter(10, -2)}", counter(10, -2)),
        ("${timestamp()}", time(TimestampUnit::FractionalSeconds)),
        ("${timestamp(\"s\")}", time(TimestampUnit::Seconds)),
        ("${timestamp(\"ms\")}", time(TimestampUnit::Milliseconds)),
        ("${timestamp(\"us\")}", time(TimestampUnit::Microseconds)),
        ("${timestamp(\"ns\")}", time(TimestampUnit::Nanoseconds)),
        ("${user_id()}", native(Expression::UserId)),
        ("${iteration()}", native(Expression::Iteration)),
        ("${data.users.name}", data("users", "name")),
        (
            "${data.\"my pool\".\"full name\"}",
            data("my pool", "full name"),
        ),
        ("${data.users.\"a.}b\"}", data("users", "a.}b")),
        ("${token}", variable("token")),
        ("${größe_2}", variable("größe_2")),
        (
            "${token|string}",
            Part::Placeholder(Placeholder {
                expression: Expression::Variable("token".to_owned()),
                rendering: Rendering::String,
            }),
        ),
    ] {
        check(source, &[expected]);
    }
}

#[test]
fn a_wrong_placeholder_says_what_is_right() {
    let mut report: Vec<String> = Vec::new();
    for source in [
        "${random_itn(1, 5)}",
        "${frobnicate()}",
        "${random_int(5, 1)}",
        "${random_int(1)}",
        "${random_int(1, \"5\")}",
        "${random_choice()}",
        "${counter(0, 0)}",
        "${timestamp(\"min\")}",
        "${timestamp(ms)}",
        "${uuid4(1)}",
        "${data}",
        "${data.users}",
        "${data.users.}",
        "${data.\"users.name}",
        "${user.name}",
        "${user|upper}",
        "${}",
        "${ }",
        "${1x}",
        "${a b}",
        "${a",
        "${uuid4(",
        "${random_choice('a')}",
        "${random_choice([1])}",
        "x${",
    ] {
        let error = Template::from(source).parse().unwrap_err();
        report.push(format!(
            "{error}\n    hint: {}",
            error.hint.clone().unwrap_or_default()
        ));
    }
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn a_template_knows_whether_it_is_constant_or_one_placeholder() {
    for (source, constant, whole) in [
        ("", Some(""), false),
        ("a", Some("a"), false),
        ("$${a}", Some("${a}"), false),
        ("${a}", None, true),
        ("${a|string}", None, true),
        ("${a}b", None, false),
    ] {
        let parsed = Template::from(source).parse().unwrap();
        assert_eq!(parsed.constant(), constant, "{source}");
        assert_eq!(parsed.is_constant(), constant.is_some(), "{source}");
        assert_eq!(parsed.whole_placeholder().is_some(), whole, "{source}");
    }
}

fn any_scalar() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        any::<i64>().prop_map(|number| json!(number)),
        (-1e9..1e9).prop_map(|number: f64| json!(number)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<String>().prop_map(|text| json!(text)),
        Just(json!(null)),
    ]
}

fn any_expression() -> impl Strategy<Value = Expression> {
    let unit = prop_oneof![
        Just(TimestampUnit::FractionalSeconds),
        Just(TimestampUnit::Seconds),
        Just(TimestampUnit::Milliseconds),
        Just(TimestampUnit::Microseconds),
        Just(TimestampUnit::Nanoseconds),
    ];
    let name = || prop_oneof!["[a-z_][a-z0-9_]{0,5}", ".{1,6}"];
    prop_oneof![
        (any::<i64>(), any::<i64>()).prop_map(|(a, b)| Expression::RandomInt {
            min: a.min(b),
            max: a.max(b)
        }),
        prop::collection::vec(any_scalar(), 1..4).prop_map(Expression::RandomChoice),
        Just(Expression::Uuid4),
        (
            any::<i64>(),
            any::<i64>().prop_filter("not 0", |step| *step != 0)
        )
            .prop_map(|(start, step)| Expression::Counter { start, step }),
        unit.prop_map(Expression::Timestamp),
        Just(Expression::UserId),
        Just(Expression::Iteration),
        (name(), name()).prop_map(|(pool, field)| Expression::Data { pool, field }),
        "[a-z_][a-z0-9_]{0,8}"
            .prop_filter("not `data`", |name| name != "data")
            .prop_map(Expression::Variable),
    ]
}

pub(crate) fn any_parsed() -> impl Strategy<Value = ParsedTemplate> {
    let rendering = prop_oneof![Just(Rendering::Native), Just(Rendering::String)];
    let placeholder = (any_expression(), rendering).prop_map(|(expression, rendering)| {
        Part::Placeholder(Placeholder {
            expression,
            rendering,
        })
    });
    let text = prop_oneof!["[${}a]{1,6}", ".{1,6}"].prop_map(Part::Text);
    prop::collection::vec(prop_oneof![placeholder, text], 0..5).prop_map(|mut parts| {
        // Two texts in a row are one.
        parts.dedup_by(|next, last| matches!((next, last), (Part::Text(_), Part::Text(_))));
        ParsedTemplate { parts }
    })
}

proptest! {
    #[test]
    fn every_template_survives_being_written(parsed in any_parsed()) {
        let written = Template::from(parsed.to_string());
        prop_assert_eq!(written.parse(), Ok(parsed), "{}", written);
    }

    #[test]
    fn a_literal_is_taken_as_it_is(text in prop_oneof!["[${}a]{0,9}", ".{0,20}"]) {
        let parsed = Template::literal(&text).parse().unwrap();
        prop_assert_eq!(parsed.constant(), Some(text.as_str()));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in prop_oneof![".{0,40}", "[${}()\"\\\\,.|a-c1 ü]{0,40}"]) {
        drop(Template::from(text).parse());
    }
}
