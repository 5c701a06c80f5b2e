//! The settings of `otel`, as the table describes them.

use crate::{SettingInfo, SettingKind};

pub(super) const ENDPOINT: &str = "endpoint";
pub(super) const PROTOCOL: &str = "protocol";
pub(super) const HEADERS: &str = "headers";
pub(super) const COMPRESSION: &str = "compression";
pub(super) const TIMEOUT: &str = "timeout";
pub(super) const CA: &str = "ca";
pub(super) const CLIENT_CERTIFICATE: &str = "client_certificate";
pub(super) const SERVICE_NAME: &str = "service_name";
pub(super) const RESOURCE_ATTRIBUTES: &str = "resource_attributes";
pub(super) const SIGNALS: &str = "signals";
pub(super) const TEMPORALITY: &str = "temporality";
pub(super) const TRACES: &str = "traces";

/// Over gRPC.
pub(super) const GRPC: &str = "grpc";
/// Over HTTP, as protobuf.
pub(super) const HTTP: &str = "http/protobuf";
pub(super) const GZIP: &str = "gzip";
pub(super) const CUMULATIVE: &str = "cumulative";
pub(super) const DELTA: &str = "delta";

/// What has no default here is looked for in the variables of OpenTelemetry first.
pub(in crate::otel) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(
        ENDPOINT,
        SettingKind::Text,
        "address of the collector; else `OTEL_EXPORTER_OTLP_ENDPOINT`, or `http://localhost:4317` (`4318` over HTTP)",
    ),
    SettingInfo::new(
        PROTOCOL,
        SettingKind::Choice(&[GRPC, HTTP]),
        "how it is spoken to; else `OTEL_EXPORTER_OTLP_PROTOCOL`, or `grpc`",
    ),
    SettingInfo::new(
        HEADERS,
        SettingKind::Secret,
        "headers of every request, `NAME=VALUE,NAME=VALUE` with percent-encoding; a text without `=` is the value of `authorization`; else `OTEL_EXPORTER_OTLP_HEADERS`",
    ),
    SettingInfo::new(
        COMPRESSION,
        SettingKind::Choice(&[GZIP, "none"]),
        "how requests are compressed; else `OTEL_EXPORTER_OTLP_COMPRESSION`, or `none`",
    ),
    SettingInfo::new(
        TIMEOUT,
        SettingKind::Duration,
        "how long one request may take; else `OTEL_EXPORTER_OTLP_TIMEOUT` in milliseconds, or `\"10s\"`",
    ),
    SettingInfo::new(
        CA,
        SettingKind::Path,
        "PEM file of authorities that are trusted beside those of the system; else `OTEL_EXPORTER_OTLP_CERTIFICATE`",
    ),
    SettingInfo::new(
        CLIENT_CERTIFICATE,
        SettingKind::Path,
        "PEM file with a certificate and its key, by which the collector knows Squall",
    ),
    SettingInfo::new(
        SERVICE_NAME,
        SettingKind::Text,
        "`service.name` of everything that is sent; else `OTEL_SERVICE_NAME`, or `squall`",
    ),
    SettingInfo::new(
        RESOURCE_ATTRIBUTES,
        SettingKind::Map,
        "further attributes of the resource; those of `OTEL_RESOURCE_ATTRIBUTES` are added",
    ),
    SettingInfo::new(
        SIGNALS,
        SettingKind::List,
        "which of `metrics`, `logs` and `traces` are sent",
    )
    .or("[\"metrics\", \"logs\", \"traces\"]"),
    SettingInfo::new(
        TEMPORALITY,
        SettingKind::Choice(&[CUMULATIVE, DELTA]),
        "whether counters and distributions count from the start of the series or of the interval; else `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`, or `cumulative`",
    ),
    SettingInfo::new(
        TRACES,
        SettingKind::Number,
        "share of the iterations, 0 to 1, whose requests carry `traceparent` and are sent as spans",
    )
    .or("0.0"),
];
