//! Asks servers that speak HTTP, with nothing of what is tested.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Body, as text.
    pub body: String,
}

/// Asks a server of this machine with `GET`.
///
/// # Errors
/// There is no answer, or it is not HTTP.
pub fn get(port: u16, path: &str) -> io::Result<Answer> {
    request("GET", port, path, "", "")
}

/// Asks a server of this machine with `POST` and a body.
///
/// # Errors
/// There is no answer, or it is not HTTP.
pub fn post(port: u16, path: &str, content_type: &str, body: &str) -> io::Result<Answer> {
    request("POST", port, path, content_type, body)
}

/// Escapes a value for the query of a URL (RFC 3986, section 2.1).
pub fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            for digit in [byte >> 4, byte & 15] {
                escaped.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    escaped
}

/// Speaks HTTP/1.0: the answer ends with the connection and has no chunks.
fn request(
    method: &str,
    port: u16,
    path: &str,
    content_type: &str,
    body: &str,
) -> io::Result<Answer> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\
         Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse(&String::from_utf8_lossy(&answer))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP"))
}

fn parse(answer: &str) -> Option<Answer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head
        .strip_prefix("HTTP/1.")?
        .split(' ')
        .nth(1)?
        .parse()
        .ok()?;
    Some(Answer {
        status,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_a_status_and_a_body() {
        let answer = parse("HTTP/1.0 404 Not Found\r\nA: b\r\n\r\nno\r\n\r\nwhere").unwrap();
        assert_eq!(answer.status, 404);
        assert_eq!(answer.body, "no\r\n\r\nwhere");
        assert_eq!(parse("SSH-2.0-OpenSSH"), None);
    }

    #[test]
    fn values_are_escaped() {
        assert_eq!(
            escape("rate(a_b{c=\"ü\"})"),
            "rate%28a_b%7Bc%3D%22%C3%BC%22%7D%29"
        );
    }
}
