//! The table of all reporters.

use serde_json::{Map, Value};
use squall_report::{Capabilities, EventSelection, RecordKind, Reporter};
use thiserror::Error;

use crate::common::{COMMON, Delivery, split_common};
use crate::settings::{listed, nearest_first};
use crate::{BuildContext, Registration, SettingError, SettingKind, SettingsErrors};
use crate::{csv, json};

/// What stands where a secret was.
pub const REDACTED: &str = "[redacted]";

/// Every reporter, in the order in which documentation lists them.
pub const REGISTRATIONS: &[Registration] = &[
    json::REGISTRATION,
    csv::REGISTRATION,
    #[cfg(feature = "xml")]
    crate::xml::REGISTRATION,
    #[cfg(feature = "sqlite")]
    crate::sqlite::REGISTRATION,
    #[cfg(feature = "postgres")]
    crate::postgres::REGISTRATION,
    #[cfg(feature = "timescaledb")]
    crate::timescaledb::REGISTRATION,
    #[cfg(feature = "mysql")]
    crate::mysql::REGISTRATION,
    #[cfg(feature = "mongodb")]
    crate::mongodb::REGISTRATION,
    #[cfg(feature = "kafka")]
    crate::kafka::REGISTRATION,
    #[cfg(feature = "redis")]
    crate::redis::REGISTRATION,
    #[cfg(feature = "prometheus")]
    crate::prometheus::REGISTRATION,
    #[cfg(feature = "influxdb")]
    crate::influxdb::REGISTRATION,
    #[cfg(feature = "statsd")]
    crate::statsd::REGISTRATION,
    #[cfg(feature = "dogstatsd")]
    crate::dogstatsd::REGISTRATION,
    #[cfg(feature = "graphite")]
    crate::graphite::REGISTRATION,
    #[cfg(feature = "otel")]
    crate::otel::REGISTRATION,
];

/// Why a reporter could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is no such reporter.
    #[error("unknown reporter `{name}`: there are {}", listed(.known))]
    UnknownReporter {
        /// What was written.
        name: String,
        /// The reporters that exist, nearest first.
        known: Vec<&'static str>,
    },
    /// Its settings are wrong.
    #[error(transparent)]
    Settings(#[from] SettingsErrors),
}

/// A reporter made of its settings, and what it is sent.
#[derive(Debug)]
pub struct Built {
    /// The reporter; it is opened later, by its driver.
    pub reporter: Box<dyn Reporter>,
    /// What it is sent, and how.
    pub delivery: Delivery,
}

/// Makes the reporter of that name.
///
/// `context` says what its run has for it; what the settings turn off is not prepared.
///
/// # Errors
/// When no reporter has the name, or when settings are unknown or wrong: all of them at once.
pub fn build(
    name: &str,
    settings: &Map<String, Value>,
    context: &BuildContext,
) -> Result<Built, BuildError> {
    let registration = find(name)?;
    let common = split_common(name, settings, registration.events);
    let (delivery, own) = match common {
        Ok(split) => split,
        Err(mut wrong) => {
            let own = without_common(settings);
            if let Err(others) = (registration.build)(&own, context) {
                wrong.errors.extend(others.errors);
            }
            return Err(wrong.into());
        }
    };
    let selection = &delivery.selection;
    let context = BuildContext {
        base_dir: context.base_dir.clone(),
        events: context.events && !selection.events.is_none(),
        intervals: selection.intervals.unwrap_or(context.intervals),
    };
    let mut reporter = (registration.build)(&own, &context)?;
    if let EventSelection::Sample(share) = selection.events {
        reporter.expect_share(share);
    }
    let errors = not_taken(settings, &reporter.capabilities());
    if !errors.is_empty() {
        let reporter = name.to_owned();
        return Err(SettingsErrors { reporter, errors }.into());
    }
    Ok(Built { reporter, delivery })
}

/// Says which records were asked for that the reporter never takes: an option that does nothing would be a lie.
fn not_taken(settings: &Map<String, Value>, capabilities: &Capabilities) -> Vec<SettingError> {
    let is_asked = |name: &str| {
        let written = settings.get(name);
        written.is_some_and(|value| !value.is_null() && *value != Value::Bool(false))
    };
    let wanted = [
        ("events", RecordKind::Events, "single events"),
        ("intervals", RecordKind::Intervals, "intervals"),
    ];
    let lacking = wanted
        .into_iter()
        .filter(|(name, kind, _)| is_asked(name) && !capabilities.takes(*kind));
    lacking
        .map(|(name, _, what)| SettingError::Invalid {
            name,
            problem: format!("asks for {what}, which this reporter has no place for: leave it out"),
        })
        .collect()
}

