//! Bodies in pieces: by length, in chunks, until the end, and broken.

use squall_http::codec::CodecError;
use squall_http::codec::response::{BodyReader, Count, Framing, Keep, end_of_head};
use squall_protocol::{Failure, FailureClass};

/// Reads a body in pieces of `size` bytes and says what came out, and how much of the bytes was used.
fn read(framing: Framing, bytes: &[u8], size: usize) -> Result<(Vec<u8>, usize, bool), CodecError> {
    let mut out = Vec::new();
    let mut reader = BodyReader::new(framing, 1 << 20)?;
    let mut used = 0;
    for piece in bytes.chunks(size) {
        let consumed = reader.feed(piece, &mut Keep::new(&mut out, 1 << 20))?;
        used += consumed.bytes;
        assert_eq!(consumed.done, reader.is_done());
        if consumed.done {
            break;
        }
        assert_eq!(
            consumed.bytes,
            piece.len(),
            "what is not done takes everything"
        );
    }
    Ok((out, used, reader.is_done()))
}

#[test]
fn chunks_are_joined_and_what_follows_is_left() {
    let check = |bytes: &str, body: &str, left: &str| {
        for size in 1..=bytes.len() {
            let (out, used, done) = read(Framing::Chunked, bytes.as_bytes(), size).unwrap();
            assert_eq!(
                (out.as_slice(), done),
                (body.as_bytes(), true),
                "{bytes:?} by {size}"
            );
            assert_eq!(&bytes[used..], left, "{bytes:?} by {size}");
        }
    };
    check("0\r\n\r\n", "", "");
    check("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world", "");
    check("5\r\nhello\r\n0\r\n\r\nHTTP/1.1", "hello", "HTTP/1.1");
    check("A;x=\"y\"\r\n0123456789\r\n000\r\n\r\n", "0123456789", "");
    check(
        "00000000000000000000000000000000a \t\r\n0123456789\r\n0\r\n\r\n",
        "0123456789",
        "",
    );
    check("5 ; x\r\nhello\r\n0;last\r\n\r\n", "hello", "");
    check("5\nhello\n0\n\n", "hello", "");
    check(
        "5\r\nhello\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n!",
        "hello",
        "!",
    );
    check("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", "");
}

#[test]
fn broken_chunks_are_classed() {
    let check = |bytes: &str, expect: CodecError| {
        for size in [1, 2, 3, bytes.len()] {
            assert_eq!(
                read(Framing::Chunked, bytes.as_bytes(), size),
                Err(expect),
                "{bytes:?} by {size}"
            );
        }
    };
    check("x\r\n", CodecError::BadChunkSize);
    check("\r\n", CodecError::BadChunkSize);
    check(";x\r\n", CodecError::BadChunkSize);
    check("-5\r\nhello\r\n", CodecError::BadChunkSize);
    check("0x5\r\nhello\r\n", CodecError::BadChunkSize);
    check("5 5\r\n", CodecError::BadChunkSize);
    check("5\rhello", CodecError::BadChunkSize);
    check("5\r\nhello!\r\n", CodecError::BadChunkEnd);
    check("5\r\nhello\rx", CodecError::BadChunkEnd);
    check("5\r\nhello0\r\n\r\n", CodecError::BadChunkEnd);
    check("10000000000000000\r\n", CodecError::ChunkSizeOverflow);
    check("ffffffffffffffff0\r\n", CodecError::ChunkSizeOverflow);
    check("0\r\n\rx", CodecError::BadHeader);
    check(
        &"0".repeat(5000),
        CodecError::ChunkLineTooLong { limit: 4096 },
    );
    check(
        &format!("5;{}", "x".repeat(5000)),
        CodecError::ChunkLineTooLong { limit: 4096 },
    );
    check(
        &format!("5{}", " ".repeat(5000)),
        CodecError::ChunkLineTooLong { limit: 4096 },
    );
    check(
        &format!("0\r\n{}", "X: y\r\n".repeat(4000)),
        CodecError::TrailersTooLarge { limit: 16384 },
    );
    check(
        &format!("0\r\n{}", "x".repeat(20000)),
        CodecError::TrailersTooLarge { limit: 16384 },
    );
}

