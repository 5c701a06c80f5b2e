//! The settings of `sqlite`.

use std::path::PathBuf;

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::send::SqliteReporter;
use crate::registration::Target;
use crate::settings::SettingsReader;
use crate::sql::{EVENTS_TABLE, METRICS_TABLE, STREAMS_TABLE, SYSTEM_METRICS_TABLE, read_tables};
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

const PATH: &str = "path";
/// SQLite has no limit; beyond this nobody can read it.
const NAME_BYTES: usize = 255;

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(
        PATH,
        SettingKind::Path,
        "file of the database; made where it is not there, and added to where it is",
    )
    .or("\"results.db\""),
    EVENTS_TABLE,
    METRICS_TABLE,
    STREAMS_TABLE,
    SYSTEM_METRICS_TABLE,
];

pub(super) const TARGET: Target = Target {
    form: "FILE",
    read: |text| {
        if text.is_empty() {
            return Err("must be a file, such as `results.db`".to_owned());
        }
        if text.starts_with("sqlite:") || text.starts_with("file:") {
            return Err("is a URL: write the path of a file, such as `results.db`".to_owned());
        }
        Ok(Map::from_iter([(PATH.to_owned(), Value::from(text))]))
    },
};

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let path = reader.path(PATH);
    if path.is_none() && reader.is_clean() {
        reader.invalid(PATH, "is `null`: nothing would be written");
    }
    let tables = read_tables(&mut reader, context, NAME_BYTES);
    let (path, tables) = reader.finish((path, tables))?;
    Ok(Box::new(SqliteReporter::new(
        path.unwrap_or_else(PathBuf::new),
        tables,
    )))
}
