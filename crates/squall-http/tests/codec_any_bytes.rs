//! Whatever a server sends: split anywhere it reads the same, and no bytes lead to a panic or to growing memory.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use squall_http::codec::CodecError;
use squall_http::codec::content::decode;
use squall_http::codec::cookies::{Jar, Site};
use squall_http::codec::redirect::follow;
use squall_http::codec::response::{
    BodyReader, Framing, Head, Headers, Keep, Limits, RequestKind, end_of_head, may_end_head,
    parse_head,
};
use squall_protocol::connect::Scheme;

#[path = "codec_content/encode.rs"]
mod encode;

use encode::{br, gzip, raw_deflate, zlib, zstd};

const BODY_LIMIT: u64 = 4096;

/// What a client makes of the bytes of a connection that is closed behind them.
#[derive(Debug, PartialEq)]
struct Answer {
    head: Result<Head, CodecError>,
    body: Vec<u8>,
    end: Result<(), CodecError>,
    unsolicited: usize,
}

/// Reads as the client does: gathers an incomplete head, skips interim ones, then streams the body.
fn read<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> Answer {
    let mut answer = Answer {
        head: Err(CodecError::NoAnswer),
        body: Vec::new(),
        end: Ok(()),
        unsolicited: 0,
    };
    let mut gathered = Vec::new();
    let mut body: Option<BodyReader> = None;
    for piece in pieces {
        let mut rest = piece;
        let owned;
        if body.is_none() {
            gathered.extend_from_slice(piece);
            match next_head(&mut gathered) {
                Ok(None) => continue,
                Ok(Some(head)) => {
                    answer.head = Ok(head);
                    owned = gathered.split_off(head.head_len);
                    rest = &owned;
                    match BodyReader::new(head.framing, BODY_LIMIT) {
                        Ok(reader) => body = Some(reader),
                        Err(error) => {
                            return Answer {
                                end: Err(error),
                                ..answer
                            };
                        }
                    }
                }
                Err(error) => {
                    return Answer {
                        head: Err(error),
                        ..answer
                    };
                }
            }
        }
        let reader = body.as_mut().unwrap();
        match reader.feed(rest, &mut Keep::new(&mut answer.body, 4096)) {
            Ok(consumed) => answer.unsolicited += rest.len() - consumed.bytes,
            Err(error) => {
                // How much of a body came before the error depends on the pieces; that it is one does not.
                return Answer {
                    end: Err(error),
                    body: Vec::new(),
                    unsolicited: 0,
                    ..answer
                };
            }
        }
    }
    match body {
        Some(reader) => answer.end = reader.end(),
        None => answer.head = Err(end_of_head(gathered.len())),
    }
    answer
}

fn next_head(gathered: &mut Vec<u8>) -> Result<Option<Head>, CodecError> {
    let limits = Limits {
        head: 2048,
        headers: 100,
    };
    loop {
        match parse_head(gathered, RequestKind::Other, &limits)? {
            Some(head) if head.is_interim() => drop(gathered.drain(..head.head_len)),
            other => return Ok(other),
        }
    }
}

fn whole(bytes: &[u8]) -> Answer {
    read(std::iter::once(bytes))
}

const VALID: &[&str] = &[
    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n6 \r\n world\r\n0\r\nT: x\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 204 No Content\r\nSet-Cookie: a=b; Path=/; Max-Age=5\r\n\r\n",
    "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nuntil the end",
    "HTTP/1.1 200 OK\nContent-Length: 3\n\nabcextra",
    "\r\nHTTP/1.1 302 Found\r\nLocation: /x\r\nFold: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\ntruncated",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhellx!\r\n0\r\n\r\n",
];

#[test]
fn every_answer_split_at_every_byte_reads_the_same() {
    for text in VALID {
        let bytes = text.as_bytes();
        let expect = whole(bytes);
        for at in 0..=bytes.len() {
            let (first, second) = bytes.split_at(at);
            assert_eq!(
                read([first, second].into_iter()),
                expect,
                "{text:?} at {at}"
            );
        }
        assert_eq!(read(bytes.chunks(1)), expect, "{text:?} byte by byte");
    }
}

