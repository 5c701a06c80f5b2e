//! Where a backend is: `HOST:PORT`, and URLs as `--out` takes them.

use serde_json::{Map, Number, Value};
use url::Url;

use crate::{COMMON, SettingInfo, SettingKind};

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
            let text = percent_decoded(value)?;
            settings.insert(name.to_owned(), Value::from(text));
        }
    }
    for (name, value) in url.query_pairs() {
        insert(&mut settings, known, &name, &value);
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
        text => percent_decoded(text).map(Some),
    }
}

fn insert(settings: &mut Map<String, Value>, known: &[SettingInfo], name: &str, text: &str) {
    // `options.NAME` is one entry of the setting `options`.
    if let Some((map, key)) = name.split_once('.')
        && let Some(info) = known.iter().chain(COMMON).find(|info| info.name == map)
        && info.kind == SettingKind::Map
    {
        let entry = settings
            .entry(map.to_owned())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(entries) = entry {
            entries.insert(key.to_owned(), Value::from(text));
        }
        return;
    }
    let kind = known
        .iter()
        .chain(COMMON)
        .find(|info| info.name == name)
        .map(|info| info.kind);
    let value = match (kind, text) {
        (_, "null") => Value::Null,
        (Some(SettingKind::Flag | SettingKind::Events), "true") => Value::Bool(true),
        (Some(SettingKind::Flag | SettingKind::Events), "false") => Value::Bool(false),
        (Some(SettingKind::Integer | SettingKind::Number | SettingKind::Events), _) => text
            .parse::<Number>()
            .map_or_else(|_| Value::from(text), Value::Number),
        // An unknown name is told with all others, when the settings are read.
        _ => Value::from(text),
    };
    settings.insert(name.to_owned(), value);
}

fn percent_decoded(text: &str) -> Result<String, String> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| "is not UTF-8 behind its `%` codes".to_owned())
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
