//! The settings that name tables.

use crate::settings::SettingsReader;
use crate::{BuildContext, SettingInfo, SettingKind};

use super::table::{Table, TableKind};

/// Names the table of events.
pub(crate) const EVENTS_TABLE: SettingInfo = SettingInfo::new(
    "events_table",
    SettingKind::Text,
    "table of operations, transactions and checks; that of messages adds `_messages`",
)
.or("\"events\"");

/// Names the tables of the whole run.
pub(crate) const METRICS_TABLE: SettingInfo = SettingInfo::new(
    "metrics_table",
    SettingKind::Text,
    "table of distributions; others add `_shared`, `_custom`, `_errors`, `_thresholds`, `_lifecycle`, `_runs`",
)
.or("\"metrics\"");

/// Names the table of intervals.
pub(crate) const STREAMS_TABLE: SettingInfo = SettingInfo::new(
    "streams_table",
    SettingKind::Text,
    "table of intervals, a row per series and interval",
)
.or("\"streams\"");

/// Names the tables of the generator.
pub(crate) const SYSTEM_METRICS_TABLE: SettingInfo = SettingInfo::new(
    "system_metrics_table",
    SettingKind::Text,
    "tables of what the generator used add `_session` and `_stage` to it",
)
.or("\"system_metrics\"");

/// Reads the names of the tables that the run has something for; `limit` is how many bytes a name may have.
pub(crate) fn read_tables(
    reader: &mut SettingsReader<'_>,
    context: &BuildContext,
    limit: usize,
) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for info in [
        EVENTS_TABLE,
        METRICS_TABLE,
        STREAMS_TABLE,
        SYSTEM_METRICS_TABLE,
    ] {
        let base = reader.needed_text(info.name);
        for kind in TableKind::ALL {
            if kind.setting() != info.name || base.is_empty() || !will_come(kind, context) {
                continue;
            }
            let name = format!("{base}{}", kind.suffix());
            if let Some(problem) = problem(&name, limit, &tables) {
                reader.invalid(info.name, problem);
                break;
            }
            tables.push(Table::new(kind, name));
        }
    }
    tables.sort_by_key(|table| table.kind);
    tables
}

fn will_come(kind: TableKind, context: &BuildContext) -> bool {
    match kind {
        TableKind::Events => context.events,
        TableKind::Streams => context.intervals,
        _ => true,
    }
}

fn problem(name: &str, limit: usize, tables: &[Table]) -> Option<String> {
    if name.contains('\0') {
        return Some("has a NUL character: no table can be named so".to_owned());
    }
    if name.len() > limit {
        return Some(format!(
            "makes the table `{name}`: names may have {limit} bytes"
        ));
    }
    let twice = tables
        .iter()
        .any(|table| table.name.eq_ignore_ascii_case(name));
    (twice || name.eq_ignore_ascii_case(super::SCHEMA_TABLE))
        .then(|| format!("makes the table `{name}`, which is there already: name another one"))
}
