//! `otel`: metrics, logs and traces as OTLP, over gRPC or HTTP. See this folder's `README.md`.
//!
//! - `config`: settings, and the environment variables of OpenTelemetry that stand in for them.
//! - `encode`: records as OTLP requests; `totals`: what cumulative metrics need to remember.
//! - `wire`: one request over gRPC or HTTP, and what its answer means; `send`: the reporter.

mod config;
mod encode;
mod send;
mod totals;
mod wire;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

use squall_report::EventSelection;

use crate::Registration;

/// The entry in the table.
pub(crate) const REGISTRATION: Registration = Registration {
    name: "otel",
    summary: "OpenTelemetry: metrics, logs and traces to a collector, as OTLP over gRPC or HTTP",
    class: "OpenTelemetryConfig",
    guarantee: "at least once: acknowledged by the collector; what comes twice has the same ids and times",
    events: EventSelection::Failed,
    settings: config::SETTINGS,
    target: config::TARGET,
    build: config::build,
    #[cfg(test)]
    backend: fake::backend,
};