/// Returns the entry of that name.
///
/// # Errors
/// When there is none.
pub fn find(name: &str) -> Result<&'static Registration, BuildError> {
    let mut registrations = REGISTRATIONS.iter();
    registrations
        .find(|registration| registration.name == name)
        .ok_or_else(|| BuildError::UnknownReporter {
            name: name.to_owned(),
            known: nearest_first(name, REGISTRATIONS.iter().map(|r| r.name)),
        })
}

fn without_common(settings: &Map<String, Value>) -> Map<String, Value> {
    let own = settings.clone().into_iter();
    own.filter(|(key, _)| COMMON.iter().all(|info| info.name != key))
        .collect()
}

/// Takes the secrets out of settings that are stored or shown. Where one comes from (`{"env": …}`, `{"file": …}`) stays.
pub fn redact(name: &str, settings: &mut Map<String, Value>) {
    let Ok(registration) = find(name) else {
        return;
    };
    for info in registration.settings {
        if info.kind == SettingKind::Secret
            && let Some(value) = settings.get_mut(info.name)
            && !value.is_object()
            && !value.is_null()
        {
            *value = Value::from(REDACTED);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn built(name: &str, settings: &Value) -> String {
        let context = BuildContext {
            base_dir: "/results".into(),
            events: true,
            intervals: true,
        };
        let settings = settings.as_object().unwrap();
        match build(name, settings, &context) {
            Ok(built) => format!("{:?}", built.reporter),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_unknown_name_says_which_there_are_nearest_first() {
        let text = built("cvs", &json!({}));
        assert!(
            text.starts_with("unknown reporter `cvs`: there are `csv`, "),
            "{text}"
        );
        assert!(text.contains("`json`"), "{text}");
        let start = "unknown reporter `cvs`: there are `csv`, ";
        assert!(text.starts_with(start) && text.contains("`json`"), "{text}");
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let settings =
            json!({"metric_filepath": "m.json", "events_filepath": 7, "overwrite": "yes"});
        insta::assert_snapshot!("wrong_settings", built("json", &settings));
    }

    #[test]
    fn defaults_and_relative_paths_start_from_the_base_folder() {
        let text = built("json", &json!({"events_filepath": "e/events.json"}));
        assert!(text.contains("\"/results/metrics.json\""), "{text}");
        assert!(text.contains("\"/results/e/events.json\""), "{text}");
    }

    #[test]
    fn an_absolute_path_stays_where_it_is() {
        let text = built("csv", &json!({"metrics_filepath": "/elsewhere/m.csv"}));
        assert!(text.contains("\"/elsewhere/m.csv\""), "{text}");
    }

    #[test]
    fn settings_under_which_nothing_is_written_are_wrong() {
        let nothing = json!({"events_filepath": null, "metrics_filepath": null, "streams_filepath": null, "system_metrics_filepath": null});
        insta::assert_snapshot!("nothing_written", built("csv", &nothing));
    }

    #[test]
    fn one_file_for_two_things_is_wrong() {
        let same = json!({"events_filepath": "a.json", "metrics_filepath": "a.json"});
        insta::assert_snapshot!("same_file", built("json", &same));
        let child = json!({"events_filepath": "a_errors.csv", "metrics_filepath": "a.csv"});
        insta::assert_snapshot!("same_file_as_child", built("csv", &child));
    }

    #[test]
    fn what_a_reporter_has_no_place_for_is_wrong_to_ask_for() {
        let settings = json!({"events_filepath": null, "events": "failed"});
        let text = built("json", &settings);
        assert!(
            text.contains("setting `events` asks for single events"),
            "{text}"
        );
        let settings = json!({"events_filepath": null, "events": false, "intervals": true});
        assert!(!built("json", &settings).contains("cannot be configured"));
    }

    #[test]
    fn an_empty_path_is_wrong() {
        let text = built("json", &json!({"metrics_filepath": ""}));
        assert!(
            text.contains("setting `metrics_filepath` is empty"),
            "{text}"
        );
    }
}
