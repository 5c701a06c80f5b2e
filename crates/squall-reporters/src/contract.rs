//! What every reporter of the table must do, with a real backend.
//!
//! Everything runs over [`REGISTRATIONS`], each with the backend that it registers for its tests; one that is not on this
//! machine is skipped, and says so. How the driver treats slow, flapping and dying backends is tested once, in `squall-report`.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use squall_report::{Batch, Driver, DriverSettings, Ending, FinalRecords, RecordKind, Reporter};

use crate::backend::Backend;
use crate::sample::{context, empty_batches, event, event_batch, final_batch, final_records};
use crate::{BuildContext, COMMON, REGISTRATIONS, Registration, SettingKind, build};

pub(crate) const A_MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

fn at(folder: &Path) -> BuildContext {
    BuildContext {
        base_dir: folder.to_owned(),
        events: true,
        intervals: true,
    }
}

fn settings(backend: &dyn Backend) -> Map<String, Value> {
    match backend.settings() {
        Value::Object(settings) => settings,
        other => panic!("settings are an object, not {other}"),
    }
}

pub(crate) fn made(registration: &Registration, backend: &dyn Backend) -> Box<dyn Reporter> {
    let context = at(backend.folder());
    build(registration.name, &settings(backend), &context)
        .unwrap()
        .reporter
}

/// Checks every reporter with a backend of its own.
pub(crate) fn check_all(check: impl Fn(&Registration, &mut dyn Backend)) {
    for registration in REGISTRATIONS {
        if let Some(mut backend) = (registration.backend)() {
            check(registration, backend.as_mut());
        }
    }
}

#[test]
fn empty_batches_are_taken_and_leave_no_events() {
    check_all(|registration, backend| {
        let mut reporter = made(registration, backend);
        reporter.open().unwrap();
        for batch in empty_batches() {
            assert_eq!(reporter.send(&batch).unwrap().records, 0);
        }
        reporter.close().unwrap();
        assert!(matches!(backend.events(), None | Some(0)));
    });
}

#[test]
fn a_reporter_that_is_closed_without_any_batch_is_fine() {
    check_all(|registration, backend| {
        let mut reporter = made(registration, backend);
        reporter.open().unwrap();
        reporter.close().unwrap();
    });
}

#[test]
fn a_backend_that_refuses_is_an_error_when_the_reporter_is_opened() {
    check_all(|registration, backend| {
        backend.refuse();
        let reporter = made(registration, backend);
        let settings = DriverSettings {
            open_timeout: std::time::Duration::from_secs(20),
            retry: squall_report::RetrySettings {
                retries: 1,
                ..Default::default()
            },
            ..DriverSettings::default()
        };
        let started = Driver::start(registration.name, reporter, context("run-1"), settings);
        let error = started.expect_err("nothing can be written there");
        let name = format!("reporter `{}` cannot be opened", registration.name);
        assert_eq!(error.to_string(), name);
    });
}

#[test]
fn everything_arrives_through_the_driver_and_a_second_run_adds_to_it() {
    check_all(|registration, backend| {
        for run in 1..=2 {
            let reporter = made(registration, backend);
            let takes_events = reporter.capabilities().takes(RecordKind::Events);
            let settings = DriverSettings {
                batch_count: 7,
                ..DriverSettings::default()
            };
            let context = context(&format!("run-{run}"));
            let handle = Driver::start(registration.name, reporter, context, settings).unwrap();
            assert_eq!(
                handle
                    .events((0..20).map(event).collect::<Vec<_>>())
                    .accepted,
                if takes_events { 20 } else { 0 }
            );
            let report = handle.finish(final_records(), A_MINUTE);
            assert_eq!(report.ending, Ending::Closed, "{report:?}");
            assert!(!report.lost_data(), "{report:?}");
            let name = registration.name;
            let (events, runs) = (backend.events(), backend.runs());
            assert_eq!(events.unwrap_or(20 * run), 20 * run, "{name}");
            assert_eq!(runs.unwrap_or(run), run, "{name}");
        }
    });
}

#[test]
fn events_are_at_the_backend_before_the_run_is_over() {
    check_all(|registration, backend| {
        let mut reporter = made(registration, backend);
        reporter.open().unwrap();
        reporter
            .send(&Batch::Events(event_batch(vec![event(1), event(2)])))
            .unwrap();
        // Neither closed nor dropped: this is what a killed process leaves.
        assert_eq!(backend.events().unwrap_or(2), 2);
        std::mem::forget(reporter);
    });
}

#[test]
fn what_was_delivered_stays_when_the_rest_of_a_run_comes_later() {
    check_all(|registration, backend| {
        let mut settings = settings(backend);
        if settings.contains_key("overwrite") {
            settings.insert("overwrite".to_owned(), json!(true));
        }
        let context = at(backend.folder());
        for sequence in 1..=2 {
            let made = build(registration.name, &settings, &context);
            let mut reporter = made.unwrap().reporter;
            if sequence > 1 {
                reporter.resume();
            }
            reporter.open().unwrap();
            let batch = Batch::Events(event_batch(vec![event(sequence)]));
            reporter.send(&batch).unwrap();
            reporter.close().unwrap();
        }
        if backend.adds_up_over_processes() {
            assert_eq!(backend.events().unwrap_or(2), 2, "{}", registration.name);
        }
    });
}

