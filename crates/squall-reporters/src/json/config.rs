//! The settings of `json`.

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::send::JsonReporter;
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
        help: "file for one JSON line per operation; none is written unless a path is given",
    },
    SettingInfo {
        name: METRICS_FILEPATH,
        kind: SettingKind::Path,
        default: Some("\"metrics.json\""),
        help: "file for the metrics at the end of the run",
    },
    SettingInfo {
        name: STREAMS_FILEPATH,
        kind: SettingKind::Path,
        default: None,
        help: "file for one JSON line per second and operation while the load goes, where the Submit stage streams; none is written unless a path is given",
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
        help: "replace existing files; otherwise events are appended and metrics get a numbered name",
    },
];

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let settings = FileSettings::read(&mut reader);
    let settings = reader.finish(settings)?;
    Ok(Box::new(JsonReporter::new(settings)))
}
