//! The records' text: what other tools read.

use std::sync::Arc;

use proptest::prelude::*;
use squall_report::{
    CommonRecord, ErrorRecord, Event, EventBatch, EventError, EventId, EventKind, Group,
    MetricRecord, NameTable, Outcome, PhaseTimes, RawEvent, RunRecord, RunVerdict, SeriesName,
    Tags, TraceIds, WallTime,
};

const MARCH: i64 = 1_772_366_400_000_000_000;

fn run() -> Arc<RunRecord> {
    Arc::new(RunRecord {
        id: "20260301-120000-k3".to_owned(),
        name: "shop".to_owned(),
        seed: 42,
        version: "0.1.0".to_owned(),
        started_at: WallTime::from_unix_ns(MARCH),
        tags: Tags::new(),
        verdict: Some(RunVerdict::Invalid),
        reasons: Vec::new(),
    })
}

fn failed_event() -> RawEvent {
    RawEvent {
        kind: EventKind::Operation,
        series: 1,
        source: 2,
        agent: 3,
        outcome: Outcome::Failed,
        status: 503,
        sequence: 255,
        user: 12,
        iteration: 3,
        intended_ns: 1_000_000_000,
        started_ns: 1_000_250_000,
        ended_ns: 1_012_250_000,
        phases: PhaseTimes {
            waiting_ns: 250_000,
            connecting_ns: 1_000_000,
            securing_ns: 2_000_000,
            writing_ns: 10_500,
            first_byte_ns: 8_000_000,
            reading_ns: 989_500,
        },
        bytes_sent: 81,
        bytes_received: 144,
        check: None,
        trace: Some(Box::new(TraceIds {
            trace_id: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c,
            span_id: 0xb7ad_6b71_6920_3331,
            parent_id: 0x00f0_67aa_0ba9_02b7,
        })),
        error: Some(Box::new(EventError {
            class: "status".into(),
            message: "503 is not expected".into(),
        })),
    }
}

fn names() -> NameTable {
    let names = NameTable::default();
    names.push(SeriesName::new("Browse", "Browse", "home"));
    names.push(SeriesName::new("Browse", "Browse", "buy"));
    names
}

#[test]
fn an_event_reads_like_this() {
    let batch = EventBatch::new(run(), &names(), vec![failed_event()]);
    let event = batch.iter().next().unwrap();
    insta::assert_json_snapshot!("event", event);
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event<'_>>(&text).unwrap(), event);
}

#[test]
fn the_last_records_read_like_this() {
    let metric = MetricRecord::empty("Browse", "Browse", "home", Group::FirstByte);
    let common = CommonRecord {
        name: "home".to_owned(),
        stage: "Browse".to_owned(),
        scenario: "Browse".to_owned(),
        kind: EventKind::Operation,
        tags: Tags::new(),
        group: CommonRecord::GROUP.to_owned(),
        total: 10,
        succeeded: 9,
        failed: 1,
        actions_per_second: 2.5,
    };
    let error = ErrorRecord {
        name: "home".to_owned(),
        stage: "Browse".to_owned(),
        scenario: "Browse".to_owned(),
        error_class: "status".to_owned(),
        error_message: "503".to_owned(),
        error_count: 1,
    };
    insta::assert_json_snapshot!("last_records", (metric, common, error, &*run()));
}

#[test]
fn a_wall_time_is_rfc_3339_in_utc() {
    let time = WallTime::from_unix_ns(MARCH).plus_ns(250_000_000);
    assert_eq!(time.to_string(), "2026-03-01T12:00:00.250000Z");
}

#[test]
fn a_name_table_keeps_its_indices_while_it_grows() {
    let table = names();
    let before = table.names();
    assert_eq!(table.push(SeriesName::new("Buy", "Buy", "pay")), 2);
    assert_eq!(before.get(2), None);
    let after = table.names();
    assert_eq!(after.get(1), before.get(1));
    assert_eq!(&*after.get(2).unwrap().name, "pay");
}

#[test]
fn a_raw_event_stays_small() {
    assert!(size_of::<RawEvent>() <= 160);
}

proptest! {
    #[test]
    fn ids_differ_when_source_or_sequence_differ(
        a in (any::<u16>(), 0_u64..1 << 48),
        b in (any::<u16>(), 0_u64..1 << 48),
    ) {
        let ids = (EventId::new(a.0, a.1), EventId::new(b.0, b.1));
        prop_assert_eq!(ids.0 == ids.1, a == b);
        let text = serde_json::to_string(&ids.0).unwrap();
        prop_assert_eq!(text.len(), 18);
        prop_assert_eq!(serde_json::from_str::<EventId>(&text).unwrap(), ids.0);
    }

    #[test]
    fn wall_times_survive_their_text_to_the_microsecond(us in -9_000_000_000_000_000_i64..9_000_000_000_000_000) {
        let time = WallTime::from_unix_ns(us * 1_000);
        let text = serde_json::to_string(&time).unwrap();
        prop_assert_eq!(serde_json::from_str::<WallTime>(&text).unwrap(), time);
    }
}
