//! The settings of `mysql`.

use serde_json::{Map, Value};
use squall_report::Reporter;

use crate::registration::Target;
use crate::settings::SettingsReader;
use crate::sql::{
    DATABASE, EVENTS_TABLE, Form, Login, METRICS_TABLE, PASSWORD, STREAMS_TABLE,
    SYSTEM_METRICS_TABLE, ServerReporter, Table, Tls, USERNAME, read_tables, read_url,
};
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

/// MySQL refuses longer names.
const NAME_BYTES: usize = 64;
/// The four ways of TLS, from none to the strictest, as its own client calls them.
const TLS: [&str; 4] = ["disabled", "preferred", "required", "verify_identity"];

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new("host", SettingKind::Text, "host of the server").or("\"127.0.0.1\""),
    DATABASE,
    USERNAME,
    PASSWORD,
    EVENTS_TABLE,
    METRICS_TABLE,
    STREAMS_TABLE,
    SYSTEM_METRICS_TABLE,
    SettingInfo::new("port", SettingKind::Integer, "port of the server").or("3306"),
    SettingInfo::new(
        "tls",
        SettingKind::Choice(&TLS),
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

/// Where the tables are.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) login: Login,
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
        login: Login::read(&mut reader),
        tables: read_tables(&mut reader, context, NAME_BYTES),
        tls: Tls::read(&mut reader, &TLS),
    };
    let settings = reader.finish(settings)?;
    Ok(Box::new(ServerReporter::new(settings)))
}
