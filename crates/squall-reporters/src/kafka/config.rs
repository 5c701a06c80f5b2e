//! The settings of `kafka`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::options;
use super::send::KafkaReporter;
use crate::address::{Access, host_port, path, read_url};
use crate::payload::{Kind, Places};
use crate::registration::Target;
use crate::settings::SettingsReader;
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

const PORT: u16 = 9092;
/// What Hedra appends to the metrics' topic for the counts of each series.
const SHARED: &str = "_shared";
/// The longest name that Kafka gives a topic.
const LONGEST_TOPIC: usize = 249;

const PARTITION_HELP: &str = "partition for those; `null` to choose it by the key";

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(
        "host",
        SettingKind::List,
        "host and port of some brokers, from which the others are learnt",
    )
    .or("\"localhost:9092\""),
    SettingInfo::new(
        "client_id",
        SettingKind::Text,
        "name under which brokers log the producer",
    )
    .or("\"squall\""),
    SettingInfo::new(
        "events_topic",
        SettingKind::Text,
        "for single events; messages of scripts go to `EVENTS_messages`",
    )
    .or("\"events\""),
    SettingInfo::new(
        "metrics_topic",
        SettingKind::Text,
        "for the metrics at the end; `_shared` (counts), `_custom`, `_errors`, `_thresholds` and `_runs` are appended for the others",
    )
    .or("\"metrics\""),
    SettingInfo::new(
        "streams_topic",
        SettingKind::Text,
        "for the numbers of each interval",
    )
    .or("\"streams\""),
    SettingInfo::new(
        "system_metrics_topic",
        SettingKind::Text,
        "for CPU and memory of the generator; `_session` or `_stage` is appended",
    )
    .or("\"system_metrics\""),
    SettingInfo::new("events_partition", SettingKind::Integer, PARTITION_HELP).or("0"),
    SettingInfo::new("metrics_partition", SettingKind::Integer, PARTITION_HELP).or("0"),
    SettingInfo::new("streams_partition", SettingKind::Integer, PARTITION_HELP).or("0"),
    SettingInfo::new(
        "system_metrics_partition",
        SettingKind::Integer,
        PARTITION_HELP,
    )
    .or("0"),
    SettingInfo::new(
        "compression_type",
        SettingKind::Choice(&["gzip", "snappy", "lz4", "zstd"]),
        "how batches are compressed; `null` for not at all",
    ),
    SettingInfo::new(
        "timeout",
        SettingKind::Integer,
        "milliseconds that a leader waits for its replicas before the client tries again",
    )
    .or("1000"),
    SettingInfo::new(
        "idempotent",
        SettingKind::Flag,
        "let brokers drop what the client's own attempts would write twice",
    )
    .or("true"),
    SettingInfo::new(
        "options",
        SettingKind::Map,
        "further properties of the client, as librdkafka names them, such as `{\"linger.ms\": 20}`",
    )
    .or("{}"),
    SettingInfo::new("username", SettingKind::Text, "user for SASL"),
    SettingInfo::new("password", SettingKind::Secret, "password for SASL"),
    SettingInfo::new(
        "sasl_mechanism",
        SettingKind::Choice(&["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
        "how the user logs in",
    )
    .or("\"PLAIN\""),
    SettingInfo::new(
        "secure",
        SettingKind::Flag,
        "connect with TLS, and verify the certificate",
    )
    .or("false"),
    SettingInfo::new(
        "ca",
        SettingKind::Path,
        "PEM file with the certificates to trust instead of the system's",
    ),
];

pub(super) const TARGET: Target = Target {
    form: "kafka://[USER:PASSWORD@]HOST[:PORT][?SETTING=VALUE], kafkas://… with TLS, or HOST[:PORT][,HOST[:PORT]]",
    read: |text| {
        let form = "kafka://[USER:PASSWORD@]HOST[:PORT] or HOST[:PORT],…";
        let (mut settings, url) = read_url(text, form, &["kafka", "kafkas"], SETTINGS)?;
        let Some(url) = url else {
            let hosts: Vec<&str> = text.split(',').map(str::trim).collect();
            settings.insert("host".to_owned(), Value::from(hosts));
            return Ok(settings);
        };
        if path(&url)?.is_some() {
            let problem = "has a path: topics are set with `?events_topic=NAME` and its like";
            return Err(problem.to_owned());
        }
        if url.scheme() == "kafkas" {
            settings.insert("secure".to_owned(), Value::Bool(true));
        }
        Ok(settings)
    },
};

#[derive(Debug)]
pub(super) struct KafkaSettings {
    pub(super) hosts: Vec<(String, u16)>,
    pub(super) client_id: String,
    /// Topic and partition of each kind of record, in the order of [`Kind::ALL`].
    pub(super) topics: [(String, Option<i32>); Kind::ALL.len()],
    pub(super) compression: Option<String>,
    pub(super) timeout_ms: u64,
    pub(super) idempotent: bool,
    pub(super) options: BTreeMap<String, String>,
    pub(super) access: Access,
    pub(super) sasl_mechanism: String,
    pub(super) events: bool,
    pub(super) intervals: bool,
}

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    settings(written, context)
        .map(|settings| Box::new(KafkaReporter::new(settings)) as Box<dyn Reporter>)
}

