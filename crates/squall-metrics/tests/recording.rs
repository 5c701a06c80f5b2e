//! From recorders over intervals to totals, for arbitrary histories.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use squall_metrics::series::OVERFLOW_NAME;
use squall_metrics::summary::{Phase, Totals};
use squall_metrics::{
    Histogram, InterpreterPart, Interval, IntervalPart, Outcome, PhasedTotals, Recorder, RunTotals,
    Sample, ScenarioKey, SeriesId, SeriesKey, SeriesKind, SeriesPart, SeriesTable, Tags, Window,
};

const THREADS: usize = 3;

/// What a thread does next.
#[derive(Clone, Debug)]
enum Event {
    Start {
        thread: usize,
        series: usize,
    },
    /// Ends something that is in flight, if there is anything.
    Finish {
        thread: usize,
        series: usize,
        ns: u64,
        failed: bool,
    },
    Interrupt {
        thread: usize,
        series: usize,
    },
    Drop {
        thread: usize,
        n: u64,
    },
    Users {
        thread: usize,
        n: u64,
    },
    Value {
        thread: usize,
        value: f64,
    },
    EndInterval,
}

fn event() -> impl Strategy<Value = Event> {
    let place = (0..THREADS, 0_usize..3);
    let ns = (any::<u64>(), 20_u32..64).prop_map(|(bits, shift)| bits >> shift);
    prop_oneof![
        6 => place.clone().prop_map(|(thread, series)| Event::Start { thread, series }),
        6 => (place.clone(), ns, any::<bool>())
            .prop_map(|((thread, series), ns, failed)| Event::Finish { thread, series, ns, failed }),
        1 => place.prop_map(|(thread, series)| Event::Interrupt { thread, series }),
        1 => (0..THREADS, 1_u64..4).prop_map(|(thread, n)| Event::Drop { thread, n }),
        1 => (0..THREADS, 0_u64..9).prop_map(|(thread, n)| Event::Users { thread, n }),
        2 => (0..THREADS, number()).prop_map(|(thread, value)| Event::Value { thread, value }),
        2 => Just(Event::EndInterval),
    ]
}

/// Anything that a test may hand over as a number.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        proptest::num::f64::ANY,
        (-1000_i32..1000).prop_map(f64::from),
        -10.0..10.0,
    ]
}

fn sample(ns: u64, outcome: Outcome) -> Sample {
    Sample {
        outcome,
        status: if ns.is_multiple_of(7) {
            0
        } else {
            200 + u16::try_from(ns % 3).expect("below 3")
        },
        response_ns: ns + 10,
        service_ns: ns,
        waiting_ns: 10,
        connecting_ns: if ns.is_multiple_of(2) {
            ns / 2
        } else {
            Sample::NONE
        },
        securing_ns: Sample::NONE,
        writing_ns: 3,
        first_byte_ns: ns / 3,
        reading_ns: ns / 4,
        bytes_sent: 100,
        bytes_received: ns % 1000,
    }
}

fn table() -> (SeriesTable, Vec<SeriesId>) {
    let table = SeriesTable::default();
    let kinds = [
        SeriesKind::Operation,
        SeriesKind::Operation,
        SeriesKind::Iteration,
        SeriesKind::Metric,
    ];
    let ids = kinds.iter().enumerate().map(|(n, &kind)| {
        table.intern(SeriesKey {
            stage: "load".into(),
            scenario: "shop".into(),
            name: format!("series {n}").into(),
            kind,
            tags: Tags::default(),
        })
    });
    let ids = ids.collect();
    table.intern_scenario(ScenarioKey {
        stage: "load".into(),
        scenario: "shop".into(),
    });
    (table, ids)
}

/// Plays events and yields the parts of all intervals.
struct Player {
    ids: Vec<SeriesId>,
    recorders: Vec<Recorder>,
    in_flight: [[u64; 3]; THREADS],
    index: u64,
    parts: Vec<Vec<IntervalPart>>,
}

