//! The settings of `csv`.

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::send::CsvReporter;
use crate::files::{
    EVENTS_FILEPATH, FileSettings, METRICS_FILEPATH, OVERWRITE, STREAMS_FILEPATH,
    SYSTEM_METRICS_FILEPATH,
};
use crate::settings::SettingsReader;
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors};

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo {
        name: EVENTS_FILEPATH,
        kind: SettingKind::Path,
        default: None,
        help: "file for one row per operation; none is written unless a path is given",
    },
    SettingInfo {
        name: METRICS_FILEPATH,
        kind: SettingKind::Path,
        default: Some("\"metrics.csv\""),
        help: "file for the metrics at the end of the run; counts and errors go next to it",
    },
    SettingInfo {
        name: STREAMS_FILEPATH,
        kind: SettingKind::Path,
        default: None,
        help: "file for one row per second and operation while the load goes, where the Submit stage streams; none is written unless a path is given",
    },
    SettingInfo {
        name: SYSTEM_METRICS_FILEPATH,
        kind: SettingKind::Path,
        default: None,
        help: "file for CPU and memory of the generator, over the run and in each stage; none is written unless a path is given",
    },
    SettingInfo {
        name: OVERWRITE,
        kind: SettingKind::Flag,
        default: Some("true"),
        help: "replace existing files; otherwise rows are appended to them",
    },
];

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let settings = FileSettings::read(&mut reader);
    let reporter = CsvReporter::new(settings);
    if reporter.has_clashing_paths() {
        reader.invalid(
            EVENTS_FILEPATH,
            format!(
                "is the same file as a table next to `{METRICS_FILEPATH}`: choose another name"
            ),
        );
    }
    Ok(Box::new(reader.finish(reporter)?))
}
