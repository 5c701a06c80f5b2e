//! What a connector is told.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Origin;
use crate::tls::SharedTls;

/// How connections are made. Cheap to clone; clones share the TLS configuration and with it the sessions to resume.
#[derive(Clone, Debug)]
pub struct ConnectSettings {
    /// Where to connect instead; the first that matches counts. The `Host` header and SNI stay.
    pub connect_to: Vec<ConnectTo>,
    /// Local address to connect from. Default: the system's choice.
    pub local_address: Option<IpAddr>,
    /// Path of a Unix socket used instead of TCP for every origin.
    pub unix_socket: Option<PathBuf>,
    /// How long a resolved name is used. Default: 60 s.
    pub dns_ttl: Duration,
    /// TLS, built when the first `https` origin is met.
    pub tls: Arc<SharedTls>,
}

impl Default for ConnectSettings {
    fn default() -> Self {
        Self {
            connect_to: Vec::new(),
            local_address: None,
            unix_socket: None,
            dns_ttl: Duration::from_secs(60),
            tls: Arc::new(SharedTls::default()),
        }
    }
}

impl ConnectSettings {
    /// Returns the host and port to connect to for `origin`.
    pub fn target<'a>(&'a self, origin: &'a Origin) -> (&'a str, u16) {
        match self.connect_to.iter().find(|rule| rule.matches(origin)) {
            Some(rule) => (&rule.to_host, rule.to_port),
            None => (&origin.host, origin.port),
        }
    }
}

/// Connects to another place than the URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTo {
    /// Host as in the URL, lower case; `None` is any.
    pub from_host: Option<String>,
    /// Port as in the URL; `None` is any.
    pub from_port: Option<u16>,
    /// Name or address to connect to.
    pub to_host: String,
    /// Port to connect to.
    pub to_port: u16,
}

/// A rule that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a place to connect {side}: write `host:port`{or}")]
pub struct ConnectToError {
    text: String,
    side: &'static str,
    or: &'static str,
}

impl ConnectTo {
    /// Reads a rule as it stands in plans: `host:port` on both sides, `*` for any host or port in `from`.
    ///
    /// # Errors
    /// Names the side that does not parse.
    pub fn parse(from: &str, to: &str) -> Result<Self, ConnectToError> {
        let bad_from = || ConnectToError {
            text: from.to_owned(),
            side: "from",
            or: ", with `*` for any host or port",
        };
        let bad_to = || ConnectToError {
            text: to.to_owned(),
            side: "to",
            or: "",
        };
        let (from_host, from_port) = split(from).ok_or_else(bad_from)?;
        let (to_host, to_port) = split(to).ok_or_else(bad_to)?;
        Ok(Self {
            from_host: (from_host != "*").then(|| from_host.to_ascii_lowercase()),
            from_port: match from_port {
                None | Some("*") => None,
                Some(port) => Some(port.parse().map_err(|_| bad_from())?),
            },
            to_host: to_host.to_ascii_lowercase(),
            to_port: to_port
                .and_then(|port| port.parse().ok())
                .ok_or_else(bad_to)?,
        })
    }

    fn matches(&self, origin: &Origin) -> bool {
        self.from_host
            .as_ref()
            .is_none_or(|host| *host == origin.host)
            && self.from_port.is_none_or(|port| port == origin.port)
    }
}

/// Splits `host:port`, `[address]:port` or `host`.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        match after.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if after.is_empty() => (host, None),
            None => return None,
        }
    } else {
        match text.split_once(':') {
            Some((_, port)) if port.contains(':') => return None,
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    (!host.is_empty()).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::Scheme;

    #[test]
    fn rules_match_hosts_ports_and_stars() {
        let check = |from: &str, host: &str, port: u16, expect: (&str, u16)| {
            let settings = ConnectSettings {
                connect_to: vec![ConnectTo::parse(from, "[::1]:9000").unwrap()],
                ..ConnectSettings::default()
            };
            assert_eq!(
                settings.target(&Origin::new(Scheme::Http, host, port)),
                expect
            );
        };
        check("shop.test:80", "SHOP.test", 80, ("::1", 9000));
        check("shop.test:80", "shop.test", 81, ("shop.test", 81));
        check("shop.test", "shop.test", 81, ("::1", 9000));
        check("shop.test:*", "shop.test", 81, ("::1", 9000));
        check("*:80", "other.test", 80, ("::1", 9000));
        check("*", "other.test", 1, ("::1", 9000));
        check("[::2]:80", "::2", 80, ("::1", 9000));
    }

    #[test]
    fn a_rule_that_cannot_be_read_is_named() {
        let check = |from: &str, to: &str, expect: &str| {
            assert_eq!(ConnectTo::parse(from, to).unwrap_err().to_string(), expect);
        };
        check(
            "a:b",
            "c:1",
            "`a:b` is not a place to connect from: write `host:port`, with `*` for any host or port",
        );
        check(
            "a:1",
            "c",
            "`c` is not a place to connect to: write `host:port`",
        );
        check(
            "a:1",
            "::1:80",
            "`::1:80` is not a place to connect to: write `host:port`",
        );
        check(
            "a:1",
            ":80",
            "`:80` is not a place to connect to: write `host:port`",
        );
        check(
            "a:1",
            "c:70000",
            "`c:70000` is not a place to connect to: write `host:port`",
        );
    }
}
