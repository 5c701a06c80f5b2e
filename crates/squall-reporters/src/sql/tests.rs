//! Tables, keys and migrations, without a backend; and what every SQL reporter is tried with.

use std::convert::Infallible;
use std::fmt::Write;

use proptest::prelude::*;
use squall_report::{
    Batch, Event, EventKind, FinalRecords, IntervalBatch, LifecycleBatch, MessageBatch, RawEvent,
    SeriesName, Tags, WallTime,
};

use super::rows::tables_of;
use super::table::ColumnType;
use super::*;
use crate::sample::{
    context, error, event, event_batch, every_kind_of_event, failed_event, final_batch,
    final_records, interval, lifecycle, message,
};

/// Names that a careless writer of SQL trips over.
pub(crate) const HOSTILE: [&str; 9] = [
    "it's; DROP TABLE \"events\"; --",
    "back\\slash \\' \\0 \\N \\.",
    "tab\tnewline\r\n\u{2028}end",
    "nul\0byte",
    "emoji 🌩️ é e\u{301}",
    "%s ? :1 $1 @a {}",
    "trailing space ",
    "",
    "`tick` \u{1}\u{7f}\u{1a}",
];

/// One of each kind: an operation, a failure, a transaction, and two checks of the operation.
pub(crate) fn some_events() -> Vec<RawEvent> {
    let of_kind = |kind| RawEvent { kind, ..event(1) };
    let check = |name: &str| RawEvent {
        check: Some(name.into()),
        ..of_kind(EventKind::Check)
    };
    vec![
        event(1),
        failed_event(2, "connect", "refused\nby \"shop\""),
        of_kind(EventKind::Transaction),
        check("status is 200"),
        check("has a basket"),
    ]
}

/// Everything that a run sends, in batches.
pub(crate) fn everything(events: u64) -> Vec<Batch> {
    let run = context("run-1").run;
    let mut batches = vec![Batch::Lifecycle(LifecycleBatch::new(
        run.clone(),
        lifecycle(),
    ))];
    // Batches of uneven sizes: 1, 2, 4, … and the rest.
    let (mut from, mut size) = (0, 1);
    while from < events {
        let to = (from + size).min(events);
        batches.push(Batch::Events(event_batch((from..to).map(event).collect())));
        (from, size) = (to, (size * 2).min(700));
    }
    let seconds = (0..30).flat_map(|second| [interval("home", second), interval("buy", second)]);
    batches.push(Batch::Intervals(IntervalBatch::new(
        run.clone(),
        seconds.collect(),
    )));
    batches.push(Batch::Messages(MessageBatch::new(
        run,
        (0..17).map(message).collect(),
    )));
    batches.push(Batch::Final(final_batch(final_records())));
    batches
}

