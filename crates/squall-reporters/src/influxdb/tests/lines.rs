//! The bytes of each kind of record.

use std::collections::BTreeMap;

use proptest::prelude::*;
use squall_report::{
    Batch, EventBatch, FinalRecords, IntervalBatch, LifecycleBatch, MessageBatch, NameTable,
    SeriesName, Tags,
};

use super::super::encode;
use crate::sample::{
    context, error, event, event_batch, every_kind_of_event, failed_event, final_batch,
    final_records, interval, lifecycle, message,
};

/// A line, read as InfluxDB's documentation describes the protocol.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    pub(super) measurement: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) fields: BTreeMap<String, String>,
    pub(super) time: i64,
}

/// Reads lines; a text of a field may have line ends.
pub(super) fn read(text: &str) -> Vec<Line> {
    let mut letters = text.chars().peekable();
    let mut lines = Vec::new();
    while letters.peek().is_some() {
        let (measurement, mut end) = name(&mut letters, " ,");
        let mut tags = BTreeMap::new();
        while end == ',' {
            let (key, equals) = name(&mut letters, "=");
            assert_eq!(equals, '=');
            let (value, next) = name(&mut letters, " ,");
            assert!(!key.is_empty() && !value.is_empty(), "{text}");
            assert_eq!(tags.insert(key, value), None, "{text}");
            end = next;
        }
        assert_eq!(end, ' ', "{text}");
        let mut fields = BTreeMap::new();
        loop {
            let (key, equals) = name(&mut letters, "=");
            assert_eq!(equals, '=');
            let (value, next) = field(&mut letters);
            assert_eq!(fields.insert(key, value), None, "{text}");
            if next == ' ' {
                break;
            }
        }
        let time: String = letters
            .by_ref()
            .take_while(|letter| *letter != '\n')
            .collect();
        lines.push(Line {
            measurement,
            tags,
            fields,
            time: time.parse().unwrap(),
        });
    }
    lines
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Reads up to one of some letters that no backslash stands before.
fn name(letters: &mut Letters<'_>, ends: &str) -> (String, char) {
    let mut read = String::new();
    loop {
        let letter = letters.next().expect("the line goes on");
        assert_ne!(letter, '\n', "a name ends with its line");
        if letter == '\\' && letters.peek().is_some_and(|next| " ,=".contains(*next)) {
            read.extend(letters.next());
        } else if ends.contains(letter) {
            return (read, letter);
        } else {
            read.push(letter);
        }
    }
}

fn field(letters: &mut Letters<'_>) -> (String, char) {
    let mut read = String::new();
    if letters.peek() == Some(&'"') {
        letters.next();
        loop {
            match letters.next().expect("the text ends") {
                '"' => return (read, letters.next().unwrap()),
                '\\' => read.extend(letters.next()),
                letter => read.push(letter),
            }
        }
    }
    loop {
        match letters.next().expect("the line goes on") {
            end @ (' ' | ',') => {
                let number = read.strip_suffix('i').unwrap_or(&read);
                assert!(
                    number.parse::<f64>().is_ok_and(f64::is_finite)
                        || number == "true"
                        || number == "false",
                    "{read}"
                );
                return (read, end);
            }
            letter => read.push(letter),
        }
    }
}

#[test]
fn events_are_a_line_each_and_no_two_share_their_time() {
    let mut all = vec![
        event(1),
        event(2),
        failed_event(3, "connect", "refused\nby \"shop\" \\"),
    ];
    all.extend(every_kind_of_event());
    let text = encode::events(&event_batch(all));
    assert_eq!(read(&text).len(), 6);
    insta::assert_snapshot!("events", text);
    let many = encode::events(&event_batch((0..20_000).map(event).collect()));
    let mut times: Vec<i64> = read(&many).iter().map(|line| line.time).collect();
    times.sort_unstable();
    times.dedup();
    assert_eq!(times.len(), 20_000);
}

#[test]
fn messages_intervals_and_life_cycle_are_a_line_each() {
    let run = context("run-1").run;
    let intervals = [interval("home", 0), interval("buy now", 1)];
    insta::assert_snapshot!("intervals", encode::intervals(&run, &intervals));
    insta::assert_snapshot!("lifecycle", encode::lifecycle(&run, &lifecycle()));
    let batch = MessageBatch::new(run, (0..3).chain(0..1).map(message).collect());
    let text = encode::messages(&batch);
    insta::assert_snapshot!("messages", text);
    let times: std::collections::HashSet<i64> = read(&text).iter().map(|line| line.time).collect();
    assert_eq!(times.len(), 4);
}

#[test]
fn the_end_of_a_run_is_a_line_for_each_record_and_one_for_the_run() {
    let batch = final_batch(final_records());
    let at = 1_772_366_403_000_000_000;
    let (last, system) = (encode::last(&batch, at), encode::system(&batch, at));
    assert_eq!(read(&last).len() + read(&system).len(), batch.len() + 1);
    insta::assert_snapshot!("last", last + &system);
}

#[test]
fn an_interval_in_which_nothing_finished_has_no_times() {
    let mut record = interval("home", 0);
    record.completed = 0;
    let lines = read(&encode::intervals(&context("run-1").run, &[record]));
    assert!(
        !lines[0]
            .fields
            .keys()
            .any(|name| name.starts_with("response_time_ms"))
    );
}

/// What becomes of a text in a name or a tag.
fn in_a_tag(text: &str) -> String {
    let mut text = text.to_owned();
    for letter in [',', '=', ' '] {
        text = text.replace(&format!("\\{letter}"), &format!("\u{29f5}{letter}"));
    }
    let text = text.replace('\n', "\\n");
    if text.ends_with('\\') {
        text + " "
    } else {
        text
    }
}

#[test]
fn what_the_protocol_cannot_write_is_changed_as_documented() {
    let mut record = interval("a\\", 0);
    record.stage = "two\nlines".to_owned();
    record.tags = Tags::from([
        ("time".to_owned(), "t".to_owned()),
        (String::new(), "e".to_owned()),
    ]);
    let lines = read(&encode::intervals(&context("run-1").run, &[record]));
    assert_eq!(lines[0].measurement, "a\\ ");
    assert_eq!(lines[0].tags["stage"], "two\\nlines");
    assert_eq!(
        (&*lines[0].tags["tag_time"], &*lines[0].tags["tag_"]),
        ("t", "e")
    );
}

proptest! {
    #[test]
    fn any_text_survives(name: String, tag: String, message: String, number: f64) {
        let names = NameTable::new(vec![
            SeriesName::new("Browse", "Browse", "home"),
            SeriesName::new("Browse", "Browse", name.as_str())
                .with_tags(Tags::from([("tier".to_owned(), tag.clone())])),
        ]);
        let batch = EventBatch::new(context("run-1").run, &names, vec![failed_event(1, "connect", &message), event(2)]);
        let lines = read(&encode::events(&batch));
        prop_assert_eq!(lines.len(), 2);
        let expected = if name.is_empty() { "(unnamed)".to_owned() } else { in_a_tag(&name) };
        prop_assert_eq!(lines[0].measurement.trim_start_matches("\\#"), expected.trim_start_matches('#'));
        prop_assert_eq!(lines[0].tags.get("tier").map_or("", String::as_str), in_a_tag(&tag));
        prop_assert_eq!(&lines[0].fields["error_message"], &message);
        let mut record = message_of(&name, number);
        record.message_type = tag;
        let lines = read(&encode::messages(&MessageBatch::new(context("run-1").run, vec![record])));
        prop_assert_eq!(lines.len(), 1);
        let errors = vec![error(&name, &message, &message)];
        let last = final_batch(FinalRecords { errors, ..FinalRecords::default() });
        prop_assert_eq!(read(&encode::last(&last, 0)).len(), 2);
    }
}

fn message_of(key: &str, number: f64) -> squall_report::MessageRecord {
    let mut record = message(1);
    record
        .fields
        .insert(key.to_owned(), serde_json::json!(number));
    record
}

pub(super) fn all_kinds() -> Vec<Batch> {
    let run = context("run-1").run;
    let seconds = (0..10).map(|second| interval("home", second)).collect();
    vec![
        Batch::Lifecycle(LifecycleBatch::new(run.clone(), lifecycle())),
        Batch::Intervals(IntervalBatch::new(run.clone(), seconds)),
        Batch::Messages(MessageBatch::new(run, (0..30).map(message).collect())),
    ]
}