impl Player {
    fn new(ids: Vec<SeriesId>, threads: usize) -> Self {
        let recorders = (0..threads).map(|_| Recorder::new()).collect();
        Self {
            ids,
            recorders,
            in_flight: [[0; 3]; THREADS],
            index: 0,
            parts: Vec::new(),
        }
    }

    fn recorder(&mut self, thread: usize) -> &mut Recorder {
        let threads = self.recorders.len();
        &mut self.recorders[thread % threads]
    }

    /// Takes one out of flight; the history is the same however many recorders there are.
    fn land(&mut self, thread: usize, series: usize) -> bool {
        let flying = &mut self.in_flight[thread][series];
        let any = *flying > 0;
        *flying = flying.saturating_sub(1);
        any
    }

    fn play(&mut self, event: &Event) {
        let scenario = squall_metrics::ScenarioId(0);
        match *event {
            Event::Start { thread, series } => {
                self.in_flight[thread][series] += 1;
                let id = self.ids[series];
                self.recorder(thread).operation_started(id);
            }
            Event::Finish {
                thread,
                series,
                ns,
                failed,
            } => {
                if self.land(thread, series) {
                    self.finish(
                        thread,
                        series,
                        ns,
                        if failed { Outcome::Failed } else { Outcome::Ok },
                    );
                }
            }
            Event::Interrupt { thread, series } => {
                if self.land(thread, series) {
                    let id = self.ids[series];
                    self.recorder(thread).operation_interrupted(id);
                }
            }
            Event::Drop { thread, n } => self.recorder(thread).dropped(scenario, n),
            Event::Users { thread, n } => self.recorder(thread).users(scenario, n),
            Event::Value { thread, value } => {
                let id = self.ids[3];
                self.recorder(thread).value(id, value);
            }
            Event::EndInterval => self.end_interval(),
        }
    }

    fn finish(&mut self, thread: usize, series: usize, ns: u64, outcome: Outcome) {
        let (id, at_ns) = (self.ids[series], ns % 977);
        let recorder = self.recorder(thread);
        if series == 2 {
            recorder.transaction_finished(id, outcome, ns);
        } else {
            recorder.operation_finished(id, &sample(ns, outcome));
        }
        if outcome == Outcome::Failed {
            let message = format!("reason {}", ns % 5);
            recorder.failure(id, "check", &message, at_ns, || format!("took {ns}"));
        }
        recorder.schedule_error(ns % 100);
        recorder.generator_delay(ns % 50);
    }

    fn end_interval(&mut self) {
        let index = self.index;
        let parts = self.recorders.iter_mut().enumerate();
        let parts = parts
            .map(|(thread, recorder)| with_interpreter(recorder.take_part(index, thread, 0)))
            .collect();
        self.parts.push(parts);
        self.index += 1;
    }
}

/// Two processes, of which one has two reporting threads.
fn with_interpreter(mut part: IntervalPart) -> IntervalPart {
    part.interpreters.push(InterpreterPart {
        process: u32::from(part.thread.thread == 1),
        busy_ns: part.schedule_error.count() * 1_000,
        waits: part.schedule_error.clone(),
        delays: part.generator_delay.clone(),
    });
    part
}

fn play(events: &[Event], ids: Vec<SeriesId>, threads: usize) -> Vec<Vec<IntervalPart>> {
    let mut player = Player::new(ids, threads);
    for event in events {
        player.play(event);
    }
    player.end_interval();
    player.parts
}

fn merge<'a>(index: u64, parts: impl IntoIterator<Item = &'a IntervalPart>) -> Interval {
    let mut interval = Interval::new(index);
    parts.into_iter().for_each(|part| interval.merge(part));
    interval
}

fn totals_of(table: &SeriesTable, intervals: &[Interval]) -> RunTotals {
    let mut totals = RunTotals::new(table.clone());
    for interval in intervals {
        totals.add(interval);
    }
    totals
}

