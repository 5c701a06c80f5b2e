//! Folders of runs as they are found on disks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use squall_metrics::Interval;
use squall_store::intervals::read_intervals;
use squall_store::lock::RunLock;
use squall_store::{RunEntry, RunState, find, list, prune, read_summary};
use tempfile::TempDir;

/// A run of layout 1, as the first version wrote it.
const OLD: &str = "20261120-105317-shop-1a2b";

fn old_run() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/runs")
        .join(OLD)
}

/// A folder of runs.
struct Runs(TempDir);

impl Runs {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Adds a finished run of a name that started at a minute of noon.
    fn add(&self, name: &str, minute: u32) -> String {
        self.add_with(name, minute, |_| {})
    }

    fn add_with(&self, name: &str, minute: u32, change: impl Fn(&mut Value)) -> String {
        let id = format!("20261121-12{minute:02}00-{name}-00{minute:02}");
        let path = self.path().join(&id);
        fs::create_dir(&path).unwrap();
        let old = fs::read_to_string(old_run().join("summary.json")).unwrap();
        let mut summary: Value = serde_json::from_str(&old).unwrap();
        summary["run"]["id"] = json!(id);
        summary["run"]["name"] = json!(name);
        summary["run"]["started_at"] = json!(format!("2026-11-21T12:{minute:02}:00Z"));
        change(&mut summary);
        fs::write(path.join("summary.json"), summary.to_string()).unwrap();
        fs::write(path.join("plan.json"), json!({"name": name}).to_string()).unwrap();
        id
    }

    /// Adds a run without a summary; its lock is held while the value lives.
    fn add_unfinished(&self, name: &str) -> (String, RunLock) {
        let id = format!("20261121-130000-{name}-ffff");
        let path = self.path().join(&id);
        fs::create_dir(&path).unwrap();
        let plan = json!({"name": name, "tags": {"a": "b"}}).to_string();
        let lock = RunLock::write_plan(&path, plan.as_bytes()).unwrap();
        (id, lock)
    }

    fn ids(&self) -> Vec<String> {
        ids(&list(self.path()))
    }

    fn found(&self, text: &str) -> String {
        find(self.path(), text).unwrap().id
    }

    fn refused(&self, text: &str) -> String {
        let error = find(self.path(), text).unwrap_err();
        format!("{error} | {}", error.hint().unwrap_or_default())
    }
}

fn ids(runs: &[RunEntry]) -> Vec<String> {
    runs.iter().map(|run| run.id.clone()).collect()
}

#[test]
fn a_run_of_the_first_layout_is_read() {
    let summary = read_summary(&old_run()).unwrap();
    assert_eq!(summary.run.name, "shop");
    assert_eq!(summary.response_time_ms, None);
    let run = find(Path::new("nowhere"), old_run().to_str().unwrap()).unwrap();
    assert_eq!(run.id, OLD);
    assert_eq!(run.state, RunState::Passed);
    assert_eq!(run.tags["branch"], "main");
    assert_eq!(run.schema_version, Some(1));
    assert_eq!(run.commit, None);
    assert!(run.bytes > 10_000, "{run:?}");
}

#[test]
fn the_percentile_of_an_old_run_comes_from_its_intervals() {
    let run = find(Path::new("nowhere"), old_run().to_str().unwrap()).unwrap();
    let stored = read_summary(&old_run()).unwrap().series[0].response_time_ms;
    assert_eq!(run.p99_ms, Some(stored.p99));
}

#[test]
fn intervals_come_with_the_names_of_their_ids() {
    let (mut started, mut names) = (0, Vec::new());
    read_intervals(&old_run(), |interval: &Interval, table| {
        for (id, part) in &interval.series {
            let key = table.key(*id).unwrap();
            if &*key.name != "iteration" {
                started += part.started;
                names.push(key.name.to_string());
            }
        }
    })
    .unwrap();
    assert_eq!(started, 60);
    names.dedup();
    assert_eq!(names, ["GET /delay/5ms"]);
}

