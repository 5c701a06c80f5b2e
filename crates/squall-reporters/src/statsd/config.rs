//! The settings of `statsd` and `dogstatsd`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use squall_report::Reporter;

use super::encode::Wire;
use super::send::UdpReporter;
use crate::numbers::names::{PREFIX, PREFIX_HELP, read_prefix};
use crate::numbers::{Options, Type};
use crate::registration::Target;
use crate::settings::SettingsReader;
use crate::{BuildContext, SettingInfo, SettingKind, SettingsErrors, target};

const HOST: &str = "host";
const PORT: &str = "port";
const CUSTOM_FIELDS: &str = "custom_fields";
const MAX_PACKET_BYTES: &str = "max_packet_bytes";

/// A number must fit, with its name and tags.
const SMALLEST_PACKET: u64 = 512;
/// What UDP over IPv4 can hold.
const LARGEST_PACKET: u64 = 65_507;

pub(crate) const SETTINGS: &[SettingInfo] = &[
    SettingInfo::new(HOST, SettingKind::Text, "host name or address").or("\"localhost\""),
    SettingInfo::new(PORT, SettingKind::Integer, "UDP port").or("8125"),
    SettingInfo::new(
        CUSTOM_FIELDS,
        SettingKind::Map,
        "names of numbers that the test made, and what they are sent as: `count`, `gauge` or `timer` (ms)",
    ),
    SettingInfo::new(PREFIX, SettingKind::Text, PREFIX_HELP).or("\"squall\""),
    SettingInfo::new(
        MAX_PACKET_BYTES,
        SettingKind::Integer,
        "most bytes of a packet, 512 to 65507; the default fits every Ethernet, 8932 jumbo frames, 65507 the loopback device",
    )
    .or("1432"),
];

pub(crate) const TARGET: Target = Target {
    form: "HOST:PORT",
    read: target::host_and_port,
};

pub(super) fn build(
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    build_as(super::REGISTRATION.name, false, written, context)
}

/// Reads the settings of one of the two.
pub(crate) fn build_as(
    name: &'static str,
    tagged: bool,
    written: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Box<dyn Reporter>, SettingsErrors> {
    let mut reader = SettingsReader::new(name, SETTINGS, written, context);
    let host = reader.needed_text(HOST);
    let port = reader.port(PORT);
    let wire = Wire {
        options: Options {
            prefix: read_prefix(&mut reader),
            tagged,
            types: read_types(&mut reader),
            errors: "errors",
        },
        max_packet_bytes: read_packet_size(&mut reader),
    };
    let wire = reader.finish(wire)?;
    Ok(Box::new(UdpReporter::new(host, port, wire)))
}

fn read_types(reader: &mut SettingsReader<'_>) -> BTreeMap<String, Type> {
    let written = reader.map(CUSTOM_FIELDS).into_iter();
    let types = written.filter_map(|(name, kind)| {
        let kind = match kind.as_str() {
            "count" => Type::Counter,
            "gauge" => Type::Gauge,
            "timer" => Type::Timer,
            _ => {
                let problem = format!(
                    "has `{kind}` for `{name}`: it must be `\"count\"`, `\"gauge\"` or `\"timer\"`"
                );
                reader.invalid(CUSTOM_FIELDS, problem);
                return None;
            }
        };
        Some((name, kind))
    });
    types.collect()
}

fn read_packet_size(reader: &mut SettingsReader<'_>) -> usize {
    let bytes = reader.integer(MAX_PACKET_BYTES);
    if reader.is_clean() && !(SMALLEST_PACKET..=LARGEST_PACKET).contains(&bytes) {
        reader.invalid(
            MAX_PACKET_BYTES,
            format!("is {bytes}: it must be {SMALLEST_PACKET} to {LARGEST_PACKET}"),
        );
    }
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