/// The rows that each table has after [`everything`], by the default names.
pub(crate) fn counts(events: u64) -> [(&'static str, u64); 12] {
    [
        ("metrics_runs", 1),
        ("metrics_lifecycle", 4),
        ("events", events),
        ("events_messages", 17),
        ("streams", 60),
        // The service time of `home` is there as `total`, too.
        ("metrics", 4),
        ("metrics_shared", 2),
        ("metrics_custom", 1),
        ("metrics_errors", 1),
        ("metrics_thresholds", 1),
        ("system_metrics_session", 1),
        ("system_metrics_stage", 2),
    ]
}

/// Errors whose names and messages are hostile, one of them very long.
pub(crate) fn hostile_batch() -> Batch {
    let long = "é".repeat(5_000);
    let names = HOSTILE.iter().copied().chain([long.as_str()]);
    let errors = names.map(|name| error(name, name, name)).collect();
    Batch::Final(final_batch(FinalRecords {
        errors,
        ..FinalRecords::default()
    }))
}

/// Notes the type of each value, to compare with the columns.
#[derive(Default)]
struct Noted {
    row: Vec<Option<ColumnType>>,
    rows: Vec<Vec<Option<ColumnType>>>,
    ids: Vec<String>,
}

impl Row for Noted {
    type Error = Infallible;

    fn start(&mut self) {
        self.row.clear();
    }

    fn text(&mut self, value: &str) {
        if self.row.is_empty() {
            self.ids.push(value.to_owned());
        }
        self.row.push(Some(ColumnType::Text));
    }

    fn integer(&mut self, _: u64) {
        self.row.push(Some(ColumnType::Integer));
    }

    fn number(&mut self, _: f64) {
        self.row.push(Some(ColumnType::Number));
    }

    fn flag(&mut self, _: bool) {
        self.row.push(Some(ColumnType::Flag));
    }

    fn time(&mut self, _: WallTime) {
        self.row.push(Some(ColumnType::Time));
    }

    fn json(&mut self, value: &str) {
        serde_json::from_str::<serde_json::Value>(value).unwrap();
        self.row.push(Some(ColumnType::Json));
    }

    fn null(&mut self) {
        self.row.push(None);
    }

    fn end(&mut self) -> Result<(), Infallible> {
        self.rows.push(self.row.clone());
        Ok(())
    }
}

fn noted(batch: &Batch, kind: TableKind) -> Noted {
    let mut noted = Noted::default();
    match write(batch, kind, &mut noted) {
        Ok(()) => noted,
        Err(never) => match never {},
    }
}

#[test]
fn values_are_as_many_and_of_the_types_that_the_columns_say() {
    let mut seen = Vec::new();
    let mut check = |kind: TableKind, rows: &[Vec<Option<ColumnType>>]| {
        seen.push(kind);
        let columns: Vec<_> = kind.columns().collect();
        for row in rows {
            assert_eq!(row.len(), columns.len(), "{kind:?}");
            for (value, column) in row.iter().zip(&columns) {
                let expected = match column.kind {
                    ColumnType::Key => ColumnType::Text,
                    ColumnType::Document => ColumnType::Json,
                    other => other,
                };
                let fits = value.map_or(!column.key, |value| value == expected);
                assert!(fits, "{kind:?}.{}: {value:?}", column.name);
            }
        }
        assert!(!rows.is_empty(), "{kind:?}");
    };
    let mut batches = everything(2);
    batches.push(Batch::Events(event_batch(some_events())));
    batches.push(Batch::Events(event_batch(every_kind_of_event())));
    for batch in &batches {
        for kind in tables_of(batch) {
            check(kind, &noted(batch, kind).rows);
        }
    }
    check(TableKind::Runs, &noted(&batches[0], TableKind::Runs).rows);
    for kind in TableKind::ALL {
        assert!(seen.contains(&kind), "{kind:?}");
        let mut names: Vec<_> = kind.columns().map(|column| column.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), kind.columns().count(), "{kind:?}");
    }
}

#[test]
fn ids_tell_an_operation_from_its_transaction_and_its_checks() {
    let ids = noted(
        &Batch::Events(event_batch(some_events())),
        TableKind::Events,
    )
    .ids;
    insta::assert_snapshot!("ids", ids.join("\n"));
}

#[test]
fn ids_stay_what_they_are_because_they_are_stored() {
    let mut ids = String::new();
    for batch in everything(1) {
        for kind in tables_of(&batch) {
            let first = &noted(&batch, kind).ids[0];
            writeln!(ids, "{kind:?} {first}").unwrap();
        }
    }
    insta::assert_snapshot!("stored_ids", ids);
}

#[test]
fn statements_that_make_tables_are_as_each_dialect_wants_them() {
    for (name, dialect) in [
        ("sqlite", Dialect::Sqlite),
        ("postgres", Dialect::Postgres),
        ("mysql", Dialect::Mysql),
    ] {
        let mut text = String::new();
        for kind in TableKind::ALL {
            let table = Table::new(kind, format!("{kind:?}").to_lowercase());
            let quoted = dialect.quote(&table.name);
            text.push_str(&dialect.create(&quoted, &table));
            text.push_str(";\n");
        }
        for kind in [TableKind::Runs, TableKind::Events] {
            text.push_str(&dialect.on_conflict(&Table::new(kind, "t")));
            text.push('\n');
        }
        insta::assert_snapshot!(format!("create_{name}"), text);
    }
}

#[test]
fn identifiers_are_quoted_whatever_is_in_them() {
    assert_eq!(Dialect::Sqlite.quote("a\"b`c"), "\"a\"\"b`c\"");
    assert_eq!(Dialect::Postgres.quote("Select"), "\"Select\"");
    assert_eq!(Dialect::Mysql.quote("a\"b`c"), "`a\"b``c`");
}

