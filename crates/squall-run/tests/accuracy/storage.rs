//! What a run leaves on disk, also when its process is killed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use squall_metrics::summary::Summary;
use squall_metrics::{RunTotals, SeriesTable};

use crate::rig::{Rig, closed, get, plan, read_intervals, run, target, url, wait_until};

/// Tells the test, run again in a process of its own, which target to put under load.
const VICTIM: &str = "SQUALL_TEST_VICTIM";

#[test]
fn the_stored_summary_and_plan_are_those_of_the_run() {
    let target = target();
    let rig = Rig::new();
    let done = rig.run(plan(&url(&target), closed(2, "300ms"), get("/")));
    let read = |name: &str| std::fs::read(done.directory.join(name)).unwrap();
    let stored: Summary = serde_json::from_slice(&read("summary.json")).unwrap();
    assert_eq!(stored, done.summary);
    let plan: Value = serde_json::from_slice(&read("plan.json")).unwrap();
    assert_eq!(plan["seed"], 1);
    let name = done
        .directory
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert_eq!(name, done.summary.run.id);
}

#[test]
fn stored_intervals_merge_to_the_summary() {
    let target = target();
    let done = run(plan(&url(&target), closed(4, "1500ms"), get("/delay/3ms")));
    let mut totals = RunTotals::new(SeriesTable::from_snapshot(&done.names));
    done.intervals
        .iter()
        .for_each(|interval| totals.add(interval));
    assert_eq!(totals.totals(), done.totals());
    let elapsed = done.summary.stages[0].elapsed_s;
    assert_eq!(totals.series_summaries(|_| elapsed), done.summary.series);
    assert_eq!(totals.transaction_summaries(), done.summary.transactions);
}

#[test]
fn a_killed_process_leaves_what_was_measured() {
    if let Ok(address) = std::env::var(VICTIM) {
        let (folder, url) = address.split_once('|').unwrap();
        die_under_load(Path::new(folder), url);
        return;
    }
    let target = target();
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "storage::a_killed_process_leaves_what_was_measured",
            "--nocapture",
        ])
        .env(
            VICTIM,
            format!("{}|{}", folder.path().display(), url(&target)),
        )
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let stored = || {
        let file = intervals_file(folder.path())?;
        Some(read_intervals(&std::fs::read_to_string(file).ok()?))
    };
    wait_until("two seconds are stored", || {
        stored().is_some_and(|(_, intervals)| intervals.len() >= 2)
    });
    victim.kill().unwrap();
    victim.wait().unwrap();
    let (names, intervals) = stored().unwrap();
    let mut totals = RunTotals::new(SeriesTable::from_snapshot(&names));
    for interval in &intervals {
        totals.add(interval);
    }
    let sums = totals.totals();
    // What was in flight at the end of the last second counts as interrupted.
    assert_eq!(sums.started, sums.ok + sums.failed + sums.interrupted);
    assert!(sums.ok > 0);
    assert!(sums.interrupted <= 3);
    let requests = target.stop().requests;
    assert!(sums.started <= requests, "{sums:?}, {requests} requests");
}

/// Runs a load in a folder that only a signal ends.
fn die_under_load(folder: &Path, url: &str) {
    let options = squall_run::RunOptions {
        runs_dir: folder.to_owned(),
        ..squall_run::RunOptions::default()
    };
    let plan =
        squall_plan::Plan::from_value(plan(url, closed(3, "1h"), get("/delay/2ms"))).unwrap();
    let run = squall_run::prepare(&plan, options).unwrap();
    squall_run::RunHandle::start(run).unwrap().finish();
}

fn intervals_file(folder: &Path) -> Option<PathBuf> {
    let run = std::fs::read_dir(folder).ok()?.next()?.ok()?;
    Some(run.path().join("intervals.jsonl"))
}
