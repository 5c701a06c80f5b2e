//! A document that grows, and is well-formed after each batch.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use squall_report::ReporterError;

use super::encode::Xml;
use crate::files::columns::Row;
use crate::files::{Existing, Format, Growing, cannot_write, create_parents};

/// A document whose closing tag is written with each batch, and over which the next batch is written.
///
/// Each batch is one write that is in the kernel's hands when [`append`](Growing::append) returns.
#[derive(Debug)]
pub(super) struct XmlFile {
    path: PathBuf,
    setting: &'static str,
    file: File,
    closing_tag: Vec<u8>,
    /// Where the closing tag is.
    end: u64,
    /// Where it was before the last batch.
    before: Option<u64>,
}

impl XmlFile {
    /// Opens or creates the document and its folders. One that a dead process left unfinished is cut back to whole elements.
    pub(super) fn open<R: Row>(
        path: &Path,
        setting: &'static str,
        existing: Existing,
    ) -> Result<Self, ReporterError> {
        create_parents(path).map_err(|error| cannot_write(path, setting, error))?;
        begin::<R>(path, setting, existing).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => ReporterError::permanent(format!(
                "cannot add to `{}`, see setting `{setting}`: it is no document of `{}` in this version; choose another \
                 path, or `overwrite`",
                path.display(),
                R::TABLE,
            )),
            _ => cannot_write(path, setting, error),
        })
    }

    fn try_append(&mut self, elements: &[u8]) -> io::Result<()> {
        let text = [elements, &self.closing_tag].concat();
        let written = self.file.write_all_at(&text, self.end);
        if written.is_err() {
            self.close_at(self.end)?;
            return written;
        }
        self.before = Some(self.end);
        self.end += elements.len() as u64;
        Ok(())
    }

    /// Cuts the document to this length and closes it.
    fn close_at(&self, end: u64) -> io::Result<()> {
        self.file.write_all_at(&self.closing_tag, end)?;
        self.file.set_len(end + self.closing_tag.len() as u64)
    }

    fn failed(&self, error: io::Error) -> ReporterError {
        cannot_write(&self.path, self.setting, error)
    }
}

impl Growing for XmlFile {
    fn append(&mut self, elements: &[u8]) -> Result<(), ReporterError> {
        self.try_append(elements)
            .map_err(|error| self.failed(error))
    }

    fn undo(&mut self) -> Result<(), ReporterError> {
        let Some(before) = self.before.take() else {
            return Ok(());
        };
        self.end = before;
        self.close_at(before).map_err(|error| self.failed(error))
    }

    fn sync(&self) -> Result<(), ReporterError> {
        self.file.sync_data().map_err(|error| self.failed(error))
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

fn begin<R: Row>(path: &Path, setting: &'static str, existing: Existing) -> io::Result<XmlFile> {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other(
            "it is not a regular file, and nothing else can be kept well-formed",
        ));
    }
    let keeps = existing == Existing::Keep && file.metadata()?.len() > 0;
    let end = if keeps {
        last_whole::<R>(&file)?
    } else {
        file.set_len(0)?;
        let head = Xml::head::<R>();
        file.write_all_at(&head, 0)?;
        head.len() as u64
    };
    let opened = XmlFile {
        path: path.to_owned(),
        setting,
        file,
        closing_tag: Xml::tail::<R>(),
        end,
        before: None,
    };
    opened.close_at(end)?;
    Ok(opened)
}

/// Finds the end of the last whole element of a document that exists.
fn last_whole<R: Row>(file: &File) -> io::Result<u64> {
    let other = || io::Error::from(io::ErrorKind::InvalidData);
    let (head, tail) = (Xml::head::<R>(), Xml::tail::<R>());
    let mut found = vec![0; head.len()];
    file.read_exact_at(&mut found, 0).map_err(|_| other())?;
    if found != head {
        return Err(other());
    }
    let len = file.metadata()?.len();
    let closed_at = len.saturating_sub(tail.len() as u64);
    let mut last = vec![0; tail.len()];
    if closed_at >= head.len() as u64 {
        file.read_exact_at(&mut last, closed_at)?;
    }
    if last == tail {
        return Ok(closed_at);
    }
    scan::<R>(file, head.len() as u64)
}

/// Reads elements, each a line, until one is not whole.
fn scan<R: Row>(file: &File, mut end: u64) -> io::Result<u64> {
    let (start_tag, end_tag) = (format!("<{}>", R::NAME), format!("</{}>\n", R::NAME));
    let mut lines = BufReader::new(file);
    lines.seek(SeekFrom::Start(end))?;
    let mut line = Vec::new();
    loop {
        line.clear();
        lines.by_ref().read_until(b'\n', &mut line)?;
        if !line.starts_with(start_tag.as_bytes()) || !line.ends_with(end_tag.as_bytes()) {
            return Ok(end);
        }
        end += line.len() as u64;
    }
}
