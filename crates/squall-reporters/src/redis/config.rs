//! The settings of `redis`.

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::send::RedisReporter;
use crate::address::{Access, host_port, path, read_url};
use crate::payload::Places;
use crate::registration::Target;
use crate::settings::SettingsReader;
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

const PORT: u16 = 6379;
/// What Hedra appends to the metrics' name for the counts of each series.
pub(super) const SHARED: &str = "_metrics";

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new("host", SettingKind::Text, "host and port of the server")
        .or("\"localhost:6379\""),
    SettingInfo::new(
        "username",
        SettingKind::Text,
        "user of the server's access control list",
    ),
    SettingInfo::new("password", SettingKind::Secret, "password of the user"),
    SettingInfo::new("database", SettingKind::Integer, "number of the database").or("0"),
    SettingInfo::new(
        "events_channel",
        SettingKind::Text,
        "for single events; messages of scripts go to `EVENTS_messages`",
    )
    .or("\"events\""),
    SettingInfo::new(
        "metrics_channel",
        SettingKind::Text,
        "for the metrics at the end; `_metrics` (counts), `_custom`, `_errors`, `_thresholds` and `_runs` are appended for the others",
    )
    .or("\"metrics\""),
    SettingInfo::new(
        "streams_channel",
        SettingKind::Text,
        "for the numbers of each interval",
    )
    .or("\"streams\""),
    SettingInfo::new(
        "system_metrics_channel",
        SettingKind::Text,
        "for CPU and memory of the generator; `_session` or `_stage` is appended",
    )
    .or("\"system_metrics\""),
    SettingInfo::new(
        "channel_type",
        SettingKind::Choice(&["pipeline", "stream", "channel"]),
        "how records are kept: members of sets (SADD), entries of streams (XADD), or not at all, only published (PUBLISH)",
    )
    .or("\"pipeline\""),
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
    SettingInfo::new(
        "stream_maxlen",
        SettingKind::Integer,
        "entries that a stream keeps, about; older ones are removed (`MAXLEN ~`)",
    ),
];

pub(super) const TARGET: Target = Target {
    form: "redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE][?SETTING=VALUE], rediss://… with TLS, or HOST[:PORT]",
    read: |text| {
        let form = "redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]";
        let (mut settings, url) = read_url(text, form, &["redis", "rediss"], SETTINGS)?;
        if let Some(url) = url {
            if url.scheme() == "rediss" {
                settings.insert("secure".to_owned(), Value::Bool(true));
            }
            if let Some(database) = path(&url)? {
                let number: u64 = database
                    .parse()
                    .map_err(|_| format!("has the database `{database}`: it must be a number"))?;
                settings.insert("database".to_owned(), Value::from(number));
            }
        }
        Ok(settings)
    },
};

/// How records are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Members of sets.
    Set,
    /// Entries of streams.
    Stream,
    /// Published, and kept by nobody.
    Channel,
}

#[derive(Debug)]
pub(super) struct RedisSettings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) access: Access,
    pub(super) database: i64,
    pub(super) places: Places,
    pub(super) way: Way,
    pub(super) maxlen: Option<u64>,
    pub(super) events: bool,
    pub(super) intervals: bool,
}

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    settings(written, context)
        .map(|settings| Box::new(RedisReporter::new(settings)) as Box<dyn Reporter>)
}

pub(super) fn settings(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<RedisSettings, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let settings = read(&mut reader, context);
    reader.finish(settings)
}

fn read(reader: &mut SettingsReader<'_>, context: &BuildContext) -> RedisSettings {
    let host = reader.needed_text("host");
    let (host, port) = host_port(&host, PORT).unwrap_or_else(|problem| {
        reader.invalid("host", problem);
        (String::new(), PORT)
    });
    let settings = RedisSettings {
        host,
        port,
        access: Access::read(reader),
        database: i64::try_from(reader.integer("database")).unwrap_or(i64::MAX),
        places: Places {
            events: reader.needed_text("events_channel"),
            metrics: reader.needed_text("metrics_channel"),
            streams: reader.needed_text("streams_channel"),
            system_metrics: reader.needed_text("system_metrics_channel"),
        },
        way: match reader.choice("channel_type").as_str() {
            "stream" => Way::Stream,
            "channel" => Way::Channel,
            _ => Way::Set,
        },
        maxlen: reader.optional_integer("stream_maxlen"),
        events: context.events,
        intervals: context.intervals,
    };
    check(reader, &settings);
    settings
}

fn check(reader: &mut SettingsReader<'_>, settings: &RedisSettings) {
    if settings.maxlen.is_some() && settings.way != Way::Stream {
        reader.invalid(
            "stream_maxlen",
            "is for streams: set `channel_type` to `\"stream\"`",
        );
    }
    if settings.maxlen == Some(0) {
        reader.invalid("stream_maxlen", "is 0: nothing would be kept");
    }
}
