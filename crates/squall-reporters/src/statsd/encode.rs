//! Batches as packets of lines: `name:value|type`, with `|@share` and, for `dogstatsd`, `|#tag:value`.

use std::fmt::Write;
use std::ops::Range;

use squall_report::{Batch, LifecycleRecord, RunRecord, Tags, WallTime};

use crate::numbers::{Number, Options, Subject, Type, visit};

/// What packets look like.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub(crate) options: Options,
    pub(crate) max_packet_bytes: usize,
}

/// A batch as packets.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    text: String,
    cuts: Vec<Packet>,
    /// Records with a number that is longer than a packet.
    pub(crate) too_long: Vec<usize>,
}

/// One packet: where its text is, and which records it has a part of.
#[derive(Debug)]
struct Packet {
    text: Range<usize>,
    records: Range<usize>,
}

impl Packets {
    /// Returns the text of each packet, and the records that are lost with it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        let packets = self.cuts.iter();
        packets.map(|packet| (&self.text[packet.text.clone()], packet.records.clone()))
    }
}

/// Adds lines and cuts them into packets.
struct Packer {
    packets: Packets,
    max_bytes: usize,
    /// Where the packet begins that is being filled.
    start: usize,
    records: Range<usize>,
}

impl Packer {
    fn new(max_bytes: usize) -> Self {
        Self {
            packets: Packets::default(),
            max_bytes,
            start: 0,
            records: 0..0,
        }
    }

    /// Adds what `write` writes, which stays together, and its end of line.
    fn add(&mut self, record: Option<usize>, write: impl FnOnce(&mut String)) {
        let line = self.packets.text.len();
        write(&mut self.packets.text);
        let end = self.packets.text.len();
        if end - line > self.max_bytes {
            self.packets.text.truncate(line);
            self.packets.too_long.extend(record);
            return;
        }
        if end - self.start > self.max_bytes {
            self.cut(line);
        }
        self.packets.text.push('\n');
        if let Some(record) = record {
            if self.records.is_empty() {
                self.records.start = record;
            }
            self.records.end = record + 1;
        }
    }

    /// Ends the packet before this line.
    fn cut(&mut self, line: usize) {
        if line > self.start {
            self.packets.cuts.push(Packet {
                // Without the last end of line.
                text: self.start..line - 1,
                records: std::mem::take(&mut self.records),
            });
        }
        self.start = line;
    }

    fn finish(mut self) -> Packets {
        self.cut(self.packets.text.len());
        self.packets
    }
}

/// Makes the packets of a batch. `share` is that of the iterations that events are of.
pub(crate) fn encode(batch: &Batch, wire: &Wire, share: f64) -> Packets {
    let share = match batch {
        Batch::Events(_) if share < 1.0 => format!("|@{share}"),
        _ => String::new(),
    };
    let tagged = wire.options.tagged;
    let mut packer = Packer::new(wire.max_packet_bytes);
    let mut tags = String::new();
    let mut tags_of = None;
    // Lines have no time: they are of the moment when they arrive.
    let no_time = WallTime::default();
    visit(batch, &wire.options, no_time, &mut |number| {
        if tagged && tags_of != Some(number.record) {
            tags_of = Some(number.record);
            write_tags(batch.run(), number.subject, &mut tags);
        }
        packer.add(number.record, |out| {
            if !tagged && number.kind == Type::Gauge && number.value < 0.0 {
                // A sign means a change, so it is put to 0 first.
                write_line(number, 0.0, &share, &tags, out);
                out.push('\n');
            }
            write_line(number, number.value, &share, &tags, out);
        });
    });
    if let (true, Batch::Lifecycle(batch)) = (tagged, batch) {
        for (record, one) in batch.records().iter().enumerate() {
            let subject = Subject {
                stage: &one.stage,
                ..Subject::default()
            };
            write_tags(batch.run(), &subject, &mut tags);
            packer.add(Some(record), |out| {
                write_event(one, batch.run(), &tags, out);
            });
        }
    }
    packer.finish()
}

fn write_line(number: &Number<'_>, value: f64, share: &str, tags: &str, out: &mut String) {
    let kind = match number.kind {
        Type::Counter => "c",
        Type::Gauge => "g",
        Type::Timer => "ms",
    };
    put(
        out,
        format_args!("{}:{value}|{kind}{share}{tags}", number.name),
    );
}

/// Writes an event of `dogstatsd`, which Datadog draws over charts.
fn write_event(one: &LifecycleRecord, run: &RunRecord, tags: &str, out: &mut String) {
    let title = match one.stage.as_str() {
        "" => format!("{} {}", one_line(&run.name), one.what.as_str()),
        stage => format!("{} {}", one_line(stage), one.what.as_str()),
    };
    let verdict = one.verdict.map_or("", squall_report::RunVerdict::as_str);
    let error = one.error.as_deref().unwrap_or_default();
    let parts = [&run.id, one.status.as_str(), verdict, error];
    let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let text = one_line(&said.join(", "));
    let kind = if error.is_empty() { "info" } else { "error" };
    let time = one.time.unix_ns().div_euclid(1_000_000_000);
    let (title_bytes, text_bytes) = (title.len(), text.len());
    put(
        out,
        format_args!("_e{{{title_bytes},{text_bytes}}}:{title}|{text}|d:{time}|t:{kind}{tags}"),
    );
}

/// Most of a text that an event holds.
const LONGEST_TEXT: usize = 200;

fn one_line(text: &str) -> String {
    let visible = text.chars().take(LONGEST_TEXT);
    visible
        .map(|found| match found {
            '|' => '¦',
            _ if found.is_control() => ' ',
            _ => found,
        })
        .collect()
}

/// Writes `|#tag:value,…`: the run and its tags, and what the number is about.
fn write_tags(run: &RunRecord, subject: &Subject<'_>, out: &mut String) {
    out.clear();
    out.push_str("|#");
    write_tag("run", &run.id, out);
    for (name, value) in [
        ("stage", subject.stage),
        ("scenario", subject.scenario),
        ("name", subject.name),
        (
            "kind",
            subject.kind.map_or("", squall_report::EventKind::as_str),
        ),
    ] {
        if !value.is_empty() {
            write_tag(name, value, out);
        }
    }
    if subject.status > 0 {
        put(out, format_args!(",status:{}", subject.status));
    }
    let empty = Tags::new();
    let own = subject.tags.unwrap_or(&empty);
    // What a series says goes before what the run says.
    let of_run = run.tags.iter().filter(|(name, _)| !own.contains_key(*name));
    for (name, value) in own.iter().chain(of_run) {
        write_tag(name, value, out);
    }
}

/// Most characters of a part of a tag; Datadog cuts a tag at 200.
const LONGEST_TAG: usize = 100;

fn write_tag(name: &str, value: &str, out: &mut String) {
    if !out.ends_with('#') {
        out.push(',');
    }
    push_tag_text(name, true, out);
    out.push(':');
    push_tag_text(value, false, out);
}

/// Keeps what Datadog keeps of a tag: letters and digits of any script, `_`, `-`, `.`, `/`, and colons in values.
fn push_tag_text(text: &str, is_name: bool, out: &mut String) {
    if text.is_empty() {
        out.push('_');
    }
    for found in text.chars().take(LONGEST_TAG) {
        let stays = found.is_alphanumeric()
            || matches!(found, '_' | '-' | '.' | '/')
            || found == ':' && !is_name;
        out.push(if stays { found } else { '_' });
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let written = out.write_fmt(text);
    debug_assert!(written.is_ok());
}
