//! The settings of `postgres` and `timescaledb`.

use std::path::PathBuf;

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::send::PostgresReporter;
use crate::registration::Target;
use crate::secret::Secret;
use crate::settings::SettingsReader;
use crate::sql::{
    EVENTS_TABLE, Form, METRICS_TABLE, STREAMS_TABLE, SYSTEM_METRICS_TABLE, Table, read_tables,
    read_url,
};
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

/// PostgreSQL cuts longer names off, without an error.
const NAME_BYTES: usize = 63;

const DISABLE: &str = "disable";
const PREFER: &str = "prefer";
const REQUIRE: &str = "require";
const VERIFY_FULL: &str = "verify-full";

pub(crate) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(
        "host",
        SettingKind::Text,
        "host of the server, or the folder of its Unix socket",
    )
    .or("\"localhost\""),
    SettingInfo::new(
        "database",
        SettingKind::Text,
        "database that the tables are in",
    )
    .required(),
    SettingInfo::new("username", SettingKind::Text, "user who writes").required(),
    SettingInfo::new("password", SettingKind::Secret, "password of that user").required(),
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
        SettingKind::Choice(&[DISABLE, PREFER, REQUIRE, VERIFY_FULL]),
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

/// What is believed of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tls {
    /// No TLS.
    Disable,
    /// TLS where the server has it.
    Prefer,
    /// TLS, with anybody.
    Require,
    /// TLS with a server whose certificate names it and is signed by an authority: those of the file, or of the system.
    Verify(Option<PathBuf>),
}

/// Where the tables are.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) database: String,
    pub(super) username: String,
    pub(super) password: Secret,
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
    Ok(Box::new(PostgresReporter::new(settings)))
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
    Ok(Box::new(PostgresReporter::new(settings)))
}

fn read(
    name: &str,
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Settings, SettingsErrors> {
    let mut reader = SettingsReader::new(name, SETTINGS, written, context);
    let settings = Settings {
        host: reader.needed_text("host"),
        database: reader.needed_text("database"),
        username: reader.needed_text("username"),
        password: reader.needed_secret("password"),
        tables: read_tables(&mut reader, context, NAME_BYTES),
        port: reader.port("port"),
        schema: read_schema(&mut reader),
        tls: read_tls(&mut reader),
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

fn read_tls(reader: &mut SettingsReader<'_>) -> Tls {
    let choice = reader.choice("tls");
    let ca = reader.path("ca");
    if ca.is_some() && choice != VERIFY_FULL && reader.is_clean() {
        reader.invalid("ca", "is looked at with `tls = \"verify-full\"` alone");
    }
    match choice.as_str() {
        DISABLE => Tls::Disable,
        REQUIRE => Tls::Require,
        VERIFY_FULL => Tls::Verify(ca),
        _ => Tls::Prefer,
    }
}
