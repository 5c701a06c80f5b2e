//! Answers of OTLP: what was refused, and when to come again.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::{DecodeError, Message};
use squall_report::ReporterError;

use super::Taken;
use crate::otel::encode::Signal;

/// Reads the answer to a request that was taken.
pub(super) fn read(place: &str, signal: Signal, body: &[u8]) -> Result<Taken, ReporterError> {
    decode(signal, body).map_err(|error| {
        ReporterError::permanent(format!(
            "`{place}` does not answer as OTLP wants for {}: is it another service?",
            signal.as_str()
        ))
        .with_source(error)
    })
}

fn decode(signal: Signal, body: &[u8]) -> Result<Taken, DecodeError> {
    let partial = match signal {
        Signal::Metrics => ExportMetricsServiceResponse::decode(body)?
            .partial_success
            .map(|part| (part.rejected_data_points, part.error_message)),
        Signal::Logs => ExportLogsServiceResponse::decode(body)?
            .partial_success
            .map(|part| (part.rejected_log_records, part.error_message)),
        Signal::Traces => ExportTraceServiceResponse::decode(body)?
            .partial_success
            .map(|part| (part.rejected_spans, part.error_message)),
    };
    Ok(
        partial.map_or_else(Taken::default, |(rejected, why)| Taken {
            rejected: rejected.try_into().unwrap_or(0),
            why,
        }),
    )
}

/// `google.rpc.Status`, which travels with refusals of gRPC.
#[derive(Clone, PartialEq, Message)]
struct Refusal {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Detail>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Detail {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    delay: Option<Delay>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

/// Reads how long the backend wants to be left alone; `None` where it does not say that it will recover.
pub(super) fn retry_after(details: &[u8]) -> Option<Duration> {
    let refusal = Refusal::decode(details).ok()?;
    let retry = refusal
        .details
        .iter()
        .find(|detail| detail.type_url.ends_with("/google.rpc.RetryInfo"))?;
    let delay = RetryInfo::decode(retry.value.as_slice()).ok()?.delay;
    let delay = delay.unwrap_or_default();
    let seconds = u64::try_from(delay.seconds).unwrap_or(0);
    let nanos = u32::try_from(delay.nanos).unwrap_or(0);
    Some(Duration::new(seconds, nanos.min(999_999_999)))
}

#[cfg(test)]
pub(in crate::otel) fn retry_details(delay: Duration) -> Vec<u8> {
    let retry = RetryInfo {
        delay: Some(Delay {
            seconds: delay.as_secs().try_into().unwrap(),
            nanos: delay.subsec_nanos().try_into().unwrap(),
        }),
    };
    Refusal {
        code: 14,
        message: "later".to_owned(),
        details: vec![Detail {
            type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
            value: retry.encode_to_vec(),
        }],
    }
    .encode_to_vec()
}
