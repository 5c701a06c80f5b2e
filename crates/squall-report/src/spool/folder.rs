//! The folder of a spool.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::{FlockOperation, flock};

use super::SpoolError;
use super::file::{self, HEADER};
use crate::Batch;

const EXTENSION: &str = "batch";
/// Of a file that is being written; it counts for nothing.
const UNFINISHED: &str = "tmp";

/// How much waits in a spool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpoolCounts {
    /// Files.
    pub batches: usize,
    /// Records in them.
    pub records: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// Files that were set aside.
    pub broken: usize,
}

/// Batches on disk that wait for a backend, in order.
///
/// The folder is made when the first batch is written, and removed when the last one is gone.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    limit: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<u64, Stored>,
    bytes: u64,
    broken: usize,
    /// Keeps other processes away.
    lock: Option<FolderLock>,
    /// Set when the driver is over and a thread that still hangs must not touch anything.
    released: bool,
}

#[derive(Debug, Clone, Copy)]
struct Stored {
    records: u64,
    bytes: u64,
}

impl Spool {
    /// Opens the spool of a folder, which may not be there yet, with room for `limit` bytes.
    ///
    /// # Errors
    /// When another process has it, or the folder cannot be read.
    pub fn open(folder: impl Into<PathBuf>, limit: u64) -> Result<Self, SpoolError> {
        let folder = folder.into();
        let mut state = State::default();
        if folder.is_dir() {
            state.lock = Some(FolderLock::new(&folder)?);
            state.read_folder(&folder)?;
        }
        Ok(Self {
            folder,
            limit,
            state: Mutex::new(state),
        })
    }

    /// Says how much waits in a folder, without touching it.
    ///
    /// # Errors
    /// When the folder is there and cannot be read.
    pub fn look(folder: &Path) -> Result<SpoolCounts, SpoolError> {
        let mut counts = SpoolCounts::default();
        if !folder.is_dir() {
            return Ok(counts);
        }
        for path in paths(folder, EXTENSION)? {
            match read_header(&path) {
                Ok((_, stored)) => {
                    counts.batches += 1;
                    counts.records += stored.records;
                    counts.bytes += stored.bytes;
                }
                Err(_) => counts.broken += 1,
            }
        }
        Ok(counts)
    }

    /// Returns how much waits.
    pub fn counts(&self) -> SpoolCounts {
        let state = self.state();
        SpoolCounts {
            batches: state.files.len(),
            records: state.files.values().map(|stored| stored.records).sum(),
            bytes: state.bytes,
            broken: state.broken,
        }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns number and records of each file, in order.
    pub(crate) fn files(&self) -> Vec<(u64, u64)> {
        let state = self.state();
        let files = state.files.iter();
        files
            .map(|(number, stored)| (*number, stored.records))
            .collect()
    }

    /// Returns the records of file `number`, 0 when there is none.
    pub(crate) fn records(&self, number: u64) -> usize {
        let stored = self.state().files.get(&number).copied();
        stored.map_or(0, |stored| {
            usize::try_from(stored.records).unwrap_or(usize::MAX)
        })
    }

    /// Writes batches as file `number`, in place of what was there. What replaces more than itself always has room, and the
    /// run's last records, which are few.
    pub(crate) fn write(&self, number: u64, batches: &[Arc<Batch>]) -> Result<(), SpoolError> {
        let is_last = batches
            .iter()
            .any(|batch| matches!(**batch, Batch::Final(_)));
        let full = || SpoolError::Full { limit: self.limit };
        let is_limited = !is_last && !self.state().files.contains_key(&number);
        // Encoding costs more than being told that it is in vain.
        if is_limited && self.state().bytes >= self.limit {
            return Err(full());
        }
        let bytes = file::encode(batches).map_err(|why| SpoolError::Encode { why })?;
        let records: usize = batches.iter().map(|batch| batch.len()).sum();
        let stored = Stored {
            records: records as u64,
            bytes: bytes.len() as u64,
        };
        let mut state = self.state();
        if state.released || (is_limited && state.bytes + stored.bytes > self.limit) {
            return Err(full());
        }
        if state.lock.is_none() {
            fs::create_dir_all(&self.folder)
                .map_err(|error| failed("make", &self.folder, error))?;
            state.lock = Some(FolderLock::new(&self.folder)?);
        }
        self.put(number, &bytes)?;
        state.forget(number);
        state.bytes += stored.bytes;
        state.files.insert(number, stored);
        Ok(())
    }

    fn put(&self, number: u64, bytes: &[u8]) -> Result<(), SpoolError> {
        let path = self.path(number);
        let unfinished = path.with_extension(UNFINISHED);
        let written = File::create(&unfinished)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| fs::rename(&unfinished, &path));
        written.map_err(|error| {
            // What is half-written on a full disk takes room that others need.
            fs::remove_file(&unfinished).ok();
            failed("write", &path, error)
        })
    }

