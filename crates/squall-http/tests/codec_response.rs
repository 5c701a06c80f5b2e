//! Heads as servers send them, well-formed and not.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use squall_http::codec::CodecError;
use squall_http::codec::response::{
    BodyReader, Count, Framing, Head, Headers, Limits, RequestKind, Version, may_end_head,
    parse_head,
};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world";

fn parse(bytes: impl AsRef<[u8]>) -> Result<Option<Head>, CodecError> {
    parse_head(bytes.as_ref(), RequestKind::Other, &Limits::default())
}

fn head(bytes: impl AsRef<[u8]>) -> Head {
    parse(bytes).unwrap().unwrap()
}

/// The head with these header lines.
fn with(lines: &str) -> Result<Option<Head>, CodecError> {
    parse(format!("HTTP/1.1 200 OK\r\n{lines}\r\n"))
}

#[test]
fn a_plain_answer_is_read_in_one_go() {
    let head = head(HELLO);
    assert_eq!(
        (head.status, head.version, head.head_len),
        (200, Version::Http11, 39)
    );
    assert_eq!(
        (head.framing, head.keep_alive, head.is_interim()),
        (Framing::Length(11), true, false)
    );
    let mut count = Count::default();
    let mut body = BodyReader::new(head.framing, u64::MAX).unwrap();
    let consumed = body
        .feed(&HELLO.as_bytes()[head.head_len..], &mut count)
        .unwrap();
    assert_eq!((consumed.bytes, consumed.done, count.bytes), (11, true, 11));
}

#[test]
fn a_head_is_complete_at_its_last_byte_and_not_before() {
    let whole = head(HELLO);
    for end in 0..39 {
        assert_eq!(parse(&HELLO.as_bytes()[..end]), Ok(None), "{end} bytes");
    }
    for end in 39..=HELLO.len() {
        assert_eq!(
            parse(&HELLO.as_bytes()[..end]),
            Ok(Some(whole)),
            "{end} bytes"
        );
    }
}

/// Checks framing and keep-alive of a response with this status and these header lines.
fn framed(status: u16, request: RequestKind, lines: &str, expect: (Framing, bool)) {
    let bytes = format!("HTTP/1.1 {status} X\r\n{lines}\r\n");
    let head = parse_head(bytes.as_bytes(), request, &Limits::default())
        .unwrap()
        .unwrap();
    assert_eq!(
        (head.framing, head.keep_alive),
        expect,
        "{status} {request:?} {lines:?}"
    );
}

#[test]
fn bodies_are_framed_by_their_headers() {
    let check =
        |lines, framing, keep_alive| framed(200, RequestKind::Other, lines, (framing, keep_alive));
    let (chunked, five) = (Framing::Chunked, Framing::Length(5));
    check("", Framing::UntilClose, false);
    check("Content-Length: 0\r\n", Framing::Length(0), true);
    check("content-LENGTH:5\r\n", five, true);
    check("Content-Length: 5, 5\r\n", five, true);
    check("Content-Length: 5\r\nContent-Length: 5\r\n", five, true);
    check("Transfer-Encoding: chunked\r\n", chunked, true);
    check(
        "Transfer-Encoding: Chunked\r\nContent-Length: 5\r\n",
        chunked,
        false,
    );
    check(
        "Transfer-Encoding: chunked\r\nContent-Length: x\r\n",
        chunked,
        false,
    );
    check(
        "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
        five,
        true,
    );
    check("Connection: close\r\nContent-Length: 5\r\n", five, false);
    check(
        "Connection: foo, Close\r\nContent-Length: 5\r\n",
        five,
        false,
    );
    check("Connection: keep-alive\r\n", Framing::UntilClose, false);
}

#[test]
fn some_answers_have_no_body_whatever_their_headers_say() {
    let check = |status, request, lines, keep_alive| {
        framed(status, request, lines, (Framing::None, keep_alive));
    };
    check(204, RequestKind::Other, "Content-Length: 5\r\n", true);
    check(
        304,
        RequestKind::Other,
        "Transfer-Encoding: chunked\r\n",
        true,
    );
    check(100, RequestKind::Other, "", true);
    check(103, RequestKind::Other, "Link: </a>\r\n", true);
    check(101, RequestKind::Other, "Upgrade: x\r\n", false);
    check(200, RequestKind::Head, "Content-Length: 5\r\n", true);
    check(404, RequestKind::Head, "Content-Length: 1, 2\r\n", true);
    check(200, RequestKind::Connect, "Content-Length: 5\r\n", false);
    framed(
        407,
        RequestKind::Connect,
        "Content-Length: 5\r\n",
        (Framing::Length(5), true),
    );
}