#[test]
fn a_torn_last_line_is_left_out_and_another_is_refused() {
    let folder = TempDir::new().unwrap();
    let whole = fs::read_to_string(old_run().join("intervals.jsonl")).unwrap();
    let read = |text: &str| {
        fs::write(folder.path().join("intervals.jsonl"), text).unwrap();
        let mut seen = 0;
        read_intervals(folder.path(), |_, _| seen += 1).map(|()| seen)
    };
    let all = read(&whole).unwrap();
    assert_eq!(read(&whole[..whole.len() - 40]).unwrap(), all - 1);
    let torn = whole.replacen("\n{\"index\"", "\n{\"index", 1);
    let error = read(&torn).unwrap_err().to_string();
    assert!(error.contains("line 2"), "{error}");
}

#[test]
fn runs_are_listed_newest_first_and_as_they_are_now() {
    let runs = Runs::new();
    assert_eq!(runs.ids(), [""; 0]);
    assert!(!runs.path().join("index.sqlite").exists());
    let (a, b) = (runs.add("a", 1), runs.add("b", 2));
    assert_eq!(runs.ids(), [b.clone(), a.clone()]);
    assert!(runs.path().join("index.sqlite").exists());
    let c = runs.add("c", 0);
    fs::remove_dir_all(runs.path().join(&b)).unwrap();
    assert_eq!(runs.ids(), [a.clone(), c.clone()]);
    let summary = runs.path().join(&a).join("summary.json");
    let changed = fs::read_to_string(&summary)
        .unwrap()
        .replace("\"passed\"", "\"invalid\"");
    fs::write(&summary, changed).unwrap();
    assert_eq!(list(runs.path())[0].state, RunState::Invalid);
}

#[test]
fn what_was_stored_comes_out_of_the_index_unchanged() {
    let runs = Runs::new();
    runs.add_with("a", 1, |summary| {
        summary["run"]["file"] = json!("tests/shop.py:Shop");
        summary["run"]["commit"] = json!({"id": "1f3a", "dirty": true});
        summary["run"]["tags"] = json!({"z": "1", "a": "größe \u{1b}"});
    });
    let (_, lock) = runs.add_unfinished("b");
    drop(lock);
    let first = list(runs.path());
    assert_eq!(first, list(runs.path()));
    let a = first.iter().find(|run| run.name == "a").unwrap();
    assert_eq!(a.commit.as_ref().unwrap().id, "1f3a");
    assert_eq!(a.tags.keys().collect::<Vec<_>>(), ["z", "a"]);
    assert_eq!((a.started, a.failed), (Some(60), Some(0)));
}

#[test]
fn an_index_that_is_broken_older_or_newer_does_no_harm() {
    let runs = Runs::new();
    let id = runs.add("a", 1);
    let index = runs.path().join("index.sqlite");
    fs::write(
        &index,
        "no database, but long enough to be read as the head of one".repeat(4),
    )
    .unwrap();
    assert_eq!(runs.ids(), std::slice::from_ref(&id));
    for layout in [0, 99] {
        let connection = rusqlite::Connection::open(&index).unwrap();
        connection
            .execute_batch("DROP TABLE runs; CREATE TABLE runs (x)")
            .unwrap();
        connection
            .pragma_update(None, "user_version", layout)
            .unwrap();
        drop(connection);
        assert_eq!(runs.ids(), std::slice::from_ref(&id), "{layout}");
    }
    let connection = rusqlite::Connection::open(&index).unwrap();
    let layout: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(layout, 99, "the index of a newer version stays");
}

#[test]
fn many_can_read_and_bring_up_to_date_at_once() {
    let runs = Runs::new();
    for minute in 0..20 {
        runs.add("a", minute);
    }
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| list(runs.path()).len()))
            .collect();
        for reader in readers {
            assert_eq!(reader.join().unwrap(), 20);
        }
    });
}

#[test]
fn what_people_type_names_a_run() {
    let runs = Runs::new();
    let (a1, a2, b) = (runs.add("a", 1), runs.add("a", 2), runs.add("b", 3));
    let (_, _lock) = runs.add_unfinished("b");
    assert_eq!(runs.found("last"), b);
    assert_eq!(runs.found("last~1"), a2);
    assert_eq!(runs.found("last~2"), a1);
    assert_eq!(runs.found("a"), a2);
    assert_eq!(runs.found("a~1"), a1);
    assert_eq!(runs.found("b"), b);
    assert_eq!(runs.found(&a1), a1);
    assert_eq!(runs.found("20261121-1203"), b);
    assert_eq!(
        runs.found(&format!("{}/", runs.path().join(&a1).display())),
        a1
    );
}

