//! A client that does what a test says, and nothing by itself.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;
use socket2::{Domain, Socket, Type};
use squall_ui::Server;

use crate::apply::apply;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Reads one that ends with its connection.
    pub(crate) fn read(mut stream: impl std::io::Read) -> Self {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Somebody who knows the URL.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
}

impl Client {
    pub(crate) fn of(server: &Server) -> Self {
        let (_, token) = server.url().split_once("/?token=").unwrap();
        Self {
            address: server.address(),
            token: token.to_owned(),
        }
    }

    /// Sends a request as it is, with these headers alone; `TOKEN` stands for the token.
    pub(crate) fn raw(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        Answer::read(self.send(line, headers, body))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let headers = [("host", "localhost"), ("authorization", "Bearer TOKEN")];
        self.raw(&format!("GET {path} HTTP/1.1"), &headers, "")
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        let headers = [("host", "localhost"), ("authorization", "Bearer TOKEN")];
        self.raw(&format!("POST {path} HTTP/1.1"), &headers, body)
    }

    /// Listens to the events; HTTP/1.0 has no chunks.
    pub(crate) fn events(&self) -> Events {
        let headers = [("host", "localhost"), ("authorization", "Bearer TOKEN")];
        let stream = self.send("GET /api/v1/events HTTP/1.0", &headers, "");
        let mut lines = BufReader::new(stream);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            lines.read_line(&mut line).unwrap();
        }
        Events { lines }
    }

    pub(crate) fn send(&self, line: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
        let line = line.replace("TOKEN", &self.token);
        let headers = headers.iter().map(|(name, value)| {
            let value = value.replace("TOKEN", &self.token);
            format!("{name}: {value}\r\n")
        });
        let (headers, length) = (headers.collect::<String>(), body.len());
        let text = format!(
            "{line}\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        // Small, so that one who does not read is noticed soon.
        socket.set_recv_buffer_size(1 << 14).unwrap();
        socket.connect(&self.address.into()).unwrap();
        let mut stream = TcpStream::from(socket);
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }
}

/// Events as they come.
#[derive(Debug)]
pub(crate) struct Events {
    lines: BufReader<TcpStream>,
}

impl Iterator for Events {
    type Item = (String, Value);

    fn next(&mut self) -> Option<(String, Value)> {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            self.lines
                .read_line(&mut line)
                .ok()
                .filter(|read| *read > 0)?;
            if let Some(event) = line.strip_prefix("event: ") {
                event.trim_end().clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data: ") {
                return Some((name, serde_json::from_str(data).unwrap()));
            }
        }
    }
}

/// What a page holds.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) state: Value,
    /// `ReportData`.
    pub(crate) run: Value,
    pub(crate) live: Value,
    /// How many runs came whole, and how many seconds.
    pub(crate) wholes: usize,
    pub(crate) seconds: usize,
}

impl Page {
    /// Takes an event.
    pub(crate) fn take(&mut self, (name, data): (String, Value)) {
        match name.as_str() {
            "state" => self.state = data,
            "run" => {
                self.run = data;
                self.wholes += 1;
            }
            "second" => {
                apply(&mut self.run["timeline"], &data);
                if let Some(summary) = data.get("summary") {
                    self.run["summary"] = summary.clone();
                }
                self.live = data["live"].clone();
                self.seconds += 1;
            }
            other => panic!("there is no event `{other}`"),
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state["run"]["state"] == "ended"
    }
}
