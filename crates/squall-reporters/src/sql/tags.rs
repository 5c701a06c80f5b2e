//! Tags of a series and of its run, as one JSON object.

use std::collections::HashMap;

use squall_report::Tags;

/// Writes tags as JSON; those of events once per series and batch.
#[derive(Debug)]
pub(super) struct TagTexts<'a> {
    run: &'a Tags,
    /// By the address of a series' tags, which stay where they are while the batch is there.
    known: HashMap<*const Tags, String>,
    text: String,
}

impl<'a> TagTexts<'a> {
    pub(super) fn new(run: &'a Tags) -> Self {
        Self {
            run,
            known: HashMap::new(),
            text: String::new(),
        }
    }

    /// Returns the tags of a record that has its own.
    pub(super) fn of(&mut self, tags: &Tags) -> &str {
        self.text.clear();
        write(self.run, tags, &mut self.text);
        &self.text
    }

    /// Returns the tags of a record without any of its own.
    pub(super) fn of_run(&mut self) -> &str {
        self.of(&Tags::new())
    }

    /// Returns the tags of a series that many records of the batch share.
    pub(super) fn shared(&mut self, tags: &'a Tags) -> &str {
        let run = self.run;
        self.known
            .entry(std::ptr::from_ref(tags))
            .or_insert_with(|| {
                let mut text = String::new();
                write(run, tags, &mut text);
                text
            })
    }
}

/// Writes both; a tag of the series hides that of the run.
fn write(run: &Tags, series: &Tags, text: &mut String) {
    let of_run = run.iter().filter(|(name, _)| !series.contains_key(*name));
    let mut separator = '{';
    for (name, value) in of_run.chain(series) {
        text.push(separator);
        separator = ',';
        push_json(name, text);
        text.push(':');
        push_json(value, text);
    }
    if separator == '{' {
        text.push('{');
    }
    text.push('}');
}

fn push_json(value: &str, text: &mut String) {
    text.push_str(&serde_json::to_string(value).expect("a text is JSON"));
}
