//! Who may ask.
//!
//! | a request with | may look | may change |
//! |---|---|---|
//! | the token in `Authorization`, or in the URL | yes | yes |
//! | the token in the cookie | yes | from the dashboard's own page alone |
//! | no token, or another one | no | no |
//!
//! A server on the loopback device is asked by the names of that device alone: a page of somebody else, whose name was made to lead here,
//! has another `Host`.

use std::net::{IpAddr, SocketAddr};

use hyper::Method;
use hyper::header::{AUTHORIZATION, COOKIE, HOST, HeaderMap, ORIGIN};
use hyper::http::request::Parts;

use crate::token::Token;

/// What a request needs.
#[derive(Debug)]
pub(crate) struct Access {
    token: Token,
    address: SocketAddr,
    scheme: &'static str,
}

/// Why a request is refused, for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// It does not carry the token.
    NoToken,
    /// It was sent to a name that is not this server's.
    WrongHost,
    /// Another page sent it.
    OtherSite,
}

impl Denied {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NoToken => {
                "the token is missing or wrong; open the whole URL that squall printed, or send its token as `Authorization: Bearer TOKEN`"
            }
            Self::WrongHost => "this server is asked as 127.0.0.1 or localhost alone",
            Self::OtherSite => {
                "only the dashboard's own page changes something with its cookie; programs send `Authorization: Bearer TOKEN`"
            }
        }
    }
}

impl Access {
    pub(crate) fn new(token: Token, address: SocketAddr, scheme: &'static str) -> Self {
        Self {
            token,
            address,
            scheme,
        }
    }

    /// Returns the URL that lets a browser in.
    pub(crate) fn url(&self) -> String {
        let Self {
            scheme, address, ..
        } = self;
        format!("{scheme}://{address}/?token={}", self.token.as_str())
    }

    /// Returns the cookie that a browser keeps. Cookies do not know ports, and there may be several dashboards: its name does.
    pub(crate) fn cookie(&self) -> String {
        let secure = if self.scheme == "https" {
            "; Secure"
        } else {
            ""
        };
        format!(
            "{}={}; Path=/; HttpOnly; SameSite=Strict{secure}",
            self.cookie_name(),
            self.token.as_str()
        )
    }

    /// Tells whether the request has the token in its URL.
    pub(crate) fn in_url(&self, head: &Parts) -> bool {
        let query = head.uri.query().unwrap_or_default();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.any(|(name, value)| name == "token" && self.token.is(&value))
    }

    /// Decides on a request.
    pub(crate) fn check(&self, head: &Parts) -> Result<(), Denied> {
        if self.address.ip().is_loopback() && !is_own_name(&head.headers, self.address.ip()) {
            return Err(Denied::WrongHost);
        }
        if self.in_header(&head.headers) || self.in_url(head) {
            return Ok(());
        }
        if !self.in_cookie(&head.headers) {
            return Err(Denied::NoToken);
        }
        let looks = matches!(head.method, Method::GET | Method::HEAD);
        if looks || self.is_same_site(&head.headers) {
            return Ok(());
        }
        Err(Denied::OtherSite)
    }

    fn in_header(&self, headers: &HeaderMap) -> bool {
        let value = text(headers, AUTHORIZATION.as_str()).unwrap_or_default();
        let Some((scheme, token)) = value.split_once(' ') else {
            return false;
        };
        scheme.eq_ignore_ascii_case("bearer") && self.token.is(token.trim())
    }

    fn in_cookie(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie_name();
        let all = headers.get_all(COOKIE).iter();
        let pairs = all
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'));
        let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(key, value)| key == name && self.token.is(value))
    }

    fn cookie_name(&self) -> String {
        format!("squall-token-{}", self.address.port())
    }

    fn is_same_site(&self, headers: &HeaderMap) -> bool {
        if let Some(site) = text(headers, "sec-fetch-site") {
            return site == "same-origin";
        }
        let host = text(headers, HOST.as_str()).unwrap_or_default();
        let own = format!("{}://{host}", self.scheme);
        text(headers, ORIGIN.as_str()).is_some_and(|origin| origin == own)
    }
}

