//! What `--out otel=…` says.

use serde_json::{Map, Value};
use url::Url;

use super::settings::{
    CA, CLIENT_CERTIFICATE, COMPRESSION, ENDPOINT, HTTP, PROTOCOL, SERVICE_NAME, SIGNALS,
    TEMPORALITY, TIMEOUT, TRACES,
};
use crate::registration::Target;
use crate::settings::listed;

/// The port of OTLP over HTTP.
const HTTP_PORT: u16 = 4318;
/// Settings that may stand in the query. `headers` may not: they are secret, and arguments are not.
const IN_QUERY: [&str; 10] = [
    PROTOCOL,
    COMPRESSION,
    TIMEOUT,
    CA,
    CLIENT_CERTIFICATE,
    SERVICE_NAME,
    SIGNALS,
    TEMPORALITY,
    TRACES,
    "events",
];

pub(in crate::otel) const TARGET: Target = Target {
    form: "http://HOST:PORT[?protocol=http/protobuf&traces=0.01]",
    read,
};

fn read(text: &str) -> Result<Map<String, Value>, String> {
    let wrong = || {
        format!(
            "`{text}` is no address of a collector: write `http://localhost:4317` for gRPC, or `http://localhost:4318` for HTTP"
        )
    };
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let mut url = Url::parse(&with_scheme).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong());
    }
    let mut settings = Map::new();
    for (name, value) in url.query_pairs() {
        if !IN_QUERY.contains(&name.as_ref()) {
            let known = listed(&IN_QUERY);
            return Err(format!(
                "`{name}` cannot stand in the address: there are {known}"
            ));
        }
        let read = match name.as_ref() {
            SIGNALS => Value::from(value.split(',').collect::<Vec<_>>()),
            TRACES | "events" => {
                serde_json::from_str(&value).unwrap_or_else(|_| Value::from(value.as_ref()))
            }
            _ => Value::from(value.as_ref()),
        };
        settings.insert(name.into_owned(), read);
    }
    if url.port() == Some(HTTP_PORT) {
        settings
            .entry(PROTOCOL)
            .or_insert_with(|| Value::from(HTTP));
    }
    url.set_query(None);
    let endpoint = url.as_str().trim_end_matches('/');
    settings.insert(ENDPOINT.to_owned(), Value::from(endpoint));
    Ok(settings)
}
