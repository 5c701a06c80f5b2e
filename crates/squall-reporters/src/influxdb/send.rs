//! Writes the lines of `influxdb` to its buckets.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use squall_report::{
    Batch, Capabilities, Delivered, Lifecycle, RecordKind, Reporter, ReporterError,
};

use super::config::Settings;
use super::encode;
use crate::http::{HttpClient, Refusal, gzip};

#[derive(Debug)]
pub(super) struct InfluxDbReporter {
    settings: Settings,
    client: Option<HttpClient>,
    /// When the run ended, or as much of it as was told: the time of what is said of the whole run.
    ended_ns: Option<i64>,
}

impl InfluxDbReporter {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            client: None,
            ended_ns: None,
        }
    }

    /// Writes lines; returns how many the server refused, and why.
    fn write(&self, bucket: &str, lines: &str) -> Result<Option<Refused>, ReporterError> {
        if lines.is_empty() {
            return Ok(None);
        }
        let Some(client) = &self.client else {
            return Err(ReporterError::permanent("the reporter is not open"));
        };
        let settings = &self.settings;
        let url = reqwest::Url::parse_with_params(
            &format!("{}/api/v2/write", settings.url),
            [
                ("org", settings.organization.as_str()),
                ("bucket", bucket),
                ("precision", "ns"),
            ],
        );
        let url =
            url.map_err(|error| ReporterError::permanent(format!("`host` is wrong: {error}")))?;
        let request = client
            .request(Method::POST, url.as_str())
            .header(AUTHORIZATION, format!("Token {}", settings.token.reveal()))
            .header(CONTENT_TYPE, "text/plain; charset=utf-8")
            .header(CONTENT_ENCODING, "gzip")
            .body(gzip(lines.as_bytes()));
        match client.ask(request)? {
            Ok(_) => Ok(None),
            Err(refusal) => refused(refusal, bucket).map(Some),
        }
    }

    /// Writes the records of a batch, one line each.
    fn deliver(
        &self,
        bucket: &str,
        lines: &str,
        records: usize,
    ) -> Result<Delivered, ReporterError> {
        let mut refused = self.write(bucket, lines)?;
        if refused.as_ref().is_some_and(Refused::may_be_partial) {
            refused = self.write(bucket, lines)?;
        }
        Ok(match refused {
            None => Delivered {
                records,
                refused: None,
            },
            Some(refused) => {
                let lost = refused.records.unwrap_or(records).min(records);
                Delivered::only(records - lost, refused.why)
            }
        })
    }

    fn deliver_last(&self, batch: &squall_report::FinalBatch) -> Result<Delivered, ReporterError> {
        let at = self
            .ended_ns
            .unwrap_or_else(|| batch.run().started_at.unix_ns());
        let buckets = &self.settings.buckets;
        let system = batch.system().len();
        let others = batch.len() - system;
        let first = self.deliver(&buckets.metrics, &encode::last(batch, at), others)?;
        let second = self.deliver(&buckets.system, &encode::system(batch, at), system)?;
        Ok(Delivered {
            records: first.records + second.records,
            refused: first.refused.or(second.refused),
        })
    }

    /// Remembers the end of the run; the same in each attempt to send.
    fn look_at(&mut self, batch: &Batch) {
        let seen = match batch {
            Batch::Lifecycle(batch) => {
                let ends = batch.records().iter();
                let mut ends = ends.filter(|record| record.what != Lifecycle::RunStarted);
                ends.next_back().map(|record| record.time.unix_ns())
            }
            Batch::Intervals(batch) => {
                let last = batch.intervals().last();
                last.map(|interval| interval.time.unix_ns())
            }
            Batch::Events(_) | Batch::Messages(_) | Batch::Final(_) => None,
        };
        self.ended_ns = self.ended_ns.max(seen);
    }
}

/// What a server did not take of a batch.
#[derive(Debug)]
struct Refused {
    /// `None` for all.
    records: Option<usize>,
    why: String,
}

impl Refused {
    /// Says whether a server refused everything because of points that do not fit each other in a bucket that knew none of their fields. Now it
    /// knows the fields, and takes those that fit.
    fn may_be_partial(&self) -> bool {
        self.records.is_none() && self.why.contains("field type conflict")
    }
}

/// Tells records that were refused, as it may happen to each, from what nothing can be written to.
fn refused(refusal: Refusal, bucket: &str) -> Result<Refused, ReporterError> {
    match refusal.status.as_u16() {
        400 | 422 => Ok(Refused {
            records: refused_records(&refusal.text),
            why: refusal.error.to_string(),
        }),
        404 => Err(ReporterError::permanent(format!(
            "{} (is there a bucket `{bucket}` in this organization? make it, or name another)",
            refusal.error
        ))),
        _ => Err(refusal.into()),
    }
}

/// Reads how many points of a write were refused; `None` where the answer does not say that others were taken.
fn refused_records(text: &str) -> Option<usize> {
    let start = text.find("partial write")?;
    let text = &text[start..];
    let unreadable = text.matches("unable to parse").count();
    let dropped = text.rsplit_once("dropped=").and_then(|(_, rest)| {
        let end = rest.find(|letter: char| !letter.is_ascii_digit());
        rest[..end.unwrap_or(rest.len())].parse::<usize>().ok()
    });
    Some(dropped? + unreadable)
}

impl Reporter for InfluxDbReporter {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: RecordKind::ALL.to_vec(),
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        self.client = Some(HttpClient::new(&self.settings.http)?);
        let buckets = &self.settings.buckets;
        let streams = self.settings.intervals.then_some(&buckets.streams);
        let used = [&buckets.events, &buckets.metrics, &buckets.system];
        for bucket in used.into_iter().chain(streams) {
            // A comment is nothing to write, but tells whether it could be.
            if let Some(refused) = self.write(bucket, "# squall\n")? {
                return Err(ReporterError::permanent(refused.why));
            }
        }
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        self.look_at(batch);
        let buckets = &self.settings.buckets;
        let (bucket, lines) = match batch {
            Batch::Events(events) => (&buckets.events, encode::events(events)),
            Batch::Messages(messages) => (&buckets.events, encode::messages(messages)),
            Batch::Intervals(own) => {
                let lines = encode::intervals(own.run(), own.intervals());
                (&buckets.streams, lines)
            }
            Batch::Lifecycle(own) => {
                let lines = encode::lifecycle(own.run(), own.records());
                (&buckets.metrics, lines)
            }
            Batch::Final(records) => return self.deliver_last(records),
        };
        self.deliver(bucket, &lines, batch.len())
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        self.client = None;
        Ok(Some(self.settings.url.clone()))
    }
}
