//! What every reporter of the table must do, with a real backend.
//!
//! A new reporter adds its name to [`backend`]; everything else runs over [`REGISTRATIONS`]. How the driver treats
//! slow, refusing and dying backends is tested once, in `squall-report`.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use squall_report::{Batch, Driver, DriverSettings, Ending, FinalRecords, RecordKind, Reporter};

use crate::sample::{context, empty_batches, event, event_batch, final_batch, final_records};
use crate::{BuildContext, REGISTRATIONS, Registration, SettingKind, build};

const A_MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

/// How the contract reaches one reporter's backend.
struct Backend {
    /// Settings under which the reporter takes every kind of record and keeps what earlier runs delivered.
    settings: fn() -> Value,
    /// Makes the backend refuse, given the folder that the reporter is built with.
    refuse: fn(&Path),
    /// Counts the events that the backend has.
    events: fn(&Path) -> usize,
    /// Counts the runs whose last records the backend has.
    runs: fn(&Path) -> usize,
}

fn backend(name: &str) -> Backend {
    match name {
        "json" => Backend {
            settings: || json!({"events_filepath": "out/events.json", "metrics_filepath": "out/metrics.json", "streams_filepath": "out/streams.json", "system_metrics_filepath": "out/system.json", "overwrite": false}),
            refuse: block_folder,
            events: |folder| json_lines(&folder.join("out/events.json")),
            runs: |folder| documents(&folder.join("out")),
        },
        "csv" => Backend {
            settings: || json!({"events_filepath": "out/events.csv", "metrics_filepath": "out/metrics.csv", "streams_filepath": "out/streams.csv", "system_metrics_filepath": "out/system.csv", "overwrite": false}),
            refuse: block_folder,
            events: |folder| csv_column(&folder.join("out/events.csv"), "id").len(),
            runs: |folder| {
                let runs = csv_column(&folder.join("out/metrics.csv"), "run");
                runs.into_iter().collect::<HashSet<_>>().len()
            },
        },
        other => panic!("the contract does not know how to reach the backend of `{other}`"),
    }
}

/// Puts a file where the reporter needs a folder.
fn block_folder(folder: &Path) {
    fs::write(folder.join("out"), "not a folder").unwrap();
}

fn json_lines(path: &Path) -> usize {
    let text = fs::read_to_string(path).unwrap();
    let lines: Result<Vec<Value>, _> = text.lines().map(serde_json::from_str).collect();
    lines.expect("every line is JSON").len()
}

fn documents(folder: &Path) -> usize {
    let mut found = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if name.starts_with("metrics") {
            let text = fs::read(&path).unwrap();
            serde_json::from_slice::<Value>(&text).expect("the document is JSON");
            found += 1;
        }
    }
    found
}

fn csv_column(path: &Path, column: &str) -> Vec<String> {
    let mut reader = ::csv::Reader::from_path(path).unwrap();
    let index = reader.headers().unwrap().iter().position(|c| c == column);
    let index = index.expect("the column exists");
    let rows = reader.records().map(|row| row.expect("rows of one length"));
    rows.map(|row| row[index].to_owned()).collect()
}

fn at(folder: &Path) -> BuildContext {
    BuildContext {
        base_dir: folder.to_owned(),
    }
}

fn made(registration: &Registration, folder: &Path) -> Box<dyn Reporter> {
    let Value::Object(settings) = (backend(registration.name).settings)() else {
        panic!("settings are an object");
    };
    build(registration.name, &settings, &at(folder)).unwrap()
}

fn check_all(check: impl Fn(&Registration, &Path)) {
    for registration in REGISTRATIONS {
        let folder = tempfile::tempdir().unwrap();
        check(registration, folder.path());
    }
}

#[test]
fn empty_batches_are_taken_and_leave_no_events() {
    check_all(|registration, folder| {
        let mut reporter = made(registration, folder);
        reporter.open().unwrap();
        for batch in empty_batches() {
            assert_eq!(reporter.send(&batch).unwrap().records, 0);
        }
        reporter.close().unwrap();
        assert_eq!((backend(registration.name).events)(folder), 0);
    });
}

#[test]
fn a_reporter_that_is_closed_without_any_batch_is_fine() {
    check_all(|registration, folder| {
        let mut reporter = made(registration, folder);
        reporter.open().unwrap();
        reporter.close().unwrap();
    });
}

#[test]
fn a_backend_that_refuses_is_an_error_when_the_reporter_is_opened() {
    check_all(|registration, folder| {
        (backend(registration.name).refuse)(folder);
        let reporter = made(registration, folder);
        let settings = DriverSettings::default();
        let started = Driver::start(registration.name, reporter, context("run-1"), settings);
        let error = started.expect_err("nothing can be written there");
        let name = format!("reporter `{}` cannot be opened", registration.name);
        assert_eq!(error.to_string(), name);
    });
}

#[test]
fn everything_arrives_through_the_driver_and_a_second_run_adds_to_it() {
    check_all(|registration, folder| {
        let backend = backend(registration.name);
        for run in 1..=2 {
            let reporter = made(registration, folder);
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
                20
            );
            let report = handle.finish(final_records(), A_MINUTE);
            assert_eq!(report.ending, Ending::Closed, "{report:?}");
            assert!(!report.lost_data(), "{report:?}");
            assert!(report.location.is_some(), "{report:?}");
            assert_eq!((backend.events)(folder), 20 * run);
            assert_eq!((backend.runs)(folder), run);
        }
    });
}

#[test]
fn events_are_at_the_backend_before_the_run_is_over() {
    check_all(|registration, folder| {
        let mut reporter = made(registration, folder);
        reporter.open().unwrap();
        reporter
            .send(&Batch::Events(event_batch(vec![event(1), event(2)])))
            .unwrap();
        // Neither closed nor dropped: this is what a killed process leaves.
        assert_eq!((backend(registration.name).events)(folder), 2);
        std::mem::forget(reporter);
    });
}

#[test]
fn a_reporter_says_that_it_takes_what_it_is_set_up_for() {
    check_all(|registration, folder| {
        let kinds = made(registration, folder).capabilities().kinds;
        assert!(kinds.contains(&RecordKind::Events), "{kinds:?}");
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
    for registration in REGISTRATIONS {
        let Value::Object(settings) = (backend(registration.name).settings)() else {
            panic!("settings are an object");
        };
        assert_eq!(shown_secrets(registration, settings), Vec::<String>::new());
    }
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
        for info in registration.settings {
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
            let default = info.default.map_or("none".to_owned(), |d| format!("`{d}`"));
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
        let settings: HashSet<_> = registration.settings.iter().map(|s| s.name).collect();
        assert_eq!(settings.len(), registration.settings.len());
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

    #[test]
    fn a_secret_that_is_shown_is_noticed() {
        let registration = Registration {
            name: "leaky",
            summary: "shows its token",
            settings: &[SettingInfo {
                name: "token",
                kind: SettingKind::Secret,
                default: None,
                help: "the token",
            }],
            build,
        };
        assert_eq!(
            shown_secrets(&registration, Map::new()),
            ["marker-of-token"]
        );
    }
}

#[test]
fn a_final_batch_without_records_is_still_written() {
    check_all(|registration, folder| {
        let mut reporter = made(registration, folder);
        reporter.open().unwrap();
        let batch = Batch::Final(final_batch(FinalRecords::default()));
        reporter.send(&batch).unwrap();
        assert!(reporter.close().unwrap().is_some());
    });
}
