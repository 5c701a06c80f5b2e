//! How a URL behind `--out NAME=` becomes settings.

use serde_json::{Map, Value};
use url::Url;

use crate::SettingInfo;
use crate::target::{self, decoded};

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
        target::put(&mut settings, form.settings, (&name, &value));
    }
    Ok(settings)
}
