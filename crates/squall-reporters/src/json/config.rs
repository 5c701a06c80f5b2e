//! The settings of `json`.

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::send::JsonReporter;
use crate::files::{
    Children, EVENTS_FILEPATH, FileSettings, METRICS_FILEPATH, OVERWRITE, STREAMS_FILEPATH,
    SYSTEM_METRICS_FILEPATH,
};
use crate::registration::Target;
use crate::settings::SettingsReader;
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors, target};

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(
        EVENTS_FILEPATH,
        SettingKind::Path,
        "file for one JSON line per operation, transaction, check and message of a script; `null` for none",
    )
    .or("\"events.json\""),
    SettingInfo::new(
        METRICS_FILEPATH,
        SettingKind::Path,
        "file for the metrics at the end of the run; what happened when, thresholds and verdict go next to it",
    )
    .or("\"metrics.json\""),
    SettingInfo::new(
        STREAMS_FILEPATH,
        SettingKind::Path,
        "file for one JSON line per interval and series while the load goes; `null` for none",
    )
    .or("\"streams.json\""),
    SettingInfo::new(
        SYSTEM_METRICS_FILEPATH,
        SettingKind::Path,
        "file for CPU and memory of the generator, over the run and in each stage; `null` for none",
    )
    .or("\"system_metrics.json\""),
    SettingInfo::new(
        OVERWRITE,
        SettingKind::Flag,
        "replace existing files; otherwise events are appended and metrics get a numbered name",
    )
    .or("true"),
];

/// What happened to the run is written next to its metrics.
const CHILDREN: Children = &[(METRICS_FILEPATH, super::send::RUNS)];

pub(super) const TARGET: Target = Target {
    form: "FOLDER",
    read: |text| {
        target::folder(
            text,
            &[
                (EVENTS_FILEPATH, "events.json"),
                (METRICS_FILEPATH, "metrics.json"),
                (STREAMS_FILEPATH, "streams.json"),
                (SYSTEM_METRICS_FILEPATH, "system_metrics.json"),
            ],
        )
    },
};

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let settings = FileSettings::read(&mut reader, context, CHILDREN);
    let settings = reader.finish(settings)?;
    Ok(Box::new(JsonReporter::new(settings)))
}
