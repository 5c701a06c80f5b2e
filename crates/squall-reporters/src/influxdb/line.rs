//! Lines of InfluxDB's line protocol: `measurement,tag=value field=value time`.
//!
//! The protocol cannot write two things in names and tags: a line end, which becomes `\n` (two letters), and a backslash at the end, which gets a
//! space after it. Text of fields is kept as it is.

use std::fmt::Write as _;

use squall_report::{RunRecord, Tags};

/// What InfluxDB takes as the text of a field.
const LONGEST_TEXT: usize = 65_000;
/// What is named so, where there is no name: a line cannot begin with nothing.
const UNNAMED: &str = "(unnamed)";
/// Names that tags of a test cannot have: ours, and those of the protocol.
const TAKEN: &[&str] = &[
    "_field",
    "_measurement",
    "action",
    "agent",
    "check",
    "error_class",
    "group",
    "kind",
    "metric",
    "name",
    "outcome",
    "record",
    "rule",
    "run",
    "scenario",
    "source",
    "stage",
    "time",
    "type",
    "unit",
    "what",
];

/// The tags that every point of a run has.
#[derive(Debug)]
pub(super) struct RunTags<'a> {
    run: &'a RunRecord,
    /// As they stand in a line whose series has no tags of its own.
    written: String,
}

impl<'a> RunTags<'a> {
    pub(super) fn new(run: &'a RunRecord) -> Self {
        let mut tags = Self {
            run,
            written: String::new(),
        };
        tags.written = tags.write(&Tags::new());
        tags
    }

    fn write(&self, series: &Tags) -> String {
        let mut out = String::new();
        push_tag(&mut out, "run", &self.run.id);
        // The series' own tag counts, where the run has one of the same name.
        let of_run = self.run.tags.iter();
        let of_run = of_run.filter(|(name, _)| !series.contains_key(*name));
        for (name, value) in series.iter().chain(of_run) {
            if TAKEN.contains(&name.as_str()) || name.is_empty() {
                push_tag(&mut out, &format!("tag_{name}"), value);
            } else {
                push_tag(&mut out, name, value);
            }
        }
        out
    }
}

/// Lines that are written together.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    tags: RunTags<'a>,
    pub(super) text: String,
}

impl<'a> Lines<'a> {
    pub(super) fn new(run: &'a RunRecord) -> Self {
        Self {
            tags: RunTags::new(run),
            text: String::new(),
        }
    }

    pub(super) fn run(&self) -> &'a RunRecord {
        self.tags.run
    }

    /// Begins a point; its tags are `own`, those of its series and those of the run. A tag without a value is left out.
    pub(super) fn point(
        &mut self,
        measurement: &str,
        own: &[(&str, &str)],
        series: &Tags,
    ) -> Point<'_> {
        let measurement = match measurement {
            "" => UNNAMED,
            name => name,
        };
        // A line that begins with this is a comment.
        if measurement.starts_with('#') {
            self.text.push('\\');
        }
        escape(&mut self.text, measurement);
        for (name, value) in own {
            push_tag(&mut self.text, name, value);
        }
        if series.is_empty() {
            self.text.push_str(&self.tags.written);
        } else {
            let tags = self.tags.write(series);
            self.text.push_str(&tags);
        }
        Point {
            text: &mut self.text,
            separator: ' ',
        }
    }
}

/// A point that gets its fields; [`at`](Self::at) ends it.
#[derive(Debug)]
#[must_use]
pub(super) struct Point<'a> {
    text: &'a mut String,
    separator: char,
}

impl Point<'_> {
    fn begin(&mut self, name: &str) {
        self.text.push(self.separator);
        self.separator = ',';
        escape(self.text, name);
        self.text.push('=');
    }

    pub(super) fn whole(mut self, name: &str, value: u64) -> Self {
        self.begin(name);
        // The protocol's numbers end there.
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        write!(self.text, "{value}i").expect("writing to memory cannot fail");
        self
    }

    /// Adds a number, unless it is none: the protocol has no `NaN` and no infinity.
    pub(super) fn number(mut self, name: &str, value: f64) -> Self {
        if value.is_finite() {
            self.begin(name);
            write!(self.text, "{value}").expect("writing to memory cannot fail");
        }
        self
    }

    pub(super) fn flag(mut self, name: &str, value: bool) -> Self {
        self.begin(name);
        self.text.push_str(if value { "true" } else { "false" });
        self
    }

    /// Adds a text, cut off where InfluxDB would refuse it.
    pub(super) fn text(mut self, name: &str, value: &str) -> Self {
        self.begin(name);
        self.text.push('"');
        let mut end = value.len().min(LONGEST_TEXT);
        while !value.is_char_boundary(end) {
            end -= 1;
        }
        for letter in value[..end].chars() {
            if matches!(letter, '"' | '\\') {
                self.text.push('\\');
            }
            self.text.push(letter);
        }
        self.text.push('"');
        self
    }

    pub(super) fn text_if(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Ends the line with its time, in nanoseconds since the Unix epoch.
    pub(super) fn at(self, ns: i64) {
        writeln!(self.text, " {ns}").expect("writing to memory cannot fail");
    }
}

fn push_tag(out: &mut String, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    out.push(',');
    escape(out, name);
    out.push('=');
    escape(out, value);
}

/// Writes a measurement, a name or a tag. A backslash stands for itself, unless what comes next is escaped by it: there the
/// server's parsers do not agree, so that one which looks like it stands in its place.
fn escape(out: &mut String, text: &str) {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if matches!(letters.peek(), Some(',' | '=' | ' ')) => {
                out.push('\u{29f5}');
                continue;
            }
            '\n' => {
                out.push_str("\\n");
                continue;
            }
            ',' | '=' | ' ' => out.push('\\'),
            _ => {}
        }
        out.push(letter);
    }
    if text.ends_with('\\') {
        out.push_str("\\ ");
    }
}
