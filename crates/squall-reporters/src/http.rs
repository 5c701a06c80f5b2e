//! HTTP to backends: one client, one reading of what an answer means.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use squall_report::ReporterError;
use tokio::runtime::{Builder, Runtime};

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Of a refusal, what is shown at most.
const SHOWN: usize = 300;

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

impl HttpClient {
    /// Makes a client; connects nowhere yet.
    pub(crate) fn new() -> Result<Self, ReporterError> {
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
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .user_agent(concat!("squall/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| failed(describe(&error)))?;
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
        self.runtime.block_on(async {
            let answer = request.send().await.map_err(|error| no_answer(&error))?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let body = answer.bytes().await.map_err(|error| no_answer(&error))?;
            if status.is_success() {
                return Ok(Answer {
                    status,
                    body: body.to_vec(),
                });
            }
            Err(refused(status, &headers, &body))
        })
    }
}

fn no_answer(error: &reqwest::Error) -> ReporterError {
    let message = format!("the backend does not answer: {}", describe(error));
    if error.is_builder() {
        ReporterError::permanent(message)
    } else {
        ReporterError::temporary(message)
    }
}

/// Says what went wrong, with its causes and without the address, which may hold a password.
fn describe(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&error.to_string());
        cause = error.source();
    }
    if text.is_empty() {
        if error.is_timeout() {
            return "no answer in time".to_owned();
        }
        return "the request cannot be made".to_owned();
    }
    text
}

fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ReporterError {
    let text = String::from_utf8_lossy(body);
    let text: String = text.trim().chars().take(SHOWN).collect();
    let message = format!("the backend answered {status}: {text}");
    match status.as_u16() {
        413 => ReporterError::too_large(message),
        408 | 425 | 429 | 500..=599 => match retry_after(headers) {
            Some(after) => ReporterError::throttled(message, after),
            None => ReporterError::temporary(message),
        },
        _ => ReporterError::permanent(message),
    }
}

/// Reads the seconds form of `Retry-After` (RFC 9110, section 10.2.3); a date is not looked at.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}