fn intervals(parts: &[Vec<IntervalPart>]) -> Vec<Interval> {
    (0..)
        .zip(parts)
        .map(|(index, parts)| merge(index, parts))
        .collect()
}

proptest! {
    #[test]
    fn started_is_accounted_for_after_every_interval(events in vec(event(), 0..300)) {
        let (table, ids) = table();
        let mut totals = RunTotals::new(table);
        for interval in intervals(&play(&events, ids.clone(), THREADS)) {
            totals.add(&interval);
            for &id in &ids {
                let gauge = interval.series.get(&id).map_or(0, |part| part.in_flight);
                let Some(series) = totals.series(id) else { continue };
                prop_assert_eq!(series.started, series.ok + series.failed + series.interrupted + gauge);
                prop_assert_eq!(series.in_flight(), gauge);
                prop_assert_eq!(series.response().count(), series.ok + series.failed);
                prop_assert_eq!(series.failures.iter().map(|group| group.count).sum::<u64>(), series.failed);
            }
            let sums = totals.totals();
            prop_assert_eq!(sums.started, sums.ok + sums.failed + sums.interrupted);
        }
    }

    #[test]
    fn every_operation_is_in_one_phase_and_all_phases_are_the_run(
        events in vec(event(), 0..300),
        phases in vec(prop::sample::select(Phase::ALL.to_vec()), 0..40),
    ) {
        let (table, ids) = table();
        let measured = intervals(&play(&events, ids.clone(), THREADS));
        let whole = totals_of(&table, &measured);
        let mut phased = PhasedTotals::new(table.clone());
        for interval in &measured {
            let at = usize::try_from(interval.index).unwrap();
            let phase = phases.get(at).copied().unwrap_or(Phase::Measured);
            phased.add(interval, |_| phase);
        }
        let mut sum = Totals::default();
        let mut response = Histogram::new();
        for known in Phase::ALL.into_iter().filter_map(|phase| phased.of("load", phase)) {
            let totals = &known.totals;
            prop_assert_eq!(totals.started, totals.ok + totals.failed + totals.interrupted);
            prop_assert_eq!(known.response.count(), totals.ok + totals.failed);
            let errors: u64 = known.errors().iter().map(|error| error.count).sum();
            prop_assert!(errors >= totals.failed);
            sum.started += totals.started;
            sum.ok += totals.ok;
            sum.failed += totals.failed;
            sum.interrupted += totals.interrupted;
            sum.dropped_iterations += totals.dropped_iterations;
            sum.bytes_sent += totals.bytes_sent;
            sum.bytes_received += totals.bytes_received;
            response.merge(&known.response);
        }
        // What nobody ended is in no phase; when a run has ended there is no such operation.
        let open = whole.in_flight();
        let all = whole.totals();
        let ended = Totals { started: all.started - open, interrupted: all.interrupted - open, ..all };
        prop_assert_eq!(sum, ended);
        prop_assert_eq!(response.distribution(), whole.response_time());
        let only = phased.of("load", Phase::Measured).map_or_else(Totals::default, |known| known.totals);
        prop_assert_eq!(phased.measured().totals(), only);
    }

    #[test]
    fn parts_merge_to_the_same_interval_in_any_order_and_grouping(
        events in vec(event(), 0..300),
        order in Just([0, 1, 2]).prop_shuffle(),
        first_group in 0_usize..=THREADS,
    ) {
        let (_, ids) = table();
        for (index, parts) in (0..).zip(play(&events, ids, THREADS)) {
            let straight = merge(index, &parts);
            let shuffled: Vec<_> = order.iter().map(|&at| &parts[at]).collect();
            let (left, right) = shuffled.split_at(first_group);
            let mut grouped = merge(index, right.iter().copied());
            grouped.merge_interval(&merge(index, left.iter().copied()));
            prop_assert_eq!(straight, grouped);
        }
    }

    #[test]
    fn many_threads_measure_what_one_thread_measures(events in vec(event(), 0..300)) {
        let (table, ids) = table();
        let many = totals_of(&table, &intervals(&play(&events, ids.clone(), THREADS)));
        let one = totals_of(&table, &intervals(&play(&events, ids.clone(), 1)));
        for id in ids {
            prop_assert_eq!(many.series(id), one.series(id));
        }
        prop_assert_eq!(many.metric_summaries(), one.metric_summaries());
        prop_assert_eq!(&many.interpreters().waits, &one.interpreters().waits);
        prop_assert_eq!(many.totals(), one.totals());
        prop_assert_eq!(many.schedule_error(), one.schedule_error());
        prop_assert_eq!(many.generator_delay(), one.generator_delay());
        prop_assert_eq!(many.stage_iterations("load").dropped, one.stage_iterations("load").dropped);
    }

    #[test]
    fn stored_intervals_add_up_to_the_same_totals(events in vec(event(), 0..200)) {
        let (table, ids) = table();
        let parts = play(&events, ids.clone(), THREADS);
        let measured = intervals(&parts);
        let lines = measured.iter().map(|interval| serde_json::to_string(interval).expect("JSON"));
        let read: Vec<Interval> =
            lines.map(|line| serde_json::from_str(&line).expect("what was written is read")).collect();
        prop_assert_eq!(&read, &measured);
        let text = serde_json::to_string(&parts).expect("JSON");
        let read_parts: Vec<Vec<IntervalPart>> = serde_json::from_str(&text).expect("what was written is read");
        prop_assert_eq!(&read_parts, &parts);
        let (before, after) = (totals_of(&table, &measured), totals_of(&table, &read));
        prop_assert_eq!(before.series_summaries(|_| 10.0), after.series_summaries(|_| 10.0));
        prop_assert_eq!(before.transaction_summaries(), after.transaction_summaries());
        prop_assert_eq!(before.metric_summaries(), after.metric_summaries());
        prop_assert_eq!(before.interpreters(), after.interpreters());
    }

    #[test]
    fn a_window_over_everything_shows_the_totals(events in vec(event(), 0..200)) {
        let (table, ids) = table();
        let measured = intervals(&play(&events, ids.clone(), THREADS));
        let totals = totals_of(&table, &measured);
        let mut window = Window::new(measured.len());
        for interval in measured { window.push(Arc::new(interval)); }
        for id in ids {
            let shown = window.times(|wanted| wanted == id);
            let Some(series) = totals.series(id) else { continue };
            prop_assert_eq!((shown.started, shown.ok, shown.failed), (series.started, series.ok, series.failed));
            prop_assert_eq!(shown.in_flight, series.in_flight());
            prop_assert_eq!(shown.response, series.response());
            prop_assert_eq!(shown.service, series.service());
        }
    }
}

