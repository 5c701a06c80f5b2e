//! Prints what reading one plain answer costs: head, framing and body of 11 bytes, as on the hot path.
//!
//! `cargo run --release -p squall-http --example codec_cost`

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::hint::black_box;

use squall_http::codec::response::{BodyReader, Count, Limits, RequestKind, parse_head};
use squall_protocol::Clock;

const ROUNDS: u32 = 5_000_000;

const SMALL: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world";

const USUAL: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 11\r\n\
    server: squall-target\r\ndate: Tue, 14 Nov 2023 22:13:20 GMT\r\ncache-control: no-store\r\n\r\nhello world";

fn main() {
    for (name, bytes) in [("one header", SMALL), ("five headers", USUAL)] {
        let best = (0..5)
            .map(|_| nanoseconds(bytes))
            .fold(f64::INFINITY, f64::min);
        println!("{name:>12}, {:>3} bytes: {best:6.1} ns", bytes.len());
    }
}

fn nanoseconds(bytes: &[u8]) -> f64 {
    let limits = Limits::default();
    let clock = Clock::start();
    for _ in 0..ROUNDS {
        let bytes = black_box(bytes);
        let head = parse_head(bytes, RequestKind::Other, &limits)
            .expect("valid")
            .expect("complete");
        let mut body = BodyReader::new(head.framing, 1 << 30).expect("small");
        let consumed = body
            .feed(&bytes[head.head_len..], &mut Count::default())
            .expect("valid");
        black_box((head, consumed));
    }
    clock.now() as f64 / f64::from(ROUNDS)
}
