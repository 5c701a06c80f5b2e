//! A made-up run while it goes, shared by the tests and by `examples/show.rs`.

use squall_view::LiveState;
use squall_view::live::{
    ErrorGroup, GeneratorState, Percentiles, ReporterState, SeriesState, StageState, StageStatus,
    ThresholdState, ThresholdStatus,
};

/// Seconds that each of the two stages with load takes.
const STAGE_S: f64 = 60.0;

/// A live run at some second of two stages of 60 s, for which 2,000 iterations/s are asked.
pub(crate) fn live(elapsed_s: f64) -> LiveState {
    let rates = (0_u32..)
        .map(f64::from)
        .take_while(|second| *second < elapsed_s);
    let history: Vec<f64> = rates
        .map(|second| 2_000.0 * (second / 10.0).min(1.0) + 40.0 * (second * 1.7).sin())
        .collect();
    let ok = history.len() as u64 * 1_990;
    let response = Some(Percentiles {
        p50: 0.412,
        p95: 1.24,
        p99: 2.1 + elapsed_s.sin().abs(),
    });
    LiveState {
        name: "shop".to_owned(),
        stages: stages(elapsed_s),
        elapsed_s,
        planned_s: Some(0.15 + 2.0 * STAGE_S),
        asked_rate: Some(2_000.0),
        iteration_rate: Some(1_998.0),
        rate: history.last().copied().unwrap_or_default(),
        history,
        in_flight: 20,
        users: 200,
        ok,
        failed: 312,
        iterations_failed: 0,
        interrupted: 0,
        dropped: 57,
        response,
        errors: errors(),
        thresholds: thresholds(),
        generator: GeneratorState {
            cpu_percent: 43.0,
            busiest_thread_percent: 31.0,
            schedule_lag_p99_ms: Some(0.012),
            busiest_interpreter_percent: None,
        },
        reporters: reporters(),
        series: series(response),
        ..LiveState::default()
    }
}

fn stages(elapsed_s: f64) -> Vec<StageState> {
    let stage = |name: &str, started_s: f64, planned_s: f64| {
        let elapsed_s = (elapsed_s - started_s).clamp(0.0, planned_s);
        let status = match elapsed_s {
            elapsed_s if elapsed_s <= 0.0 => StageStatus::Waiting,
            elapsed_s if elapsed_s < planned_s => StageStatus::Running,
            _ => StageStatus::Completed,
        };
        StageState {
            name: name.to_owned(),
            status,
            started_s,
            elapsed_s,
            planned_s: Some(planned_s),
            until_stopped: false,
        }
    };
    vec![
        stage("SetupStage", 0.0, 0.05),
        stage("Browse", 0.05, STAGE_S),
        stage("Checkout", 0.05 + STAGE_S, STAGE_S),
        stage("Submit", 0.05 + 2.0 * STAGE_S, 0.1),
    ]
}

fn thresholds() -> Vec<ThresholdState> {
    let rule = |rule: &str, status, value, unit: &str| ThresholdState {
        rule: rule.to_owned(),
        status,
        value,
        unit: unit.to_owned(),
    };
    vec![
        rule(
            "p99(response_time) < 200ms",
            ThresholdStatus::Holds,
            Some(2.1),
            "ms",
        ),
        rule(
            "failed.rate < 0.1%",
            ThresholdStatus::Broken,
            Some(0.649),
            "percent",
        ),
        rule(
            "rate > 3000/s warn",
            ThresholdStatus::Warns,
            Some(1990.0),
            "per_s",
        ),
        rule("mean(basket) > 3", ThresholdStatus::NoData, None, ""),
    ]
}

fn errors() -> Vec<ErrorGroup> {
    vec![
        ErrorGroup {
            class: "status".to_owned(),
            message: "503 Service Unavailable".to_owned(),
            count: 300,
        },
        ErrorGroup {
            class: "timeout".to_owned(),
            message: "no complete answer within 2 s".to_owned(),
            count: 12,
        },
    ]
}

fn reporters() -> Vec<ReporterState> {
    vec![
        ReporterState {
            name: "json".to_owned(),
            delivered: 24_031,
            queued: 0,
            spooled: 0,
            retried: 0,
            dropped: 0,
        },
        ReporterState {
            name: "csv".to_owned(),
            delivered: 23_900,
            queued: 131,
            spooled: 0,
            retried: 0,
            dropped: 4,
        },
    ]
}

fn series(response: Option<Percentiles>) -> Vec<SeriesState> {
    vec![
        SeriesState {
            name: "GET /".to_owned(),
            rate: 1_500.0,
            failed: 0,
            response,
        },
        SeriesState {
            name: "POST /orders/express/with-a-long-name".to_owned(),
            rate: 498.0,
            failed: 312,
            response,
        },
    ]
}
