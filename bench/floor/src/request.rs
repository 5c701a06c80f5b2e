//! Requests as the responder reads them: where one ends, and which answer it gets.

/// A whole request at the start of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Head and body in bytes.
    pub(crate) bytes: usize,
    pub(crate) answer: &'static [u8],
}

const HELLO: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nHello World";
const LOGIN: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 57\r\n\r\n\
    {\"ok\":true,\"token\":\"c0ffee-7f3a91d2\",\"user\":{\"id\":42017}}";
const USER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 47\r\n\r\n\
    {\"ok\":true,\"user\":{\"id\":42017,\"name\":\"Ada L.\"}}";
const ORDER: &[u8] =
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 35\r\n\r\n\
    {\"ok\":true,\"order\":{\"state\":\"new\"}}";

impl Request {
    /// Finds the first request in `bytes`; `None` when it is not complete.
    pub(crate) fn first(bytes: &[u8]) -> Option<Self> {
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let length = if bytes.starts_with(b"GET ") {
            0
        } else {
            content_length(&bytes[..head])
        };
        let request = Self {
            bytes: head + length,
            answer: answer(bytes),
        };
        (request.bytes <= bytes.len()).then_some(request)
    }
}

fn answer(head: &[u8]) -> &'static [u8] {
    if head.starts_with(b"POST /login ") {
        LOGIN
    } else if head.starts_with(b"POST /orders ") {
        ORDER
    } else if head.starts_with(b"GET /user ") {
        USER
    } else {
        HELLO
    }
}

fn content_length(head: &[u8]) -> usize {
    const NAME: &[u8] = b"content-length:";
    let line = head
        .split(|&byte| byte == b'\n')
        .find(|line| line.len() > NAME.len() && line[..NAME.len()].eq_ignore_ascii_case(NAME));
    line.and_then(|line| {
        std::str::from_utf8(&line[NAME.len()..])
            .ok()?
            .trim()
            .parse()
            .ok()
    })
    .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_ends_with_its_body() {
        let bytes = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-length: 4\r\n\r\nabcdGET / HTTP/1.1\r\n\r\n";
        let login = Request::first(bytes).expect("the first request is complete");
        assert_eq!(
            (&bytes[..login.bytes].ends_with(b"abcd"), login.answer),
            (&true, LOGIN)
        );
        let rest = Request::first(&bytes[login.bytes..]).expect("the second request is complete");
        assert_eq!((rest.bytes, rest.answer), (18, HELLO));
    }

    #[test]
    fn a_request_that_is_not_complete_is_none() {
        let bytes = b"POST /orders HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd";
        for end in 0..bytes.len() {
            assert_eq!(Request::first(&bytes[..end]), None);
        }
        assert_eq!(
            Request::first(bytes).map(|request| request.answer),
            Some(ORDER)
        );
    }

    #[test]
    fn answers_state_their_own_length() {
        for answer in [HELLO, LOGIN, USER, ORDER] {
            let text = std::str::from_utf8(answer).expect("answers are ASCII");
            let (head, body) = text.split_once("\r\n\r\n").expect("answers have a head");
            assert_eq!(content_length(head.as_bytes()), body.len(), "{text}");
        }
    }
}