#[test]
fn a_window_forgets_the_oldest_interval() {
    let mut window = Window::new(2);
    (0..5).for_each(|index| window.push(Arc::new(Interval::new(index))));
    assert_eq!(
        window
            .intervals()
            .map(|interval| interval.index)
            .collect::<Vec<_>>(),
        [3, 4]
    );
    assert!((window.seconds() - 2.0).abs() < f64::EPSILON);
}

#[test]
fn refused_names_are_measured_in_the_overflow_series() {
    let table = SeriesTable::new(3);
    let mut recorder = Recorder::new();
    for n in 0..10 {
        let id = table.intern(SeriesKey {
            stage: "load".into(),
            scenario: "shop".into(),
            name: format!("/item/{n}").into(),
            kind: SeriesKind::Operation,
            tags: Tags::default(),
        });
        recorder.operation_started(id);
        recorder.operation_finished(id, &sample(n, Outcome::Ok));
    }
    let totals = totals_of(&table, &[merge(0, &[recorder.take_part(0, 0, 0)])]);
    let summaries = totals.series_summaries(|_| 2.0);
    assert_eq!(summaries.len(), 4);
    assert_eq!(
        (summaries[3].name.as_str(), summaries[3].ok),
        (OVERFLOW_NAME, 7)
    );
    assert!((summaries[3].rate_per_s - 3.5).abs() < 1e-12);
    assert_eq!(totals.totals().ok, 10);
    assert_eq!(table.overflowed(), 7);
}

