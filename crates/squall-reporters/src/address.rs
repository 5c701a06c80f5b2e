//! Where a backend is and who writes there: `HOST:PORT`, and URLs as `--out` takes them.

use std::path::PathBuf;

use serde_json::{Map, Value};
use url::Url;

use crate::SettingInfo;
use crate::secret::Secret;
use crate::settings::SettingsReader;
use crate::target::{decoded, put};

/// Who writes, and whether the server is to prove who it is.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Secret>,
    /// Connects with TLS, and verifies the certificate.
    pub(crate) secure: bool,
    /// Certificates that are trusted instead of the system's.
    pub(crate) ca: Option<PathBuf>,
}

impl Access {
    /// Reads `username`, `password`, `secure` and `ca`.
    pub(crate) fn read(reader: &mut SettingsReader<'_>) -> Self {
        let access = Self {
            username: reader.text("username"),
            password: reader.secret("password"),
            secure: reader.flag("secure"),
            ca: reader.path("ca"),
        };
        if access.username.is_some() && access.password.is_none() {
            reader.invalid("username", "needs `password`");
        }
        if access.ca.is_some() && !access.secure {
            reader.invalid("ca", "is used only with TLS: set `secure` to `true`");
        }
        access
    }
}

/// Splits `HOST:PORT`; an IPv6 address stands in brackets. Without a port it is `default`.
pub(crate) fn host_port(text: &str, default: u16) -> Result<(String, u16), String> {
    let wrong =
        || format!("is `{text}`: it must be HOST or HOST:PORT, such as `localhost:{default}`");
    if text.contains("://") || text.contains(['/', '@', ' ']) {
        return Err(wrong());
    }
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or_else(wrong)?;
            (
                host,
                rest.strip_prefix(':').or(rest.is_empty().then_some("")),
            )
        }
        None => match text.split_once(':') {
            Some((_, port)) if port.contains(':') => (text, Some("")),
            Some((host, port)) => (host, Some(port)),
            None => (text, Some("")),
        },
    };
    let port = port.ok_or_else(wrong)?;
    let number = match port {
        "" => default,
        _ => port.parse().map_err(|_| wrong())?,
    };
    if host.is_empty() {
        return Err(wrong());
    }
    Ok((host.to_owned(), number))
}

/// Writes the address as it is asked for and shown.
pub(crate) fn shown(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// Reads the user, the password and the host of a URL into `username`, `password` and `host`, and its query into the settings
/// that it names. A text without a scheme is a host.
pub(crate) fn read_url(
    text: &str,
    form: &str,
    schemes: &[&str],
    known: &[SettingInfo],
) -> Result<(Map<String, Value>, Option<Url>), String> {
    let mut settings = Map::new();
    if text.is_empty() {
        return Err(format!("must be {form}"));
    }
    if !text.contains("://") {
        settings.insert("host".to_owned(), Value::from(text));
        return Ok((settings, None));
    }
    let (single, hosts) = first_host(text);
    // What cannot be read is not repeated: it may hold a password.
    let url =
        Url::parse(&single).map_err(|error| format!("is no URL ({error}): it must be {form}"))?;
    if !schemes.contains(&url.scheme()) {
        let scheme = url.scheme();
        return Err(format!("begins with `{scheme}://`: it must be {form}"));
    }
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| format!("has no host: it must be {form}"))?;
    let host = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    settings.insert(
        "host".to_owned(),
        hosts.unwrap_or_else(|| Value::from(host)),
    );
    for (name, value) in [
        (
            "username",
            Some(url.username()).filter(|user| !user.is_empty()),
        ),
        ("password", url.password()),
    ] {
        if let Some(value) = value {
            let text = decoded(value)?;
            settings.insert(name.to_owned(), Value::from(text));
        }
    }
    for (name, value) in url.query_pairs() {
        put(&mut settings, known, (&name, &value));
    }
    Ok((settings, Some(url)))
}

/// Several hosts, separated by commas, are no URL: leaves the first, and returns all of them.
fn first_host(text: &str) -> (String, Option<Value>) {
    let start = text.find("://").map_or(0, |at| at + 3);
    let end = text[start..].find(['/', '?', '#']);
    let end = end.map_or(text.len(), |at| start + at);
    let authority = &text[start..end];
    let hosts = authority.rfind('@').map_or(start, |at| start + at + 1);
    let Some(first) = text[hosts..end].find(',') else {
        return (text.to_owned(), None);
    };
    let all: Vec<&str> = text[hosts..end].split(',').collect();
    let single = format!("{}{}", &text[..hosts + first], &text[end..]);
    (single, Some(Value::from(all)))
}

/// Returns the path of a URL without its slash; `None` when there is none.
pub(crate) fn path(url: &Url) -> Result<Option<String>, String> {
    match url.path().trim_start_matches('/') {
        "" => Ok(None),
        text => decoded(text).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_and_without_ports_and_brackets() {
        for (text, host, port) in [
            ("db", "db", 7),
            ("db:1", "db", 1),
            ("[::1]:2", "::1", 2),
            ("[::1]", "::1", 7),
            ("::1", "::1", 7),
        ] {
            assert_eq!(host_port(text, 7), Ok((host.to_owned(), port)), "{text}");
        }
        for text in ["", ":1", "db:port", "db:70000", "http://db", "[::1", "u@db"] {
            let problem = host_port(text, 7).unwrap_err();
            assert!(problem.contains("HOST:PORT"), "{problem}");
        }
        assert_eq!(shown("::1", 2), "[::1]:2");
    }
}
