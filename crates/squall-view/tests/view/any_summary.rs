//! Whatever a summary holds and however wide the terminal is: nothing is wider than it.

use proptest::prelude::*;
use squall_metrics::summary::{
    Distribution, ErrorSummary, MetricSummary, ReporterSummary, SeriesSummary, StageSummary,
    Summary, TransactionSummary, ValueDistribution, VerdictStatus,
};
use squall_view::Theme;
use squall_view::explain::{self, Mode, Row, StageRow};
use squall_view::summary::{Part, Parts, Settings, Timeline, render};
use squall_view::theme::{Color, Glyphs};
use unicode_width::UnicodeWidthStr as _;

use crate::sample;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z /]{0,80}",
        "[\u{4e00}-\u{4eff} \u{1f300}-\u{1f5ff}\u{200d}\u{fe0f}]{0,40}",
        "\\PC{0,30}"
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), 0.0..1e9, Just(0.0), Just(f64::NAN)]
}

fn distribution() -> impl Strategy<Value = Distribution> {
    (any::<u64>(), [number(), number(), number(), number()]).prop_map(
        |(count, [mean, p50, p99, max])| Distribution {
            count,
            mean,
            p50,
            p99,
            max,
            ..sample::around(1.0, count)
        },
    )
}

fn errors() -> impl Strategy<Value = Vec<ErrorSummary>> {
    let error = (text(), text(), any::<u64>(), number(), text()).prop_map(
        |(class, message, count, first_at_s, example)| ErrorSummary {
            class,
            message,
            count,
            first_at_s,
            last_at_s: first_at_s,
            example,
        },
    );
    proptest::collection::vec(error, 0..3)
}

fn series() -> impl Strategy<Value = SeriesSummary> {
    let names = (text(), text(), text());
    let statuses = proptest::collection::vec((text(), any::<u64>()), 0..5);
    let numbers = (any::<u64>(), any::<u64>(), number());
    (
        names,
        statuses,
        numbers,
        distribution(),
        distribution(),
        errors(),
    )
        .prop_map(
            |(
                (stage, scenario, name),
                statuses,
                (started, failed, rate_per_s),
                response,
                service,
                errors,
            )| SeriesSummary {
                stage,
                scenario,
                name,
                tags: [].into(),
                transactions: Vec::new(),
                started,
                failed,
                rate_per_s,
                statuses: statuses.into_iter().collect(),
                response_time_ms: response,
                service_time_ms: service,
                errors,
                ..sample::series("", "", 1.0)
            },
        )
}

fn stage() -> impl Strategy<Value = StageSummary> {
    let kind = prop_oneof![Just("execute".to_owned()), text()];
    (
        text(),
        kind,
        text(),
        proptest::option::of(text()),
        number(),
        any::<u64>(),
    )
        .prop_map(
            |(name, kind, status, error, elapsed_s, users_max)| StageSummary {
                kind,
                status,
                error,
                elapsed_s,
                users_max,
                ..sample::stage(&name, "execute", 0.0)
            },
        )
}

fn transaction() -> impl Strategy<Value = TransactionSummary> {
    (
        text(),
        text(),
        text(),
        text(),
        any::<u64>(),
        distribution(),
        text(),
    )
        .prop_map(
            |(stage, scenario, name, kind, started, time_ms, text_of_error)| TransactionSummary {
                stage,
                scenario,
                name,
                transactions: Vec::new(),
                kind,
                started,
                ok: started,
                failed: 0,
                interrupted: 0,
                time_ms,
                errors: vec![script_error(text_of_error)],
            },
        )
}

fn script_error(example: String) -> ErrorSummary {
    ErrorSummary {
        example,
        ..sample::error("script", "ValueError: no", 3, 1.0)
    }
}

fn metric() -> impl Strategy<Value = MetricSummary> {
    (
        text(),
        text(),
        text(),
        any::<u64>(),
        [number(), number(), number()],
    )
        .prop_map(
            |(stage, scenario, name, count, [min, mean, max])| MetricSummary {
                stage,
                scenario,
                name,
                not_finite: count % 3,
                values: ValueDistribution {
                    count,
                    min,
                    mean,
                    p50: mean,
                    p99: max,
                    max,
                    ..ValueDistribution::default()
                },
            },
        )
}

