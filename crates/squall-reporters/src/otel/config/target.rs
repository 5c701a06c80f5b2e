//! What `--out otel=…` says.

use serde_json::{Map, Value};
use url::Url;

use super::settings::{ENDPOINT, HEADERS, HTTP, PROTOCOL, SETTINGS};
use crate::registration::Target;
use crate::target::put;

/// The port of OTLP over HTTP.
const HTTP_PORT: u16 = 4318;
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
        if name == HEADERS {
            return Err(format!(
                "`{HEADERS}` cannot stand in the address: they are secret, and arguments are not"
            ));
        }
        put(&mut settings, SETTINGS, (&name, &value));
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
