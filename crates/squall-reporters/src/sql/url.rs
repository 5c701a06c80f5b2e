//! How a URL behind `--out NAME=` becomes settings.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Number, Value};
use url::Url;

use crate::settings::{listed, nearest_first};
use crate::{COMMON, SettingInfo, SettingKind};

/// What a URL of a reporter looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    /// The schemes that it may have.
    pub(crate) schemes: &'static [&'static str],
    /// How it is written, for messages.
    pub(crate) example: &'static str,
    /// The reporter's own settings, which the query may have.
    pub(crate) settings: &'static [SettingInfo],
}

/// Reads `SCHEME://USER:PASSWORD@HOST:PORT/DATABASE?SETTING=VALUE`; messages never show what was written, because a password is in it.
pub(crate) fn read_url(text: &str, form: &Form) -> Result<Map<String, Value>, String> {
    let example = form.example;
    let url =
        Url::parse(text).map_err(|error| format!("is no URL ({error}): write `{example}`"))?;
    if !form.schemes.contains(&url.scheme()) {
        return Err(format!(
            "begins with `{}:`: write `{example}`",
            url.scheme()
        ));
    }
    let mut settings = Map::new();
    let mut put = |name: &str, value: Value| settings.insert(name.to_owned(), value);
    if let Some(host) = url.host_str().filter(|host| !host.is_empty()) {
        // An address of IPv6 has brackets in a URL alone.
        let host = decoded(host.trim_start_matches('[').trim_end_matches(']'))?;
        put("host", Value::from(host));
    }
    if let Some(port) = url.port() {
        put("port", Value::from(port));
    }
    if !url.username().is_empty() {
        put("username", Value::from(decoded(url.username())?));
    }
    if let Some(password) = url.password() {
        put("password", Value::from(decoded(password)?));
    }
    let database = decoded(url.path().trim_start_matches('/'))?;
    if database.is_empty() {
        return Err(format!("names no database: write `{example}`"));
    }
    put("database", Value::from(database));
    for (name, value) in url.query_pairs() {
        put(&name, of_query(&name, &value, form)?);
    }
    Ok(settings)
}

fn decoded(text: &str) -> Result<String, String> {
    let bytes = percent_decode_str(text).decode_utf8();
    bytes
        .map(Into::into)
        .map_err(|_| "has percent-encoded bytes that are no UTF-8".to_owned())
}

fn of_query(name: &str, value: &str, form: &Form) -> Result<Value, String> {
    let known = || form.settings.iter().chain(COMMON);
    let Some(info) = known().find(|info| info.name == name) else {
        let names = nearest_first(name, known().map(|info| info.name));
        let names = listed(&names);
        return Err(format!(
            "has an unknown setting `{name}` behind `?`: there are {names}"
        ));
    };
    let flag = match value {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => None,
    };
    let number = value.parse::<Number>().ok().map(Value::Number);
    let read = match info.kind {
        SettingKind::Flag => flag,
        SettingKind::Integer | SettingKind::Number => number,
        SettingKind::Events => flag
            .or(number)
            .or_else(|| Some(Value::from(value.to_owned()))),
        SettingKind::Map => None,
        _ => Some(Value::from(value.to_owned())),
    };
    read.ok_or_else(|| match info.kind {
        SettingKind::Secret => format!("has a setting `{name}` that must be {}", info.kind),
        _ => format!("has `{name}={value}`: it must be {}", info.kind),
    })
}