/// Tells whether a request was sent to a name of the loopback device; its port may be another one, where a tunnel leads here.
fn is_own_name(headers: &HeaderMap, address: IpAddr) -> bool {
    let host = text(headers, HOST.as_str()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let inner = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || inner
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.is_loopback() || ip == address)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    struct Gate {
        access: Access,
        token: String,
    }

    fn gate(address: &str) -> Gate {
        let token = Token::draw().unwrap();
        Gate {
            token: token.as_str().to_owned(),
            access: Access::new(token, address.parse().unwrap(), "http"),
        }
    }

    impl Gate {
        fn check(&self, method: Method, target: &str, headers: &[(&str, &str)]) -> Option<Denied> {
            let own = self.token.as_str();
            let mut request = Request::builder()
                .method(method)
                .uri(target.replace("TOKEN", own));
            for (name, value) in headers {
                request = request.header(*name, value.replace("TOKEN", own));
            }
            let (head, ()) = request.body(()).unwrap().into_parts();
            self.access.check(&head).err()
        }
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:4000");
    const COOKIE: (&str, &str) = ("cookie", "a=b; squall-token-4000=TOKEN");

    #[test]
    fn the_token_lets_in_wherever_it_is() {
        let gate = gate("127.0.0.1:4000");
        let get = |target, headers: &[_]| gate.check(Method::GET, target, headers);
        assert_eq!(get("/", &[HOST]), Some(Denied::NoToken));
        assert_eq!(get("/?token=x", &[HOST]), Some(Denied::NoToken));
        assert_eq!(get("/?token=TOKEN", &[HOST]), None);
        assert_eq!(get("/", &[HOST, ("authorization", "Bearer TOKEN")]), None);
        assert_eq!(
            get("/", &[HOST, ("authorization", "bearer TOKENx")]),
            Some(Denied::NoToken)
        );
        assert_eq!(get("/", &[HOST, COOKIE]), None);
        let other = ("cookie", "squall-token-4001=TOKEN");
        assert_eq!(get("/", &[HOST, other]), Some(Denied::NoToken));
    }

    #[test]
    fn with_the_cookie_only_the_own_page_changes_something() {
        let gate = gate("127.0.0.1:4000");
        let post = |headers: &[_]| {
            let all: Vec<_> = [HOST, COOKIE]
                .into_iter()
                .chain(headers.iter().copied())
                .collect();
            gate.check(Method::POST, "/api/v1/control", &all)
        };
        assert_eq!(post(&[]), Some(Denied::OtherSite));
        assert_eq!(post(&[("origin", "http://127.0.0.1:4000")]), None);
        assert_eq!(
            post(&[("origin", "http://127.0.0.1:4001")]),
            Some(Denied::OtherSite)
        );
        assert_eq!(post(&[("sec-fetch-site", "same-origin")]), None);
        let lied = [
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://127.0.0.1:4000"),
        ];
        assert_eq!(post(&lied), Some(Denied::OtherSite));
        assert_eq!(post(&[("authorization", "Bearer TOKEN")]), None);
    }

    #[test]
    fn on_the_loopback_device_names_of_others_do_not_lead_here() {
        let here = gate("127.0.0.1:4000");
        let asked = |gate: &Gate, host| gate.check(Method::GET, "/?token=TOKEN", &[("host", host)]);
        for host in ["127.0.0.1:4000", "localhost:9", "LOCALHOST", "[::1]:4000"] {
            assert_eq!(asked(&here, host), None, "{host}");
        }
        for host in ["evil.test:4000", "127.0.0.1.evil.test", ""] {
            assert_eq!(asked(&here, host), Some(Denied::WrongHost), "{host}");
        }
        assert_eq!(asked(&gate("0.0.0.0:4000"), "load.example:4000"), None);
    }
}