#[test]
fn http_1_0_keeps_alive_only_when_it_says_so() {
    let check = |lines: &str, expect: bool| {
        let head = head(format!("HTTP/1.0 200 OK\r\n{lines}\r\n"));
        assert_eq!(
            (head.version, head.keep_alive),
            (Version::Http10, expect),
            "{lines:?}"
        );
    };
    check("Content-Length: 1\r\n", false);
    check("Content-Length: 1\r\nConnection: Keep-Alive\r\n", true);
    check(
        "Content-Length: 1\r\nConnection: keep-alive, close\r\n",
        false,
    );
    check(
        "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n",
        false,
    );
}

#[test]
fn only_101_is_a_final_interim_answer() {
    for (status, interim) in [
        (100, true),
        (101, false),
        (102, true),
        (103, true),
        (199, true),
        (200, false),
    ] {
        assert_eq!(
            head(format!("HTTP/1.1 {status} \r\n\r\n")).is_interim(),
            interim,
            "{status}"
        );
    }
}

#[test]
fn what_is_not_a_response_is_classed() {
    let check =
        |bytes: &str, expect: CodecError| assert_eq!(parse(bytes), Err(expect), "{bytes:?}");
    check("SSH-2.0-OpenSSH_9.9\r\n", CodecError::NotHttp);
    check("\0\0\0\0", CodecError::NotHttp);
    check("HTTP/2.0 200 OK\r\n\r\n", CodecError::NotHttp);
    check("<html>hello</html>", CodecError::NotHttp);
    check("HTTP/1.1 2x0 OK\r\n\r\n", CodecError::BadStatus);
    check("HTTP/1.1 099 OK\r\n\r\n", CodecError::BadStatus);
    check("HTTP/1.1 -12 OK\r\n\r\n", CodecError::BadStatus);
    check("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", CodecError::BadHeader);
    check("HTTP/1.1 200 OK\r\nna me: x\r\n\r\n", CodecError::BadHeader);
    check("HTTP/1.1 200 OK\r\n: x\r\n\r\n", CodecError::BadHeader);
    check(
        "HTTP/1.1 200 OK\r\nname: a\0b\r\n\r\n",
        CodecError::BadHeader,
    );
}

#[test]
fn lengths_that_cannot_be_trusted_are_refused() {
    let check = |lines: &str, expect: CodecError| assert_eq!(with(lines), Err(expect), "{lines:?}");
    for bad in [
        "",
        "x",
        "-1",
        "+1",
        "0x10",
        "1 2",
        "1.0",
        "1,",
        "18446744073709551616",
        "99999999999999999999999",
    ] {
        check(&format!("Content-Length: {bad}\r\n"), CodecError::BadLength);
    }
    check(
        "Content-Length: 1\r\nContent-Length: 2\r\n",
        CodecError::ConflictingLengths,
    );
    check("Content-Length: 1, 2\r\n", CodecError::ConflictingLengths);
    check(
        "Content-Length: 1\r\nContent-Length: x\r\nContent-Length: 1\r\n",
        CodecError::BadLength,
    );
    check(
        "Transfer-Encoding: gzip, chunked\r\n",
        CodecError::UnknownTransferCoding,
    );
    check(
        "Transfer-Encoding: chunked, chunked\r\n",
        CodecError::UnknownTransferCoding,
    );
    check(
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
        CodecError::UnknownTransferCoding,
    );
    check(
        "Transfer-Encoding: xchunked\r\nContent-Length: 1\r\n",
        CodecError::UnknownTransferCoding,
    );
    let most = with("Content-Length: 18446744073709551615\r\n")
        .unwrap()
        .unwrap();
    assert_eq!(most.framing, Framing::Length(u64::MAX));
}

