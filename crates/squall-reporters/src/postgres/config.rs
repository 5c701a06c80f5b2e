//! The settings of `postgres` and `timescaledb`.

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::send::Postgres;
use crate::registration::Target;
use crate::settings::SettingsReader;
use crate::sql::{
    DATABASE, EVENTS_TABLE, Form, Login, METRICS_TABLE, PASSWORD, STREAMS_TABLE,
    SYSTEM_METRICS_TABLE, ServerReporter, Table, Tls, USERNAME, read_tables, read_url,
};
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

/// PostgreSQL cuts longer names off, without an error.
const NAME_BYTES: usize = 63;
/// The four ways of TLS, from none to the strictest, as its own client calls them.
const TLS: [&str; 4] = ["disable", "prefer", "require", "verify-full"];

pub(crate) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(
        "host",
        SettingKind::Text,
        "host of the server, or the folder of its Unix socket",
    )
    .or("\"localhost\""),
    DATABASE,
    USERNAME,
    PASSWORD,
    EVENTS_TABLE,
    METRICS_TABLE,
    STREAMS_TABLE,
    SYSTEM_METRICS_TABLE,
    SettingInfo::new("port", SettingKind::Integer, "port of the server").or("5432"),
    SettingInfo::new(
        "schema",
        SettingKind::Text,
        "schema that the tables are in; made where it is not there",
    )
    .or("\"public\""),
    SettingInfo::new(
        "tls",
        SettingKind::Choice(&TLS),
        "as `sslmode` of `psql`: only `verify-full` makes sure that it is the right server",
    )
    .or("\"prefer\""),
    SettingInfo::new(
        "ca",
        SettingKind::Path,
        "file of certificates (PEM) that `verify-full` believes instead of those of the system",
    ),
];

pub(crate) const TARGET: Target = Target {
    form: "postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    read: |text| read_url(text, &FORM),
};

const FORM: Form = Form {
    schemes: &["postgres", "postgresql"],
    example: "postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    settings: SETTINGS,
};

/// Where the tables are.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) login: Login,
    pub(super) schema: String,
    pub(super) tls: Tls,
    pub(super) tables: Vec<Table>,
    /// Whether tables of moments become hypertables.
    pub(super) hypertables: bool,
}

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let settings = read(super::REGISTRATION.name, written, context)?;
    Ok(Box::new(ServerReporter::new(Postgres::new(settings))))
}

/// Makes the reporter with hypertables.
#[cfg(feature = "timescaledb")]
pub(crate) fn build_timescaledb(
    name: &str,
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut settings = read(name, written, context)?;
    settings.hypertables = true;
    for table in &mut settings.tables {
        if table.kind == crate::sql::TableKind::Events {
            // Hedra's name for it.
            table.rename("time", "request_time");
        }
    }
    Ok(Box::new(ServerReporter::new(Postgres::new(settings))))
}

fn read(
    name: &str,
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Settings, SettingsErrors> {
    let mut reader = SettingsReader::new(name, SETTINGS, written, context);
    let settings = Settings {
        login: Login::read(&mut reader),
        tables: read_tables(&mut reader, context, NAME_BYTES),
        schema: read_schema(&mut reader),
        tls: Tls::read(&mut reader, &TLS),
        hypertables: false,
    };
    reader.finish(settings)
}

fn read_schema(reader: &mut SettingsReader<'_>) -> String {
    let schema = reader.needed_text("schema");
    if schema.len() > NAME_BYTES || schema.contains('\0') {
        let problem = format!("is no name: names may have {NAME_BYTES} bytes, and no NUL");
        reader.invalid("schema", problem);
    }
    schema
}
