//! Runs beside each other, in every format.

use insta::assert_snapshot;
use squall_compare::{CompareSettings, StoredRun, compare};
use squall_html::comparison_data;
use squall_store::intervals::read_intervals;
use squall_store::{read_json, read_summary};

use crate::flat::flat;
use crate::stored::Golden;

#[test]
fn two_runs_are_a_comparison_in_every_format() {
    let golden = Golden::new();
    let pair = ["compare", "passed", "slower"];
    for columns in [80, 120] {
        assert_snapshot!(format!("text_{columns}"), golden.print(columns, &pair));
    }
    let markdown = [&pair[..], &["--format", "markdown"]].concat();
    assert_snapshot!("markdown", golden.print(80, &markdown));
    let json = [&pair[..], &["--format", "json"]].concat();
    let json = serde_json::from_str(&golden.print(80, &json)).unwrap();
    assert_snapshot!("json", flat(&json));
}

/// A torn line is a second less; runs of other plans, or invalid ones, are not compared.
#[test]
fn three_runs_are_compared_with_one() {
    let golden = Golden::new();
    let runs = ["compare", "passed", "torn", "failed", "invalid"];
    assert_snapshot!("several", golden.print(100, &runs));
}

fn stored(golden: &Golden, run: &str) -> StoredRun {
    let folder = golden.path("runs").join(run);
    let mut stored = StoredRun {
        summary: read_summary(&folder).unwrap(),
        plan: read_json(&folder.join("plan.json")).unwrap(),
        names: Vec::new(),
        intervals: Vec::new(),
    };
    read_intervals(&folder, |interval, names| {
        stored.names = names.snapshot().series;
        stored.add(interval);
    })
    .unwrap();
    stored
}

#[test]
fn two_runs_are_the_data_of_a_page() {
    let golden = Golden::new();
    let names = ["passed", "slower"];
    let [base, other] = names.map(|run| stored(&golden, run));
    let compared = compare(&base, &[&other], &CompareSettings::default());
    let summaries = names.map(|run| golden.json(run, "summary.json"));
    let data = comparison_data(&compared, &summaries, 1, |at| golden.intervals(names[at]));
    // What was found is snapshotted above.
    let runs = serde_json::to_value(data.unwrap().runs).unwrap();
    assert_snapshot!("html_data", flat(&runs));
}
