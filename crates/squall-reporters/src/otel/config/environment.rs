//! The environment variables that every tool of OpenTelemetry reads.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::settings::{
    CA, COMPRESSION, ENDPOINT, HEADERS, PROTOCOL, SERVICE_NAME, TEMPORALITY, TIMEOUT,
};

/// Looks up a variable.
pub(super) type Environment = fn(&str) -> Option<String>;

/// Which variable stands in for a setting that is not written.
const VARIABLES: [(&str, &str); 8] = [
    (ENDPOINT, "OTEL_EXPORTER_OTLP_ENDPOINT"),
    (PROTOCOL, "OTEL_EXPORTER_OTLP_PROTOCOL"),
    (HEADERS, "OTEL_EXPORTER_OTLP_HEADERS"),
    (COMPRESSION, "OTEL_EXPORTER_OTLP_COMPRESSION"),
    (TIMEOUT, "OTEL_EXPORTER_OTLP_TIMEOUT"),
    (CA, "OTEL_EXPORTER_OTLP_CERTIFICATE"),
    (SERVICE_NAME, "OTEL_SERVICE_NAME"),
    (
        TEMPORALITY,
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
    ),
];
const RESOURCE: &str = "OTEL_RESOURCE_ATTRIBUTES";

/// Returns the real value of a variable; one that is empty is as good as none.
pub(super) fn real(variable: &str) -> Option<String> {
    std::env::var(variable)
        .ok()
        .filter(|text| !text.trim().is_empty())
}

/// Returns the variable that stands in for a setting, and its value.
pub(super) fn stand_in(environment: Environment, setting: &str) -> Option<(&'static str, String)> {
    let (_, variable) = VARIABLES.iter().find(|(name, _)| *name == setting)?;
    Some((variable, environment(variable)?))
}

/// Reads the attributes that the environment gives to everything that runs in it.
pub(super) fn resource(environment: Environment) -> BTreeMap<String, String> {
    let text = environment(RESOURCE).unwrap_or_default();
    pairs(&text).unwrap_or_default().into_iter().collect()
}

/// Reads `NAME=VALUE,…`, both percent-encoded; `None` where a part has no `=` or no name.
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let decoded = |part: &str| {
        let text = percent_decode_str(part.trim()).decode_utf8();
        text.map(std::borrow::Cow::into_owned).ok()
    };
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=')?;
            let name = decoded(name)?;
            (!name.is_empty()).then_some((name, decoded(value)?))
        })
        .collect()
}