/// A valid answer with some bytes changed, dropped or doubled.
fn mutated(texts: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let edits = vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 0..6);
    (prop::sample::select(texts), edits).prop_map(|(text, edits)| {
        let mut bytes = text.as_bytes().to_vec();
        for (index, byte, edit) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = index.index(bytes.len());
            match edit {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, byte),
                _ => bytes.truncate(at + 1),
            }
        }
        bytes
    })
}

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        cases: count,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn cut(bytes: &[u8], cuts: &[prop::sample::Index]) -> Vec<Range<usize>> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    at.push(0);
    at.push(bytes.len());
    at.sort_unstable();
    at.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn mutated_answers_read_the_same_however_they_are_split(
        bytes in mutated(VALID),
        cuts in vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let pieces = cut(&bytes, &cuts).into_iter().map(|piece| &bytes[piece]);
        prop_assert_eq!(read(pieces), whole(&bytes));
    }

    #[test]
    fn any_chunks_are_read_or_refused(bytes in chunk_soup()) {
        let mut out = Vec::new();
        let mut reader = BodyReader::new(Framing::Chunked, BODY_LIMIT).unwrap();
        if let Ok(consumed) = reader.feed(&bytes, &mut Keep::new(&mut out, 4096)) {
            prop_assert!(consumed.done || consumed.bytes == bytes.len());
        }
        prop_assert!(out.len() <= bytes.len());
    }

    #[test]
    fn any_head_is_read_or_refused(bytes in vec(any::<u8>(), 0..200), prefix in prop::sample::select(PREFIXES)) {
        let bytes = [prefix.as_bytes(), &bytes].concat();
        let parsed = parse_head(&bytes, RequestKind::Other, &Limits::default());
        if let Ok(Some(head)) = parsed {
            prop_assert!(head.head_len <= bytes.len());
            prop_assert!((100..=999).contains(&head.status));
            prop_assert!(may_end_head(&bytes, 0));
        }
        for (name, value) in &Headers::new(&bytes) {
            prop_assert!(name.len() + value.len() <= bytes.len());
        }
    }

    #[test]
    fn any_set_cookie_is_kept_or_ignored(
        values in vec(cookie_soup(), 1..4),
        now in any::<i64>(),
    ) {
        let site = Site { scheme: Scheme::Http, host: "a.shop.test", path: "/x/y" };
        let mut jar = Jar::new();
        for value in &values {
            jar.store(&site, value, now);
        }
        prop_assert!(jar.len() <= values.len());
        let mut out = Vec::new();
        jar.header_for(&site, now, &mut out);
        prop_assert!(out.iter().all(|byte| !byte.is_ascii_control() || *byte == b'\t'));
    }

    #[test]
    fn any_location_is_followed_or_refused(location in location_soup()) {
        let current = url::Url::parse("http://shop.test/a").unwrap();
        if let Ok(redirect) = follow(302, "GET", Some(&location), &current) {
            prop_assert!(matches!(redirect.url.scheme(), "http" | "https"));
        }
    }
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn any_body_is_decoded_or_refused(bytes in mutated_body(), encodings in prop::sample::select(ENCODINGS)) {
        if let Ok(decoded) = decode(encodings, &bytes, 10_000) {
            prop_assert!(decoded.len() <= 10_000);
        }
    }
}

const PREFIXES: &[&str] = &[
    "",
    "HTTP/1.1 ",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: ",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: ",
    "HTTP/1.1 200 OK\r\nA: b\r\n ",
];

const ENCODINGS: &[&str] = &["gzip", "deflate", "br", "zstd", "gzip, br", "zstd, zstd"];

fn chunk_soup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(
        &[
            "0", "5", "a", "ffffffff", "\r\n", "\n", "\r", ";x", " ", "hello", "X: y", "g",
        ][..],
    );
    vec(piece, 0..30).prop_map(|pieces| pieces.concat().into_bytes())
}

fn cookie_soup() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(
        &[
            "a",
            "=",
            "b",
            "; ",
            ";",
            "Domain=",
            "shop.test",
            ".",
            "Path=",
            "/x",
            "Max-Age=",
            "-1",
            "99999999999999999999",
            "Expires=",
            "Wed, 21 Oct 2015 07:28:00 GMT",
            "Secure",
            "\"",
            "%",
            "é",
            "\0",
            "\r\n",
        ][..],
    );
    let piece = prop_oneof![8 => known.prop_map(|text| text.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..4)];
    vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

fn location_soup() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(
        &[
            "http", "https", "ftp", ":", "/", "//", "\\", "@", "?", "#", "..", "a", "[", "::1",
            "]", "%", ":99999", "é", " ",
        ][..],
    );
    let piece = prop_oneof![8 => known.prop_map(|text| text.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..4)];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Bodies of all encodings with some bytes changed, and arbitrary ones.
fn mutated_body() -> impl Strategy<Value = Vec<u8>> {
    let bodies = encoded_bodies();
    let edits = vec((any::<prop::sample::Index>(), any::<u8>()), 0..5);
    let mutated = (
        prop::sample::select(bodies),
        edits,
        any::<prop::sample::Index>(),
    )
        .prop_map(|(mut body, edits, end)| {
            for (at, byte) in edits {
                let at = at.index(body.len());
                body[at] = byte;
            }
            body.truncate(end.index(body.len()) + 1);
            body
        });
    prop_oneof![4 => mutated, 1 => vec(any::<u8>(), 0..300)]
}

/// A body in each encoding, short and long.
fn encoded_bodies() -> Vec<Vec<u8>> {
    let long: Vec<u8> = (0..3000_u32)
        .map(|at| b'a' + u8::try_from(at * at % 26).unwrap())
        .collect();
    [&b"hello"[..], &long]
        .into_iter()
        .flat_map(|body| {
            [
                gzip(body),
                zlib(body),
                raw_deflate(body),
                br(body),
                zstd(body),
                zstd(&zstd(body)),
            ]
        })
        .collect()
}