#[test]
fn a_reporter_says_that_it_takes_what_it_is_set_up_for() {
    check_all(|registration, backend| {
        let kinds = made(registration, backend).capabilities().kinds;
        assert!(kinds.contains(&RecordKind::Metrics), "{kinds:?}");
    });
}

/// Returns the secrets that a reporter shows in its `Debug`.
fn shown_secrets(registration: &Registration, mut settings: Map<String, Value>) -> Vec<String> {
    let mut secrets = Vec::new();
    for info in registration.settings {
        if info.kind == SettingKind::Secret {
            let secret = format!("marker-of-{}", info.name);
            settings.insert(info.name.to_owned(), Value::String(secret.clone()));
            secrets.push(secret);
        }
    }
    let reporter = (registration.build)(&settings, &at(Path::new("/nowhere"))).unwrap();
    let text = format!("{reporter:?} {reporter:#?}");
    secrets.retain(|secret| text.contains(secret));
    secrets
}

#[test]
fn no_secret_is_shown() {
    check_all(|registration, backend| {
        let shown = shown_secrets(registration, settings(backend));
        assert_eq!(shown, Vec::<String>::new());
    });
}

#[test]
fn an_unknown_setting_is_an_error_that_names_those_that_exist() {
    for registration in REGISTRATIONS {
        let mut settings = Map::new();
        settings.insert("no_such_setting".to_owned(), json!(1));
        let error = build(registration.name, &settings, &at(Path::new("/nowhere")))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("unknown setting `no_such_setting`"),
            "{error}"
        );
        for info in registration.settings.iter().chain(COMMON) {
            assert!(error.contains(&format!("`{}`", info.name)), "{error}");
        }
    }
}

#[test]
fn the_readme_of_each_reporter_lists_its_settings_with_their_defaults() {
    for registration in REGISTRATIONS {
        let name = registration.name;
        let path = format!("{}/src/{name}/README.md", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(&path).unwrap();
        for info in registration.settings {
            let default = match info.default {
                Some(default) => format!("`{default}`"),
                None if info.required => "required".to_owned(),
                None => "none".to_owned(),
            };
            let row = format!(
                "| `{}` | {} | {default} | {} |",
                info.name, info.kind, info.help
            );
            assert!(text.contains(&row), "{path} lacks the row\n{row}");
        }
        for heading in ["## Settings", "## Sample output", "## Delivery guarantee"] {
            assert!(text.contains(heading), "{path} lacks `{heading}`");
        }
    }
}

#[test]
fn names_of_reporters_and_their_settings_are_unique_and_defaults_are_json() {
    let names: HashSet<_> = REGISTRATIONS.iter().map(|r| r.name).collect();
    assert_eq!(names.len(), REGISTRATIONS.len());
    for registration in REGISTRATIONS {
        let all = || registration.settings.iter().chain(COMMON);
        let settings: HashSet<_> = all().map(|s| s.name).collect();
        assert_eq!(settings.len(), all().count(), "{}", registration.name);
        for text in registration.settings.iter().filter_map(|s| s.default) {
            serde_json::from_str::<Value>(text).unwrap();
        }
    }
}

/// A reporter that breaks the rule about secrets, to show that the contract notices.
mod leaky {
    use squall_report::{Capabilities, Delivered, ReporterError};

    use super::*;
    use crate::{SettingInfo, SettingsErrors};

    #[derive(Debug)]
    struct Leaky {
        #[expect(dead_code, reason = "only `Debug` reads it, which is the mistake")]
        token: String,
    }

    impl Reporter for Leaky {
        fn capabilities(&self) -> Capabilities {
            Capabilities {
                kinds: Vec::new(),
                max_batch_records: None,
            }
        }

        fn open(&mut self) -> Result<(), ReporterError> {
            Ok(())
        }

        fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
            Ok(Delivered::all(batch))
        }

        fn close(&mut self) -> Result<Option<String>, ReporterError> {
            Ok(None)
        }
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "the table asks for this signature"
    )]
    fn build(
        settings: &Map<String, Value>,
        _: &BuildContext,
    ) -> Result<Box<dyn Reporter>, SettingsErrors> {
        let token = settings["token"].to_string();
        Ok(Box::new(Leaky { token }))
    }

    const TOKEN: &[SettingInfo] =
        &[SettingInfo::new("token", SettingKind::Secret, "the token").required()];

    #[test]
    fn a_secret_that_is_shown_is_noticed() {
        let registration = Registration {
            name: "leaky",
            summary: "shows its token",
            class: "LeakyConfig",
            guarantee: "none",
            events: squall_report::EventSelection::All,
            settings: TOKEN,
            target: crate::registration::Target {
                form: "",
                read: |_| Ok(Map::new()),
            },
            build,
            backend: || None,
        };
        assert_eq!(
            shown_secrets(&registration, Map::new()),
            ["marker-of-token"]
        );
    }
}

#[test]
fn a_final_batch_without_records_is_still_written() {
    check_all(|registration, backend| {
        let mut reporter = made(registration, backend);
        reporter.open().unwrap();
        let batch = Batch::Final(final_batch(FinalRecords::default()));
        reporter.send(&batch).unwrap();
        reporter.close().unwrap();
    });
}
