//! OTLP over gRPC.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use reqwest::header::HeaderMap;
use squall_report::ReporterError;
use tokio::runtime::{Builder, Runtime};
use tonic::client;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::MetadataMap;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Code, Status};

use super::{Taken, WireSettings, answer};
use crate::otel::encode::{Request, Signal};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Grpc {
    client: client::Grpc<Channel>,
    headers: HeaderMap,
    place: String,
    /// Last, because connections end before what drives them.
    runtime: Runtime,
}

impl Grpc {
    pub(super) fn open(settings: &WireSettings) -> Result<Self, ReporterError> {
        let place = settings.place();
        let endpoint = endpoint(settings, &place)?;
        let failed = |error: std::io::Error| {
            ReporterError::permanent("no runtime for gRPC can be made").with_source(error)
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(failed)?;
        let channel = runtime.block_on(endpoint.connect());
        let channel = channel.map_err(|error| not_connected(&place, &error))?;
        let mut client = client::Grpc::new(channel);
        if settings.gzip {
            client = client.send_compressed(CompressionEncoding::Gzip);
        }
        Ok(Self {
            client: client.accept_compressed(CompressionEncoding::Gzip),
            headers: settings.headers.clone(),
            place,
            runtime,
        })
    }

    pub(super) fn export(&mut self, request: &Request) -> Result<Taken, ReporterError> {
        let body = Bytes::copy_from_slice(&request.body);
        let metadata = MetadataMap::from_headers(self.headers.clone());
        let call = tonic::Request::from_parts(metadata, tonic::Extensions::default(), body);
        let client = &mut self.client;
        let path = PathAndQuery::from_static(path(request.signal));
        let answer = self.runtime.block_on(async {
            client
                .ready()
                .await
                .map_err(|error| Status::from_error(error.into()))?;
            client.unary(call, path, Plain).await
        });
        match answer {
            Ok(answer) => answer::read(&self.place, request.signal, answer.get_ref()),
            Err(status) => Err(refused(&self.place, request.signal, &status)),
        }
    }
}

fn path(signal: Signal) -> &'static str {
    match signal {
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    }
}

fn endpoint(settings: &WireSettings, place: &str) -> Result<Endpoint, ReporterError> {
    let wrong = |error: tonic::transport::Error| {
        ReporterError::permanent(format!("`{place}` cannot be used: {}", describe(&error)))
    };
    let endpoint = Endpoint::from_shared(place.to_owned()).map_err(wrong)?;
    let endpoint = endpoint
        .connect_timeout(CONNECT_TIMEOUT.min(settings.timeout))
        .timeout(settings.timeout)
        .user_agent(concat!("squall/", env!("CARGO_PKG_VERSION")))
        .map_err(wrong)?;
    if settings.endpoint.scheme() != "https" {
        return Ok(endpoint);
    }
    // Fails where another part of the program chose its provider first, which does as well.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    let mut tls = ClientTlsConfig::new().with_native_roots();
    if let Some(path) = &settings.ca {
        tls = tls.ca_certificate(Certificate::from_pem(read_pem(path)?));
    }
    if let Some(path) = &settings.client_certificate {
        let pem = read_pem(path)?;
        tls = tls.identity(Identity::from_pem(&pem, &pem));
    }
    endpoint.tls_config(tls).map_err(wrong)
}

fn read_pem(path: &Path) -> Result<Vec<u8>, ReporterError> {
    fs::read(path).map_err(|error| {
        let path = path.display();
        ReporterError::permanent(format!(
            "certificates cannot be read from `{path}`: {error}"
        ))
    })
}

fn not_connected(place: &str, error: &tonic::transport::Error) -> ReporterError {
    let text = describe(error);
    let message = format!("`{place}` does not answer: {text}");
    if text.contains("invalid peer certificate") {
        return ReporterError::permanent(format!(
            "{message}: give the authority that signed it as `ca`"
        ));
    }
    ReporterError::temporary(message)
}

/// Sorts refusals as OTLP wants it ("Failures" of OTLP/gRPC).
fn refused(place: &str, signal: Signal, status: &Status) -> ReporterError {
    let text = match status.source() {
        Some(cause) => describe(cause),
        None => status.message().to_owned(),
    };
    let code = status.code();
    let signal = signal.as_str();
    let message = format!("`{place}` refused {signal} with `{code:?}`: {text}");
    match code {
        Code::OutOfRange | Code::ResourceExhausted if speaks_of_size(&text) => {
            ReporterError::too_large(message)
        }
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => match answer::retry_after(status.details()) {
            Some(after) => ReporterError::throttled(message, after),
            None => ReporterError::temporary(message),
        },
        Code::ResourceExhausted => match answer::retry_after(status.details()) {
            Some(after) => ReporterError::throttled(message, after),
            None => ReporterError::permanent(format!(
                "{message} (it does not say that it will recover)"
            )),
        },
        Code::Unauthenticated | Code::PermissionDenied => {
            ReporterError::permanent(format!("{message} (check the token or key in `headers`)"))
        }
        Code::Unimplemented => ReporterError::permanent(format!(
            "{message} (check `endpoint`, or take `{signal}` out of `signals`)"
        )),
        // Not an answer: the connection broke, or what is there does not speak HTTP/2.
        _ if status.source().is_some() => ReporterError::temporary(format!(
            "{message} (for a port of OTLP over HTTP, set `protocol` to `http/protobuf`)"
        )),
        _ => ReporterError::permanent(message),
    }
}

/// Servers give the limit of a message no code of its own.
fn speaks_of_size(text: &str) -> bool {
    text.contains("larger than max") || text.contains("too large")
}

/// Says what went wrong, with its causes.
fn describe(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Some say what their cause says.
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

/// Requests and answers are bytes already.
#[derive(Debug, Clone, Copy)]
struct Plain;

impl Codec for Plain {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put(item);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
