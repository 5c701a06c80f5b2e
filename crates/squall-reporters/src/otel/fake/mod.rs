//! A collector made of the official services: it keeps what it gets, and answers as it is told.

mod http;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tonic::codec::CompressionEncoding;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status};

pub(super) use self::http::HttpFake;
use super::wire::Taken;
use crate::backend::Backend;

/// What a collector got, and what it is to answer.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) metrics: Vec<ExportMetricsServiceRequest>,
    pub(super) logs: Vec<ExportLogsServiceRequest>,
    pub(super) traces: Vec<ExportTraceServiceRequest>,
    /// Answers to the next requests that are not empty.
    pub(super) refusals: VecDeque<Status>,
    /// What the next request that is not empty loses.
    pub(super) partial: Option<Taken>,
    /// What `authorization` must be.
    pub(super) token: Option<String>,
    /// What signal is refused, for the moment.
    pub(super) refuse_signal: Option<&'static str>,
    /// What signal nobody serves.
    pub(super) without: Option<&'static str>,
}

impl Kept {
    pub(super) fn log_records(&self) -> Vec<&LogRecord> {
        let resources = self.logs.iter().flat_map(|request| &request.resource_logs);
        let scopes = resources.flat_map(|resource| &resource.scope_logs);
        scopes.flat_map(|scope| &scope.log_records).collect()
    }

    pub(super) fn spans(&self) -> Vec<&Span> {
        let resources = self
            .traces
            .iter()
            .flat_map(|request| &request.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| &scope.spans).collect()
    }

    pub(super) fn metric(&self, name: &str) -> Vec<&Metric> {
        let resources = self
            .metrics
            .iter()
            .flat_map(|request| &request.resource_metrics);
        let scopes = resources.flat_map(|resource| &resource.scope_metrics);
        let metrics = scopes.flat_map(|scope| &scope.metrics);
        metrics.filter(|metric| metric.name == name).collect()
    }

    pub(super) fn resources(&self) -> Vec<&Resource> {
        let requests = self.metrics.iter();
        let metrics = requests.flat_map(|request| &request.resource_metrics);
        let requests = self.logs.iter();
        let logs = requests.flat_map(|request| &request.resource_logs);
        metrics
            .filter_map(|one| one.resource.as_ref())
            .chain(logs.filter_map(|one| one.resource.as_ref()))
            .collect()
    }
}

/// Returns an attribute that is a text.
pub(super) fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|one| one.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Any::StringValue(text) => Some(text),
        _ => None,
    }
}

type Shared = Arc<Mutex<Kept>>;

#[derive(Debug, Clone)]
struct Services(Shared);

impl Services {
    /// Judges a request.
    fn admit<T>(
        &self,
        request: &Request<T>,
        signal: &str,
        empty: bool,
    ) -> Result<MutexGuard<'_, Kept>, Status> {
        let mut kept = self.0.lock().unwrap();
        if kept.without == Some(signal) {
            return Err(Status::unimplemented("unknown service"));
        }
        let sent = request.metadata().get("authorization");
        let sent = sent.map(|value| value.to_str().unwrap().to_owned());
        if kept.token.is_some() && kept.token != sent {
            return Err(Status::unauthenticated("no valid token"));
        }
        if kept.refuse_signal == Some(signal) {
            return Err(Status::unavailable("not now"));
        }
        if !empty && let Some(refusal) = kept.refusals.pop_front() {
            return Err(refusal);
        }
        Ok(kept)
    }
}

fn partial(kept: &mut Kept, empty: bool) -> Option<(i64, String)> {
    let taken = if empty { None } else { kept.partial.take() }?;
    Some((taken.rejected.try_into().unwrap(), taken.why))
}

#[tonic::async_trait]
impl MetricsService for Services {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let empty = request.get_ref().resource_metrics.is_empty();
        let mut kept = self.admit(&request, "metrics", empty)?;
        let partial = partial(&mut kept, empty);
        kept.metrics.push(request.into_inner());
        Ok(Response::new(ExportMetricsServiceResponse {
            partial_success: partial.map(|(rejected_data_points, error_message)| {
                ExportMetricsPartialSuccess {
                    rejected_data_points,
                    error_message,
                }
            }),
        }))
    }
}

