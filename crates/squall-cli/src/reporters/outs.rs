//! `--out NAME=TARGET`.

use std::path::Path;

use clap::ValueEnum as _;
use serde_json::{Map, Value};
use squall_plan::{PlanError, nearest};
use squall_reporters::{REGISTRATIONS, find};

use super::kept::{Kept, kept};
use crate::args::RunFormat;

/// A reporter that gets the run beside those of the test.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    /// Its name in the table of reporters.
    pub(crate) reporter: String,
    pub(crate) settings: Map<String, Value>,
    /// Where it was asked for: `--out TEXT`, or a table of `squall.toml`.
    pub(crate) origin: String,
}

/// Tells whether an `--out` names a reporter and no format of a document.
///
/// `json` and `csv` are both: a folder is for the reporter, a file for the document.
pub(crate) fn is_reporter(text: &str) -> bool {
    let (name, target) = text.split_once('=').unwrap_or((text, ""));
    if RunFormat::from_str(name, false).is_err() {
        return find(name).is_ok() || kept().iter().any(|kept| kept.name == name);
    }
    let is_folder = target.ends_with('/') || Path::new(target).is_dir();
    is_folder && find(name).is_ok()
}

/// Reads all that `--out` asks for, and what `squall.toml` always does.
pub(crate) fn wanted(outs: &[String]) -> Result<Vec<Wanted>, Vec<PlanError>> {
    let kept = kept();
    let (mut wanted, mut errors) = (Vec::new(), Vec::new());
    let mut typed = Vec::new();
    for text in outs.iter().filter(|text| is_reporter(text)) {
        typed.push(text.split('=').next().unwrap_or_default());
        match one(text, &kept) {
            Ok(one) => wanted.push(one),
            Err(message) => errors.push(PlanError::new("--out", message)),
        }
    }
    let always = kept.iter().filter(|kept| kept.always);
    let always = always.filter(|kept| !typed.contains(&kept.name.as_str()));
    wanted.extend(always.map(|kept| Wanted {
        reporter: kept.reporter.clone(),
        settings: kept.settings.clone(),
        origin: format!("squall.toml, [{}.{}]", super::TABLE, kept.name),
    }));
    if errors.is_empty() {
        Ok(wanted)
    } else {
        Err(errors)
    }
}

fn one(text: &str, kept: &[Kept]) -> Result<Wanted, String> {
    let (name, target) = match text.split_once('=') {
        Some((name, target)) => (name, Some(target)),
        None => (text, None),
    };
    let own = kept.iter().find(|kept| kept.name == name);
    let reporter = own.map_or(name, |kept| &kept.reporter);
    let mut settings = own.map(|kept| kept.settings.clone()).unwrap_or_default();
    if let Some(target) = target {
        let known = find(reporter).map_err(|error| error.to_string())?;
        let read = (known.target.read)(target);
        let read = read.map_err(|problem| {
            let form = known.target.form;
            format!("the target of `{name}` {problem}; it is written `{name}={form}`")
        })?;
        settings.extend(read);
    }
    Ok(Wanted {
        reporter: reporter.to_owned(),
        settings,
        origin: "--out".to_owned(),
    })
}

/// Returns what `squall.toml` keeps for a reporter and, before that, what `--out` says of it.
pub(crate) fn settings_of(name: &str, outs: &[String]) -> Result<Map<String, Value>, String> {
    let kept = kept();
    let own = kept.iter().find(|kept| kept.reporter == name);
    let mut settings = own.map(|kept| kept.settings.clone()).unwrap_or_default();
    for text in outs {
        let wanted = one(text, &kept)?;
        if wanted.reporter == name {
            settings.extend(wanted.settings);
        }
    }
    Ok(settings)
}

/// Returns a hint for a name that is neither a format nor a reporter.
pub(crate) fn hint(name: &str) -> Option<String> {
    let formats = RunFormat::value_variants().iter();
    let formats =
        formats.filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()));
    let mut names: Vec<String> = formats.collect();
    names.extend(REGISTRATIONS.iter().map(|one| one.name.to_owned()));
    names.extend(kept().into_iter().map(|kept| kept.name));
    names.sort();
    names.dedup();
    nearest::hint(
        name,
        names.iter().map(String::as_str),
        "formats and reporters",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_for_the_reporter_and_a_file_for_the_document() {
        assert!(is_reporter("json=results/"));
        assert!(is_reporter("csv=."));
        assert!(!is_reporter("json=results.json"));
        assert!(!is_reporter("junit=results/"));
    }

    #[test]
    fn a_target_goes_before_what_is_kept() {
        let kept = Kept {
            name: "nightly".to_owned(),
            reporter: "json".to_owned(),
            settings: Map::from_iter([
                ("overwrite".to_owned(), false.into()),
                ("metrics_filepath".to_owned(), "old.json".into()),
            ]),
            always: false,
        };
        let read = one("nightly=new", std::slice::from_ref(&kept)).unwrap();
        assert_eq!(read.reporter, "json");
        assert_eq!(read.settings["metrics_filepath"], "new/metrics.json");
        assert_eq!(read.settings["overwrite"], false);
        assert_eq!(
            one("nightly", std::slice::from_ref(&kept))
                .unwrap()
                .settings,
            kept.settings
        );
    }
}
