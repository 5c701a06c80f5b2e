//! Reads what stands behind `--out NAME=`.

use serde_json::{Map, Number, Value};

use crate::{COMMON, SettingInfo, SettingKind};

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

/// Puts what the query of a URL says of a setting beside the others, as the setting's kind asks for it. Of names and texts one is
/// written at a time: `tags.team=shop`. What fits no kind, or no setting, is told with everything else when the settings are read.
#[allow(dead_code, reason = "a build may have no reporter with a URL")]
pub(crate) fn put(
    settings: &mut Map<String, Value>,
    known: &[SettingInfo],
    (name, text): (&str, &str),
) {
    let kind_of = |name: &str| {
        let mut all = known.iter().chain(COMMON);
        all.find(|info| info.name == name).map(|info| info.kind)
    };
    if let Some((map, key)) = name.split_once('.')
        && kind_of(map) == Some(SettingKind::Map)
    {
        let entry = settings
            .entry(map.to_owned())
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(entries) = entry {
            entries.insert(key.to_owned(), Value::from(text));
        }
        return;
    }
    let value = match (kind_of(name), text) {
        (Some(_), "null") => Value::Null,
        (Some(SettingKind::Flag | SettingKind::Events), "true") => Value::Bool(true),
        (Some(SettingKind::Flag | SettingKind::Events), "false") => Value::Bool(false),
        (Some(SettingKind::Integer | SettingKind::Number | SettingKind::Events), _) => text
            .parse::<Number>()
            .map_or_else(|_| Value::from(text), Value::Number),
        (Some(SettingKind::List), _) => text.split(',').map(Value::from).collect(),
        _ => Value::from(text),
    };
    settings.insert(name.to_owned(), value);
}

/// Resolves the `%` codes of a part of a URL.
#[allow(dead_code, reason = "a build may have no reporter with a URL")]
pub(crate) fn decoded(text: &str) -> Result<String, String> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| "is not UTF-8 behind its `%` codes".to_owned())
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
    /// The query, as settings.
    pub(crate) query: Map<String, Value>,
}

/// Reads `http://USER:PASSWORD@HOST:PORT/PATH?SETTING=VALUE`; escapes are resolved.
#[cfg(feature = "http")]
#[allow(dead_code, reason = "a build may have `http` alone")]
pub(crate) fn url(text: &str, known: &[SettingInfo]) -> Result<UrlParts, String> {
    // Not what was written: it may have a password.
    let url = reqwest::Url::parse(text).map_err(|error| format!("is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err("must be a URL with `http` or `https` and a host".to_owned());
    }
    let mut query = Map::new();
    for (name, text) in url.query_pairs() {
        put(&mut query, known, (&name, &text));
    }
    let user = Some(url.username()).filter(|user| !user.is_empty());
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
        username: user.map(decoded).transpose()?,
        password: url.password().map(decoded).transpose()?,
        query,
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
