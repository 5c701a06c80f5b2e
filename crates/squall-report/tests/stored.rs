//! What a batch is after it has been in the spool: exactly what it was.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use squall_report::{
    Batch, Capabilities, CommonRecord, CustomRecord, Delivered, Driver, DriverHandle,
    DriverSettings, ErrorRecord, EventError, EventKind, FinalRecords, Group, HistogramRecord,
    IntervalRecord, IntervalTimes, Lifecycle, LifecycleRecord, MessageRecord, MetricRecord,
    NameTable, Outcome, PhaseTimes, RawEvent, RecordKind, Reporter, ReporterError, RunContext,
    RunRecord, RunVerdict, SeriesName, SystemRecord, Tags, ThresholdRecord, TraceIds, WallTime,
    resend,
};

const PLENTY: Duration = Duration::from_secs(120);

/// Has nanoseconds, which the text of the records leaves out.
const AT: i64 = 1_772_366_400_123_456_789;

/// Keeps what it is sent, whether it takes it or not.
#[derive(Debug)]
struct Keeping {
    seen: Arc<Mutex<Vec<String>>>,
    takes: bool,
}

impl Reporter for Keeping {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: RecordKind::ALL.to_vec(),
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let mut texts = vec![format!("{batch:?}")];
        if let Batch::Events(events) = batch {
            texts = events.iter().map(|event| format!("{event:?}")).collect();
            texts.push(format!("{:?}", events.run()));
        }
        let mut seen = self.seen.lock().expect("nobody panicked with it");
        seen.extend(texts);
        if self.takes {
            return Ok(Delivered::all(batch));
        }
        // Only the first is called after such an error, so the rest is seen when it comes from the disk.
        Err(ReporterError::permanent("no"))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        Ok(None)
    }
}

fn tags() -> Tags {
    Tags::from([("größe".to_owned(), "\u{1f980}\n\"'\\".to_owned())])
}

fn context() -> RunContext {
    let run = Arc::new(RunRecord {
        id: "run-1".to_owned(),
        name: "shop".to_owned(),
        seed: u64::MAX,
        version: "0.1.0".to_owned(),
        started_at: WallTime::from_unix_ns(AT),
        tags: tags(),
        verdict: None,
        reasons: Vec::new(),
    });
    let names = NameTable::new(vec![
        SeriesName::new("Browse", "main", "home").with_tags(tags()),
        SeriesName::new("", "\0", "{\"a\": 'b'}; DROP TABLE x"),
    ]);
    RunContext::new(run, names)
}

fn event(sequence: u64) -> RawEvent {
    RawEvent {
        kind: EventKind::Check,
        series: 1,
        source: u16::MAX,
        agent: u32::MAX,
        outcome: Outcome::Interrupted,
        status: 599,
        sequence,
        user: u32::MAX,
        iteration: u64::MAX,
        intended_ns: 1,
        started_ns: 2,
        ended_ns: u64::MAX,
        phases: PhaseTimes {
            waiting_ns: 1,
            connecting_ns: 2,
            securing_ns: 3,
            writing_ns: 4,
            first_byte_ns: 5,
            reading_ns: u64::MAX,
        },
        bytes_sent: u64::MAX,
        bytes_received: 7,
        check: Some("is \"it\"?".into()),
        trace: Some(Box::new(TraceIds {
            trace_id: u128::MAX,
            span_id: 1,
            parent_id: 0,
        })),
        error: Some(Box::new(EventError {
            class: "check".into(),
            message: "größer\nals\u{0}".into(),
        })),
    }
}

fn plain_event() -> RawEvent {
    RawEvent {
        kind: EventKind::Operation,
        series: 0,
        outcome: Outcome::Ok,
        check: None,
        trace: None,
        error: None,
        ..event(0)
    }
}

fn interval() -> IntervalRecord {
    IntervalRecord {
        run: "run-1".to_owned(),
        kind: EventKind::Transaction,
        name: "home".to_owned(),
        stage: "Browse".to_owned(),
        scenario: "main".to_owned(),
        time: WallTime::from_unix_ns(AT),
        at_s: 1.1,
        length_s: 1.0,
        tags: tags(),
        started: 1,
        completed: 2,
        succeeded: 3,
        failed: 4,
        completion_rate: 0.1 + 0.2,
        bytes_sent: u64::MAX,
        bytes_received: 6,
        response_time_ms: IntervalTimes {
            maximum: f64::MAX,
            ..IntervalTimes::default()
        },
        service_time_ms: IntervalTimes::default(),
        response_times: HistogramRecord {
            count: 3,
            sum_ns: u64::MAX,
            values: vec![(1, 2), (u64::MAX, 1)],
        },
    }
}

