//! The same over HTTP/1.1, for one connection after the other.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;

use super::Kept;

/// What was asked, and the next answers: a status, a header, and whether the body tells of a refused item.
#[derive(Debug, Default)]
pub(in crate::otel) struct Asked {
    pub(in crate::otel) heads: Vec<String>,
    pub(in crate::otel) kept: Kept,
    pub(in crate::otel) answers: Vec<(u16, &'static str)>,
    pub(in crate::otel) refuse_a_span: bool,
}

#[derive(Debug)]
pub(in crate::otel) struct HttpFake {
    address: SocketAddr,
    asked: Arc<Mutex<Asked>>,
}

impl HttpFake {
    pub(in crate::otel) fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let asked = Arc::<Mutex<Asked>>::default();
        let shared = asked.clone();
        std::thread::spawn(move || {
            for stream in socket.incoming() {
                serve(stream.unwrap(), &shared);
            }
        });
        Self { address, asked }
    }

    pub(in crate::otel) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(in crate::otel) fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap()
    }
}

fn serve(stream: TcpStream, asked: &Mutex<Asked>) {
    let mut reader = BufReader::new(stream);
    while let Some((head, body)) = request(&mut reader) {
        let (status, header, body) = answer(&mut asked.lock().unwrap(), head, &body);
        let length = body.len();
        let stream = reader.get_mut();
        write!(
            stream,
            "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{header}\r\n"
        )
        .unwrap();
        stream.write_all(&body).unwrap();
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let head = head.to_lowercase();
    let length = head
        .split_once("content-length: ")
        .map_or(0, |(_, rest)| rest.lines().next().unwrap().parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    if head.contains("content-encoding: gzip") {
        let mut plain = Vec::new();
        GzDecoder::new(body.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        body = plain;
    }
    Some((head, body))
}

fn answer(asked: &mut Asked, head: String, body: &[u8]) -> (u16, &'static str, Vec<u8>) {
    let path = head.split(' ').nth(1).unwrap().to_owned();
    asked.heads.push(head);
    if !body.is_empty() && !asked.answers.is_empty() {
        let (status, header) = asked.answers.remove(0);
        return (status, header, Vec::new());
    }
    let mut answer = Vec::new();
    match path.as_str() {
        "/v1/metrics" => asked.kept.metrics.push(Message::decode(body).unwrap()),
        "/v1/logs" => asked.kept.logs.push(Message::decode(body).unwrap()),
        "/v1/traces" => {
            asked.kept.traces.push(Message::decode(body).unwrap());
            if asked.refuse_a_span && !body.is_empty() {
                let partial = ExportTracePartialSuccess {
                    rejected_spans: 1,
                    error_message: "too old".to_owned(),
                };
                answer = ExportTraceServiceResponse {
                    partial_success: Some(partial),
                }
                .encode_to_vec();
            }
        }
        _ => return (404, "", Vec::new()),
    }
    (200, "", answer)
}
