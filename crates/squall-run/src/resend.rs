//! Sends what a stored run's reporters did not deliver.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Map, Value};
use squall_metrics::summary::Summary;
use squall_plan::{CheckedKind, Plan, ReporterConfig};
use squall_report::{DeliveryReport, Spool, SpoolError};
use squall_reporters::{REDACTED, redact};
use thiserror::Error;

use crate::ReporterFactory;
use crate::prepare::make_reporter;
use crate::store::write_json;

/// Folder of the run's directory with a folder for each reporter.
pub(crate) const SPOOL: &str = "spool";

/// Chooses the folder of a reporter below the run's `spool`; `taken` has those of the reporters before it.
pub(crate) fn folder_of(spool: &Path, name: &str, taken: &mut BTreeSet<PathBuf>) -> PathBuf {
    let simple = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let own: String = name.chars().map(simple).collect();
    let mut folder = spool.join(&own);
    let mut number = 2;
    while !taken.insert(folder.clone()) {
        folder = spool.join(format!("{own}-{number}"));
        number += 1;
    }
    folder
}

/// Takes the secrets out of the reporters of a plan that is stored.
pub(crate) fn without_secrets(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    let stages = plan.stages.values_mut();
    for submit in stages.filter_map(|stage| stage.submit.as_mut()) {
        for reporter in &mut submit.reporters {
            redact(&reporter.name, &mut reporter.settings);
        }
    }
    plan
}

/// What waits in the spool of a run's reporter.
#[derive(Debug)]
pub struct Waiting {
    /// Name of the reporter.
    pub name: String,
    /// Records.
    pub records: u64,
    config: ReporterConfig,
    folder: PathBuf,
}

/// Why what waits cannot be sent.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResendError {
    /// The run cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its plan is not one that this version knows.
    #[error("the plan of the run is wrong: {0}")]
    Plan(String),
    /// Its spool cannot be read.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The reporter cannot be made.
    #[error("{0}")]
    Reporter(String),
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] squall_report::StartError),
    /// What was sent cannot be noted in the run's summary.
    #[error("everything was sent, but `{}` cannot be written", path.display())]
    Note {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Finds what waits in the spools of a run, in the order of its reporters.
///
/// # Errors
/// The run cannot be read.
pub fn waiting(directory: &Path) -> Result<Vec<Waiting>, ResendError> {
    let path = directory.join("plan.json");
    let plan: Plan = read(&path)?;
    let checked = plan
        .check()
        .map_err(|errors| ResendError::Plan(errors.to_string()))?;
    let spool = directory.join(SPOOL);
    let (mut taken, mut found) = (BTreeSet::new(), Vec::new());
    for stage in checked.stages {
        let CheckedKind::Submit(submit) = stage.kind else {
            continue;
        };
        for config in submit.reporters {
            let folder = folder_of(&spool, &config.name, &mut taken);
            let records = Spool::look(&folder)?.records;
            if records > 0 {
                found.push(Waiting {
                    name: config.name.clone(),
                    records,
                    config,
                    folder,
                });
            }
        }
    }
    Ok(found)
}

impl Waiting {
    /// Sends it, with settings that replace or complete those of the test, and notes in the run's summary what came of it.
    ///
    /// # Errors
    /// The reporter cannot be made or opened: everything stays where it is.
    pub fn send(
        self,
        directory: &Path,
        settings: &Map<String, Value>,
        factory: Option<&dyn ReporterFactory>,
    ) -> Result<DeliveryReport, ResendError> {
        let mut config = self.config;
        if !settings.is_empty() {
            // Whoever says anew where it goes says also with which password, or without.
            config
                .settings
                .retain(|_, value| value.as_str() != Some(REDACTED));
        }
        config.settings.extend(settings.clone());
        let lost = config.settings.iter();
        let lost: Vec<String> = lost
            .filter(|(_, value)| value.as_str() == Some(REDACTED))
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if !lost.is_empty() {
            return Err(ResendError::Reporter(format!(
                "{} of reporter `{}` was written in the test, and is not stored with the run: give it again with `--out {}=TARGET`, or \
                 in `[reporters.{}]` of `squall.toml`",
                lost.join(", "),
                self.name,
                self.name,
                self.name
            )));
        }
        let built = make_reporter(&config, true, factory).map_err(ResendError::Reporter)?;
        let driver = built.delivery.driver;
        let limit = driver.flush_timeout;
        let report =
            squall_report::resend(&self.name, built.reporter, &self.folder, &driver, limit)?;
        note(directory, &report)?;
        Ok(report)
    }
}

/// Notes in `summary.json` what was delivered since.
fn note(directory: &Path, report: &DeliveryReport) -> Result<(), ResendError> {
    let path = directory.join("summary.json");
    if !path.exists() {
        // The run was killed.
        return Ok(());
    }
    let mut summary: Summary = read(&path)?;
    let own = summary.reporters.iter_mut();
    for one in own.filter(|one| one.name == report.name && one.spooled > 0) {
        one.delivered += report.delivered;
        one.dropped += report.dropped;
        one.spooled = one
            .spooled
            .saturating_sub(report.delivered + report.dropped);
    }
    let about = format!("reporter `{}` wait", report.name);
    if report.spooled == 0 {
        summary.warnings.retain(|warning| !warning.contains(&about));
    }
    write_json(&path, &summary).map_err(|source| ResendError::Note { path, source })
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, ResendError> {
    let failed = |source| ResendError::Read {
        path: path.to_owned(),
        source,
    };
    let text = fs::read(path).map_err(failed)?;
    serde_json::from_slice(&text).map_err(|error| failed(error.into()))
}
