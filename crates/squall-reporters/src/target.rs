//! Reads what stands behind `--out NAME=`.

use serde_json::{Map, Value};

/// Makes settings of a folder that files are written to: `folder/<name>` for each setting.
pub(crate) fn folder(
    text: &str,
    files: &[(&'static str, &'static str)],
) -> Result<Map<String, Value>, String> {
    if text.is_empty() {
        return Err("must be a folder, such as `results`".to_owned());
    }
    let path = |file: &str| Value::from(format!("{}/{file}", text.trim_end_matches('/')));
    Ok(files
        .iter()
        .map(|(setting, file)| ((*setting).to_owned(), path(file)))
        .collect())
}

/// Makes the settings `host` and `port` of `HOST:PORT`, `HOST`, `:PORT` or `[IPV6]:PORT`; what is not there keeps its default.
#[allow(dead_code, reason = "a build may have no reporter with a host")]
pub(crate) fn host_and_port(text: &str) -> Result<Map<String, Value>, String> {
    let wrong = || format!("is `{text}`: it must be `HOST:PORT`, such as `localhost:8125`");
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or_else(wrong)?;
            match port.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if port.is_empty() => (host, None),
                None => return Err(wrong()),
            }
        }
        None => match text.split_once(':') {
            Some((_, port)) if port.contains(':') => return Err(wrong()),
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    if text.is_empty() || host.contains(['/', '@']) {
        return Err(wrong());
    }
    let mut settings = Map::new();
    if !host.is_empty() {
        settings.insert("host".to_owned(), Value::from(host));
    }
    if let Some(port) = port {
        let port: u16 = port.parse().map_err(|_| wrong())?;
        settings.insert("port".to_owned(), Value::from(port));
    }
    Ok(settings)
}

/// What an HTTP URL says.
#[cfg(feature = "http")]
#[derive(Debug, PartialEq)]
pub(crate) struct UrlParts {
    /// Scheme, host, port and path: where to connect.
    pub(crate) url: String,
    /// As it was written, parsed: with its query.
    pub(crate) written: String,
    pub(crate) path: String,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    /// The query, as settings: numbers and flags are such.
    pub(crate) query: Map<String, Value>,
}

/// Reads `http://USER:PASSWORD@HOST:PORT/PATH?SETTING=VALUE`; escapes are resolved.
#[cfg(feature = "http")]
#[allow(dead_code, reason = "a build may have `http` alone")]
pub(crate) fn url(text: &str) -> Result<UrlParts, String> {
    // Not what was written: it may have a password.
    let url = reqwest::Url::parse(text).map_err(|error| format!("is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err("must be a URL with `http` or `https` and a host".to_owned());
    }
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let query = url.query_pairs().map(|(name, value)| {
        let value = match serde_json::from_str(&value) {
            Ok(value @ (Value::Bool(_) | Value::Number(_))) => value,
            _ => Value::from(value.into_owned()),
        };
        (name.into_owned(), value)
    });
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    // Both fail for URLs without a host, which were refused.
    bare.set_username("").ok();
    bare.set_password(None).ok();
    Ok(UrlParts {
        url: bare.to_string(),
        written: url.to_string(),
        path: url.path().to_owned(),
        username: (!url.username().is_empty()).then(|| decoded(url.username())),
        password: url.password().map(decoded),
        query: query.collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_host_a_port_or_both() {
        for (text, expected) in [
            ("stats:9125", json!({"host": "stats", "port": 9125})),
            ("stats", json!({"host": "stats"})),
            (":9125", json!({"port": 9125})),
            ("[::1]:9125", json!({"host": "::1", "port": 9125})),
            ("[::1]", json!({"host": "::1"})),
        ] {
            assert_eq!(Value::Object(host_and_port(text).unwrap()), expected);
        }
        for wrong in [
            "",
            "a:b",
            "a:70000",
            "::1",
            "udp://a:1",
            "[::1",
            "[::1]x",
            "a:",
        ] {
            let error = host_and_port(wrong).unwrap_err();
            assert!(error.contains("it must be `HOST:PORT`"), "{error}");
        }
    }
}