#[test]
fn what_names_no_run_is_answered_with_what_does() {
    let empty = Runs::new().refused("last");
    assert!(empty.contains("there are no runs in"), "{empty}");
    let runs = Runs::new();
    runs.add("checkout", 1);
    runs.add("checkout", 2);
    let (id, lock) = runs.add_unfinished("soak");
    let unknown = runs.refused("chekout");
    assert!(
        unknown.starts_with("there is no run `chekout` | did you mean `checkout`?"),
        "{unknown}"
    );
    assert!(runs.refused("zzz").contains("`squall history` lists them"));
    assert!(runs.refused("").starts_with("there is no run ``"));
    let several = runs.refused("2026");
    assert!(
        several.starts_with("`2026` is the beginning of 3 runs | say more of it: `20261121-1"),
        "{several}"
    );
    assert!(
        runs.refused("last~2")
            .starts_with("`last~2` asks for 3 finished runs, of which there are 2")
    );
    assert!(
        runs.refused("soak")
            .contains("has no summary: it is under way")
    );
    drop(lock);
    assert!(
        runs.refused(&id)
            .contains("has no summary: it was killed before its end")
    );
    assert!(
        runs.refused("./nowhere")
            .contains("there is no run in that folder")
    );
}

#[test]
fn a_summary_of_a_newer_layout_or_none_at_all_is_refused_in_words() {
    let runs = Runs::new();
    runs.add_with("new", 1, |summary| summary["schema_version"] = json!(7));
    runs.add_with("broken", 2, |summary| summary["totals"] = json!("many"));
    assert!(
        list(runs.path())
            .iter()
            .all(|run| run.state == RunState::Unreadable)
    );
    let newer = runs.refused("new");
    assert!(
        newer.contains("has layout 7; this version of Squall reads layouts up to 1"),
        "{newer}"
    );
    let broken = runs.refused("broken");
    assert!(broken.contains("is damaged: "), "{broken}");
}

#[test]
fn runs_that_go_on_are_told_from_those_that_were_killed() {
    let runs = Runs::new();
    let (_, lock) = runs.add_unfinished("soak");
    let running = list(runs.path());
    assert_eq!(
        (running[0].state, running[0].name.as_str()),
        (RunState::Running, "soak")
    );
    drop(lock);
    let killed = list(runs.path());
    assert_eq!(killed[0].state, RunState::Unfinished);
    assert_eq!(killed[0].tags["a"], "b");
}

#[test]
fn the_oldest_runs_of_a_name_are_removed() {
    let runs = Runs::new();
    let a: Vec<String> = (0..4).map(|minute| runs.add("a", minute)).collect();
    let b: Vec<String> = (10..13).map(|minute| runs.add("b", minute)).collect();
    let removed = prune(runs.path(), Some("a"), 1).unwrap();
    assert_eq!(ids(&removed), [a[2].clone(), a[1].clone(), a[0].clone()]);
    assert_eq!(
        runs.ids(),
        [b[2].clone(), b[1].clone(), b[0].clone(), a[3].clone()]
    );
    prune(runs.path(), None, 2).unwrap();
    assert_eq!(runs.ids(), [b[2].clone(), b[1].clone(), a[3].clone()]);
}

#[test]
fn a_run_that_goes_on_is_neither_removed_nor_counted() {
    let runs = Runs::new();
    let older = runs.add("a", 1);
    let (id, lock) = runs.add_unfinished("a");
    assert_eq!(ids(&prune(runs.path(), None, 1).unwrap()), [""; 0]);
    assert_eq!(runs.ids().len(), 2);
    drop(lock);
    assert_eq!(ids(&prune(runs.path(), None, 1).unwrap()), [older]);
    assert_eq!(runs.ids(), [id]);
}

#[test]
fn what_was_half_removed_is_swept() {
    let runs = Runs::new();
    runs.add("a", 1);
    let half = runs.path().join(".removed-x");
    fs::create_dir(&half).unwrap();
    assert_eq!(runs.ids().len(), 1);
    prune(runs.path(), None, 9).unwrap();
    assert!(!half.exists());
}