#[test]
fn oddities_that_servers_are_known_for_are_accepted() {
    let check =
        |bytes: &str, framing: Framing| assert_eq!(head(bytes).framing, framing, "{bytes:?}");
    check(
        "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\n",
        Framing::Length(1),
    );
    check(
        "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\n",
        Framing::Length(1),
    );
    check("HTTP/1.1 200 OK\nContent-Length: 1\n\n", Framing::Length(1));
    check(
        "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n",
        Framing::Length(1),
    );
    check(
        "HTTP/1.1 200 Très bien\r\nContent-Length: 1\r\n\r\n",
        Framing::Length(1),
    );
    check(
        "HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nContent-Length: 1\r\n\r\n",
        Framing::Length(1),
    );
    check(
        "HTTP/1.1 200 OK\r\nX:\r\nContent-Length:\t1 \r\n\r\n",
        Framing::Length(1),
    );
}

#[test]
fn many_headers_are_accepted_and_too_many_are_not() {
    let lines = |count: usize| "X: y\r\n".repeat(count) + "Content-Length: 7\r\n";
    for count in [0, 62, 63, 64, 65, 255] {
        assert_eq!(
            with(&lines(count)).unwrap().unwrap().framing,
            Framing::Length(7),
            "{count}"
        );
    }
    assert_eq!(
        with(&lines(256)),
        Err(CodecError::TooManyHeaders { limit: 256 })
    );
}

#[test]
fn an_endless_head_ends_at_the_limit() {
    let limits = Limits {
        head: 1000,
        ..Limits::default()
    };
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(2000));
    let parse = |length| parse_head(&endless.as_bytes()[..length], RequestKind::Other, &limits);
    assert_eq!(parse(999), Ok(None));
    assert_eq!(parse(1000), Err(CodecError::HeadTooLarge { limit: 1000 }));
    assert_eq!(parse(1500), Err(CodecError::HeadTooLarge { limit: 1000 }));
    let complete = endless + "\r\n\r\n";
    let parsed = parse_head(complete.as_bytes(), RequestKind::Other, &limits);
    assert_eq!(parsed, Err(CodecError::HeadTooLarge { limit: 1000 }));
}

#[test]
fn parsing_again_is_worthwhile_only_at_an_empty_line() {
    let whole = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n".as_bytes();
    for end in 1..=whole.len() {
        let complete = parse(&whole[..end]).unwrap().is_some();
        for seen in 0..end {
            let may = may_end_head(&whole[..end], seen);
            assert!(may || !complete, "{seen} of {end}");
            assert!(!may || complete, "{seen} of {end}");
        }
    }
    assert!(may_end_head(b"HTTP/1.1 200 OK\nA: b\n\n", 21));
    assert!(!may_end_head(b"", 7));
}

#[test]
fn marks_tell_what_is_worth_a_second_look() {
    let plain = with("Server: x\r\n").unwrap().unwrap();
    assert!(!plain.has_set_cookie() && !plain.has_location() && !plain.has_content_encoding());
    let marked = with("set-cookie: a=b\r\nLOCATION: /\r\nContent-Encoding: br\r\n")
        .unwrap()
        .unwrap();
    assert!(marked.has_set_cookie() && marked.has_location() && marked.has_content_encoding());
}

#[test]
fn headers_are_found_in_any_case_and_in_their_order() {
    let bytes = b"\r\nHTTP/1.1 200 OK: fine\r\nA: 1\r\nset-cookie: x=y\r\nEmpty:\r\nSet-Cookie:  z \r\nFold: a\r\n  b\r\nLast: \xff\r\n\r\nA: 2\r\n";
    let head = head(bytes);
    let headers = Headers::new(&bytes[..head.head_len]);
    assert_eq!(headers.get("a"), Some(&b"1"[..]));
    assert_eq!(headers.get("EMPTY"), Some(&b""[..]));
    assert_eq!(headers.get("fold"), Some(&b"a\r\n  b"[..]));
    assert_eq!(headers.get("last"), Some(&b"\xff"[..]));
    assert_eq!(headers.get("none"), None);
    assert_eq!(
        headers.get_all("Set-Cookie").collect::<Vec<_>>(),
        [&b"x=y"[..], b"z"]
    );
    let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["A", "set-cookie", "Empty", "Set-Cookie", "Fold", "Last"]
    );
}
