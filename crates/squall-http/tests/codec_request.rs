//! Requests as they go out.

use std::path::PathBuf;

use squall_http::codec::request::multipart::{Content, Form, Part, Segment};
use squall_http::codec::request::{
    LAST_CHUNK, RequestError, write_basic, write_bearer, write_chunk_size, write_content_length,
    write_head,
};
use squall_protocol::{Failure, FailureClass};

#[test]
fn a_head_is_written_in_order() {
    let mut out = b"before".to_vec();
    let headers = [
        ("User-Agent", &b"squall"[..]),
        ("X", b""),
        ("x", b"\xc3\xa9\t1"),
    ];
    write_head(&mut out, "GET", "/a?b=c", "shop.test:8080", headers).unwrap();
    let expect = b"beforeGET /a?b=c HTTP/1.1\r\nHost: shop.test:8080\r\nUser-Agent: squall\r\nX: \r\nx: \xc3\xa9\t1\r\n\r\n";
    assert_eq!(out, expect);
}

#[test]
fn what_would_be_another_request_is_refused_and_leaves_nothing() {
    let check = |method, target, host, header: (&str, &[u8]), expect: &str| {
        let mut out = b"before".to_vec();
        let error =
            write_head(&mut out, method, target, host, [("A", &b"b"[..]), header]).unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), out.as_slice()),
            (expect, &b"before"[..])
        );
    };
    let fine = ("X", &b"y"[..]);
    check(
        "GE T",
        "/",
        "h",
        fine,
        "`GE T` is not a method: letters, digits and `-` are",
    );
    check(
        "",
        "/",
        "h",
        fine,
        "`` is not a method: letters, digits and `-` are",
    );
    let target = "the URL has a space or a control character in it: write it percent-encoded";
    check("GET", "/a b", "h", fine, target);
    check("GET", "", "h", fine, target);
    check("GET", "/\r\nX: y", "h", fine, target);
    check(
        "GET",
        "/",
        "h\r\nX: y",
        fine,
        "the value of header `Host` has a line break or a NUL in it",
    );
    check(
        "GET",
        "/",
        "h",
        ("X\n", b"y"),
        "`X\\n` is not a header name",
    );
    check("GET", "/", "h", ("", b"y"), "`` is not a header name");
    check("GET", "/", "h", ("X:", b"y"), "`X:` is not a header name");
    for value in [&b"a\rb"[..], b"a\nb", b"a\0b"] {
        check(
            "GET",
            "/",
            "h",
            ("X", value),
            "the value of header `X` has a line break or a NUL in it",
        );
    }
}

#[test]
fn a_request_that_cannot_be_written_is_a_failure_that_groups() {
    let failure = Failure::from(RequestError::Target("/a b".to_owned()));
    assert_eq!(
        (failure.class, failure.detail.as_str()),
        (FailureClass::Request, "/a b")
    );
    assert!(!failure.message.contains("/a b"));
}

#[test]
fn lengths_and_chunks_are_framed() {
    let mut out = Vec::new();
    write_content_length(&mut out, u64::MAX);
    write_chunk_size(&mut out, 255);
    out.extend_from_slice(LAST_CHUNK);
    assert_eq!(
        out,
        b"Content-Length: 18446744073709551615\r\nff\r\n0\r\n\r\n"
    );
}

#[test]
fn credentials_are_encoded() {
    let mut out = Vec::new();
    write_basic(&mut out, "Aladdin", "open sesame").unwrap();
    assert_eq!(out, b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    out.clear();
    write_basic(&mut out, "test", "123\u{a3}").unwrap();
    assert_eq!(out, b"Basic dGVzdDoxMjPCow==");
    assert_eq!(
        write_basic(&mut out, "a:b", "c"),
        Err(RequestError::UserName)
    );
    out.clear();
    write_bearer(&mut out, "mF_9.B5f-4.1JqM").unwrap();
    assert_eq!(out, b"Bearer mF_9.B5f-4.1JqM");
    assert_eq!(
        write_bearer(&mut out, "a\nb").unwrap_err().to_string(),
        "the value of header `Authorization` has a line break or a NUL in it"
    );
}

fn field<'a>(name: &'a str, value: &str) -> Part<'a> {
    Part {
        name,
        filename: None,
        content_type: None,
        content: Content::Bytes(value.as_bytes().to_vec()),
    }
}

#[test]
fn a_form_with_a_file_streams_the_file() {
    let file = Part {
        name: "upload",
        filename: Some("a\"b\r\n.json"),
        content_type: None,
        content: Content::File {
            path: PathBuf::from("data/a.json"),
            size: 1000,
        },
    };
    let form = Form::encode(
        vec![field("na\"me", "line\nbreak"), file, field("last", "")],
        0xabc,
    )
    .unwrap();
    assert_eq!(
        form.content_type(),
        "multipart/form-data; boundary=squall-0000000000000abc"
    );
    let [
        Segment::Bytes(before),
        Segment::File { path, size: 1000 },
        Segment::Bytes(after),
    ] = form.segments.as_slice()
    else {
        panic!("{:?}", form.segments);
    };
    assert_eq!(
        str::from_utf8(before).unwrap(),
        "--squall-0000000000000abc\r\nContent-Disposition: form-data; name=\"na%22me\"\r\n\r\nline\nbreak\r\n\
         --squall-0000000000000abc\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"a%22b%0D%0A.json\"\r\n\
         Content-Type: application/json\r\n\r\n"
    );
    assert_eq!(path, &PathBuf::from("data/a.json"));
    assert_eq!(
        str::from_utf8(after).unwrap(),
        "\r\n--squall-0000000000000abc\r\nContent-Disposition: form-data; name=\"last\"\r\n\r\n\r\n--squall-0000000000000abc--\r\n"
    );
    assert_eq!(form.length, (before.len() + 1000 + after.len()) as u64);
}

#[test]
fn content_types_are_given_guessed_or_left_out() {
    let check = |filename: Option<&str>, content_type: Option<&str>, expect: &str| {
        let part = Part {
            filename,
            content_type,
            ..field("f", "x")
        };
        let form = Form::encode(vec![part], 1).unwrap();
        let [Segment::Bytes(body)] = form.segments.as_slice() else {
            panic!("{:?}", form.segments)
        };
        let body = str::from_utf8(body).unwrap();
        assert_eq!(
            body.contains("Content-Type: "),
            !expect.is_empty(),
            "{body}"
        );
        assert!(body.contains(expect), "{body}");
    };
    check(None, None, "");
    check(Some("a.png"), None, "\r\nContent-Type: image/png\r\n\r\n");
    check(
        Some("a"),
        None,
        "\r\nContent-Type: application/octet-stream\r\n\r\n",
    );
    check(
        Some("a.png"),
        Some("text/x"),
        "\r\nContent-Type: text/x\r\n\r\n",
    );
    let part = Part {
        content_type: Some("a\r\nX: y"),
        ..field("f", "x")
    };
    assert!(matches!(
        Form::encode(vec![part], 1),
        Err(RequestError::HeaderValue(_))
    ));
}

#[test]
fn a_boundary_is_never_in_the_text() {
    let form = Form::encode(vec![field("f", "--squall-0000000000000007")], 7).unwrap();
    assert_eq!(form.boundary, "squall-0000000000000008");
}

#[test]
fn a_form_without_parts_is_closed_at_once() {
    let form = Form::encode(Vec::new(), 1).unwrap();
    assert_eq!(
        form.segments,
        [Segment::Bytes(b"--squall-0000000000000001--\r\n".to_vec())]
    );
}
