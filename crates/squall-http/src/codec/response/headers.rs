//! Headers, looked up in the bytes of a head when somebody asks.

use std::iter::FusedIterator;

/// The headers in the bytes of a head that [`super::parse_head`] has accepted. Nothing is parsed before it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    lines: &'a [u8],
}

impl<'a> Headers<'a> {
    /// Looks into `head`, the first [`super::Head::head_len`] bytes of a response. Of other bytes it makes what it can.
    pub fn new(head: &'a [u8]) -> Self {
        let start = head
            .iter()
            .position(|byte| !matches!(byte, b'\r' | b'\n'))
            .unwrap_or(head.len());
        let (_, lines) = split_line(&head[start..]);
        Self { lines }
    }

    /// Returns the first value of `name`, in any case.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.get_all(name).next()
    }

    /// Returns all values of `name`, in any case.
    pub fn get_all<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        let found = self
            .iter()
            .filter(move |(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }

    /// Returns all names and values in their order. A folded value still holds its line breaks.
    pub fn iter(&self) -> Iter<'a> {
        Iter { rest: self.lines }
    }
}

impl<'a> IntoIterator for &Headers<'a> {
    type Item = (&'a str, &'a [u8]);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Names and values of a head, in their order.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let field = self.next_field()?;
            let Some(colon) = memchr::memchr(b':', field) else {
                continue;
            };
            let Ok(name) = str::from_utf8(field[..colon].trim_ascii()) else {
                continue;
            };
            return Some((name, field[colon + 1..].trim_ascii()));
        }
    }
}

impl FusedIterator for Iter<'_> {}

impl<'a> Iter<'a> {
    /// Takes one line and those that are folded into it; ends at the empty line.
    fn next_field(&mut self) -> Option<&'a [u8]> {
        let all = self.rest;
        let (first, mut rest) = split_line(all);
        if first.is_empty() {
            self.rest = &[];
            return None;
        }
        let mut length = first.len();
        while matches!(rest.first(), Some(b' ' | b'\t')) {
            let (more, after) = split_line(rest);
            length = all.len() - rest.len() + more.len();
            rest = after;
        }
        self.rest = rest;
        Some(&all[..length])
    }
}

/// Splits behind the first line, and takes its end off.
fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let Some(end) = memchr::memchr(b'\n', bytes) else {
        return (bytes, &[]);
    };
    let line = &bytes[..end];
    (line.strip_suffix(b"\r").unwrap_or(line), &bytes[end + 1..])
}