#[test]
fn a_body_ends_where_its_framing_says() {
    assert_eq!(
        read(Framing::Length(5), b"hello!", 2),
        Ok((b"hello".to_vec(), 5, true))
    );
    assert_eq!(
        read(Framing::Length(5), b"hell", 3),
        Ok((b"hell".to_vec(), 4, false))
    );
    assert_eq!(
        read(Framing::UntilClose, b"hello", 2),
        Ok((b"hello".to_vec(), 5, false))
    );
    for framing in [Framing::None, Framing::Length(0)] {
        assert_eq!(read(framing, b"hello", 2), Ok((Vec::new(), 0, true)));
        assert!(BodyReader::new(framing, 0).unwrap().is_done());
    }
}

#[test]
fn the_end_of_the_connection_is_the_end_of_some_bodies_only() {
    let after = |framing, bytes: &[u8]| {
        let mut reader = BodyReader::new(framing, 100).unwrap();
        reader.feed(bytes, &mut Count::default()).unwrap();
        reader.end()
    };
    assert_eq!(after(Framing::UntilClose, b""), Ok(()));
    assert_eq!(after(Framing::UntilClose, b"hello"), Ok(()));
    assert_eq!(after(Framing::None, b""), Ok(()));
    assert_eq!(after(Framing::Length(5), b"hello"), Ok(()));
    assert_eq!(
        after(Framing::Length(5), b"hel"),
        Err(CodecError::TruncatedBody { missing: 2 })
    );
    assert_eq!(
        after(Framing::Chunked, b"5\r\nhel"),
        Err(CodecError::TruncatedChunks)
    );
    assert_eq!(
        after(Framing::Chunked, b"0\r\n\r"),
        Err(CodecError::TruncatedChunks)
    );
    assert_eq!(after(Framing::Chunked, b"0\r\n\r\n"), Ok(()));
    assert_eq!(end_of_head(0), CodecError::NoAnswer);
    assert_eq!(end_of_head(1), CodecError::TruncatedHead);
}

#[test]
fn a_body_larger_than_allowed_stops_early() {
    let too_large = CodecError::BodyTooLarge { limit: 10 };
    assert_eq!(
        BodyReader::new(Framing::Length(11), 10).unwrap_err(),
        too_large
    );
    assert!(BodyReader::new(Framing::Length(10), 10).is_ok());
    let feed = |framing, bytes: &[u8]| {
        BodyReader::new(framing, 10)
            .unwrap()
            .feed(bytes, &mut Count::default())
            .map(|consumed| consumed.bytes)
    };
    assert_eq!(feed(Framing::UntilClose, &[0; 10]), Ok(10));
    assert_eq!(feed(Framing::UntilClose, &[0; 11]), Err(too_large));
    assert_eq!(
        feed(Framing::Chunked, b"6\r\nhello!\r\n5\r\nhello"),
        Err(too_large)
    );
    let mut kept = b"ab".to_vec();
    let mut reader = BodyReader::new(Framing::Length(9), 10).unwrap();
    assert_eq!(
        reader.feed(&[0; 9], &mut Keep::new(&mut kept, 10)),
        Err(too_large)
    );
    assert_eq!(kept, b"ab");
}

#[test]
fn errors_become_failures_that_group() {
    let check = |error: CodecError, class: FailureClass, message: &str| {
        let failure = Failure::from(error);
        assert_eq!((failure.class, failure.message.as_str()), (class, message));
    };
    check(
        CodecError::NotHttp,
        FailureClass::Protocol,
        "answer does not start with `HTTP/1.0` or `HTTP/1.1`",
    );
    check(
        CodecError::NoAnswer,
        FailureClass::Closed,
        "connection closed without an answer",
    );
    check(
        CodecError::BodyTooLarge { limit: 9 },
        FailureClass::TooLarge,
        "body is larger than 9 bytes",
    );
    check(
        CodecError::TruncatedBody { missing: 7 },
        FailureClass::Closed,
        "connection closed within the body",
    );
    let failure = Failure::from(CodecError::TruncatedBody { missing: 7 });
    assert_eq!(
        failure.detail,
        "connection closed within the body: 7 bytes missing"
    );
}
