//! Where a request goes: scheme, host and port.

use std::fmt;
use std::net::Ipv6Addr;

/// Whether the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// `http`: plain.
    Http,
    /// `https`: TLS.
    Https,
}

impl Scheme {
    /// Returns the scheme as it stands in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// Returns the port that URLs of this scheme leave out.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Scheme, host and port: what connections are kept by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// Plain or TLS.
    pub scheme: Scheme,
    /// Name or address in lower case; IPv6 addresses without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Origin {
    /// Creates an origin; the host may be in any case, an IPv6 address in brackets or without.
    pub fn new(scheme: Scheme, host: &str, port: u16) -> Self {
        let bare = host
            .strip_prefix('[')
            .and_then(|inner| inner.strip_suffix(']'));
        Self {
            scheme,
            host: bare.unwrap_or(host).to_ascii_lowercase(),
            port,
        }
    }

    /// Returns the value of the `Host` header: the port only where it is not the scheme's default, IPv6 in brackets.
    pub fn authority(&self) -> String {
        let host = self.bracketed();
        if self.port == self.scheme.default_port() {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }

    fn bracketed(&self) -> String {
        let address = self.host.split('%').next().unwrap_or_default();
        if address.parse::<Ipv6Addr>().is_ok() {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_leaves_out_default_ports_and_brackets_ipv6() {
        let check = |scheme, host, port, expect| {
            assert_eq!(Origin::new(scheme, host, port).authority(), expect);
        };
        check(Scheme::Http, "Example.COM", 80, "example.com");
        check(Scheme::Http, "example.com", 443, "example.com:443");
        check(Scheme::Https, "example.com", 443, "example.com");
        check(Scheme::Https, "example.com", 8443, "example.com:8443");
        check(Scheme::Http, "::1", 80, "[::1]");
        check(Scheme::Http, "[::1]", 8080, "[::1]:8080");
        check(Scheme::Http, "127.0.0.1", 8080, "127.0.0.1:8080");
    }
}
