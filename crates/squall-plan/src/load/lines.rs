//! Where the values of a YAML document are.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser};

/// What the parser is inside of.
enum Inside {
    /// A mapping; the name of the member whose value comes next, once it is known.
    Mapping(Option<String>),
    /// A list, and the number of the item that comes next.
    Sequence(usize),
}

/// Returns the lines of all values of a document, counted from 1, by JSON pointer (RFC 6901).
///
/// What an alias stands for is not among them. Of a document with mistakes, the values before the first one are.
pub fn yaml_lines(text: &str) -> BTreeMap<String, usize> {
    let mut walk = Walk::default();
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        walk.event(event, span.start.line());
    }
    walk.lines
}

#[derive(Default)]
struct Walk {
    lines: BTreeMap<String, usize>,
    pointer: Vec<String>,
    inside: Vec<Inside>,
}

impl Walk {
    fn event(&mut self, event: Event<'_>, line: usize) {
        match event {
            Event::Scalar(text, ..) => {
                if let Some(Inside::Mapping(name @ None)) = self.inside.last_mut() {
                    *name = Some(text.into_owned());
                } else {
                    self.begin(line);
                    self.end();
                }
            }
            Event::Alias(_) => {
                if let Some(Inside::Mapping(name @ None)) = self.inside.last_mut() {
                    *name = Some(String::new());
                } else {
                    self.name();
                    self.end();
                }
            }
            Event::MappingStart(..) => {
                self.begin(line);
                self.inside.push(Inside::Mapping(None));
            }
            Event::SequenceStart(..) => {
                self.begin(line);
                self.inside.push(Inside::Sequence(0));
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.inside.pop();
                self.end();
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
    }

    /// Adds the name of the value that begins to the pointer.
    fn name(&mut self) {
        let name = match self.inside.last_mut() {
            None => return,
            Some(Inside::Mapping(name)) => name.take().unwrap_or_default(),
            Some(Inside::Sequence(next)) => {
                *next += 1;
                (*next - 1).to_string()
            }
        };
        self.pointer
            .push(name.replace('~', "~0").replace('/', "~1"));
    }

    fn begin(&mut self, line: usize) {
        self.name();
        let pointer = self.pointer.iter().map(|name| format!("/{name}"));
        self.lines.entry(pointer.collect()).or_insert(line);
    }

    fn end(&mut self) {
        self.pointer.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_the_line_where_it_begins() {
        let lines = yaml_lines(
            "tests:\n- test_class: a.B\n  rate: 5\n- &x\n  kwargs: {a/b: 1,\n    c: [1, 2]}\n- *x\n",
        );
        let at = |pointer: &str| lines.get(pointer).copied();
        assert_eq!(at("/tests/0/rate"), Some(3));
        assert_eq!(at("/tests/1/kwargs/a~1b"), Some(5));
        assert_eq!(at("/tests/1/kwargs/c/1"), Some(6));
        assert_eq!(at("/tests/2"), None);
        assert_eq!(at(""), Some(1));
    }

    #[test]
    fn a_broken_document_has_the_lines_before_its_mistake() {
        let lines = yaml_lines("a: 1\nb: [1\nc: 2\n");
        assert_eq!(lines.get("/a"), Some(&1));
    }
}