/// One operation that succeeded, two that failed, one in flight.
fn short_run() -> RunTotals {
    let (table, ids) = table();
    let mut recorder = Recorder::new();
    for (ns, outcome) in [
        (1000, Outcome::Ok),
        (2000, Outcome::Failed),
        (4000, Outcome::Failed),
    ] {
        recorder.operation_started(ids[0]);
        recorder.operation_finished(ids[0], &sample(ns, outcome));
    }
    recorder.operation_started(ids[0]);
    recorder.failure(ids[0], "timeout", "no answer in 1s", 5_000_000_000, || {
        "GET /".to_owned()
    });
    recorder.failure(
        ids[0],
        "timeout",
        "no answer in 1s",
        7_500_000_000,
        String::new,
    );
    totals_of(
        &table,
        &[merge(0, &[recorder.take_part(0, 0, 500_000_000)])],
    )
}

#[test]
fn a_summary_counts_what_is_in_flight_as_interrupted() {
    let totals = short_run();
    let summary = &totals.series_summaries(|_| 0.0)[0];
    let counts = (
        summary.started,
        summary.ok,
        summary.failed,
        summary.interrupted,
    );
    assert_eq!(counts, (4, 1, 2, 1));
    assert_eq!(totals.totals().interrupted, 1);
    assert_eq!(totals.in_flight(), 1);
}

#[test]
fn a_summary_has_statuses_bytes_times_and_errors() {
    let totals = short_run();
    let summary = &totals.series_summaries(|_| 0.0)[0];
    let statuses: Vec<_> = summary
        .statuses
        .iter()
        .map(|(name, n)| (name.as_str(), *n))
        .collect();
    assert_eq!(statuses, [("201", 2), ("202", 1)]);
    assert_eq!((summary.bytes_sent, summary.bytes_received), (300, 0));
    assert_eq!(summary.ok_times.service_time_ms.count, 1);
    assert_eq!(summary.failed_times.service_time_ms.count, 2);
    assert_eq!(
        (summary.connecting_ms.count, summary.securing_ms.count),
        (3, 0)
    );
    let error = &summary.errors[0];
    assert_eq!((error.count, error.example.as_str()), (2, "GET /"));
    assert!((error.first_at_s - 5.0).abs() < 1e-9 && (error.last_at_s - 7.5).abs() < 1e-9);
    assert!((totals.thread_busy_max_percent() - 50.0).abs() < 1e-9);
}

#[test]
fn the_users_of_a_stage_are_the_sum_of_its_scenarios_at_one_time() {
    let table = SeriesTable::default();
    let scenario = |name: &str| {
        table.intern_scenario(ScenarioKey {
            stage: "load".into(),
            scenario: name.into(),
        })
    };
    let (first, second) = (scenario("first"), scenario("second"));
    let mut recorder = Recorder::new();
    recorder.users(first, 10);
    recorder.users(second, 1);
    let early = merge(0, &[recorder.take_part(0, 0, 0)]);
    recorder.users(first, 0);
    let between = merge(1, &[recorder.take_part(1, 0, 0)]);
    recorder.users(second, 7);
    let late = merge(2, &[recorder.take_part(2, 0, 0)]);
    assert_eq!([early.users(), between.users(), late.users()], [11, 1, 7]);
    let totals = totals_of(&table, &[early, between, late]);
    assert_eq!(totals.stage_iterations("load").users_max, 11);
    assert_eq!(totals.stage_iterations("other").users_max, 0);
}

