//! The settings of `influxdb`.

use std::time::Duration;

use serde_json::{Map, Value, json};
use squall_report::Reporter;

use super::send::InfluxDbReporter;
use crate::http::HttpSettings;
use crate::registration::Target;
use crate::secret::Secret;
use crate::settings::SettingsReader;
use crate::target::url;
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

const HOST: &str = "host";
const TOKEN: &str = "token";
const ORGANIZATION: &str = "organization";
const CONNECT_TIMEOUT: &str = "connect_timeout";
const EVENTS_BUCKET: &str = "events_bucket";
const METRICS_BUCKET: &str = "metrics_bucket";
const STREAMS_BUCKET: &str = "streams_bucket";
const SYSTEM_METRICS_BUCKET: &str = "system_metrics_bucket";
const SECURE: &str = "secure";
const BUCKET: &str = "bucket";
const CA: &str = "ca";

/// Where InfluxDB's own tools look for the token.
const TOKEN_VARIABLE: &str = "INFLUX_TOKEN";
const LONGEST_MS: u64 = 30_000;

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(HOST, SettingKind::Text, "`HOST:PORT` or URL of the server")
        .or("\"localhost:8086\""),
    SettingInfo::new(
        TOKEN,
        SettingKind::Secret,
        "token that may write to the buckets",
    )
    .required(),
    SettingInfo::new(
        ORGANIZATION,
        SettingKind::Text,
        "organization of the buckets, its name or id",
    )
    .or("\"squall\""),
    SettingInfo::new(
        CONNECT_TIMEOUT,
        SettingKind::Integer,
        "how long a connection may take, in milliseconds, at most 30000",
    )
    .or("10000"),
    SettingInfo::new(
        EVENTS_BUCKET,
        SettingKind::Text,
        "bucket of events and messages",
    )
    .or("\"events\""),
    SettingInfo::new(
        METRICS_BUCKET,
        SettingKind::Text,
        "bucket of metrics, counts, errors, thresholds, runs and their stages",
    )
    .or("\"metrics\""),
    SettingInfo::new(STREAMS_BUCKET, SettingKind::Text, "bucket of intervals").or("\"streams\""),
    SettingInfo::new(
        SYSTEM_METRICS_BUCKET,
        SettingKind::Text,
        "bucket of what the generator used",
    )
    .or("\"system_metrics\""),
    SettingInfo::new(
        SECURE,
        SettingKind::Flag,
        "TLS, where `host` is no URL that says so",
    )
    .or("false"),
    SettingInfo::new(
        BUCKET,
        SettingKind::Text,
        "one bucket for everything that has none of its own",
    ),
    SettingInfo::new(
        CA,
        SettingKind::Path,
        "PEM file of authorities that are trusted beside those of the system",
    ),
];

/// Everything that was set.
#[derive(Debug)]
pub(super) struct Settings {
    /// Scheme, host and port, and where there is one a path; without a slash at the end.
    pub(super) url: String,
    pub(super) token: Secret,
    pub(super) organization: String,
    pub(super) buckets: Buckets,
    /// Whether intervals come.
    pub(super) intervals: bool,
    pub(super) http: HttpSettings,
}

/// Where each kind of record goes.
#[derive(Debug)]
pub(super) struct Buckets {
    pub(super) events: String,
    pub(super) metrics: String,
    pub(super) streams: String,
    pub(super) system: String,
}

pub(super) const TARGET: Target = Target {
    form: "http://HOST:PORT?organization=NAME&bucket=NAME, with the token in INFLUX_TOKEN or as token=TOKEN",
    read: |text| {
        let parts = url(text, SETTINGS)?;
        if parts.username.is_some() || parts.password.is_some() {
            return Err(format!(
                "has a user in it: InfluxDB wants a token, in `{TOKEN_VARIABLE}` or as `token`"
            ));
        }
        let mut settings = parts.query;
        settings.insert(HOST.to_owned(), Value::from(parts.url));
        if !settings.contains_key(TOKEN) {
            settings.insert(TOKEN.to_owned(), json!({"env": TOKEN_VARIABLE}));
        }
        Ok(settings)
    },
};

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let one = reader.text(BUCKET);
    let mut bucket = |name| match &one {
        Some(one) if !reader.is_written(name) => one.clone(),
        _ => reader.needed_text(name),
    };
    let buckets = Buckets {
        events: bucket(EVENTS_BUCKET),
        metrics: bucket(METRICS_BUCKET),
        streams: bucket(STREAMS_BUCKET),
        system: bucket(SYSTEM_METRICS_BUCKET),
    };
    let settings = Settings {
        url: read_host(&mut reader),
        token: reader.needed_secret(TOKEN),
        organization: reader.needed_text(ORGANIZATION),
        buckets,
        intervals: context.intervals,
        http: read_http(&mut reader),
    };
    let settings = reader.finish(settings)?;
    Ok(Box::new(InfluxDbReporter::new(settings)))
}

fn read_host(reader: &mut SettingsReader<'_>) -> String {
    let (host, secure) = (reader.needed_text(HOST), reader.flag(SECURE));
    let whole = match (host.contains("://"), secure) {
        (true, _) => host,
        (false, true) => format!("https://{host}"),
        (false, false) => format!("http://{host}"),
    };
    match url(&whole, SETTINGS) {
        Ok(parts) if parts.username.is_some() => {
            reader.invalid(HOST, "has a user in it: give `token`");
        }
        Ok(parts) if secure && parts.url.starts_with("http:") => {
            reader.invalid(SECURE, "is `true`, and `host` begins with `http:`");
        }
        Ok(parts) => return parts.url.trim_end_matches('/').to_owned(),
        Err(problem) => reader.invalid(HOST, problem),
    }
    String::new()
}

fn read_http(reader: &mut SettingsReader<'_>) -> HttpSettings {
    let timeout = reader.integer(CONNECT_TIMEOUT);
    if timeout == 0 || timeout > LONGEST_MS {
        let why = format!("is {timeout}: it must be 1 to {LONGEST_MS}");
        reader.invalid(CONNECT_TIMEOUT, why);
    }
    HttpSettings {
        connect_timeout: Duration::from_millis(timeout),
        ca: reader.path(CA),
        ..HttpSettings::default()
    }
}
