//! A row for each action.

use squall_metrics::summary::{SeriesSummary, Summary};

const COLUMNS: [&str; 21] = [
    "run",
    "stage",
    "scenario",
    "name",
    "started",
    "ok",
    "failed",
    "interrupted",
    "rate_per_s",
    "bytes_sent",
    "bytes_received",
    "response_min_ms",
    "response_mean_ms",
    "response_p50_ms",
    "response_p90_ms",
    "response_p95_ms",
    "response_p99_ms",
    "response_p99_9_ms",
    "response_max_ms",
    "service_p50_ms",
    "service_p99_ms",
];

/// Returns a table with a row for each action, as RFC 4180 has it; numbers are those of `summary.json`, hence of the measured part.
pub fn csv(summary: &Summary) -> String {
    let rows = summary
        .series
        .iter()
        .map(|series| row(&summary.run.id, series));
    table(std::iter::once(COLUMNS.map(str::to_owned)).chain(rows))
}

fn table(rows: impl Iterator<Item = [String; COLUMNS.len()]>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer
            .write_record(row)
            .expect("rows of one length go into memory");
    }
    let bytes = writer.into_inner().expect("memory takes everything");
    String::from_utf8(bytes).expect("text was written")
}

fn row(run: &str, series: &SeriesSummary) -> [String; COLUMNS.len()] {
    let (response, service) = (&series.response_time_ms, &series.service_time_ms);
    [
        run.to_owned(),
        series.stage.clone(),
        series.scenario.clone(),
        series.name.clone(),
        series.started.to_string(),
        series.ok.to_string(),
        series.failed.to_string(),
        series.interrupted.to_string(),
        series.rate_per_s.to_string(),
        series.bytes_sent.to_string(),
        series.bytes_received.to_string(),
        response.min.to_string(),
        response.mean.to_string(),
        response.p50.to_string(),
        response.p90.to_string(),
        response.p95.to_string(),
        response.p99.to_string(),
        response.p99_9.to_string(),
        response.max.to_string(),
        service.p50.to_string(),
        service.p99.to_string(),
    ]
}
