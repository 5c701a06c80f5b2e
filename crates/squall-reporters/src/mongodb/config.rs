//! The settings of `mongodb`.

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::send::MongoReporter;
use crate::address::{Access, host_port, path, read_url};
use crate::payload::{Kind, Places};
use crate::registration::Target;
use crate::settings::SettingsReader;
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

const PORT: u16 = 27_017;
/// What Hedra appends to the metrics' collection for the counts of each series.
const SHARED: &str = "_common";

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(
        "host",
        SettingKind::List,
        "host and port of the server, or of members of the replica set",
    )
    .or("\"localhost:27017\""),
    SettingInfo::new("username", SettingKind::Text, "user that may write"),
    SettingInfo::new("password", SettingKind::Secret, "password of the user"),
    SettingInfo::new("database", SettingKind::Text, "database of the collections")
        .or("\"squall\""),
    SettingInfo::new(
        "events_collection",
        SettingKind::Text,
        "for single events; messages of scripts go to `EVENTS_messages`",
    )
    .or("\"events\""),
    SettingInfo::new(
        "metrics_collection",
        SettingKind::Text,
        "for the metrics at the end; `_common` (counts), `_custom`, `_errors`, `_thresholds` and `_runs` are appended for the others",
    )
    .or("\"metrics\""),
    SettingInfo::new(
        "streams_collection",
        SettingKind::Text,
        "for the numbers of each interval",
    )
    .or("\"streams\""),
    SettingInfo::new(
        "system_metrics_collection",
        SettingKind::Text,
        "for CPU and memory of the generator; `_session` or `_stage` is appended",
    )
    .or("\"system_metrics\""),
    SettingInfo::new(
        "auth_source",
        SettingKind::Text,
        "database that knows the user; the default is `database`",
    ),
    SettingInfo::new("replica_set", SettingKind::Text, "name of the replica set"),
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
    form: "mongodb://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]][/DATABASE][?authSource=NAME&replicaSet=NAME&tls=true], or HOST[:PORT]",
    read: |text| {
        let form = "mongodb://[USER:PASSWORD@]HOST[:PORT][/DATABASE]";
        if text.starts_with("mongodb+srv://") {
            return Err(
                "begins with `mongodb+srv://`, which asks DNS for the hosts: write `mongodb://` and the hosts themselves, with `replicaSet=NAME&tls=true`".to_owned(),
            );
        }
        let (mut settings, url) = read_url(text, form, &["mongodb"], SETTINGS)?;
        // What MongoDB's own connection strings call these settings.
        for (theirs, ours) in [
            ("authSource", "auth_source"),
            ("replicaSet", "replica_set"),
            ("tls", "secure"),
            ("ssl", "secure"),
            ("tlsCAFile", "ca"),
        ] {
            if let Some(value) = settings.shift_remove(theirs) {
                let value = match value.as_str() {
                    Some("true") => Value::Bool(true),
                    Some("false") => Value::Bool(false),
                    _ => value,
                };
                settings.insert(ours.to_owned(), value);
            }
        }
        if let Some(database) = url.as_ref().map(path).transpose()?.flatten() {
            settings.insert("database".to_owned(), Value::from(database));
        }
        Ok(settings)
    },
};

#[derive(Debug)]
pub(super) struct MongoSettings {
    pub(super) hosts: Vec<(String, u16)>,
    pub(super) access: Access,
    pub(super) database: String,
    /// Collections, in the order of [`Kind::ALL`].
    pub(super) collections: [String; Kind::ALL.len()],
    pub(super) auth_source: Option<String>,
    pub(super) replica_set: Option<String>,
    pub(super) events: bool,
    pub(super) intervals: bool,
}

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let settings = read(&mut reader, context);
    let settings = reader.finish(settings)?;
    Ok(Box::new(MongoReporter::new(settings)))
}

fn read(reader: &mut SettingsReader<'_>, context: &BuildContext) -> MongoSettings {
    MongoSettings {
        hosts: hosts(reader),
        access: Access::read(reader),
        database: named(reader, "database", &['/', '\\', '.', ' ', '"', '$', '\0']),
        collections: Places {
            events: named(reader, "events_collection", &['$', '\0']),
            metrics: named(reader, "metrics_collection", &['$', '\0']),
            streams: named(reader, "streams_collection", &['$', '\0']),
            system_metrics: named(reader, "system_metrics_collection", &['$', '\0']),
        }
        .all(SHARED),
        auth_source: reader.text("auth_source"),
        replica_set: reader.text("replica_set"),
        events: context.events,
        intervals: context.intervals,
    }
}

fn hosts(reader: &mut SettingsReader<'_>) -> Vec<(String, u16)> {
    let list = reader.list("host");
    if list.is_empty() && reader.is_clean() {
        reader.invalid("host", "is empty: give one server at least");
    }
    let mut hosts = Vec::new();
    for text in list.iter().flat_map(|text| text.split(',')) {
        match host_port(text.trim(), PORT) {
            Ok(host) => hosts.push(host),
            Err(problem) => reader.invalid("host", problem),
        }
    }
    hosts
}

fn named(reader: &mut SettingsReader<'_>, name: &'static str, illegal: &[char]) -> String {
    let text = reader.needed_text(name);
    if let Some(found) = text.chars().find(|found| illegal.contains(found)) {
        reader.invalid(name, format!("has {found:?}, which no such name may have"));
    }
    text
}
