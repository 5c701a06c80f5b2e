//! What broken and hostile servers do, and how a client must count it.

use std::time::Duration;

use crate::hostile::action::Action;

/// The size of body up to which a client under test must allow; the case `body_above_the_limit` sends more.
pub const BODY_LIMIT: u64 = 1 << 20;

/// What [`Case::class`] says where the operation is good, however odd the server.
pub const SUCCESS: &str = "ok";

/// A pause after each byte that makes any answer outlast the time limit of a client under test.
const TOO_SLOW: Duration = Duration::from_millis(50);

/// An answer that lacks most of its body.
const PARTIAL: &str = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this";

/// A server's misbehaviour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it is called.
    pub name: &'static str,
    /// What the server does on each connection.
    pub script: Vec<Action>,
    /// The class of failure that a client must count for a `GET`, as results name it, or [`SUCCESS`].
    pub class: &'static str,
}

/// Lists the cases. Each ends or times out: give the client a time limit of at most half a second, and [`BODY_LIMIT`].
pub fn cases() -> Vec<Case> {
    [
        heads(),
        odd_but_good(),
        lengths(),
        chunks(),
        endings(),
        delays(),
        excesses(),
    ]
    .concat()
}

fn heads() -> Vec<Case> {
    let rest = "Content-Length: 0\r\n\r\n";
    let refused = [
        ("garbage_status_line", "!§$%&/()= garbage\r\n"),
        ("http_0_9", "<html>no head at all</html>\r\n"),
        (
            "tls_alert_to_plain_http",
            "\x15\x03\x01\x00\x02\x02\x46\r\n",
        ),
        ("unknown_version", "HTTP/3.7 200 OK\r\n"),
        ("status_is_no_number", "HTTP/1.1 abc OK\r\n"),
        ("status_has_two_digits", "HTTP/1.1 20 OK\r\n"),
        (
            "header_without_a_colon",
            "HTTP/1.1 200 OK\r\nno colon here\r\n",
        ),
        ("header_without_a_name", "HTTP/1.1 200 OK\r\n: value\r\n"),
        ("nul_in_the_status_line", "HTTP/1.1 200 O\0K\r\n"),
        ("nul_in_a_header", "HTTP/1.1 200 OK\r\nX: a\0b\r\n"),
        ("only_nuls", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\r\n"),
    ];
    refused
        .map(|(name, head)| answer(name, &format!("{head}{rest}"), "protocol"))
        .to_vec()
}

fn odd_but_good() -> Vec<Case> {
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(3);
    let ok = "HTTP/1.1 200 OK\r\n";
    let good = |name, bytes: &str| answer(name, bytes, SUCCESS);
    vec![
        good(
            "interim_answers_first",
            &format!("{interim}{ok}Content-Length: 2\r\n\r\nok"),
        ),
        good(
            "no_reason_phrase",
            "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
        ),
        good(
            "lengths_repeat",
            &format!("{ok}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok"),
        ),
        good(
            "chunk_extension_and_trailer",
            &format!(
                "{ok}Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nTrailer: x\r\n\r\n"
            ),
        ),
        good(
            "body_ends_with_the_connection",
            &format!("{ok}\r\nall of it"),
        ),
        good(
            "unsolicited_bytes_after_the_answer",
            &format!("{ok}Content-Length: 2\r\n\r\nok unsolicited"),
        ),
    ]
}

fn lengths() -> Vec<Case> {
    let with = |name, value: &str| {
        answer(
            name,
            &format!("HTTP/1.1 200 OK\r\nContent-Length: {value}\r\n\r\nok"),
            "protocol",
        )
    };
    vec![
        with("length_is_no_number", "two"),
        with("length_is_negative", "-2"),
        with("length_has_a_sign", "+2"),
        with("length_is_hexadecimal", "0x2"),
        with("length_is_empty", ""),
        with("length_overflows", "99999999999999999999999"),
        with("lengths_conflict", "2\r\nContent-Length: 3"),
        with("lengths_conflict_in_one_line", "2, 3"),
    ]
}

fn chunks() -> Vec<Case> {
    let chunked = |name, body: &str, class| {
        answer(
            name,
            &format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}"),
            class,
        )
    };
    vec![
        chunked(
            "chunk_size_is_no_number",
            "xyz\r\nok\r\n0\r\n\r\n",
            "protocol",
        ),
        chunked(
            "chunk_size_is_negative",
            "-2\r\nok\r\n0\r\n\r\n",
            "protocol",
        ),
        chunked(
            "chunk_size_overflows",
            "fffffffffffffffff\r\nok",
            "protocol",
        ),
        chunked(
            "chunk_is_longer_than_its_size",
            "2\r\nlonger\r\n0\r\n\r\n",
            "protocol",
        ),
        chunked("truncated_chunk", "10\r\nok", "closed"),
        chunked("last_chunk_is_missing", "2\r\nok\r\n", "closed"),
    ]
}