#[tonic::async_trait]
impl LogsService for Services {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let empty = request.get_ref().resource_logs.is_empty();
        let mut kept = self.admit(&request, "logs", empty)?;
        let partial = partial(&mut kept, empty);
        kept.logs.push(request.into_inner());
        Ok(Response::new(ExportLogsServiceResponse {
            partial_success: partial.map(|(rejected_log_records, error_message)| {
                ExportLogsPartialSuccess {
                    rejected_log_records,
                    error_message,
                }
            }),
        }))
    }
}

#[tonic::async_trait]
impl TraceService for Services {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let empty = request.get_ref().resource_spans.is_empty();
        let mut kept = self.admit(&request, "traces", empty)?;
        let partial = partial(&mut kept, empty);
        kept.traces.push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse {
            partial_success: partial.map(|(rejected_spans, error_message)| {
                ExportTracePartialSuccess {
                    rejected_spans,
                    error_message,
                }
            }),
        }))
    }
}

/// A collector that runs until it is stopped or dropped.
#[derive(Debug)]
pub(super) struct Fake {
    folder: TempDir,
    address: SocketAddr,
    kept: Shared,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    identity: Option<(String, String)>,
}

impl Fake {
    pub(super) fn start() -> Self {
        Self::with(None)
    }

    /// Starts one that speaks TLS with this certificate and key.
    pub(super) fn with(identity: Option<(String, String)>) -> Self {
        let mut fake = Self {
            folder: tempfile::tempdir().unwrap(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            kept: Shared::default(),
            running: None,
            identity,
        };
        fake.run();
        fake
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    pub(super) fn url(&self) -> String {
        let scheme = if self.identity.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://localhost:{}", self.address.port())
    }

    /// Ends it and all its connections.
    pub(super) fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            drop(stop);
            thread.join().unwrap();
        }
    }

    /// Starts it, on the port that it had.
    pub(super) fn run(&mut self) {
        let (stop, stopped) = oneshot::channel::<()>();
        let socket = std::net::TcpListener::bind(self.address).unwrap();
        socket.set_nonblocking(true).unwrap();
        self.address = socket.local_addr().unwrap();
        let services = Services(self.kept.clone());
        let identity = self.identity.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let serving = serve(socket, services, identity);
                tokio::select! {
                    result = serving => result.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        self.running = Some((stop, thread));
    }
}

async fn serve(
    socket: std::net::TcpListener,
    services: Services,
    identity: Option<(String, String)>,
) -> Result<(), tonic::transport::Error> {
    let socket = tokio::net::TcpListener::from_std(socket).unwrap();
    let mut server = Server::builder();
    if let Some((certificate, key)) = identity {
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let identity = Identity::from_pem(certificate, key);
        server = server.tls_config(ServerTlsConfig::new().identity(identity))?;
    }
    let gzip = CompressionEncoding::Gzip;
    server
        .add_service(MetricsServiceServer::new(services.clone()).accept_compressed(gzip))
        .add_service(LogsServiceServer::new(services.clone()).accept_compressed(gzip))
        .add_service(TraceServiceServer::new(services).accept_compressed(gzip))
        .serve_with_incoming(tonic::transport::server::TcpIncoming::from(socket))
        .await
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.stop();
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the table asks for this signature"
)]
pub(super) fn backend() -> Option<Box<dyn Backend>> {
    Some(Box::new(Fake::start()))
}

impl Backend for Fake {
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn settings(&self) -> Value {
        json!({"endpoint": self.url(), "timeout": "5s"})
    }

    fn keeps_each_once(&self) -> bool {
        false
    }

    fn refuse(&mut self) {
        self.stop();
    }

    fn events(&self) -> Option<usize> {
        let kept = self.kept();
        let records = kept.log_records();
        let events = records
            .iter()
            .filter(|record| text(&record.attributes, "squall.event.id").is_some());
        Some(events.count())
    }

    fn runs(&self) -> Option<usize> {
        let kept = self.kept();
        let records = kept.log_records();
        let verdicts = records
            .iter()
            .filter(|record| record.event_name == "squall.verdict");
        Some(verdicts.count())
    }
}

/// How long a test waits at most.
pub(super) const LONG: Duration = Duration::from_secs(20);