fn busy_second(index: u64, busy_ms: [u64; 2]) -> Interval {
    let mut interval = Interval::new(index);
    interval.series.insert(SeriesId(0), SeriesPart::default());
    interval.interpreters = (0..)
        .zip(busy_ms)
        .map(|(process, busy_ms)| InterpreterPart {
            process,
            busy_ns: busy_ms * 1_000_000,
            ..InterpreterPart::default()
        })
        .collect();
    interval
}

#[test]
fn seconds_in_which_an_interpreter_was_at_its_limit_are_counted() {
    let (table, _) = table();
    let mut idle = busy_second(3, [990, 990]);
    idle.series.clear();
    let seconds = [
        busy_second(0, [940, 500]),
        busy_second(1, [950, 250]),
        busy_second(2, [300, 1000]),
        idle,
    ];
    let totals = totals_of(&table, &seconds);
    let used = totals.interpreters();
    let seconds = (used.processes, used.seconds_loaded, used.seconds_saturated);
    assert_eq!(seconds, (2, 3, 2));
    assert!((used.saturated_max_percent - 195.0).abs() < 1e-9);
    assert!((used.saturated_percent - 250.0).abs() < 1e-9);
    assert!((used.busy_mean_percent() - 3940.0 / 60.0).abs() < 1e-9);
    let shown = used.summary().unwrap();
    assert!((shown.busy_max_percent - 100.0).abs() < 1e-9);
}

#[test]
fn hooks_are_no_part_of_the_load_of_their_stage() {
    let table = SeriesTable::default();
    let mut recorder = Recorder::new();
    for (scenario, users) in [("shop", 4), ("hooks", 1)] {
        let id = table.intern_scenario(ScenarioKey {
            stage: "load".into(),
            scenario: scenario.into(),
        });
        let iterations = table.intern(SeriesKey {
            stage: "load".into(),
            scenario: scenario.into(),
            name: "iteration".into(),
            kind: SeriesKind::Iteration,
            tags: squall_metrics::Tags::default(),
        });
        recorder.users(id, users);
        for _ in 0..users {
            recorder.transaction_started(iterations);
            recorder.transaction_finished(iterations, Outcome::Ok, 1_000);
        }
        if scenario == "hooks" {
            table.mark_hooks(id);
        }
    }
    let mut totals = RunTotals::new(table);
    totals.add(&merge(0, [&recorder.take_part(0, 0, 0)]));
    let load = totals.stage_iterations("load");
    assert_eq!((load.started, load.ok, load.users_max), (4, 4, 4));
    assert_eq!(totals.scenario_iterations("load", "hooks").started, 1);
}

#[test]
fn an_ordinary_operation_is_not_worth_an_exemplar() {
    let (_, ids) = table();
    let mut recorder = Recorder::new();
    let mut finish = |ms: u64| {
        recorder.operation_started(ids[0]);
        let ns = ms * 1_000_000;
        let slow = recorder.operation_finished(ids[0], &sample(ns, Outcome::Ok));
        if slow && recorder.wants_exemplar(ns) {
            recorder.exemplar(squall_metrics::Exemplar {
                series: ids[0],
                moments_ns: [0, 0, 0, 0, 0, 0, ns],
                ..squall_metrics::Exemplar::default()
            });
        }
        slow
    };
    let slow: Vec<bool> = [90, 50, 70, 60, 80].map(&mut finish).to_vec();
    assert_eq!(slow, [true; 5], "the first five are the slowest so far");
    assert!(
        (1..=40).all(|ms| !finish(ms)),
        "nothing is copied of faster ones"
    );
    assert!(finish(100));
    let part = recorder.take_part(0, 0, 0);
    assert_eq!(part.exemplars.len(), 6);
    assert!(recorder.take_part(1, 0, 0).exemplars.is_empty());
}
