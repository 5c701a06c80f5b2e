//! The packets of `statsd`, and a real server.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use squall_report::{Batch, IntervalBatch, LifecycleBatch, Reporter, ReporterError};
use squall_testkit::servers::{Statsd, statsd};

use super::encode::{Wire, encode};
use crate::BuildContext;
use crate::backend::{Backend, eventually};
use crate::numbers::Options;
use crate::sample::{
    context, event, event_batch, every_kind_of_event, failed_event, final_batch, final_records,
    interval, lifecycle,
};

pub(crate) fn backend() -> Option<Box<dyn Backend>> {
    let folder = tempfile::tempdir().unwrap();
    let server = statsd()?;
    Some(Box::new(Running { server, folder }))
}

/// A server of its own for one test; it keeps sums, not events and runs.
struct Running {
    server: Statsd,
    folder: tempfile::TempDir,
}

impl Backend for Running {
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn settings(&self) -> Value {
        json!({"host": "127.0.0.1", "port": self.server.port()})
    }

    fn keeps_each_once(&self) -> bool {
        false
    }

    fn refuse(&mut self) {
        self.server.stop();
    }

    fn events(&self) -> Option<usize> {
        None
    }

    fn runs(&self) -> Option<usize> {
        None
    }
}

pub(crate) fn wire(tagged: bool) -> Wire {
    Wire {
        options: Options {
            prefix: "squall".to_owned(),
            tagged,
            errors: "errors",
            ..Options::default()
        },
        max_packet_bytes: 1_432,
    }
}

/// Every kind of batch.
pub(crate) fn batches() -> Vec<Batch> {
    let run = context("run-1").run;
    vec![
        Batch::Lifecycle(LifecycleBatch::new(run.clone(), lifecycle())),
        Batch::Events(event_batch(every_kind_of_event())),
        Batch::Intervals(IntervalBatch::new(run, vec![interval("home", 0)])),
        Batch::Final(final_batch(final_records())),
    ]
}

pub(crate) fn text(batches: &[Batch], wire: &Wire, share: f64) -> String {
    let mut text = String::new();
    for batch in batches {
        let packets = encode(batch, wire, share);
        assert!(packets.too_long.is_empty());
        for (packet, _) in packets.iter() {
            assert!(packet.len() <= wire.max_packet_bytes);
            text.push_str(packet);
            text.push_str("\n\n");
        }
    }
    text
}

#[test]
fn every_kind_of_record_is_lines_in_packets() {
    insta::assert_snapshot!("packets", text(&batches(), &wire(false), 1.0));
}

#[test]
fn events_of_a_share_say_so_and_nothing_else_does() {
    let text = text(&batches(), &wire(false), 0.25);
    let sampled = text.lines().filter(|line| line.ends_with("|@0.25"));
    let counted = text.lines().filter(|line| line.contains("|@"));
    assert_eq!(sampled.count(), 7);
    assert_eq!(counted.count(), 7);
}

#[test]
fn a_negative_gauge_is_not_a_change() {
    let mut records = final_records();
    records.custom[0].value = -2.5;
    let batch = Batch::Final(final_batch(records));
    let text = text(&[batch], &wire(false), 1.0);
    let name = "squall.Browse.buy_user_metrics_basket___mean_";
    let lines = format!("{name}:0|g\n{name}:-2.5|g\n");
    assert!(text.contains(&lines), "{text}");
}

fn made(port: u16, settings: Value) -> Box<dyn Reporter> {
    let mut settings = settings;
    settings["host"] = json!("127.0.0.1");
    settings["port"] = json!(port);
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    };
    (super::REGISTRATION.build)(settings.as_object().unwrap(), &context).unwrap()
}

/// Adds the counters of all flushes, with sample rates counted in.
pub(crate) fn counters(server: &Statsd) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for line in server.flushes().lines() {
        let flush: Value = serde_json::from_str(line).unwrap();
        for (name, count) in flush["counters"].as_object().unwrap() {
            *sums.entry(name.clone()).or_default() += count.as_f64().unwrap();
        }
    }
    sums
}

/// Waits until the server has told a sum.
pub(crate) fn wait_for(server: &Statsd, name: &str, sum: f64) {
    eventually(|| {
        let found = counters(server).get(name).copied().unwrap_or_default();
        if (found - sum).abs() < 0.5 {
            return Ok(());
        }
        Err(format!("{name} is {found}, not {sum}"))
    });
}