fn message() -> MessageRecord {
    let fields = json!({
        "int": i64::MIN, "big": u64::MAX, "float": 0.1, "null": null, "text": "\u{1f980}",
        "list": [1, [2.5, "x"], {}], "map": {"b": 1, "a": true}, "kind": "not the kind",
    });
    MessageRecord {
        run: "run-1".to_owned(),
        message_type: "order".to_owned(),
        stage: "Browse".to_owned(),
        scenario: "main".to_owned(),
        transaction: None,
        time: WallTime::from_unix_ns(AT),
        at_s: 1.5,
        user: 1,
        iteration: u64::MAX,
        fields: fields.as_object().expect("an object").clone(),
    }
}

fn lifecycle() -> LifecycleRecord {
    LifecycleRecord {
        run: "run-1".to_owned(),
        what: Lifecycle::StageEnded,
        stage: "Browse".to_owned(),
        time: WallTime::from_unix_ns(AT),
        at_s: 2.5,
        status: "failed".to_owned(),
        error: Some("boom".to_owned()),
        verdict: Some(RunVerdict::Invalid),
        plan: Some(Box::new(
            json!({"stages": [{"name": "Browse", "rate": 0.5}]}),
        )),
    }
}

fn last() -> FinalRecords {
    let mut metric = MetricRecord::empty("Browse", "main", "home", Group::ServiceTime);
    metric.variance = 1e300;
    metric.tags = tags();
    FinalRecords {
        verdict: Some(RunVerdict::Failed),
        reasons: vec!["p95 < 1 ms".to_owned()],
        thresholds: vec![ThresholdRecord {
            rule: "p95 < 1 ms".to_owned(),
            status: "failed".to_owned(),
            value: None,
            limit: 1.0,
            unit: "ms".to_owned(),
            action: "abort".to_owned(),
            message: Some("too slow".to_owned()),
        }],
        metrics: vec![metric],
        common: vec![CommonRecord {
            name: "home".to_owned(),
            stage: "Browse".to_owned(),
            scenario: "main".to_owned(),
            kind: EventKind::Operation,
            tags: Tags::new(),
            group: CommonRecord::GROUP.to_owned(),
            total: 3,
            succeeded: 2,
            failed: 1,
            actions_per_second: 1.0 / 3.0,
        }],
        errors: vec![ErrorRecord {
            name: "home".to_owned(),
            stage: "Browse".to_owned(),
            scenario: "main".to_owned(),
            error_class: "status".to_owned(),
            error_message: "503".to_owned(),
            error_count: 1,
        }],
        custom: vec![CustomRecord {
            name: "home".to_owned(),
            stage: "Browse".to_owned(),
            group: "g".to_owned(),
            metric: "m".to_owned(),
            kind: "rate".to_owned(),
            value: -0.0,
        }],
        system: vec![SystemRecord {
            stage: String::new(),
            group: "cpu_percent".to_owned(),
            count: 1,
            median: 1.0,
            mean: 1.0,
            variance: 0.0,
            stdev: 0.0,
            minimum: 1.0,
            maximum: 1.0,
            quantile_90th: 1.0,
            quantile_95th: 1.0,
            quantile_99th: 1.0,
        }],
    }
}

fn offer_everything(handle: &DriverHandle) {
    let sender = handle.sender();
    let offered = [
        sender.lifecycle(lifecycle()),
        sender.intervals(vec![interval(), interval()]),
        sender.message(message()),
        sender.events(vec![plain_event(), event(1), event(2)]),
    ];
    for accepted in offered {
        assert_eq!(accepted.dropped, 0);
    }
}

/// Sends everything to a reporter, and returns what it saw.
fn direct() -> Vec<String> {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let reporter = Box::new(Keeping {
        seen: seen.clone(),
        takes: true,
    });
    let handle = Driver::start("direct", reporter, context(), DriverSettings::default());
    let handle = handle.expect("it opens");
    offer_everything(&handle);
    assert!(handle.finish(last(), PLENTY).is_complete());
    let seen = seen.lock().expect("nobody panicked with it");
    seen.clone()
}

#[test]
fn every_kind_of_record_comes_from_the_spool_as_it_went_there() {
    let folder = tempfile::tempdir().unwrap();
    let refusing = Box::new(Keeping {
        seen: Arc::default(),
        takes: false,
    });
    let spooling = RunContext {
        spool: Some(folder.path().to_owned()),
        ..context()
    };
    let handle = Driver::start("spooled", refusing, spooling, DriverSettings::default()).unwrap();
    offer_everything(&handle);
    let report = handle.finish(last(), PLENTY);
    assert_eq!((report.delivered, report.dropped), (0, 0));

    let seen = Arc::<Mutex<Vec<String>>>::default();
    let taking = Box::new(Keeping {
        seen: seen.clone(),
        takes: true,
    });
    let settings = DriverSettings::default();
    let again = resend("spooled", taking, folder.path(), &settings, PLENTY).unwrap();
    assert!(again.is_complete(), "{again:?}");
    assert_eq!(again.delivered, report.offered);
    assert_eq!(seen.lock().unwrap().clone(), direct());
}