fn existing(table: &Table, dialect: Dialect) -> Vec<Existing> {
    table
        .columns
        .iter()
        .map(|column| Existing {
            name: column.name.to_owned(),
            kind: match dialect {
                Dialect::Mysql => dialect
                    .type_of(column.kind)
                    .split([' ', '('])
                    .next()
                    .unwrap()
                    .to_lowercase()
                    .replace("boolean", "tinyint"),
                _ => dialect.type_of(column.kind).to_owned(),
            },
            key: column.key,
        })
        .collect()
}

#[test]
fn a_table_gets_only_what_it_lacks() {
    for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql] {
        for kind in TableKind::ALL {
            let table = Table::new(kind, "t");
            let mut there = existing(&table, dialect);
            assert_eq!(changes(dialect, "t", &table, &there).unwrap().len(), 0);
            there.push(Existing {
                name: "of_somebody_else".to_owned(),
                kind: "text".to_owned(),
                key: false,
            });
            there.retain(|column| !["tags", "kind"].contains(&column.name.as_str()));
            let missing = kind
                .columns()
                .filter(|column| ["tags", "kind"].contains(&column.name));
            let statements = changes(dialect, "t", &table, &there).unwrap();
            assert_eq!(statements.len(), missing.count(), "{statements:?}");
            assert!(statements.iter().all(|one| one.contains("ADD COLUMN")));
        }
    }
}

#[test]
fn a_table_of_somebody_else_is_refused_and_told_how_to_fix_it() {
    let table = Table::new(TableKind::Shared, "orders_shared");
    let refused = |change: fn(&mut Vec<Existing>)| {
        let mut there = existing(&table, Dialect::Postgres);
        change(&mut there);
        changes(Dialect::Postgres, "t", &table, &there).unwrap_err()
    };
    let texts = [
        refused(|there| there[1].kind = "integer".to_owned()),
        refused(|there| there.retain(|column| column.name != "run")),
        refused(|there| there.iter_mut().for_each(|column| column.key = false)),
        refused(|there| there[1].key = true),
        check_version(&table, Some(SCHEMA_VERSION + 1)).unwrap_err(),
    ];
    insta::assert_snapshot!("refused", texts.join("\n"));
}

#[test]
fn tags_of_a_series_hide_those_of_the_run_and_all_are_json() {
    let mut batch = Vec::new();
    let run = Tags::from([
        ("team".to_owned(), "shop".to_owned()),
        ("a\"b".to_owned(), "x\ny".to_owned()),
    ]);
    let mut texts = tags::TagTexts::new(&run);
    let own = Tags::from([("team".to_owned(), "basket".to_owned())]);
    batch.push(texts.of_run().to_owned());
    batch.push(texts.shared(&own).to_owned());
    batch.push(texts.shared(&own).to_owned());
    assert_eq!(batch[0], r#"{"a\"b":"x\ny","team":"shop"}"#);
    assert_eq!(batch[1], r#"{"a\"b":"x\ny","team":"basket"}"#);
    assert_eq!(batch[1], batch[2]);
    let empty = Tags::new();
    assert_eq!(tags::TagTexts::new(&empty).of_run(), "{}");
}

proptest! {
    #[test]
    fn ids_of_events_differ_when_the_check_does(one: String, other: String) {
        let named = |check: &str| {
            let raw = RawEvent { kind: EventKind::Check, check: Some(check.into()), ..event(1) };
            let series = SeriesName::new("s", "s", "n");
            let run = context("run-1").run;
            let mut id = String::new();
            key::event(&Event::new(&raw, &series, &run), &mut id);
            id
        };
        prop_assert_eq!(one == other, named(&one) == named(&other));
    }

    #[test]
    fn the_parts_of_a_key_stay_apart(a: String, b: String) {
        let joined = format!("{a}{b}");
        let (mut one, mut other) = (String::new(), String::new());
        key::KeyHash::new().text(&a).text(&b).write(&mut one);
        key::KeyHash::new().text(&joined).text("").write(&mut other);
        prop_assert_eq!(b.is_empty(), one == other);
    }
}
