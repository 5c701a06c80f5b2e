//! An answer that was kept for somebody who reads it later.

use crate::codec::response::Headers;

/// An answer as it came, its body decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Status line and header lines, as they came, with the empty line behind them.
    pub head: Vec<u8>,
    /// The body without transfer and content codings; empty where the request asked to have it counted only. One that cannot be decoded
    /// is kept as it came.
    pub body: Vec<u8>,
    /// Where the answer came from, after all redirects; without user, password and fragment.
    pub url: String,
    /// The redirects that were followed on the way, in order.
    pub hops: Vec<Hop>,
}

/// An answer that redirected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// Its status.
    pub status: u16,
    /// Where it came from.
    pub url: String,
    /// Status line and header lines, as they came.
    pub head: Vec<u8>,
}

impl KeptAnswer {
    /// Returns the headers, looked up when they are asked for.
    pub fn headers(&self) -> Headers<'_> {
        Headers::new(&self.head)
    }

    /// Returns the reason phrase of the status line, which may be empty.
    pub fn reason(&self) -> String {
        reason(&self.head)
    }
}

impl Hop {
    /// Returns the headers, looked up when they are asked for.
    pub fn headers(&self) -> Headers<'_> {
        Headers::new(&self.head)
    }

    /// Returns the reason phrase of the status line, which may be empty.
    pub fn reason(&self) -> String {
        reason(&self.head)
    }
}

fn reason(head: &[u8]) -> String {
    let line = head.trim_ascii_start();
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let phrase = line.splitn(3, |byte| *byte == b' ').nth(2);
    String::from_utf8_lossy(phrase.unwrap_or_default().trim_ascii()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_what_follows_the_status() {
        let check = |head: &str, expect| assert_eq!(reason(head.as_bytes()), expect, "{head:?}");
        check("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n", "Not Found");
        check("\r\nHTTP/1.1 200 OK\r\n\r\n", "OK");
        check("HTTP/1.1 200 \r\n\r\n", "");
        check("HTTP/1.1 200\r\n\r\n", "");
        check("", "");
    }
}
