//! Names and values whose form a standard lays down.

use std::ops::ControlFlow;

/// True for a token of RFC 9110, section 5.6.2: a method, a header's name, a cookie's name.
pub(super) fn is_token(text: &str) -> bool {
    let is_tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// The first character that must not stand in a header's value (RFC 9110, section 5.5), as people name it.
pub(super) fn forbidden_in_header(text: &str) -> Option<&'static str> {
    let found = text.bytes().try_for_each(|b| match b {
        b'\r' => ControlFlow::Break("a carriage return"),
        b'\n' => ControlFlow::Break("a line break"),
        0 => ControlFlow::Break("a NUL"),
        _ => ControlFlow::Continue(()),
    });
    found.break_value()
}

/// Whether `*` may stand for the host or the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wildcard {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

/// True for `host:port`, `1.2.3.4:80` and `[::1]:80`.
pub(super) fn is_host_port(text: &str, wildcard: Wildcard) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let any = |part: &str| part == "*" && wildcard == Wildcard::Allowed;
    let port_fits = any(port) || port.parse::<u16>().is_ok_and(|port| port > 0);
    port_fits && (any(host) || (!host.contains('*') && url::Host::parse(host).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_those_of_the_rfc() {
        for (text, expected) in [
            ("GET", true),
            ("x-id", true),
            ("M-SEARCH", true),
            ("", false),
            ("a b", false),
            ("ä", false),
            ("a:b", false),
        ] {
            assert_eq!(is_token(text), expected, "{text}");
        }
    }

    #[test]
    fn hosts_have_a_port() {
        for (text, expected) in [
            ("shop.example:443", true),
            ("127.0.0.1:80", true),
            ("[::1]:80", true),
            ("shop.example", false),
            ("shop.example:", false),
            ("shop.example:0", false),
            ("shop.example:70000", false),
            ("::1:80", false),
            (":80", false),
            ("a b:80", false),
        ] {
            assert_eq!(is_host_port(text, Wildcard::Refused), expected, "{text}");
        }
        assert!(is_host_port("*:443", Wildcard::Allowed));
        assert!(!is_host_port("*:443", Wildcard::Refused));
    }
}
