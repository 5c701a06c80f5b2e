//! HTTP to backends: one client, one reading of what an answer means.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Certificate, Identity, StatusCode, redirect};
use squall_report::ReporterError;
use tokio::runtime::{Builder, Runtime};

use crate::secret::Secret;
use crate::settings::SettingsReader;

/// How long one request may take, where no setting says so.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection may take.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Of a refusal, what is shown at most.
const SHOWN: usize = 300;
/// Of a refusal, what is looked at.
const READ: usize = 65_536;

/// How a backend is asked.
#[derive(Debug, Clone)]
pub(crate) struct HttpSettings {
    /// How long one request may take, with its connection.
    pub(crate) timeout: Duration,
    /// How long its connection may take.
    pub(crate) connect_timeout: Duration,
    /// PEM file of authorities that are trusted beside those of the system.
    pub(crate) ca: Option<PathBuf>,
    /// PEM file with a certificate and its key, by which the backend knows us.
    pub(crate) client_certificate: Option<PathBuf>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            timeout: TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            ca: None,
            client_certificate: None,
        }
    }
}

/// A client with a runtime of its own: a reporter's calls are synchronous.
#[derive(Debug)]
pub(crate) struct HttpClient {
    runtime: Runtime,
    client: reqwest::Client,
}

/// An answer whose status says that it was taken.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

/// An answer whose status says that it was not taken.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// What the backend said.
    pub(crate) text: String,
    /// What the driver should make of it.
    pub(crate) error: ReporterError,
}

impl From<Refusal> for ReporterError {
    fn from(refusal: Refusal) -> Self {
        refusal.error
    }
}

impl HttpClient {
    /// Makes a client; connects nowhere yet.
    pub(crate) fn new(settings: &HttpSettings) -> Result<Self, ReporterError> {
        let failed = |error: String| {
            ReporterError::permanent(format!("no HTTP client can be made: {error}"))
        };
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        // Fails where another part of the program chose its provider first, which does as well.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let mut client = reqwest::Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(settings.connect_timeout)
            // What a redirected `POST` becomes is not what was asked for.
            .redirect(redirect::Policy::none())
            .user_agent(concat!("squall/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &settings.ca {
            let trusted = Certificate::from_pem_bundle(&read_pem(path)?);
            client =
                client.tls_certs_merge(trusted.map_err(|error| not_pem(path, &describe(&error)))?);
        }
        if let Some(path) = &settings.client_certificate {
            let identity = Identity::from_pem(&read_pem(path)?);
            client = client.identity(identity.map_err(|error| not_pem(path, &describe(&error)))?);
        }
        let client = client.build().map_err(|error| failed(describe(&error)))?;
        Ok(Self { runtime, client })
    }

    /// Begins a request.
    pub(crate) fn request(&self, method: reqwest::Method, url: &str) -> reqwest::RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// Temporary without an answer and for 408, 425, 429 and 5xx, with the time that the backend asked for; too large
    /// for 413; permanent for everything else that is no success.
    pub(crate) fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, ReporterError> {
        Ok(self.ask(request)??)
    }

    /// Sends a request as [`send`](Self::send) does, and leaves it to the caller what a refusal means.
    ///
    /// # Errors
    /// Without an answer.
    pub(crate) fn ask(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<Result<Answer, Refusal>, ReporterError> {
        let (client, request) = request.build_split();
        let request = request.map_err(|error| no_answer(&error, "the backend"))?;
        let place = place(request.url());
        self.runtime.block_on(async {
            let answer = client.execute(request).await;
            let answer = answer.map_err(|error| no_answer(&error, &place))?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let body = answer.bytes().await;
            let body = body.map_err(|error| no_answer(&error, &place))?;
            if status.is_success() {
                return Ok(Ok(Answer {
                    status,
                    body: body.to_vec(),
                }));
            }
            Ok(Err(refusal(&place, status, &headers, &body)))
        })
    }
}

fn read_pem(path: &Path) -> Result<Vec<u8>, ReporterError> {
    fs::read(path).map_err(|error| {
        let path = path.display();
        ReporterError::permanent(format!(
            "certificates cannot be read from `{path}`: {error}"
        ))
    })
}

fn not_pem(path: &Path, why: &str) -> ReporterError {
    let path = path.display();
    ReporterError::permanent(format!("there is no certificate in `{path}`: {why}"))
}

/// Reads the setting with headers that each request has.
pub(crate) fn read_headers(
    reader: &mut SettingsReader<'_>,
    setting: &'static str,
) -> BTreeMap<String, Secret> {
    let headers = reader.map(setting);
    for (name, value) in &headers {
        if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
            reader.invalid(setting, format!("has `{name}`, which is no header"));
        } else if name.eq_ignore_ascii_case("authorization") {
            let why = "has `Authorization`, which everybody sees who sees the plan: there are settings for secrets";
            reader.invalid(setting, why);
        }
    }
    let headers = headers.into_iter();
    headers
        .map(|(name, value)| (name, Secret::new(value)))
        .collect()
}

/// Compresses a body, for `Content-Encoding: gzip`.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 8), Compression::fast());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("writing to memory cannot fail")
}