    /// Reads file `number`; one that is not whole is set aside.
    pub(crate) fn read(&self, number: u64) -> Result<Vec<Batch>, SpoolError> {
        let path = self.path(number);
        let bytes = fs::read(&path).map_err(|error| failed("read", &path, error))?;
        file::decode(&bytes).map_err(|why| {
            let mut state = self.state();
            state.forget(number);
            state.set_aside(&path, &why);
            SpoolError::Broken { path, why }
        })
    }

    /// Removes file `number`: the backend has what was in it.
    pub(crate) fn remove(&self, number: u64) -> Result<(), SpoolError> {
        let mut state = self.state();
        if state.released {
            return Ok(());
        }
        let path = self.path(number);
        fs::remove_file(&path).map_err(|error| failed("remove", &path, error))?;
        state.forget(number);
        if state.files.is_empty() && fs::remove_dir(&self.folder).is_ok() {
            state.lock = None;
        }
        Ok(())
    }

    /// Lets others have the folder; whoever still holds this spool changes nothing any more.
    pub(crate) fn release(&self) {
        let mut state = self.state();
        state.released = true;
        state.lock = None;
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(name(number)).with_extension(EXTENSION)
    }

    /// Locks also after a panic elsewhere: every change is made after the file that it stands for.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn read_folder(&mut self, folder: &Path) -> Result<(), SpoolError> {
        for path in paths(folder, UNFINISHED)? {
            // A process was killed while it wrote this, and nobody was told that it was written.
            fs::remove_file(path).ok();
        }
        for path in paths(folder, EXTENSION)? {
            match read_header(&path) {
                Ok((number, stored)) => {
                    self.bytes += stored.bytes;
                    self.files.insert(number, stored);
                }
                Err(why) => self.set_aside(&path, &why),
            }
        }
        Ok(())
    }

    fn forget(&mut self, number: u64) {
        if let Some(stored) = self.files.remove(&number) {
            self.bytes -= stored.bytes;
        }
    }

    fn set_aside(&mut self, path: &Path, why: &str) {
        self.broken += 1;
        tracing::warn!(path = %path.display(), why, "no whole file of a spool, set aside");
        fs::rename(path, path.with_extension("broken")).ok();
    }
}

fn name(number: u64) -> String {
    format!("{number:012}")
}

fn failed(what: &'static str, path: &Path, source: io::Error) -> SpoolError {
    SpoolError::Io {
        what,
        path: path.to_owned(),
        source,
    }
}

/// A locked folder. The system unlocks it when the process ends.
#[derive(Debug)]
struct FolderLock(File);

impl FolderLock {
    fn new(folder: &Path) -> Result<Self, SpoolError> {
        let open = File::open(folder).map_err(|error| failed("open", folder, error))?;
        match flock(&open, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self(open)),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(SpoolError::InUse {
                path: folder.to_owned(),
            }),
            Err(error) => Err(failed("lock", folder, error.into())),
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing is not enough while a process that is being started still has the same open file.
        flock(&self.0, FlockOperation::Unlock).ok();
    }
}

fn paths(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, SpoolError> {
    let unreadable = |error| failed("read", folder, error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|own| own == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Returns number and size of a file whose header is as it should be.
fn read_header(path: &Path) -> Result<(u64, Stored), String> {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let number = stem.and_then(|stem| stem.parse().ok().filter(|number| stem == name(*number)));
    let number = number.ok_or("its name is no number of 12 digits")?;
    let mut head = Vec::new();
    let open = File::open(path).map_err(|error| error.to_string())?;
    let size = open.metadata().map_err(|error| error.to_string())?.len();
    open.take(HEADER as u64)
        .read_to_end(&mut head)
        .map_err(|error| error.to_string())?;
    let header = file::header(&head, size)?;
    let stored = Stored {
        records: header.records,
        bytes: size,
    };
    Ok((number, stored))
}