fn endings() -> Vec<Case> {
    vec![
        answer("close_before_the_answer", "", "closed"),
        answer("truncated_head", "HTTP/1.1 200 OK\r\nContent-Le", "closed"),
        answer("truncated_body", PARTIAL, "closed"),
        reset("reset_before_the_answer", ""),
        reset("reset_in_the_head", "HTTP/1.1 200 OK\r\nConte"),
        reset("reset_in_the_body", PARTIAL),
    ]
}

fn delays() -> Vec<Case> {
    let case = |name, actions: Vec<Action>| {
        let script = [vec![Action::WaitForRequest], actions].concat();
        Case {
            name,
            script,
            class: "timeout",
        }
    };
    let slowly = |bytes: Vec<u8>| Action::SendSlowly {
        bytes,
        per_byte: TOO_SLOW,
    };
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
    vec![
        case("never_answers", vec![]),
        case("never_ends_its_head", vec![send("HTTP/1.1 200 OK\r\n")]),
        case("never_ends_its_body", vec![send(PARTIAL)]),
        case("slow_head", vec![slowly(head.into())]),
        case("slow_body", vec![send(head), slowly(b"x".repeat(100))]),
    ]
}

fn excesses() -> Vec<Case> {
    let forever = |name, first: &str, rest: &str, class| {
        let script = vec![
            Action::WaitForRequest,
            send(first),
            Action::SendForever(rest.repeat(100).into_bytes()),
        ];
        Case {
            name,
            script,
            class,
        }
    };
    let ok = "HTTP/1.1 200 OK\r\n";
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
    let announced = format!("{ok}Content-Length: {}\r\n\r\n", BODY_LIMIT * 1000);
    vec![
        forever("endless_headers", ok, "X-Filler: filler\r\n", "protocol"),
        forever("endless_header_line", ok, "X", "protocol"),
        forever(
            "endless_chunk_size_line",
            &format!("{ok}Transfer-Encoding: chunked\r\n\r\n2;"),
            "x",
            "protocol",
        ),
        forever(
            "endless_trailers",
            &format!("{ok}Transfer-Encoding: chunked\r\n\r\n0\r\n"),
            "X: y\r\n",
            "protocol",
        ),
        forever("body_above_the_limit", &announced, "x", "too_large"),
        forever(
            "chunks_above_the_limit",
            &format!("{ok}Transfer-Encoding: chunked\r\n\r\n"),
            &chunk,
            "too_large",
        ),
        forever(
            "endless_body",
            &format!("{ok}Connection: close\r\n\r\n"),
            "x",
            "too_large",
        ),
        forever(
            "interim_flood",
            "",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "protocol",
        ),
    ]
}

/// A case that reads a request, sends bytes and closes.
fn answer(name: &'static str, bytes: &str, class: &'static str) -> Case {
    Case {
        name,
        script: vec![Action::WaitForRequest, send(bytes), Action::Close],
        class,
    }
}

/// A case that reads a request, sends bytes and resets.
fn reset(name: &'static str, bytes: &str) -> Case {
    // The pause lets the client read what was sent, which a reset would otherwise make it lose.
    let script = vec![
        Action::WaitForRequest,
        send(bytes),
        Action::Sleep(TOO_SLOW),
        Action::Reset,
    ];
    Case {
        name,
        script,
        class: "reset",
    }
}

fn send(bytes: &str) -> Action {
    Action::Send(bytes.as_bytes().to_vec())
}