fn reporter() -> impl Strategy<Value = ReporterSummary> {
    (text(), any::<u64>(), proptest::option::of(text())).prop_map(|(name, accepted, message)| {
        ReporterSummary {
            name,
            accepted,
            delivered: accepted,
            dropped: 0,
            retried: 2,
            spooled: 0,
            message,
        }
    })
}

pub(crate) fn summary() -> impl Strategy<Value = Summary> {
    let verdict = prop_oneof![
        Just(VerdictStatus::Passed),
        Just(VerdictStatus::Failed),
        Just(VerdictStatus::Invalid)
    ];
    let lists = (
        proptest::collection::vec(stage(), 0..3),
        proptest::collection::vec(series(), 0..4),
        proptest::collection::vec(transaction(), 0..3),
        proptest::collection::vec(reporter(), 0..3),
        proptest::collection::vec(text(), 0..3),
        proptest::collection::vec(metric(), 0..3),
    );
    (verdict, text(), number(), distribution(), lists).prop_map(
        |(status, id, elapsed_s, delay, lists)| {
            let mut summary = sample::passed();
            summary.verdict.status = status;
            summary.verdict.reasons = vec![id.clone()];
            summary.thresholds = sample::thresholds();
            summary.thresholds[0].rule.clone_from(&id);
            summary.thresholds[0].value = Some(elapsed_s);
            // Names of phases, errors and checks are whatever somebody wrote.
            let known = sample::failed();
            (summary.measured, summary.phases) = (known.measured, known.phases);
            summary.whole_run = known.whole_run;
            summary.checks = known.checks;
            for phase in &mut summary.phases {
                phase.stage.clone_from(&id);
                phase
                    .errors
                    .iter_mut()
                    .for_each(|error| error.message.clone_from(&id));
            }
            summary
                .checks
                .iter_mut()
                .for_each(|check| check.name.clone_from(&id));
            summary.run.id = id;
            summary.run.elapsed_s = elapsed_s;
            summary.generator.schedule_error_ms = delay;
            (
                summary.stages,
                summary.series,
                summary.transactions,
                summary.reporters,
                summary.warnings,
                summary.metrics,
            ) = lists;
            summary
        },
    )
}

fn nothing_is_wider(text: &str, columns: u16) -> Result<(), TestCaseError> {
    for line in text.lines() {
        prop_assert!(
            line.width() <= usize::from(columns),
            "{} > {columns}: {line:?}",
            line.width()
        );
        prop_assert!(!line.contains(char::is_control), "{line:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_of_a_summary_is_wider_than_the_terminal(
        summary in summary(),
        columns in 1_u16..220,
        stored in proptest::option::of(text()),
        (rate, p99_ms) in (proptest::collection::vec(number(), 0..90), proptest::collection::vec(number(), 0..90)),
    ) {
        let timeline = Timeline { rate, p99_ms };
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let theme = Theme { color: Color::Off, glyphs };
            let parts = Parts::default().with(Part::Timings);
            let shown = render(&summary, &Settings { columns, parts, theme, stored: stored.as_deref(), report: stored.as_deref(), timeline: Some(&timeline) });
            nothing_is_wider(&shown, columns)?;
        }
    }

    #[test]
    fn no_line_of_an_explanation_is_wider_than_the_terminal(
        (stage, action, place, hint) in (text(), text(), text(), text()),
        columns in 1_u16..220,
    ) {
        let stages = StageRow {
            stage: stage.clone(),
            kind: "Execute".to_owned(),
            after: vec![action.clone(), stage.clone()],
            load: Some(hint.clone()),
            remarks: vec![hint.clone(), action.clone()],
            scripts: vec![action.clone()],
            place: Some(place.clone()),
        };
        nothing_is_wider(&explain::render_stages(&[stages], columns, Theme::PLAIN), columns)?;
        let reason = Some(hint.clone());
        let row = Row { stage, action, mode: Mode::Python, reason, place: Some(place), hint: Some(hint) };
        nothing_is_wider(&explain::render(&[row], columns, Theme::PLAIN), columns)?;
    }
}
