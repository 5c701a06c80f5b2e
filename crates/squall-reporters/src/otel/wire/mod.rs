//! One request to the backend, and what its answer means.

mod answer;
mod grpc;
mod http;

use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::HeaderMap;
use squall_report::ReporterError;

#[cfg(test)]
pub(super) use self::answer::retry_details;
use self::grpc::Grpc;
use self::http::Http;
use super::encode::Request;

/// How requests travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Grpc,
    Http,
}

/// Where requests go, and how.
#[derive(Clone)]
pub(super) struct WireSettings {
    pub(super) endpoint: url::Url,
    pub(super) protocol: Protocol,
    /// Secret: keys of services travel here.
    pub(super) headers: HeaderMap,
    pub(super) gzip: bool,
    pub(super) timeout: Duration,
    pub(super) ca: Option<PathBuf>,
    pub(super) client_certificate: Option<PathBuf>,
}

impl std::fmt::Debug for WireSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let headers: Vec<_> = self.headers.keys().collect();
        f.debug_struct("WireSettings")
            .field("endpoint", &self.place())
            .field("protocol", &self.protocol)
            .field("headers", &headers)
            .field("gzip", &self.gzip)
            .field("timeout", &self.timeout)
            .field("ca", &self.ca)
            .field("client_certificate", &self.client_certificate)
            .finish()
    }
}

impl WireSettings {
    /// Names the backend without user, password and query.
    pub(super) fn place(&self) -> String {
        let mut url = self.endpoint.clone();
        url.set_query(None);
        // Fails for addresses that can have neither, such as `data:`.
        url.set_username("").ok();
        url.set_password(None).ok();
        url.as_str().trim_end_matches('/').to_owned()
    }
}

/// A request was taken, but for these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// Data points, log records or spans that were refused.
    pub(super) rejected: u64,
    /// Why.
    pub(super) why: String,
}

/// A way to the backend.
#[derive(Debug)]
pub(super) enum Wire {
    Grpc(Grpc),
    Http(Http),
}

impl Wire {
    /// Gets ready; a connection that breaks later is made anew by the next request.
    ///
    /// # Errors
    /// When certificates cannot be read, or nobody listens.
    pub(super) fn open(settings: &WireSettings) -> Result<Self, ReporterError> {
        Ok(match settings.protocol {
            Protocol::Grpc => Self::Grpc(Grpc::open(settings)?),
            Protocol::Http => Self::Http(Http::open(settings)?),
        })
    }

    /// Sends a request and waits for its answer, for the time limit at most.
    ///
    /// # Errors
    /// Sorted as the specification of OTLP sorts them.
    pub(super) fn export(&mut self, request: &Request) -> Result<Taken, ReporterError> {
        match self {
            Self::Grpc(grpc) => grpc.export(request),
            Self::Http(http) => http.export(request),
        }
    }
}
