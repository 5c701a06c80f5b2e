//! The reporter `prometheus`: hands out what it knows, or sends it.

use std::sync::Arc;

use reqwest::Method;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use squall_report::{Batch, Capabilities, Delivered, RecordKind, Reporter, ReporterError};

use super::collect;
use super::config::{Gateway, RemoteWrite, Settings, Way};
use super::encode::{self, Format};
use super::listen::{Listener, Shared, locked};
use super::remote;
use super::state::{Points, State};
use crate::http::{HttpClient, gzip};

#[derive(Debug)]
pub(super) struct PrometheusReporter {
    settings: Settings,
    to: To,
}

/// Where the numbers are.
#[derive(Debug)]
enum To {
    /// Not opened.
    Nobody,
    Scraper(Arc<Shared>, Listener),
    Gateway(HttpClient, State, Gateway),
    Server(HttpClient, State, RemoteWrite),
}

impl PrometheusReporter {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            to: To::Nobody,
        }
    }

    fn connect(&self) -> Result<To, ReporterError> {
        let settings = &self.settings;
        let state = State::new(settings.buckets.clone());
        match &settings.way {
            Way::Listen(listen) => {
                let prefix = settings.prefix.clone();
                let authorization = settings.login.as_ref().map(super::config::Login::header);
                let shared = Shared::new(prefix, listen.native, authorization, state);
                let shared = Arc::new(shared);
                let listener = Listener::start(&listen.address, shared.clone())?;
                Ok(To::Scraper(shared, listener))
            }
            Way::Gateway(gateway) => {
                let client = HttpClient::new(&settings.http)?;
                let url = format!("{}/-/ready", gateway.url);
                match client.ask(self.authorized(client.request(Method::GET, &url)))? {
                    Err(refusal) if refusal.status.as_u16() != 404 => Err(refusal.into()),
                    // One behind another server may not show that page.
                    _ => Ok(To::Gateway(client, state, gateway.clone())),
                }
            }
            Way::RemoteWrite(write) => {
                let client = HttpClient::new(&settings.http)?;
                let nothing = remote::body(&Points::new(), &[], &write.written)?;
                self.post(&client, &write.url, nothing)
                    .map_err(|refusal| match refusal {
                        Refused::Batch(why) => ReporterError::permanent(why),
                        Refused::All(error) => error,
                    })?;
                Ok(To::Server(client, state, write.clone()))
            }
        }
    }

    fn authorized(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let mut request = request;
        for (name, value) in &self.settings.headers {
            request = request.header(name, value.reveal());
        }
        if let Some(token) = &self.settings.bearer_token {
            request = request.bearer_auth(token.reveal());
        } else if let Some(login) = &self.settings.login {
            request = request.basic_auth(&login.username, Some(login.password.reveal()));
        }
        request
    }

    /// Sends everything: a gateway takes what comes in the place of what it had.
    fn push(
        &self,
        client: &HttpClient,
        state: &mut State,
        gateway: &Gateway,
        batch: &Batch,
    ) -> Result<Delivered, ReporterError> {
        let points = collect::points(batch, state, &self.settings.custom);
        if points.is_empty() {
            return Ok(Delivered::all(batch));
        }
        let before = state.commit(points);
        let body = encode::state(state, &self.settings.prefix, Format::Text);
        let job = group("job", &gateway.job);
        let instance = group("instance", &batch.run().id);
        let url = format!("{}/metrics/{job}/{instance}", gateway.url);
        let request = client
            .request(gateway.method.clone(), &url)
            .header(CONTENT_TYPE, Format::Text.content_type())
            .header(CONTENT_ENCODING, "gzip")
            .body(gzip(&body));
        if let Err(error) = client.send(self.authorized(request)) {
            state.undo(before);
            return Err(error);
        }
        Ok(Delivered::all(batch))
    }

    fn write(
        &self,
        client: &HttpClient,
        state: &mut State,
        write: &RemoteWrite,
        batch: &Batch,
    ) -> Result<Delivered, ReporterError> {
        let points = collect::points(batch, state, &self.settings.custom);
        if points.is_empty() {
            return Ok(Delivered::all(batch));
        }
        let body = remote::body(&points, &state.bounds, &write.written)?;
        match self.post(client, &write.url, body) {
            Ok(()) => {
                state.commit(points);
                Ok(Delivered::all(batch))
            }
            Err(Refused::All(error)) => Err(error),
            Err(Refused::Batch(why)) => {
                // Counters go on from here: the next batch tells what this one added.
                state.commit(points);
                Ok(Delivered::only(0, why))
            }
        }
    }

    fn post(&self, client: &HttpClient, url: &str, body: Vec<u8>) -> Result<(), Refused> {
        let request = client
            .request(Method::POST, url)
            .header(CONTENT_TYPE, "application/x-protobuf")
            .header(CONTENT_ENCODING, "snappy")
            .header("X-Prometheus-Remote-Write-Version", "0.1.0")
            .body(body);
        match client.ask(self.authorized(request)) {
            Ok(Ok(_)) => Ok(()),
            // Samples that are too old or out of order, say: the next ones may be right.
            Ok(Err(refusal)) if matches!(refusal.status.as_u16(), 400 | 422) => {
                Err(Refused::Batch(refusal.error.to_string()))
            }
            // Prometheus answers 500, which another attempt does not change.
            Ok(Err(refusal)) if refusal.text.contains("native histograms are disabled") => {
                Err(Refused::All(ReporterError::permanent(format!(
                    "{}: turn them on there (`--enable-feature=native-histograms`), or leave `native_histograms` out",
                    refusal.error
                ))))
            }
            Ok(Err(refusal)) => Err(Refused::All(refusal.into())),
            Err(error) => Err(Refused::All(error)),
        }
    }
}

/// What a server refused.
enum Refused {
    /// This batch, for good.
    Batch(String),
    All(ReporterError),
}

/// Writes a part of a gateway's address; what cannot stand in a path is encoded in its way.
fn group(name: &str, value: &str) -> String {
    use base64::Engine as _;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    // A part of one or two dots would be taken away.
    if !value.is_empty() && value.bytes().all(plain) && !value.starts_with('.') {
        return format!("{name}/{value}");
    }
    let encoded = base64::engine::general_purpose::URL_SAFE.encode(value);
    format!("{name}@base64/{encoded}")
}

impl Reporter for PrometheusReporter {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: RecordKind::ALL.to_vec(),
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        self.to = self.connect()?;
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let mut to = std::mem::replace(&mut self.to, To::Nobody);
        let sent = match &mut to {
            To::Nobody => Err(ReporterError::permanent("the reporter is not open")),
            To::Scraper(shared, _) => {
                let mut state = locked(&shared.state);
                let points = collect::points(batch, &state, &self.settings.custom);
                state.commit(points);
                Ok(Delivered::all(batch))
            }
            To::Gateway(client, state, gateway) => self.push(client, state, gateway, batch),
            To::Server(client, state, write) => self.write(client, state, write, batch),
        };
        self.to = to;
        sent
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        let to = std::mem::replace(&mut self.to, To::Nobody);
        if let (To::Scraper(shared, listener), Way::Listen(listen)) = (to, &self.settings.way) {
            shared.wait_for_scrape(listen.linger);
            drop(listener);
        }
        Ok(match &self.settings.way {
            Way::Listen(_) => None,
            Way::Gateway(gateway) => Some(gateway.url.clone()),
            Way::RemoteWrite(write) => Some(write.url.clone()),
        })
    }
}
