//! What the table says about a reporter.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Map, Value};
use squall_report::{EventSelection, Reporter};

use crate::SettingsErrors;

/// Makes a reporter of its settings. Does no I/O but reading the files that secrets are in.
pub type Build =
    fn(&Map<String, Value>, &BuildContext) -> Result<Box<dyn Reporter>, SettingsErrors>;

/// One reporter of the table: everything that documentation, Python classes and the command line say about it.
#[derive(Debug, Clone, Copy)]
pub struct Registration {
    /// Name by which it is chosen, also the name of its folder and of its cargo feature.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Name of its class in `squall.reporters`, such as `JSONConfig`.
    pub class: &'static str,
    /// What is promised of records that were counted as delivered, in one line.
    pub guarantee: &'static str,
    /// Which single events it gets where nobody says so.
    pub events: EventSelection,
    /// Every setting of its own, in the order of the class's parameters; those that all reporters have are in [`COMMON`](crate::COMMON).
    pub settings: &'static [SettingInfo],
    /// How `--out NAME=TARGET` is read.
    pub target: Target,
    /// Makes it.
    pub build: Build,
    /// How its tests reach the real backend.
    #[cfg(test)]
    pub(crate) backend: crate::backend::StartBackend,
}

/// How the text behind `--out NAME=` becomes settings.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// What may be written there, such as `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    pub form: &'static str,
    /// Reads it; an error says what is wrong and what is right.
    pub read: fn(&str) -> Result<Map<String, Value>, String>,
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
    /// Whether it must be given.
    pub required: bool,
    /// What it is for, in one line.
    pub help: &'static str,
}

impl SettingInfo {
    /// Describes a setting that may be left out, and then is not set.
    pub(crate) const fn new(name: &'static str, kind: SettingKind, help: &'static str) -> Self {
        Self {
            name,
            kind,
            default: None,
            required: false,
            help,
        }
    }

    /// Gives it a default, as JSON text.
    pub(crate) const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// Says that it must be given.
    #[cfg_attr(
        not(test),
        allow(dead_code, reason = "a build may have no reporter with such a setting")
    )]
    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SettingKind {
    /// A path, relative to [`BuildContext::base_dir`]; `null` for none.
    Path,
    /// `true` or `false`.
    Flag,
    /// Any text.
    Text,
    /// A whole number, 0 or more.
    Integer,
    /// Any number.
    Number,
    /// A time such as `"250ms"`, `"10s"`, `"1m 30s"`, or a number of seconds.
    Duration,
    /// A list of texts; a single text is a list of one.
    List,
    /// Names and texts.
    Map,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// Which single events are sent.
    Events,
    /// Text that must appear in no message, log or `Debug` output; or where it is found.
    Secret,
}

impl fmt::Display for SettingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "a path or `null`",
            Self::Flag => "`true` or `false`",
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Duration => "a time such as `\"10s\"`, or seconds",
            Self::List => "a list of texts",
            Self::Map => "names and texts",
            Self::Choice(choices) => return write!(f, "{}", choice(choices)),
            Self::Events => "`true`, `false`, `\"failed\"`, or a share such as `0.01`",
            Self::Secret => "a text, `{\"env\": NAME}` or `{\"file\": PATH}`",
        })
    }
}

fn choice(choices: &[&str]) -> String {
    let quoted: Vec<String> = choices.iter().map(|one| format!("`\"{one}\"`")).collect();
    quoted.join(" or ")
}

/// What a reporter may know of the place where it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildContext {
    /// Folder that relative paths start from.
    pub base_dir: PathBuf,
    /// Whether single events will come: nothing need be prepared for them otherwise.
    pub events: bool,
    /// Whether intervals will come.
    pub intervals: bool,
}
