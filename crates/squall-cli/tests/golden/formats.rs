//! One run in every format.

use std::fs;

use insta::assert_snapshot;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use squall_html::{RunDocuments, report_data_in_steps};

use crate::flat::flat;
use crate::stored::{Golden, RUNS};

#[test]
fn every_run_is_a_summary_in_the_terminal() {
    let golden = Golden::new();
    for run in RUNS {
        for columns in [80, 120] {
            let args = ["report", run, "--show-summaries", "timings"];
            assert_snapshot!(format!("{run}_{columns}"), golden.print(columns, &args));
        }
    }
}

#[test]
fn every_run_is_a_document() {
    let golden = Golden::new();
    for run in RUNS {
        for format in ["markdown", "junit", "csv", "csv-intervals"] {
            let text = golden.print(80, &["export", run, "--format", format]);
            assert_snapshot!(format!("{run}_{format}"), text);
        }
        // What is stored comes out again; of a run of before with the fields that it lacks.
        let json = golden.print(80, &["export", run, "--format", "json"]);
        let json = serde_json::from_str(&json).unwrap();
        assert_snapshot!(format!("{run}_json"), flat(&json));
    }
}

#[test]
fn every_run_is_the_data_of_a_report() {
    let golden = Golden::new();
    for run in RUNS {
        let documents = RunDocuments {
            summary: golden.json(run, "summary.json"),
            plan: Some(golden.json(run, "plan.json")),
            exemplars: None,
        };
        let data = report_data_in_steps(&documents, 1, golden.intervals(run).unwrap()).unwrap();
        // The summary is snapshotted above.
        let timeline = serde_json::to_value(&data.timeline).unwrap();
        assert_snapshot!(format!("{run}_report"), flat(&timeline));
    }
}

#[test]
fn every_run_is_a_table_of_parquet_with_the_rows_of_csv() {
    let golden = Golden::new();
    for run in RUNS {
        let args = ["export", run, "--format", "parquet", "-o", "run.parquet"];
        golden.print(80, &args);
        let file = fs::File::open(golden.path("run.parquet")).unwrap();
        let file = SerializedFileReader::new(file).unwrap();
        let csv = golden.print(80, &["export", run, "--format", "csv-intervals"]);
        let rows = file.metadata().file_metadata().num_rows();
        assert_eq!(
            rows,
            i64::try_from(csv.lines().count() - 1).unwrap(),
            "{run}"
        );
        if run != "graph" {
            continue;
        }
        let rows = file.get_row_iter(None).unwrap().map(|row| {
            let row = row.unwrap();
            let cells = row.get_column_iter();
            let cells = cells.map(|(name, field)| format!("{name}={field}"));
            cells.collect::<Vec<_>>().join(" ") + "\n"
        });
        assert_snapshot!("graph_parquet", rows.collect::<String>());
    }
}

#[test]
fn all_runs_are_a_table_of_the_history() {
    let golden = Golden::new();
    for columns in [80, 140] {
        assert_snapshot!(
            format!("history_{columns}"),
            golden.print(columns, &["history"])
        );
    }
}
