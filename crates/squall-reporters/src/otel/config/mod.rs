//! The settings of `otel`, and how they are read.
//!
//! `settings`: the table. `environment`: the variables that stand in for what is not written. `target`: `--out otel=…`.

mod environment;
mod settings;
mod target;

use std::collections::BTreeMap;
use std::time::Duration;

use opentelemetry_proto::tonic::metrics::v1::AggregationTemporality;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use squall_report::Reporter;
use url::Url;

use self::environment::Environment;
pub(super) use self::settings::SETTINGS;
use self::settings::{
    CA, CLIENT_CERTIFICATE, COMPRESSION, DELTA, ENDPOINT, GZIP, HEADERS, HTTP, PROTOCOL,
    RESOURCE_ATTRIBUTES, SERVICE_NAME, SIGNALS, TEMPORALITY, TIMEOUT, TRACES,
};
pub(super) use self::target::TARGET;
use super::encode::{Encoder, Signal};
use super::send::OtelReporter;
use super::wire::{Protocol, WireSettings};
use crate::settings::SettingsReader;
use crate::{BuildContext, SettingsErrors};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// Calls of reporters are bounded, whatever is asked for.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(300);

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let (wire, encoder) = read(written, context, environment::real)?;
    Ok(Box::new(OtelReporter::new(wire, encoder)))
}

/// Reads the settings; those that are not written come from the environment, where it has them.
pub(super) fn read(
    written: &Map<String, Value>,
    context: &BuildContext,
    environment: Environment,
) -> Result<(WireSettings, Encoder), SettingsErrors> {
    let mut filled = written.clone();
    for info in SETTINGS {
        if filled.get(info.name).is_none_or(Value::is_null)
            && let Some((_, text)) = environment::stand_in(environment, info.name)
        {
            filled.insert(info.name.to_owned(), from_environment(info.name, text));
        }
    }
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, &filled, context);
    let wire = read_wire(&mut reader);
    let encoder = read_encoder(&mut reader, context, environment);
    reader.finish((wire, encoder))
}

/// Gives the value of a variable the form of its setting.
fn from_environment(setting: &str, text: String) -> Value {
    match setting {
        TIMEOUT => text
            .trim()
            .parse::<f64>()
            .map_or_else(|_| Value::from(text.as_str()), |ms| Value::from(ms / 1e3)),
        // The third preference is for memory, of which delta needs least.
        TEMPORALITY if text.eq_ignore_ascii_case("lowmemory") => Value::from(DELTA),
        TEMPORALITY | PROTOCOL | COMPRESSION => Value::from(text.to_lowercase()),
        _ => Value::from(text),
    }
}

fn read_wire(reader: &mut SettingsReader<'_>) -> WireSettings {
    let protocol = match optional_choice(reader, PROTOCOL).as_deref() {
        Some(HTTP) => Protocol::Http,
        _ => Protocol::Grpc,
    };
    WireSettings {
        endpoint: read_endpoint(reader, protocol),
        protocol,
        headers: read_headers(reader),
        gzip: optional_choice(reader, COMPRESSION).as_deref() == Some(GZIP),
        timeout: read_timeout(reader),
        ca: reader.path(CA),
        client_certificate: reader.path(CLIENT_CERTIFICATE),
    }
}

fn read_endpoint(reader: &mut SettingsReader<'_>, protocol: Protocol) -> Url {
    let (usual, example) = match protocol {
        Protocol::Grpc => ("http://localhost:4317", "`http://localhost:4317`"),
        Protocol::Http => ("http://localhost:4318", "`http://localhost:4318`"),
    };
    let text = reader.text(ENDPOINT).unwrap_or_else(|| usual.to_owned());
    let url = Url::parse(&text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        reader.invalid(
            ENDPOINT,
            format!("is `{text}`: it must be an address such as {example}"),
        );
        return localhost();
    };
    if url.password().is_some() || !url.username().is_empty() {
        let problem = "has a user or a password: give them as `authorization` in `headers`";
        reader.invalid(ENDPOINT, problem);
    }
    if protocol == Protocol::Grpc && url.path() != "/" {
        let path = url.path().to_owned();
        reader.invalid(
            ENDPOINT,
            format!("has the path `{path}`, which gRPC has not: leave it out, or set `protocol` to `{HTTP}`"),
        );
    }
    url
}

