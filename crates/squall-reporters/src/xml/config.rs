//! The settings of `xml`.

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::encode::Xml;
use crate::files::{
    EVENTS_FILEPATH, FileSettings, METRICS_FILEPATH, OVERWRITE, STREAMS_FILEPATH,
    SYSTEM_METRICS_FILEPATH, TABLES, TableReporter,
};
use crate::registration::Target;
use crate::settings::SettingsReader;
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors, target};

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(
        EVENTS_FILEPATH,
        SettingKind::Path,
        "file for one element per operation, transaction and check; messages of scripts go next to it; `null` for none",
    )
    .or("\"events.xml\""),
    SettingInfo::new(
        METRICS_FILEPATH,
        SettingKind::Path,
        "file for the metrics at the end of the run; counts, errors, thresholds and what happened when go next to it",
    )
    .or("\"metrics.xml\""),
    SettingInfo::new(
        STREAMS_FILEPATH,
        SettingKind::Path,
        "file for one element per interval and series while the load goes; `null` for none",
    )
    .or("\"streams.xml\""),
    SettingInfo::new(
        SYSTEM_METRICS_FILEPATH,
        SettingKind::Path,
        "file for CPU and memory of the generator, over the run and in each stage; `null` for none",
    )
    .or("\"system_metrics.xml\""),
    SettingInfo::new(
        OVERWRITE,
        SettingKind::Flag,
        "replace existing files; otherwise elements are added to them",
    )
    .or("true"),
];

pub(super) const TARGET: Target = Target {
    form: "FOLDER",
    read: |text| {
        target::folder(
            text,
            &[
                (EVENTS_FILEPATH, "events.xml"),
                (METRICS_FILEPATH, "metrics.xml"),
                (STREAMS_FILEPATH, "streams.xml"),
                (SYSTEM_METRICS_FILEPATH, "system_metrics.xml"),
            ],
        )
    },
};

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let settings = FileSettings::read(&mut reader, context, TABLES);
    let settings = reader.finish(settings)?;
    Ok(Box::new(TableReporter::<Xml>::new(settings)))
}
