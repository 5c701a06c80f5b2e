//! From a run's snapshot to what the live view draws.

use squall_run::snapshot::{
    ErrorCount, LoadControl, ReporterCounts, SeriesProgress, Snapshot, StageProgress, StageStatus,
    ThresholdProgress, ThresholdState as Standing,
};
use squall_view::live::{
    ErrorGroup, GeneratorState, LiveState, LoadKind, LoadName, LoadState, Percentiles,
    ReporterState, SeriesState, StageState, StageStatus as Shown, ThresholdState, ThresholdStatus,
};

/// Makes what the live view draws.
pub(crate) fn live_state(snapshot: Snapshot) -> LiveState {
    LiveState {
        generator: GeneratorState {
            cpu_percent: snapshot.cpu_percent,
            busiest_thread_percent: snapshot.busiest_thread_percent,
            schedule_lag_p99_ms: snapshot.schedule_lag_p99_ms,
            busiest_interpreter_percent: snapshot.busiest_interpreter_percent,
        },
        stages: snapshot.stages.into_iter().map(stage).collect(),
        errors: errors(snapshot.errors),
        reporters: reporters(snapshot.reporters),
        series: series(snapshot.series),
        thresholds: thresholds(snapshot.thresholds),
        name: snapshot.name,
        elapsed_s: snapshot.elapsed_s,
        planned_s: snapshot.planned_s,
        asked_rate: snapshot.asked_rate,
        iteration_rate: Some(snapshot.iteration_rate),
        rate: snapshot.rate,
        history: snapshot.history,
        in_flight: snapshot.in_flight,
        users: snapshot.users,
        ok: snapshot.ok,
        failed: snapshot.failed,
        iterations_failed: snapshot.iterations_failed,
        interrupted: snapshot.interrupted,
        dropped: snapshot.dropped,
        response: snapshot.response_ms.map(percentiles),
        loads: snapshot.loads.into_iter().filter_map(load).collect(),
        paused: snapshot.paused,
        stopping: snapshot.stopping,
        controls: snapshot.controls,
        counted_from_s: None,
    }
}

fn load(load: LoadControl) -> Option<LoadState> {
    let kind = match load.kind {
        "users" => LoadKind::Users,
        "rate" => LoadKind::Rate,
        _ => return None,
    };
    let (stage, scenario) = (load.stage, load.scenario);
    Some(LoadState {
        name: LoadName { stage, scenario },
        kind,
        value: load.value,
    })
}

fn stage(stage: StageProgress) -> StageState {
    StageState {
        name: stage.name,
        status: match stage.status {
            StageStatus::Waiting => Shown::Waiting,
            StageStatus::Running => Shown::Running,
            StageStatus::Completed => Shown::Completed,
            StageStatus::Failed => Shown::Failed,
            StageStatus::Skipped => Shown::Skipped,
            StageStatus::Interrupted => Shown::Interrupted,
            StageStatus::LeftOut => Shown::LeftOut,
        },
        started_s: stage.started_s,
        elapsed_s: stage.elapsed_s,
        planned_s: stage.planned_s,
        until_stopped: stage.until_stopped,
    }
}

fn errors(errors: Vec<ErrorCount>) -> Vec<ErrorGroup> {
    let groups = errors.into_iter().map(|error| ErrorGroup {
        class: error.class,
        message: error.message,
        count: error.count,
    });
    groups.collect()
}

fn thresholds(thresholds: Vec<ThresholdProgress>) -> Vec<ThresholdState> {
    let states = thresholds.into_iter().map(|threshold| ThresholdState {
        rule: threshold.rule,
        status: match threshold.state {
            Standing::Holds => ThresholdStatus::Holds,
            Standing::Broken => ThresholdStatus::Broken,
            Standing::Warns => ThresholdStatus::Warns,
            Standing::NoData => ThresholdStatus::NoData,
        },
        value: threshold.value,
        unit: threshold.unit.to_owned(),
    });
    states.collect()
}

fn reporters(counts: Vec<ReporterCounts>) -> Vec<ReporterState> {
    let states = counts.into_iter().map(|counts| ReporterState {
        name: counts.name,
        delivered: counts.delivered,
        queued: counts.queued,
        spooled: counts.spooled,
        retried: counts.retried,
        dropped: counts.dropped,
    });
    states.collect()
}

fn series(series: Vec<SeriesProgress>) -> Vec<SeriesState> {
    let states = series.into_iter().map(|series| SeriesState {
        name: series.name,
        rate: series.rate,
        failed: series.failed,
        response: series.response_ms.map(percentiles),
    });
    states.collect()
}

fn percentiles([p50, p95, p99]: [f64; 3]) -> Percentiles {
    Percentiles { p50, p95, p99 }
}
