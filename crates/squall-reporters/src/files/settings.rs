//! Which files a reporter writes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use squall_report::{RecordKind, ReporterError};

use crate::BuildContext;
use crate::settings::SettingsReader;

pub(crate) const EVENTS_FILEPATH: &str = "events_filepath";
pub(crate) const METRICS_FILEPATH: &str = "metrics_filepath";
pub(crate) const STREAMS_FILEPATH: &str = "streams_filepath";
pub(crate) const SYSTEM_METRICS_FILEPATH: &str = "system_metrics_filepath";
pub(crate) const OVERWRITE: &str = "overwrite";

/// Files that are written next to others: the setting of the other, and what their names end with.
pub(crate) type Children = &'static [(&'static str, &'static str)];

/// Those of formats that are tables.
pub(crate) const TABLES: Children = &[
    (METRICS_FILEPATH, "shared"),
    (METRICS_FILEPATH, "errors"),
    (METRICS_FILEPATH, "custom"),
    (METRICS_FILEPATH, "thresholds"),
    (METRICS_FILEPATH, "runs"),
    (EVENTS_FILEPATH, "messages"),
];

/// What happens to a file that exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Its content is replaced.
    Replace,
    /// Its content stays.
    Keep,
}

/// The settings that all file reporters have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileSettings {
    /// Where one record per operation goes; `None` when nobody asked for them.
    pub(crate) events: Option<PathBuf>,
    /// Where the last records go.
    pub(crate) metrics: Option<PathBuf>,
    /// Where each second of each series goes, while the load goes.
    pub(crate) streams: Option<PathBuf>,
    /// Where the last records of the generator's CPU and memory go.
    pub(crate) system: Option<PathBuf>,
    /// What happens to files of earlier runs.
    pub(crate) existing: Existing,
    /// Whether the files that grow already hold a part of this run.
    pub(crate) resumed: bool,
}

impl FileSettings {
    /// Reads the paths and `overwrite`.
    pub(crate) fn read(
        reader: &mut SettingsReader<'_>,
        context: &BuildContext,
        children: Children,
    ) -> Self {
        let settings = Self {
            events: reader.path(EVENTS_FILEPATH).filter(|_| context.events),
            metrics: reader.path(METRICS_FILEPATH),
            streams: reader.path(STREAMS_FILEPATH).filter(|_| context.intervals),
            system: reader.path(SYSTEM_METRICS_FILEPATH),
            existing: if reader.flag(OVERWRITE) {
                Existing::Replace
            } else {
                Existing::Keep
            },
            resumed: false,
        };
        let paths = settings.paths();
        if reader.is_clean() && paths.is_empty() {
            reader.invalid(
                METRICS_FILEPATH,
                "is `null`, and so is every other file, or nothing is sent to it: nothing would be written",
            );
        }
        for (index, (name, path)) in paths.iter().enumerate() {
            let same = paths[index + 1..].iter().find(|(_, other)| other == path);
            if let Some((other, _)) = same {
                reader.invalid(
                    name,
                    format!("is the same file as `{other}`: choose another name"),
                );
            }
        }
        check_children(reader, &paths, children);
        settings
    }

    /// Returns the files that there are, with their settings.
    fn paths(&self) -> Vec<(&'static str, PathBuf)> {
        let all = [
            (EVENTS_FILEPATH, &self.events),
            (METRICS_FILEPATH, &self.metrics),
            (STREAMS_FILEPATH, &self.streams),
            (SYSTEM_METRICS_FILEPATH, &self.system),
        ];
        let given = all.into_iter();
        given
            .filter_map(|(name, path)| Some((name, path.clone()?)))
            .collect()
    }

    /// Returns what happens to files that grow.
    pub(crate) fn growing(&self) -> Existing {
        if self.resumed {
            Existing::Keep
        } else {
            self.existing
        }
    }

    /// Returns the kinds of record that have a file.
    pub(crate) fn kinds(&self) -> Vec<RecordKind> {
        let mut kinds = Vec::new();
        if self.events.is_some() {
            kinds.extend([RecordKind::Events, RecordKind::Messages]);
        }
        if self.metrics.is_some() {
            kinds.extend([
                RecordKind::Metrics,
                RecordKind::Common,
                RecordKind::Errors,
                RecordKind::Custom,
                RecordKind::Thresholds,
                RecordKind::Lifecycle,
            ]);
        }
        if self.streams.is_some() {
            kinds.push(RecordKind::Intervals);
        }
        if self.system.is_some() {
            kinds.push(RecordKind::System);
        }
        kinds
    }
}

fn check_children(
    reader: &mut SettingsReader<'_>,
    paths: &[(&'static str, PathBuf)],
    children: Children,
) {
    for (parent, suffix) in children {
        let of = paths.iter().find(|(name, _)| name == parent);
        let Some(path) = of.map(|(_, path)| child(path, suffix)) else {
            continue;
        };
        for (name, _) in paths.iter().filter(|(_, other)| *other == path) {
            let problem =
                format!("is the same file as a table next to `{parent}`: choose another name");
            reader.invalid(name, problem);
        }
    }
}

/// Names a file that belongs to another: `metrics.csv` → `metrics_shared.csv`.
pub(crate) fn child(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.file_stem().unwrap_or_default());
    name.push("_");
    name.push(suffix);
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Says where a person finds the files.
pub(crate) fn location(files: &[PathBuf]) -> Option<String> {
    let names: Vec<_> = files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Says that a file cannot be written. Trying again does not help: the user has to choose another path.
pub(crate) fn cannot_write(
    path: &std::path::Path,
    setting: &str,
    error: std::io::Error,
) -> ReporterError {
    ReporterError::permanent(format!(
        "cannot write `{}`, see setting `{setting}`",
        path.display()
    ))
    .with_source(error)
}
