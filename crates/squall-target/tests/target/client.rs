//! A client that writes bytes and reads one answer.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use squall_target::{RunningTarget, Target, TargetConfig};

/// Long enough for any machine; only a broken target lets a test wait for it.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn target() -> RunningTarget {
    Target::start(TargetConfig {
        threads: 2,
        ..TargetConfig::default()
    })
    .unwrap()
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(crate) struct Client<S> {
    stream: S,
    unread: Vec<u8>,
}

impl Client<TcpStream> {
    pub(crate) fn connect(target: &RunningTarget) -> Self {
        let stream = TcpStream::connect(target.http_addr()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self::new(stream)
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            unread: Vec::new(),
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.request("GET", path, "", "")
    }

    /// Sends a request with extra header lines, each ended by CR LF, and reads the answer.
    pub(crate) fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Answer {
        self.ask(method, path, headers, body);
        self.answer().unwrap()
    }

    pub(crate) fn post_json(&mut self, path: &str, headers: &str, body: &str) -> Answer {
        self.request(
            "POST",
            path,
            &format!("Content-Type: application/json\r\n{headers}"),
            body,
        )
    }

    pub(crate) fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) {
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{length}{headers}\r\n{body}");
        self.send(request.as_bytes());
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Reads an answer; an error if the connection ends before it does.
    pub(crate) fn answer(&mut self) -> io::Result<Answer> {
        let end = loop {
            if let Some(at) = self
                .unread
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
            {
                break at + 4;
            }
            self.fill()?;
        };
        let head = String::from_utf8(self.unread.drain(..end).collect()).unwrap();
        let mut lines = head.lines();
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
        };
        answer.body = if answer.header("transfer-encoding") == "chunked" {
            self.chunks()?
        } else {
            self.exactly(answer.header("content-length").parse().unwrap_or(0))?
        };
        Ok(answer)
    }

    /// Reads until the connection ends; an error if that was not orderly.
    pub(crate) fn rest(&mut self) -> io::Result<Vec<u8>> {
        while self.read_more()? > 0 {}
        Ok(std::mem::take(&mut self.unread))
    }

    pub(crate) fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.unread.len() < length {
            self.fill()?;
        }
        Ok(self.unread.drain(..length).collect())
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(at) = self.unread.windows(2).position(|window| window == b"\r\n") {
                    break at;
                }
                self.fill()?;
            };
            let line = String::from_utf8(self.exactly(end + 2)?).unwrap();
            let size = usize::from_str_radix(line.trim(), 16).unwrap();
            let chunk = self.exactly(size + 2)?;
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.read_more()? == 0 {
            Err(io::ErrorKind::UnexpectedEof.into())
        } else {
            Ok(())
        }
    }

    fn read_more(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 16 * 1024];
        let count = self.stream.read(&mut buffer)?;
        self.unread.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}
