//! What the table says about a reporter.

use std::fmt;
use std::path::PathBuf;

use serde_json::{Map, Value};
use squall_report::Reporter;

use crate::SettingsErrors;

/// Makes a reporter of its settings. Does no I/O.
pub type Build =
    fn(&Map<String, Value>, &BuildContext) -> Result<Box<dyn Reporter>, SettingsErrors>;

/// One reporter of the table.
#[derive(Debug, Clone, Copy)]
pub struct Registration {
    /// Name by which it is chosen, also the name of its folder.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Every setting that it has.
    pub settings: &'static [SettingInfo],
    /// Makes it.
    pub build: Build,
}

/// One setting of a reporter, as its documentation shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingInfo {
    /// Name of the setting.
    pub name: &'static str,
    /// What it may be.
    pub kind: SettingKind,
    /// The default as JSON text, such as `"metrics.json"` with its quotes or `true`; `None` when nothing is set.
    pub default: Option<&'static str>,
    /// What it is for, in one line.
    pub help: &'static str,
}

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SettingKind {
    /// A path, relative to [`BuildContext::base_dir`]; `null` for none.
    Path,
    /// `true` or `false`.
    Flag,
    /// Text that must appear in no message, log or `Debug` output.
    Secret,
}

impl fmt::Display for SettingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "a path or `null`",
            Self::Flag => "`true` or `false`",
            Self::Secret => "a text",
        })
    }
}

/// What a reporter may know of the place where it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildContext {
    /// Folder that relative paths start from.
    pub base_dir: PathBuf,
}