/// Names the backend without user, password and query.
fn place(url: &reqwest::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("`{}://{host}:{port}{}`", url.scheme(), url.path()),
        None => format!("`{}://{host}{}`", url.scheme(), url.path()),
    }
}

fn no_answer(error: &reqwest::Error, place: &str) -> ReporterError {
    let text = describe(error);
    let message = format!("{place} does not answer: {text}");
    if error.is_builder() {
        ReporterError::permanent(message)
    } else if text.contains("invalid peer certificate") {
        ReporterError::permanent(format!(
            "{message}: give the authority that signed it as `ca`"
        ))
    } else {
        ReporterError::temporary(message)
    }
}

/// Says what went wrong, with its causes and without the address, which may hold a password.
fn describe(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Some say what their cause says.
        if !text.ends_with(&next) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&next);
        }
        cause = error.source();
    }
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    if text.is_empty() {
        return "the request cannot be made".to_owned();
    }
    text
}

fn refusal(place: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Refusal {
    let text = String::from_utf8_lossy(&body[..body.len().min(READ)]);
    let text = text.trim().to_owned();
    let mut message = format!("{place} answered {status}");
    if !text.is_empty() {
        let shown: String = text.chars().take(SHOWN).collect();
        message = format!("{message}: {shown}");
    }
    if let Some(target) = headers.get(LOCATION).and_then(|value| value.to_str().ok()) {
        message = format!("{message} (it names `{target}`: give that address)");
    }
    let error = match status.as_u16() {
        413 => ReporterError::too_large(message),
        408 | 425 | 429 | 500..=599 => match retry_after(headers) {
            Some(after) => ReporterError::throttled(message, after),
            None => ReporterError::temporary(message),
        },
        401 | 403 => ReporterError::permanent(format!(
            "{message} (check the user and the password, or the token)"
        )),
        _ => ReporterError::permanent(message),
    };
    Refusal {
        status,
        text,
        error,
    }
}

/// Reads the seconds form of `Retry-After` (RFC 9110, section 10.2.3); a date is not looked at.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::sync::Arc;

    use rustls::pki_types::PrivatePkcs8KeyDer;
    use rustls::{ServerConfig, ServerConnection, StreamOwned};

    use super::*;

    /// Answers one request after the other over TLS; returns its port and its certificate.
    fn tls_server() -> (u16, String) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let connection = ServerConnection::new(config.clone()).unwrap();
                let mut stream = StreamOwned::new(connection, stream.unwrap());
                let mut buffer = [0; 4_096];
                // A client that does not trust us says no request.
                if stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                    stream
                        .write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
                        .unwrap();
                }
            }
        });
        (port, made.cert.pem())
    }

    #[test]
    fn a_server_that_nobody_knows_is_trusted_by_its_authority_alone() {
        let (port, certificate) = tls_server();
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        fs::write(&ca, certificate).unwrap();
        let url = format!("https://localhost:{port}/");
        let ask = |settings: &HttpSettings| {
            let client = HttpClient::new(settings)?;
            client.send(client.request(reqwest::Method::GET, &url))
        };
        let error = ask(&HttpSettings::default()).unwrap_err();
        assert!(matches!(error, ReporterError::Permanent { .. }), "{error}");
        assert!(error.to_string().contains("as `ca`"), "{error}");
        let known = HttpSettings {
            ca: Some(ca),
            ..HttpSettings::default()
        };
        assert_eq!(ask(&known).unwrap().status.as_u16(), 204);
        let missing = HttpSettings {
            ca: Some(folder.path().join("none.pem")),
            ..HttpSettings::default()
        };
        let error = ask(&missing).unwrap_err();
        assert!(error.to_string().contains("none.pem"), "{error}");
    }
}
