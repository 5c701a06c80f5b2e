//! The settings of `mysql`.

use std::path::PathBuf;

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::send::MysqlReporter;
use crate::registration::Target;
use crate::secret::Secret;
use crate::settings::SettingsReader;
use crate::sql::{
    EVENTS_TABLE, Form, METRICS_TABLE, STREAMS_TABLE, SYSTEM_METRICS_TABLE, Table, read_tables,
    read_url,
};
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

/// MySQL refuses longer names.
const NAME_BYTES: usize = 64;

const DISABLED: &str = "disabled";
const PREFERRED: &str = "preferred";
const REQUIRED: &str = "required";
const VERIFY_IDENTITY: &str = "verify_identity";

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new("host", SettingKind::Text, "host of the server").or("\"127.0.0.1\""),
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
    SettingInfo::new("port", SettingKind::Integer, "port of the server").or("3306"),
    SettingInfo::new(
        "tls",
        SettingKind::Choice(&[DISABLED, PREFERRED, REQUIRED, VERIFY_IDENTITY]),
        "as `--ssl-mode` of `mysql`: only `verify_identity` makes sure that it is the right server",
    )
    .or("\"preferred\""),
    SettingInfo::new(
        "ca",
        SettingKind::Path,
        "file of certificates (PEM) that `verify_identity` believes beside the public authorities",
    ),
];

pub(super) const TARGET: Target = Target {
    form: "mysql://USER:PASSWORD@HOST:PORT/DATABASE",
    read: |text| read_url(text, &FORM),
};

const FORM: Form = Form {
    schemes: &["mysql", "mariadb"],
    example: "mysql://USER:PASSWORD@HOST:PORT/DATABASE",
    settings: SETTINGS,
};

/// What is believed of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tls {
    /// No TLS.
    Disabled,
    /// TLS where the server has it.
    Preferred,
    /// TLS, with anybody.
    Required,
    /// TLS with a server whose certificate names it and is signed by an authority: a public one, or one of the file.
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
    pub(super) tls: Tls,
    pub(super) tables: Vec<Table>,
}

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let name = super::REGISTRATION.name;
    let mut reader = SettingsReader::new(name, SETTINGS, written, context);
    let settings = Settings {
        host: reader.needed_text("host"),
        database: reader.needed_text("database"),
        username: reader.needed_text("username"),
        password: reader.needed_secret("password"),
        tables: read_tables(&mut reader, context, NAME_BYTES),
        port: reader.port("port"),
        tls: read_tls(&mut reader),
    };
    let settings = reader.finish(settings)?;
    Ok(Box::new(MysqlReporter::new(settings)))
}

fn read_tls(reader: &mut SettingsReader<'_>) -> Tls {
    let choice = reader.choice("tls");
    let ca = reader.path("ca");
    if ca.is_some() && choice != VERIFY_IDENTITY && reader.is_clean() {
        reader.invalid("ca", "is looked at with `tls = \"verify_identity\"` alone");
    }
    match choice.as_str() {
        DISABLED => Tls::Disabled,
        REQUIRED => Tls::Required,
        VERIFY_IDENTITY => Tls::Verify(ca),
        _ => Tls::Preferred,
    }
}
