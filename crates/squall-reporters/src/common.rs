//! The settings that every reporter has: what it is sent, and how.

use std::time::Duration;

use serde_json::{Map, Value};
use squall_report::{DriverSettings, EventSelection, Opening, RetrySettings, Selection};

use crate::settings::SettingsReader;
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

const EVENTS: &str = "events";
const INTERVALS: &str = "intervals";
const INTERVAL: &str = "interval";
const TAGS: &str = "tags";
const FLUSH_TIMEOUT: &str = "flush_timeout";
const OPEN_TIMEOUT: &str = "open_timeout";
const QUEUE_RECORDS: &str = "queue_records";
const BATCH_RECORDS: &str = "batch_records";
const BATCH_BYTES: &str = "batch_bytes";
const BATCH_AGE: &str = "batch_age";
const RETRIES: &str = "retries";
const SPOOL_MIB: &str = "spool_mib";

const MEBIBYTE: u64 = 1024 * 1024;

/// The settings that every reporter has beside its own.
pub const COMMON: &[SettingInfo] = &[
    SettingInfo::new(
        EVENTS,
        SettingKind::Events,
        "single events: all, none, those that failed, or of a share of the iterations; the default is the reporter's",
    ),
    SettingInfo::new(
        INTERVALS,
        SettingKind::Flag,
        "numbers of each interval while the load goes; the default is what the Submit stage says with `stream`",
    ),
    SettingInfo::new(
        INTERVAL,
        SettingKind::Duration,
        "length of an interval, whole seconds",
    )
    .or("\"1s\""),
    SettingInfo::new(
        TAGS,
        SettingKind::Map,
        "tags on everything that is sent, beside those of the test",
    ),
    SettingInfo::new(
        FLUSH_TIMEOUT,
        SettingKind::Duration,
        "how long the end of the run waits for what is left; the rest stays in the spool",
    )
    .or("\"30s\""),
    SettingInfo::new(
        OPEN_TIMEOUT,
        SettingKind::Duration,
        "how long the backend may take to answer before the load",
    )
    .or("\"30s\""),
    SettingInfo::new(
        QUEUE_RECORDS,
        SettingKind::Integer,
        "records that wait in memory; more go to the spool",
    )
    .or("500000"),
    SettingInfo::new(
        BATCH_RECORDS,
        SettingKind::Integer,
        "records that make a batch",
    )
    .or("5000"),
    SettingInfo::new(
        BATCH_BYTES,
        SettingKind::Integer,
        "bytes that make a batch, about",
    )
    .or("4194304"),
    SettingInfo::new(
        BATCH_AGE,
        SettingKind::Duration,
        "how long a record waits for its batch",
    )
    .or("\"1s\""),
    SettingInfo::new(
        RETRIES,
        SettingKind::Integer,
        "how often a batch is tried again before it waits in the spool",
    )
    .or("8"),
    SettingInfo::new(
        SPOOL_MIB,
        SettingKind::Integer,
        "mebibytes of the run's directory that may hold what the backend did not take; 0 for none",
    )
    .or("1024"),
];

/// What a reporter is sent, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// What it is sent.
    pub selection: Selection,
    /// How.
    pub driver: DriverSettings,
}

/// Takes the settings that all reporters have out of those of one, and reads them; `events` is the reporter's default.
///
/// # Errors
/// Everything that is wrong with them.
pub fn split_common(
    name: &str,
    settings: &Map<String, Value>,
    events: EventSelection,
) -> Result<(Delivery, Map<String, Value>), SettingsErrors> {
    let (common, own): (Map<_, _>, Map<_, _>) = settings
        .clone()
        .into_iter()
        .partition(|(key, _)| COMMON.iter().any(|info| info.name == key));
    let context = BuildContext {
        base_dir: std::path::PathBuf::new(),
        events: true,
        intervals: true,
    };
    let mut reader = SettingsReader::new(name, COMMON, &common, &context);
    let delivery = read(&mut reader, events);
    Ok((reader.finish(delivery)?, own))
}

fn read(reader: &mut SettingsReader<'_>, events: EventSelection) -> Delivery {
    let selection = Selection {
        events: read_events(reader, events),
        traced: false,
        intervals: reader.optional_flag(INTERVALS),
        interval: read_interval(reader),
        tags: reader.map(TAGS),
    };
    let driver = DriverSettings {
        queue_records: at_least_one(reader, QUEUE_RECORDS),
        batch_count: at_least_one(reader, BATCH_RECORDS),
        batch_bytes: at_least_one(reader, BATCH_BYTES),
        batch_age: reader.duration(BATCH_AGE),
        opening: Opening::BeforeLoad,
        open_timeout: reader.duration(OPEN_TIMEOUT),
        flush_timeout: reader.duration(FLUSH_TIMEOUT),
        spool_bytes: reader.integer(SPOOL_MIB).saturating_mul(MEBIBYTE),
        retry: RetrySettings {
            retries: u32::try_from(reader.integer(RETRIES)).unwrap_or(u32::MAX),
            ..RetrySettings::default()
        },
    };
    Delivery { selection, driver }
}

fn read_events(reader: &mut SettingsReader<'_>, default: EventSelection) -> EventSelection {
    match reader.raw(EVENTS) {
        Value::Null => default,
        Value::Bool(false) => EventSelection::None,
        Value::Bool(true) => EventSelection::All,
        Value::String(text) if text == "failed" => EventSelection::Failed,
        Value::Number(share)
            if share
                .as_f64()
                .is_some_and(|share| (0.0..=1.0).contains(&share)) =>
        {
            match share.as_f64() {
                Some(share) if share >= 1.0 => EventSelection::All,
                Some(share) if share > 0.0 => EventSelection::Sample(share),
                _ => EventSelection::None,
            }
        }
        other => {
            reader.wrong_type(EVENTS, &other);
            EventSelection::None
        }
    }
}

fn read_interval(reader: &mut SettingsReader<'_>) -> Duration {
    let interval = reader.duration(INTERVAL);
    if reader.is_clean() && (interval.is_zero() || interval.subsec_nanos() != 0) {
        reader.invalid(INTERVAL, "must be whole seconds, at least `\"1s\"`");
    }
    interval
}

fn at_least_one(reader: &mut SettingsReader<'_>, name: &'static str) -> usize {
    let number = reader.integer(name);
    if reader.is_clean() && number == 0 {
        reader.invalid(name, "is 0: nothing would be sent");
    }
    usize::try_from(number).unwrap_or(usize::MAX)
}
