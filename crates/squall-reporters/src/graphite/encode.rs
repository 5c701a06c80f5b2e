//! Batches as lines: `name value seconds`, with `;tag=value` after the name where tags are wanted.

use std::fmt::Write;

use squall_report::{Batch, RunRecord, Tags, WallTime};

use crate::numbers::{Options, Subject, visit};

/// About what one number takes, and how many a record has.
const TYPICAL_RECORD_BYTES: usize = 64 * 20;

/// Makes the lines of a batch; `ended` is the time of the last records.
pub(super) fn encode(batch: &Batch, options: &Options, ended: WallTime) -> String {
    let mut text = String::with_capacity(batch.len() * TYPICAL_RECORD_BYTES);
    let (mut tags, mut tags_of) = (String::new(), None);
    visit(batch, options, ended, &mut |number| {
        if options.tagged && tags_of != Some(number.record) {
            tags_of = Some(number.record);
            write_tags(batch.run(), number.subject, &mut tags);
        }
        let seconds = number.time.unix_ns().div_euclid(1_000_000_000);
        put(
            &mut text,
            format_args!("{}{tags} {} {seconds}\n", number.name, number.value),
        );
    });
    text
}

/// Writes `;tag=value…`: the run and its tags, and what the number is about.
fn write_tags(run: &RunRecord, subject: &Subject<'_>, out: &mut String) {
    out.clear();
    let mut tags = Tags::from_iter([("run".to_owned(), run.id.clone())]);
    tags.extend(run.tags.clone());
    tags.extend(subject.tags.cloned().unwrap_or_default());
    for (name, value) in [
        ("stage", subject.stage),
        ("scenario", subject.scenario),
        ("action", subject.name),
        (
            "kind",
            subject.kind.map_or("", squall_report::EventKind::as_str),
        ),
    ] {
        if !value.is_empty() {
            tags.insert(name.to_owned(), value.to_owned());
        }
    }
    for (name, value) in &tags {
        out.push(';');
        push_tag_name(name, out);
        out.push('=');
        push_tag_value(value, out);
    }
}

/// Most characters of a part of a tag.
const LONGEST_TAG: usize = 100;

/// `name` is what Graphite calls the metric itself.
fn push_tag_name(name: &str, out: &mut String) {
    if name.is_empty() || name == "name" {
        out.push('_');
    }
    for found in name.chars().take(LONGEST_TAG) {
        let stays = found.is_alphanumeric() || matches!(found, '_' | '-' | '.');
        out.push(if stays { found } else { '_' });
    }
}

/// A value may hold anything but `;`, must not begin with `~`, and the line must stay three words.
fn push_tag_value(value: &str, out: &mut String) {
    if value.is_empty() || value.starts_with('~') {
        out.push('_');
    }
    for found in value.chars().take(LONGEST_TAG) {
        let splits = found == ';' || found.is_whitespace() || found.is_control();
        out.push(if splits { '_' } else { found });
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let written = out.write_fmt(text);
    debug_assert!(written.is_ok());
}
