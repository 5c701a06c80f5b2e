//! `exemplars.json`: single operations of a finished run, in the units that people read.

use serde::{Deserialize, Serialize};

use crate::exemplar::{Exemplar, ExemplarFailure, ExemplarMessage, Exemplars, Reason};
use crate::series::SeriesTable;

/// Version of the layout of `exemplars.json`.
pub const SCHEMA_VERSION: u32 = 1;

const NS_PER_MS: f64 = 1e6;
const NS_PER_S: f64 = 1e9;

/// `exemplars.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExemplarFile {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The slowest first.
    pub exemplars: Vec<ExemplarSummary>,
}

/// A single operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExemplarSummary {
    /// Why it was kept.
    pub reasons: Vec<Reason>,
    /// Stage that it belongs to.
    pub stage: String,
    /// Scenario that it belongs to.
    pub scenario: String,
    /// Name of the operation.
    pub name: String,
    /// Whether it succeeded.
    pub ok: bool,
    /// Seconds from the start of the run to its actual start.
    pub started_at_s: f64,
    /// Number of the virtual user.
    pub user: u64,
    /// Number of the iteration in its scenario.
    pub iteration: u64,
    /// Status of the answer; 0 without one.
    pub status: u16,
    /// The trace that the request belongs to, as its header `traceparent` says.
    pub trace_id: Option<String>,
    /// Last byte − intended start.
    pub response_time_ms: f64,
    /// Last byte − actual start.
    pub service_time_ms: f64,
    /// Actual start − intended start.
    pub waiting_ms: f64,
    /// TCP connect, name resolution included; null on a connection that was open.
    pub connecting_ms: Option<f64>,
    /// TLS handshake; null where there was none.
    pub securing_ms: Option<f64>,
    /// Connection ready to last byte of the request accepted by the kernel.
    pub writing_ms: f64,
    /// Last byte of the request written to first byte of the answer.
    pub first_byte_ms: f64,
    /// First to last byte of the answer.
    pub reading_ms: f64,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Why it failed; empty when it succeeded.
    pub failures: Vec<ExemplarFailure>,
    /// The last request, after redirects, without secrets and shortened; null where its bytes were not at hand.
    pub request: Option<ExemplarMessage>,
    /// The last answer, likewise.
    pub answer: Option<ExemplarMessage>,
}

impl Exemplars {
    /// Describes all of them; `hide` takes secrets out of a text.
    pub fn file(&self, table: &SeriesTable, hide: impl Fn(&str) -> String) -> ExemplarFile {
        let all = self.all().into_iter();
        ExemplarFile {
            schema_version: SCHEMA_VERSION,
            exemplars: all
                .filter_map(|(one, reasons)| summary(one, reasons, table, &hide))
                .collect(),
        }
    }
}

fn summary(
    one: &Exemplar,
    reasons: Vec<Reason>,
    table: &SeriesTable,
    hide: &impl Fn(&str) -> String,
) -> Option<ExemplarSummary> {
    let key = table.key(one.series)?;
    let [
        intended,
        start,
        connected,
        secured,
        written,
        first_byte,
        last_byte,
    ] = one.moments_ns;
    let ms = |from: u64, to: u64| to.saturating_sub(from) as f64 / NS_PER_MS;
    let message = |of: &Option<ExemplarMessage>| {
        of.as_ref().map(|message| ExemplarMessage {
            head: hide(&message.head),
            body: hide(&message.body),
            left_out: message.left_out.clone(),
        })
    };
    let failure = |failure: &ExemplarFailure| ExemplarFailure {
        detail: hide(&failure.detail),
        ..failure.clone()
    };
    Some(ExemplarSummary {
        reasons,
        stage: key.stage.to_string(),
        scenario: key.scenario.to_string(),
        name: key.name.to_string(),
        ok: !one.failed,
        started_at_s: start as f64 / NS_PER_S,
        user: one.user,
        iteration: one.iteration,
        status: one.status,
        trace_id: one.trace_id.clone(),
        response_time_ms: ms(intended, last_byte),
        service_time_ms: ms(start, last_byte),
        waiting_ms: ms(intended, start),
        connecting_ms: one.connected.then(|| ms(start, connected)),
        securing_ms: one.secured.then(|| ms(connected, secured)),
        writing_ms: ms(secured, written),
        first_byte_ms: ms(written, first_byte),
        reading_ms: ms(first_byte, last_byte),
        bytes_sent: one.bytes_sent,
        bytes_received: one.bytes_received,
        failures: one.failures.iter().map(failure).collect(),
        request: message(&one.request),
        answer: message(&one.answer),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::{SeriesKey, SeriesKind};

    #[test]
    fn times_are_told_by_phase_and_texts_without_secrets() {
        let table = SeriesTable::default();
        let series = table.intern(SeriesKey {
            stage: "load".into(),
            scenario: "shop".into(),
            name: "login".into(),
            kind: SeriesKind::Operation,
            tags: crate::Tags::default(),
        });
        let ms = |ms: u64| ms * 1_000_000;
        let mut exemplars = Exemplars::default();
        exemplars.add(&[Exemplar {
            series,
            moments_ns: [ms(0), ms(1), ms(3), ms(6), ms(10), ms(15), ms(21)],
            connected: true,
            status: 200,
            request: Some(ExemplarMessage {
                head: "GET / HTTP/1.1\r\nAuthorization: xyz".to_owned(),
                ..ExemplarMessage::default()
            }),
            ..Exemplar::default()
        }]);
        let file = exemplars.file(&table, |text| text.replace("xyz", "…"));
        let one = &file.exemplars[0];
        assert_eq!(
            (one.name.as_str(), one.ok, one.status),
            ("login", true, 200)
        );
        let phases = [
            one.response_time_ms,
            one.service_time_ms,
            one.waiting_ms,
            one.writing_ms,
            one.first_byte_ms,
            one.reading_ms,
        ];
        let phases = phases.map(|ms| format!("{ms}"));
        assert_eq!(phases, ["21", "20", "1", "4", "5", "6"]);
        assert_eq!((one.connecting_ms, one.securing_ms), (Some(2.0), None));
        assert!(
            one.request
                .as_ref()
                .unwrap()
                .head
                .ends_with("Authorization: …")
        );
        let text = serde_json::to_string(&file).unwrap();
        assert_eq!(serde_json::from_str::<ExemplarFile>(&text).unwrap(), file);
    }
}
