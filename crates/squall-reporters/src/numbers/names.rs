//! Texts of a test as parts of names.

use std::fmt::Write;

use squall_report::{EventKind, Tags};

use crate::settings::SettingsReader;

pub(crate) const PREFIX: &str = "prefix";
pub(crate) const PREFIX_HELP: &str =
    "what every name begins with, before a dot; `\"\"` for Hedra's names as they are";

/// File names of Carbon have 255 bytes, for an operation, a group and a field.
const LONGEST: usize = 100;

/// Reads the prefix.
pub(crate) fn read_prefix(reader: &mut SettingsReader<'_>) -> String {
    let prefix = reader.text(PREFIX).unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if !prefix.bytes().all(allowed) || prefix.split('.').any(str::is_empty) && !prefix.is_empty() {
        reader.invalid(
            PREFIX,
            format!(
                "is `{prefix}`: write letters, digits, `_` and `-`, and single dots between them"
            ),
        );
    }
    prefix
}

/// Appends a text as one part of a name: ASCII letters, digits, `_` and `-` stay, everything else becomes `_`. A text that is too
/// long, or not of printable ASCII, is told from others like it by a hash of the whole.
pub(crate) fn push_clean(text: &str, out: &mut String) {
    let from = out.len();
    let mut plain = true;
    for found in text.chars().take(LONGEST) {
        plain &= found.is_ascii_graphic() || found == ' ';
        let stays = found.is_ascii_alphanumeric() || found == '_' || found == '-';
        out.push(if stays { found } else { '_' });
    }
    let whole = text.len() == out.len() - from;
    if text.is_empty() {
        out.push('_');
    } else if !plain || !whole {
        // Writing to a text cannot fail.
        let written = write!(out, "_{:08x}", hash(text));
        debug_assert!(written.is_ok());
    }
}

/// FNV-1a, folded: the same on every machine and in every version.
fn hash(text: &str) -> u32 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
    let folded = (hash >> 32) as u32 ^ hash as u32;
    folded
}

/// Appends the name of a series: `Stage.operation`, with what else tells it from others where there is more:
/// `Stage.scenario.transaction.name.tag_value`. Tags are left out where the backend gets them as such.
pub(crate) fn push_series(
    (stage, scenario, name): (&str, &str, &str),
    kind: EventKind,
    tags: Option<&Tags>,
    out: &mut String,
) {
    push_clean(stage, out);
    out.push('.');
    if !scenario.is_empty() && scenario != stage {
        push_clean(scenario, out);
        out.push('.');
    }
    if matches!(kind, EventKind::Transaction | EventKind::Iteration) {
        out.push_str(kind.as_str());
        out.push('.');
    }
    push_clean(name, out);
    for (tag, value) in tags.into_iter().flatten() {
        out.push('.');
        push_clean(tag, out);
        out.push('_');
        push_clean(value, out);
    }
}