#[expect(clippy::expect_used, reason = "a constant that a test reads")]
fn localhost() -> Url {
    Url::parse("http://localhost:4317").expect("this is an address")
}

fn read_headers(reader: &mut SettingsReader<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let Some(secret) = reader.secret(HEADERS) else {
        return headers;
    };
    let text = secret.reveal();
    let pairs = if text.contains('=') {
        environment::pairs(text)
    } else {
        Some(vec![(AUTHORIZATION.to_string(), text.to_owned())])
    };
    let Some(pairs) = pairs else {
        // What was written stays unsaid.
        reader.invalid(
            HEADERS,
            "is no list `NAME=VALUE,NAME=VALUE`: percent-encode commas and `=` in names",
        );
        return headers;
    };
    for (name, value) in pairs {
        let name = HeaderName::try_from(name.to_lowercase());
        let value = HeaderValue::try_from(value);
        match (name, value) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                headers.append(name, value);
            }
            (Err(_), _) => reader.invalid(HEADERS, "has a name that no header can have"),
            (Ok(name), Err(_)) => reader.invalid(
                HEADERS,
                format!("has a value for `{name}` that no header can have"),
            ),
        }
    }
    headers
}

fn read_timeout(reader: &mut SettingsReader<'_>) -> Duration {
    if reader.raw(TIMEOUT).is_null() {
        return DEFAULT_TIMEOUT;
    }
    let timeout = reader.duration(TIMEOUT);
    if reader.is_clean() && (timeout.is_zero() || timeout > LONGEST_TIMEOUT) {
        reader.invalid(TIMEOUT, "must be more than 0 and at most `\"5m\"`");
    }
    timeout
}

fn read_encoder(
    reader: &mut SettingsReader<'_>,
    context: &BuildContext,
    environment: Environment,
) -> Encoder {
    let signals = read_signals(reader);
    let traces = read_traces(reader);
    if traces > 0.0 && !signals.contains(&Signal::Traces) {
        reader.invalid(TRACES, "is set, but `signals` has no `traces`: add it");
    }
    if context.events && !signals.is_empty() && !signals.contains(&Signal::Logs) {
        reader.invalid(
            SIGNALS,
            "has no `logs`, as which single events are sent: add it, or set `events` to `false`",
        );
    }
    let temporality = match optional_choice(reader, TEMPORALITY).as_deref() {
        Some(DELTA) => AggregationTemporality::Delta,
        _ => AggregationTemporality::Cumulative,
    };
    Encoder {
        signals,
        temporality,
        resource: read_resource(reader, environment),
        traces,
    }
}

fn read_signals(reader: &mut SettingsReader<'_>) -> Vec<Signal> {
    let mut signals = Vec::new();
    let texts = reader.list(SIGNALS);
    for text in &texts {
        match Signal::ALL.into_iter().find(|one| one.as_str() == text) {
            Some(signal) => signals.push(signal),
            None => reader.invalid(
                SIGNALS,
                format!("has `{text}`: there are `metrics`, `logs`, `traces`"),
            ),
        }
    }
    if texts.is_empty() && reader.is_clean() {
        reader.invalid(SIGNALS, "is empty: nothing would be sent");
    }
    signals
}

fn read_traces(reader: &mut SettingsReader<'_>) -> f64 {
    let value = reader.raw(TRACES);
    match value.as_f64() {
        Some(share) if (0.0..=1.0).contains(&share) => share,
        Some(share) => {
            let problem = format!("is {share}: it is a share of the iterations, from 0 to 1");
            reader.invalid(TRACES, problem);
            0.0
        }
        None => {
            reader.wrong_type(TRACES, &value);
            0.0
        }
    }
}

/// Settings are stronger than the environment, and a name of its own stronger than one among attributes.
fn read_resource(
    reader: &mut SettingsReader<'_>,
    environment: Environment,
) -> BTreeMap<String, String> {
    let mut all = environment::resource(environment);
    let written = reader.map(RESOURCE_ATTRIBUTES);
    all.extend(written);
    if let Some(name) = reader.text(SERVICE_NAME) {
        all.insert("service.name".to_owned(), name);
    }
    all.entry("service.name".to_owned())
        .or_insert_with(|| "squall".to_owned());
    all
}

/// Reads a choice that may be left out.
fn optional_choice(reader: &mut SettingsReader<'_>, name: &'static str) -> Option<String> {
    (!reader.raw(name).is_null()).then(|| reader.choice(name))
}
