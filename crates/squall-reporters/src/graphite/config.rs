//! The settings of `graphite`.

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::send::GraphiteReporter;
use crate::numbers::Options;
use crate::numbers::names::{PREFIX, PREFIX_HELP, read_prefix};
use crate::registration::Target;
use crate::settings::SettingsReader;
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors, target};

const HOST: &str = "host";
const PORT: &str = "port";
const TAGGED: &str = "tagged";

pub(super) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(HOST, SettingKind::Text, "host name or address").or("\"localhost\""),
    SettingInfo::new(PORT, SettingKind::Integer, "TCP port that takes lines of text").or("2003"),
    SettingInfo::new(PREFIX, SettingKind::Text, PREFIX_HELP).or("\"squall\""),
    SettingInfo::new(
        TAGGED,
        SettingKind::Flag,
        "send the run, scenario and tags as tags, which Graphite 1.1 and later can hold; otherwise tags of a series are part of its name",
    )
    .or("false"),
];

pub(super) const TARGET: Target = Target {
    form: "HOST:PORT",
    read: target::host_and_port,
};

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut reader = SettingsReader::new(super::REGISTRATION.name, SETTINGS, written, context);
    let host = reader.needed_text(HOST);
    let port = reader.port(PORT);
    let options = Options {
        prefix: read_prefix(&mut reader),
        tagged: reader.flag(TAGGED),
        errors: "error",
        ..Options::default()
    };
    let options = reader.finish(options)?;
    Ok(Box::new(GraphiteReporter::new(host, port, options)))
}
