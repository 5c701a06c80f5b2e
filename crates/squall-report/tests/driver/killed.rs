//! A process that is killed loses nothing that was on disk.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use squall_report::{Driver, DriverSettings, RunContext, Spool, resend};

use crate::scripted::{PLENTY, Scripted, by_tens, context, events};
use crate::spooling::noting;

const FOLDER: &str = "SQUALL_TEST_SPOOL_OF_A_CHILD";

/// Runs in a process of its own, started by the test below: spools as fast as it can, and says what is on disk.
#[test]
fn child_that_spools_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let (gate, closed_gate) = std::sync::mpsc::channel::<()>();
    let reporter = Scripted::sending(move |batch| {
        closed_gate.recv().ok();
        Ok(squall_report::Delivered::all(batch))
    });
    let context = RunContext {
        spool: Some(folder.into()),
        ..context()
    };
    let settings = DriverSettings {
        queue_records: 100,
        ..by_tens()
    };
    let handle = Driver::start("scripted", Box::new(reporter), context, settings).unwrap();
    // Far more than the parent waits for; the end comes by itself when there is no parent.
    for first in (0..1_000_000).step_by(10) {
        while handle.counts().queued > 150 {
            std::thread::yield_now();
        }
        assert_eq!(handle.events(events(first..first + 10)).dropped, 0);
        let mut out = std::io::stdout().lock();
        if writeln!(out, "spooled {}", handle.counts().spooled).is_err() {
            break;
        }
    }
    drop(gate);
}

fn start_child(folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("the test is a program"))
        .args(["killed::child_that_spools_until_it_is_killed", "--exact"])
        .args(["--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a test can start itself")
}

#[test]
fn what_was_on_disk_when_the_process_was_killed_is_sent_again() {
    for at_least in [1, 137, 1_024, 2_500] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = start_child(folder.path());
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let told = lines
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("spooled ")?.parse::<u64>().ok())
            .find(|told| *told >= at_least);
        // SIGKILL: nothing of the child runs any more.
        child.kill().unwrap();
        child.wait().unwrap();
        let told = told.expect("it spooled until it was killed");

        let waiting = Spool::look(folder.path()).unwrap();
        assert!(waiting.records >= told, "{waiting:?}, {told} were promised");
        assert_eq!(waiting.broken, 0);
        let (reporter, ids) = noting(|| Ok(()));
        let again = resend(
            "scripted",
            Box::new(reporter),
            folder.path(),
            &by_tens(),
            PLENTY,
        );
        assert!(again.unwrap().is_complete());
        let ids = ids.lock().unwrap();
        // Those before were in memory: no more than was allowed to be there.
        assert!(ids[0] <= 100, "{}", ids[0]);
        let expected: Vec<u64> = (ids[0]..ids[0] + waiting.records).collect();
        assert_eq!(*ids, expected);
    }
}
