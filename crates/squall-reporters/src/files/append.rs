//! A file that grows by whole batches.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use squall_report::ReporterError;

use super::settings::cannot_write;
use super::tables::Growing;
use super::{Existing, create_parents};

/// A file that batches are appended to.
///
/// Each batch is one write that is in the kernel's hands when [`append`](Self::append) returns: it survives the
/// death of this process, not that of the machine before [`sync`](Self::sync).
#[derive(Debug)]
pub(crate) struct AppendFile {
    path: PathBuf,
    setting: &'static str,
    file: File,
    /// How long it was before the last batch; pipes and terminals have no length.
    before: Option<u64>,
}

impl AppendFile {
    /// Opens or creates the file and its folders. A `header` is written where the file is empty; where it is not,
    /// it must be there already.
    pub(crate) fn open(
        path: &Path,
        setting: &'static str,
        existing: Existing,
        header: &[u8],
    ) -> Result<Self, ReporterError> {
        create_parents(path).map_err(|error| cannot_write(path, setting, error))?;
        let begun = begin(path, existing, header);
        let file = begun.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => ReporterError::permanent(format!(
                "cannot append to `{}`, see setting `{setting}`: its columns are others; choose another path, or \
                 `overwrite`",
                path.display()
            )),
            _ => cannot_write(path, setting, error),
        })?;
        Ok(Self {
            path: path.to_owned(),
            setting,
            file,
            before: None,
        })
    }

    fn try_append(&mut self, records: &[u8]) -> io::Result<()> {
        self.before = regular_len(&self.file)?;
        let written = self.file.write_all(records);
        if let (Err(_), Some(len)) = (&written, self.before) {
            self.file.set_len(len)?;
        }
        written
    }
}

impl Growing for AppendFile {
    fn append(&mut self, records: &[u8]) -> Result<(), ReporterError> {
        self.try_append(records)
            .map_err(|error| cannot_write(&self.path, self.setting, error))
    }

    fn undo(&mut self) -> Result<(), ReporterError> {
        match self.before.take() {
            Some(len) => (self.file.set_len(len))
                .map_err(|error| cannot_write(&self.path, self.setting, error)),
            None => Ok(()),
        }
    }

    fn sync(&self) -> Result<(), ReporterError> {
        match self.file.sync_data() {
            // A pipe or a terminal has nothing to wait for.
            Err(error) if error.kind() != io::ErrorKind::InvalidInput => {
                Err(cannot_write(&self.path, self.setting, error))
            }
            _ => Ok(()),
        }
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

fn begin(path: &Path, existing: Existing, header: &[u8]) -> io::Result<File> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    let kept = match (regular_len(&file)?, existing) {
        (Some(_), Existing::Replace) => {
            file.set_len(0)?;
            0
        }
        (len, _) => len.unwrap_or(0),
    };
    if kept == 0 {
        file.write_all(header)?;
        return Ok(file);
    }
    check_header(path, header)?;
    if last_byte(path)? != b'\n' {
        // An earlier process died inside a record; the next one begins on its own line.
        file.write_all(b"\n")?;
    }
    Ok(file)
}

/// Returns the length of a regular file; pipes and terminals have none and cannot be cut.
fn regular_len(file: &File) -> io::Result<Option<u64>> {
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then_some(metadata.len()))
}

fn check_header(path: &Path, header: &[u8]) -> io::Result<()> {
    if header.is_empty() {
        return Ok(());
    }
    let mut first = Vec::new();
    let limit = header.len() as u64 + 1;
    BufReader::new(File::open(path)?.take(limit)).read_until(b'\n', &mut first)?;
    if first.trim_ascii_end() == header.trim_ascii_end() {
        return Ok(());
    }
    Err(io::Error::from(io::ErrorKind::InvalidData))
}

fn last_byte(path: &Path) -> io::Result<u8> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}
