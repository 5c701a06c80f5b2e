//! Which runs are under way.
//!
//! A run holds a lock on its `plan.json` until its process ends, however that ends. The lock is of the system (`flock`), so none is
//! left behind.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// The file that is locked.
const FILE: &str = "plan.json";

/// Held by a run that is under way.
#[derive(Debug)]
pub struct RunLock {
    _file: File,
}

impl RunLock {
    /// Writes the plan of a run, and locks it before anybody can see it.
    ///
    /// # Errors
    /// The file cannot be written. A file system without locks is no error: there, the run counts as under way while it has no
    /// summary.
    pub fn write_plan(directory: &Path, plan: &[u8]) -> io::Result<Self> {
        let beside = directory.join("plan.json.part");
        let mut file = File::create(&beside)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).ok();
        file.write_all(plan)?;
        fs::rename(&beside, directory.join(FILE))?;
        Ok(Self { _file: file })
    }
}

/// Tells whether a run is under way; one of which that cannot be found out is.
pub fn is_under_way(directory: &Path) -> bool {
    let Ok(file) = File::open(directory.join(FILE)) else {
        return true;
    };
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => false,
        Err(rustix::io::Errno::WOULDBLOCK) => true,
        Err(_) => !directory.join("summary.json").exists(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_under_way_until_its_lock_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let lock = RunLock::write_plan(folder.path(), b"{}").unwrap();
        assert_eq!(fs::read(folder.path().join(FILE)).unwrap(), b"{}");
        assert!(!folder.path().join("plan.json.part").exists());
        assert!(is_under_way(folder.path()));
        drop(lock);
        assert!(!is_under_way(folder.path()));
    }

    #[test]
    fn a_directory_without_a_plan_is_left_alone() {
        assert!(is_under_way(tempfile::tempdir().unwrap().path()));
    }
}