pub(super) fn settings(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<KafkaSettings, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let settings = read(&mut reader, context);
    reader.finish(settings)
}

fn read(reader: &mut SettingsReader<'_>, context: &BuildContext) -> KafkaSettings {
    let mut settings = KafkaSettings {
        hosts: hosts(reader),
        client_id: reader.needed_text("client_id"),
        topics: topics(reader),
        compression: match reader.raw("compression_type") {
            Value::Null => None,
            _ => Some(reader.choice("compression_type")),
        },
        timeout_ms: reader.integer("timeout"),
        idempotent: reader.flag("idempotent"),
        options: reader.map("options"),
        access: Access::read(reader),
        sasl_mechanism: reader.choice("sasl_mechanism"),
        events: context.events,
        intervals: context.intervals,
    };
    if let Some(name) = without_tls(&settings) {
        reader.invalid(name, "needs OpenSSL, which this build does not have: the wheel does, and a build with the feature `kafka-tls`");
    }
    if settings.timeout_ms == 0 || settings.timeout_ms > 900_000 {
        let problem = format!(
            "is {}: it must be 1 to 900000 milliseconds",
            settings.timeout_ms
        );
        reader.invalid("timeout", problem);
        settings.timeout_ms = 1;
    }
    for problem in options::problems(&settings) {
        reader.invalid("options", problem);
    }
    settings
}

fn hosts(reader: &mut SettingsReader<'_>) -> Vec<(String, u16)> {
    let list = reader.list("host");
    if list.is_empty() && reader.is_clean() {
        reader.invalid("host", "is empty: give one broker at least");
    }
    let parts = list.iter().flat_map(|text| text.split(','));
    let mut hosts = Vec::new();
    for text in parts {
        match host_port(text.trim(), PORT) {
            Ok(host) => hosts.push(host),
            Err(problem) => reader.invalid("host", problem),
        }
    }
    hosts
}

fn topics(reader: &mut SettingsReader<'_>) -> [(String, Option<i32>); Kind::ALL.len()] {
    let places = Places {
        events: topic(reader, "events_topic"),
        metrics: topic(reader, "metrics_topic"),
        streams: topic(reader, "streams_topic"),
        system_metrics: topic(reader, "system_metrics_topic"),
    };
    let events = partition(reader, "events_partition");
    let metrics = partition(reader, "metrics_partition");
    let streams = partition(reader, "streams_partition");
    let system_metrics = partition(reader, "system_metrics_partition");
    Kind::ALL.map(|kind| {
        let partition = match kind {
            Kind::Event | Kind::Message => events,
            Kind::Interval => streams,
            Kind::SessionSystem | Kind::StageSystem => system_metrics,
            _ => metrics,
        };
        (places.name(kind, SHARED), partition)
    })
}

fn topic(reader: &mut SettingsReader<'_>, name: &'static str) -> String {
    let topic = reader.needed_text(name);
    let is_legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let room = LONGEST_TOPIC - "_thresholds".len();
    if !topic.chars().all(is_legal) || topic.len() > room || topic.starts_with("..") {
        let problem = format!(
            "is `{topic}`: a topic has up to {room} letters, digits, `.`, `_` and `-` (and what is appended)"
        );
        reader.invalid(name, problem);
    }
    topic
}

fn partition(reader: &mut SettingsReader<'_>, name: &'static str) -> Option<i32> {
    let number = reader.optional_integer(name)?;
    let partition = i32::try_from(number);
    if partition.is_err() {
        reader.invalid(name, format!("is {number}: there are no such partitions"));
    }
    partition.ok()
}

/// Returns the setting that asks for what only a build with OpenSSL has.
fn without_tls(settings: &KafkaSettings) -> Option<&'static str> {
    let scram = settings.access.username.is_some() && settings.sasl_mechanism.starts_with("SCRAM");
    match (cfg!(feature = "kafka-tls"), settings.access.secure, scram) {
        (true, ..) | (false, false, false) => None,
        (false, true, _) => Some("secure"),
        (false, false, true) => Some("sasl_mechanism"),
    }
}
