//! Records that are hard, for every reporter of the table with its real backend: one alone, names that are hard for some backend or
//! other, clocks that jump.

use std::sync::Arc;

use squall_report::{
    DeliveryReport, Driver, DriverSettings, Ending, FinalRecords, IntervalRecord, NameTable,
    RawEvent, RunContext, RunRecord, SeriesName, WallTime,
};

use crate::Registration;
use crate::backend::Backend;
use crate::contract::{A_MINUTE, check_all, made};
use crate::sample::{HOSTILE, common, context, error, event, failed_event, interval, metric};

/// What one run sends.
struct Run {
    context: RunContext,
    events: Vec<RawEvent>,
    intervals: Vec<IntervalRecord>,
    records: FinalRecords,
}

impl Run {
    /// Delivers everything, and looks that all of it was taken.
    fn deliver(self, registration: &Registration, backend: &dyn Backend) -> DeliveryReport {
        let settings = DriverSettings::default();
        let reporter = made(registration, backend);
        let name = registration.name;
        let handle = Driver::start(name, reporter, self.context, settings).unwrap();
        let offered = self.events.len();
        if handle.takes_events() {
            assert_eq!(handle.events(self.events).accepted, offered);
        }
        let sender = handle.sender();
        for second in self.intervals {
            assert_eq!(sender.intervals(vec![second]).dropped, 0);
        }
        let report = handle.finish(self.records, A_MINUTE);
        assert_eq!(report.ending, Ending::Closed, "{report:?}");
        assert_eq!((report.dropped, report.spooled), (0, 0), "{report:?}");
        assert_eq!(report.delivered, report.offered, "{report:?}");
        report
    }
}

#[test]
fn one_record_of_a_kind_is_enough() {
    check_all(|registration, backend| {
        let run = Run {
            context: context("run-1"),
            events: vec![event(1)],
            intervals: vec![interval("home", 0)],
            records: FinalRecords {
                common: vec![common("home")],
                ..FinalRecords::default()
            },
        };
        run.deliver(registration, backend);
        assert_eq!(backend.events().unwrap_or(1), 1, "{}", registration.name);
    });
}

#[test]
fn whatever_things_are_called_all_of_them_arrive() {
    let long = "n".repeat(10_000);
    let names: Vec<&str> = HOSTILE.iter().copied().chain([long.as_str()]).collect();
    check_all(|registration, backend| {
        let series = names
            .iter()
            .map(|name| SeriesName::new("Browse", *name, *name));
        let events = (0_u32..).zip(&names).map(|(series, name)| RawEvent {
            series,
            ..failed_event(u64::from(series), "check", name)
        });
        let run = Run {
            context: RunContext {
                names: NameTable::new(series.collect()),
                ..context("run-1")
            },
            events: events.collect(),
            intervals: names.iter().map(|name| interval(name, 0)).collect(),
            records: FinalRecords {
                metrics: names
                    .iter()
                    .map(|name| metric(name, squall_report::Group::ResponseTime))
                    .collect(),
                common: names.iter().map(|name| common(name)).collect(),
                errors: names
                    .iter()
                    .map(|name| error(name, "check", name))
                    .collect(),
                ..FinalRecords::default()
            },
        };
        run.deliver(registration, backend);
        let expected = names.len();
        let events = backend.events().unwrap_or(expected);
        assert_eq!(events, expected, "{}", registration.name);
    });
}

#[test]
fn a_clock_that_is_wrong_or_jumps_loses_nothing() {
    check_all(|registration, backend| {
        // 1970, 2026 and 2100; and operations that end before those that came before them.
        for (number, started_ns) in [0, 1_772_366_400_000_000_000, 4_102_444_800_000_000_000]
            .into_iter()
            .enumerate()
        {
            let name = format!("run-{number}");
            let base = context(&name);
            let started_at = WallTime::from_unix_ns(started_ns);
            let record = RunRecord {
                started_at,
                ..(*base.run).clone()
            };
            let events = [5, 1, 3].map(|second: u64| RawEvent {
                started_ns: second * 1_000_000_000,
                ended_ns: second * 1_000_000_000 + 1_000,
                ..event(second)
            });
            let intervals = [2, 0, 1].map(|second: u32| IntervalRecord {
                run: name.clone(),
                time: started_at.plus_ns(u64::from(second) * 1_000_000_000),
                ..interval("home", second)
            });
            let run = Run {
                context: RunContext {
                    run: Arc::new(record),
                    ..base
                },
                events: events.to_vec(),
                intervals: intervals.to_vec(),
                records: FinalRecords::default(),
            };
            run.deliver(registration, backend);
            let expected = 3 * (number + 1);
            let found = backend.events().unwrap_or(expected);
            assert_eq!(found, expected, "{} {started_ns}", registration.name);
        }
    });
}
