//! How the contract reaches the real backend of a reporter.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

/// Starts a backend with nothing in it, or says why there is none on this machine.
pub(crate) type StartBackend = fn() -> Option<Box<dyn Backend>>;

/// A real backend of its own for one test; it ends when it is dropped.
pub(crate) trait Backend {
    /// Folder that the reporter's relative paths start from.
    fn folder(&self) -> &Path;

    /// Settings under which the reporter takes every kind of record that it can, and keeps what earlier runs delivered.
    fn settings(&self) -> Value;

    /// Makes the backend refuse from now on.
    fn refuse(&mut self);

    /// Counts the events that the backend has; `None` where it keeps no single events.
    fn events(&self) -> Option<usize>;

    /// Says whether what a second process sends of a run adds to what the first one sent; counters that start anew do not.
    fn adds_up_over_processes(&self) -> bool {
        true
    }

    /// Says whether a batch that comes a second time, because nobody heard that it was taken, is there once.
    fn keeps_each_once(&self) -> bool {
        true
    }

    /// Counts the runs whose last records the backend has; `None` where it cannot tell runs apart.
    fn runs(&self) -> Option<usize>;
}

/// A backend that is a folder, for reporters that write files.
#[derive(Debug)]
pub(crate) struct Folder {
    place: TempDir,
    settings: Value,
    events: fn(&Path) -> usize,
    runs: fn(&Path) -> usize,
}

impl Folder {
    /// Makes the backend of a file reporter whose settings put everything below `out`.
    #[expect(clippy::unnecessary_wraps, reason = "what the table asks for")]
    pub(crate) fn start(
        settings: Value,
        events: fn(&Path) -> usize,
        runs: fn(&Path) -> usize,
    ) -> Option<Box<dyn Backend>> {
        let place = tempfile::tempdir().unwrap();
        Some(Box::new(Self {
            place,
            settings,
            events,
            runs,
        }))
    }

    fn out(&self) -> PathBuf {
        self.place.path().join("out")
    }
}

impl Backend for Folder {
    fn folder(&self) -> &Path {
        self.place.path()
    }

    fn settings(&self) -> Value {
        self.settings.clone()
    }

    fn keeps_each_once(&self) -> bool {
        false
    }

    /// Puts a file where the reporter needs a folder.
    fn refuse(&mut self) {
        std::fs::write(self.out(), "not a folder").unwrap();
    }

    fn events(&self) -> Option<usize> {
        Some((self.events)(&self.out()))
    }

    fn runs(&self) -> Option<usize> {
        Some((self.runs)(&self.out()))
    }
}

/// Looks again every 50 ms until it is so, for 15 s at most; says what was found instead.
#[allow(dead_code, reason = "a build may have no backend that takes its time")]
pub(crate) fn eventually<T>(mut look: impl FnMut() -> Result<T, String>) -> T {
    for _ in 0..300 {
        if let Ok(found) = look() {
            return found;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    look().unwrap_or_else(|found| panic!("after 15 s: {found}"))
}