#[test]
fn the_sums_of_a_real_server_are_those_that_were_sent() {
    let Some(server) = statsd() else { return };
    let mut reporter = made(server.port(), json!({}));
    reporter.open().unwrap();
    let mut sent = 0;
    // What has not been read yet must fit into the server's buffer.
    for size in [1, 7, 337, 400, 400, 400, 400, 400] {
        let events = (sent..sent + size).map(|n| match n % 5 {
            0 => failed_event(n, "connect", "refused"),
            _ => event(n),
        });
        let batch = Batch::Events(event_batch(events.collect()));
        let delivered = reporter.send(&batch).unwrap();
        assert_eq!(delivered.records, batch.len(), "{delivered:?}");
        sent += size;
        let succeeded = sent - sent.div_ceil(5);
        wait_for(&server, "squall.Browse.home_success", succeeded as f64);
    }
    for batch in batches() {
        let delivered = reporter.send(&batch).unwrap();
        assert_eq!(delivered.records, batch.len(), "{delivered:?}");
    }
    assert_eq!(sent, 2_345);
    wait_for(&server, "squall.Browse.home_success", 1_876.0);
    wait_for(&server, "squall.Browse.buy_failed", 469.0);
    wait_for(&server, "squall.Browse.home.tier_1_stream_completed", 3.0);
    wait_for(&server, "squall.Browse.home_common_total", 3.0);
    let sums = counters(&server);
    assert_eq!(sums["squall.run_started"].to_string(), "1");
    assert!(!sums.contains_key("statsd.bad_lines_seen") || sums["statsd.bad_lines_seen"] < 0.5);
}

#[test]
fn a_share_is_counted_up_by_a_real_server() {
    let Some(server) = statsd() else { return };
    let mut reporter = made(server.port(), json!({}));
    reporter.expect_share(0.25);
    reporter.open().unwrap();
    let batch = Batch::Events(event_batch((0..100).map(event).collect()));
    reporter.send(&batch).unwrap();
    wait_for(&server, "squall.Browse.home_success", 400.0);
}

#[test]
fn what_nobody_takes_is_counted_as_lost() {
    let Some(server) = statsd() else { return };
    let mut reporter = made(server.port(), json!({}));
    reporter.open().unwrap();
    let batch = Batch::Events(event_batch((0..100).map(event).collect()));
    assert_eq!(reporter.send(&batch).unwrap().records, 100);
    server.stop();
    let delivered = reporter.send(&batch).unwrap();
    assert_eq!(delivered.records, 0);
    let why = delivered.refused.unwrap();
    assert!(why.contains("took no packet"), "{why}");
    server.start();
    assert_eq!(reporter.send(&batch).unwrap().records, 100);
    wait_for(&server, "squall.Browse.home_success", 200.0);
}

#[test]
fn where_nothing_listens_opening_is_a_temporary_error() {
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let error = made(port, json!({})).open().unwrap_err();
    assert!(
        matches!(error, ReporterError::Temporary { .. }),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(text.starts_with("nothing listens on UDP port"), "{text}");
}

#[test]
fn settings_that_make_no_sense_are_wrong() {
    let settings = json!({"prefix": "a..b", "max_packet_bytes": 5, "custom_fields": {"x": "set"}});
    let context = BuildContext {
        base_dir: "/nowhere".into(),
        events: true,
        intervals: true,
    };
    let wrong = (super::REGISTRATION.build)(settings.as_object().unwrap(), &context).unwrap_err();
    insta::assert_snapshot!("wrong_settings", wrong);
}

proptest! {
    #[test]
    fn any_text_makes_whole_lines_that_fit(stage: String, name: String, message: String, tagged: bool) {
        let mut records = final_records();
        for record in &mut records.errors {
            (record.stage, record.name) = (stage.clone(), name.clone());
            record.error_message.clone_from(&message);
        }
        let mut one = interval(&name, 1);
        one.tags.insert(message.clone(), stage.clone());
        let batches = [
            Batch::Final(final_batch(records)),
            Batch::Intervals(IntervalBatch::new(context("run-1").run, vec![one])),
        ];
        for line in text(&batches, &wire(tagged), 1.0).lines().filter(|line| !line.is_empty()) {
            let (name, rest) = line.split_once(':').unwrap();
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)), "{line}");
            let mut parts = rest.split('|');
            prop_assert!(parts.next().unwrap().parse::<f64>().is_ok(), "{line}");
            prop_assert!(["c", "g", "ms"].contains(&parts.next().unwrap()), "{line}");
            prop_assert_eq!(parts.count(), usize::from(tagged), "{}", line);
        }
    }
}
