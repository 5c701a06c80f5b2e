//! OTLP over HTTP, as protobuf.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use squall_report::ReporterError;

use super::{Taken, WireSettings, answer};
use crate::http::{CONNECT_TIMEOUT, HttpClient, HttpSettings, Refusal};
use crate::otel::encode::{Request, Signal};

#[derive(Debug)]
pub(crate) struct Http {
    client: HttpClient,
    endpoint: String,
    headers: HeaderMap,
    gzip: bool,
}

impl Http {
    pub(super) fn open(settings: &WireSettings) -> Result<Self, ReporterError> {
        let client = HttpClient::new(&HttpSettings {
            timeout: settings.timeout,
            connect_timeout: CONNECT_TIMEOUT.min(settings.timeout),
            ca: settings.ca.clone(),
            client_certificate: settings.client_certificate.clone(),
        })?;
        Ok(Self {
            client,
            endpoint: settings.place(),
            headers: settings.headers.clone(),
            gzip: settings.gzip,
        })
    }

    pub(super) fn export(&self, request: &Request) -> Result<Taken, ReporterError> {
        let url = format!("{}/v1/{}", self.endpoint, request.signal.as_str());
        let mut post = self
            .client
            .request(Method::POST, &url)
            .headers(self.headers.clone())
            .header(CONTENT_TYPE, "application/x-protobuf");
        post = if self.gzip {
            post.header(CONTENT_ENCODING, "gzip").body(packed(request)?)
        } else {
            post.body(request.body.clone())
        };
        match self.client.ask(post)? {
            Ok(taken) => answer::read(&url, request.signal, &taken.body),
            Err(refusal) => Err(refused(refusal, request.signal)),
        }
    }
}

fn packed(request: &Request) -> Result<Vec<u8>, ReporterError> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&request.body)
        .and_then(|()| gzip.finish())
        .map_err(|error| {
            ReporterError::permanent("a request cannot be compressed").with_source(error)
        })
}

/// Only 429, 502, 503 and 504 may be tried again (OTLP, "Retryable Response Codes").
fn refused(refusal: Refusal, signal: Signal) -> ReporterError {
    // A body is protobuf, of which the text can be read.
    let message: String = refusal.error.to_string();
    let message: String = message.chars().filter(|c| !c.is_control()).collect();
    match refusal.status.as_u16() {
        413 | 429 | 502..=504 => refusal.error,
        404 => ReporterError::permanent(format!(
            "{message} (check `endpoint`, or take `{}` out of `signals`)",
            signal.as_str()
        )),
        401 | 403 => ReporterError::permanent(format!("{message} (it comes from `headers`)")),
        _ => ReporterError::permanent(message),
    }
}
