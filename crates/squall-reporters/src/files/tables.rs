//! A reporter whose files are tables: one file for each kind of row, the same set for every text format.

use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use squall_report::{
    Batch, Capabilities, Delivered, EventBatch, FinalBatch, IntervalBatch, LifecycleBatch,
    MessageBatch, Reporter, ReporterError,
};

use super::columns::Row;
use super::rows::{
    Common, Custom, Errors, Events, Messages, Metrics, RunRow, Runs, Streams, System, Thresholds,
};
use super::settings::child;
use super::{
    EVENTS_FILEPATH, Existing, FileSettings, METRICS_FILEPATH, STREAMS_FILEPATH,
    SYSTEM_METRICS_FILEPATH, check_document, location, replace,
};

/// How rows become text.
pub(crate) trait Format: fmt::Debug + Send + 'static {
    /// What a file begins with.
    fn head<R: Row>() -> Vec<u8>;

    /// Writes one row.
    fn row<R: Row>(row: &R::Of<'_>, out: &mut Vec<u8>);

    /// What a file ends with.
    fn tail<R: Row>() -> Vec<u8>;

    /// Opens a file that rows are added to.
    fn open<R: Row>(
        path: &Path,
        setting: &'static str,
        existing: Existing,
    ) -> Result<Box<dyn Growing>, ReporterError>;

    /// Writes rows.
    fn rows<'b, R: Row>(rows: impl Iterator<Item = R::Of<'b>>, typical_bytes: usize) -> Vec<u8> {
        let mut text = Vec::with_capacity(rows.size_hint().0 * typical_bytes);
        for row in rows {
            Self::row::<R>(&row, &mut text);
        }
        text
    }
}

/// A file that whole rows are added to, so that a reader always finds whole rows.
pub(crate) trait Growing: fmt::Debug + Send {
    /// Adds rows. After an error the file is as it was before.
    fn append(&mut self, rows: &[u8]) -> Result<(), ReporterError>;

    /// Takes away what the last call added.
    fn undo(&mut self) -> Result<(), ReporterError>;

    /// Waits until the disk has everything.
    fn sync(&self) -> Result<(), ReporterError>;

    /// Returns the path.
    fn path(&self) -> &Path;
}

/// About what one event takes, so that the buffer rarely grows.
const TYPICAL_EVENT_BYTES: usize = 400;
const TYPICAL_ROW_BYTES: usize = 300;

/// One of the tables of the end of a run.
#[derive(Debug)]
struct LastTable {
    path: PathBuf,
    setting: &'static str,
    /// Open while rows are added to it; a table that is replaced has no file before the end.
    growing: Option<Box<dyn Growing>>,
}

/// A table with the text of its end.
struct LastRows {
    head: Vec<u8>,
    rows: Vec<u8>,
    tail: Vec<u8>,
}

impl LastTable {
    fn open<F: Format, R: Row>(
        path: PathBuf,
        setting: &'static str,
        existing: Existing,
    ) -> Result<Self, ReporterError> {
        let growing = match existing {
            Existing::Replace => {
                check_document(&path, setting)?;
                None
            }
            Existing::Keep => Some(F::open::<R>(&path, setting, existing)?),
        };
        Ok(Self {
            path,
            setting,
            growing,
        })
    }

    fn write(&mut self, text: &LastRows) -> Result<(), ReporterError> {
        if let Some(file) = &mut self.growing {
            return file.append(&text.rows);
        }
        let whole = [&text.head[..], &text.rows, &text.tail].concat();
        replace(&self.path, self.setting, &whole)
    }
}

/// Makes the text of one of the last tables.
fn last<'b, F: Format, R: Row>(rows: impl Iterator<Item = R::Of<'b>>) -> LastRows {
    LastRows {
        head: F::head::<R>(),
        rows: F::rows::<R>(rows, TYPICAL_ROW_BYTES),
        tail: F::tail::<R>(),
    }
}

/// Gives each record the run that it is from: tables may hold several runs.
fn with_run<'b, T>(records: &'b [T], run: &'b str) -> impl Iterator<Item = (&'b T, &'b str)> {
    records.iter().map(move |record| (record, run))
}

/// Files that are open while the run goes.
#[derive(Debug, Default)]
struct Open {
    events: Option<Box<dyn Growing>>,
    messages: Option<Box<dyn Growing>>,
    streams: Option<Box<dyn Growing>>,
    runs: Option<Box<dyn Growing>>,
    /// Those of the end, in the order of [`TableReporter::last_tables`].
    last: Vec<LastTable>,
}

impl Open {
    fn growing(&self) -> impl Iterator<Item = &dyn Growing> {
        let own = [&self.events, &self.messages, &self.streams, &self.runs];
        let last = self.last.iter().map(|table| &table.growing);
        own.into_iter()
            .chain(last)
            .filter_map(|file| file.as_deref())
    }
}

/// Writes every record to the table of its kind.
#[derive(Debug)]
pub(crate) struct TableReporter<F> {
    settings: FileSettings,
    open: Open,
    /// Tables of the end that were written.
    written: Vec<PathBuf>,
    format: PhantomData<F>,
}

impl<F: Format> TableReporter<F> {
    pub(crate) fn new(settings: FileSettings) -> Self {
        Self {
            settings,
            open: Open::default(),
            written: Vec::new(),
            format: PhantomData,
        }
    }

    fn open_last(&self) -> Result<Vec<LastTable>, ReporterError> {
        let existing = self.settings.existing;
        let mut tables = Vec::new();
        if let Some(path) = &self.settings.metrics {
            let at = |suffix| child(path, suffix);
            let (metrics, setting) = (path.clone(), METRICS_FILEPATH);
            tables.extend([
                LastTable::open::<F, Metrics>(metrics, setting, existing)?,
                LastTable::open::<F, Common>(at("shared"), setting, existing)?,
                LastTable::open::<F, Errors>(at("errors"), setting, existing)?,
                LastTable::open::<F, Custom>(at("custom"), setting, existing)?,
                LastTable::open::<F, Thresholds>(at("thresholds"), setting, existing)?,
            ]);
        }
        if let Some(path) = self.settings.system.clone() {
            let table = LastTable::open::<F, System>(path, SYSTEM_METRICS_FILEPATH, existing)?;
            tables.push(table);
        }
        Ok(tables)
    }

    /// Makes the text of the tables of the end, in the order in which they were opened.
    fn last_tables(&self, batch: &FinalBatch) -> Vec<LastRows> {
        let run = batch.run().id.as_str();
        let mut texts = Vec::new();
        if self.settings.metrics.is_some() {
            texts.extend([
                last::<F, Metrics>(with_run(batch.metrics(), run)),
                last::<F, Common>(with_run(batch.common(), run)),
                last::<F, Errors>(with_run(batch.errors(), run)),
                last::<F, Custom>(with_run(batch.custom(), run)),
                last::<F, Thresholds>(with_run(batch.thresholds(), run)),
            ]);
        }
        if self.settings.system.is_some() {
            texts.push(last::<F, System>(with_run(batch.system(), run)));
        }
        texts
    }

    fn send_events(&mut self, batch: &EventBatch) -> Result<(), ReporterError> {
        let rows = || F::rows::<Events>(sized(batch.len(), batch.iter()), TYPICAL_EVENT_BYTES);
        append(&mut self.open.events, rows)
    }

    fn send_messages(&mut self, batch: &MessageBatch) -> Result<(), ReporterError> {
        let rows = || F::rows::<Messages>(batch.messages().iter(), TYPICAL_ROW_BYTES);
        append(&mut self.open.messages, rows)
    }

    fn send_intervals(&mut self, batch: &IntervalBatch) -> Result<(), ReporterError> {
        let rows = || F::rows::<Streams>(batch.intervals().iter(), TYPICAL_ROW_BYTES);
        append(&mut self.open.streams, rows)
    }

    fn send_lifecycle(&mut self, batch: &LifecycleBatch) -> Result<(), ReporterError> {
        let rows = || F::rows::<Runs>(RunRow::of_lifecycle(batch), TYPICAL_ROW_BYTES);
        append(&mut self.open.runs, rows)
    }

    /// Writes all tables of the end; where one fails, nothing is added to any.
    fn send_final(&mut self, batch: &FinalBatch) -> Result<(), ReporterError> {
        let texts = self.last_tables(batch);
        for (index, text) in texts.iter().enumerate() {
            if let Err(error) = self.open.last[index].write(text) {
                self.undo_last(index)?;
                return Err(error);
            }
        }
        let verdict = || F::rows::<Runs>([RunRow::of_verdict(batch)].into_iter(), 0);
        if let Err(error) = append(&mut self.open.runs, verdict) {
            self.undo_last(self.open.last.len())?;
            return Err(error);
        }
        let tables = self.open.last.iter();
        let replaced = tables.filter(|table| table.growing.is_none());
        self.written = replaced.map(|table| table.path.clone()).collect();
        Ok(())
    }

    fn undo_last(&mut self, tables: usize) -> Result<(), ReporterError> {
        let tables = &mut self.open.last[..tables];
        let mut growing = tables.iter_mut().filter_map(|table| table.growing.as_mut());
        growing.try_for_each(|file| file.undo())
    }
}

/// Gives an iterator the length that is known of it.
fn sized<T>(len: usize, items: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    (0..len).zip(items).map(|(_, item)| item)
}

fn append(
    file: &mut Option<Box<dyn Growing>>,
    rows: impl FnOnce() -> Vec<u8>,
) -> Result<(), ReporterError> {
    match file {
        Some(file) => file.append(&rows()),
        None => Ok(()),
    }
}

impl<F: Format> Reporter for TableReporter<F> {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: self.settings.kinds(),
            max_batch_records: None,
        }
    }

    fn resume(&mut self) {
        self.settings.resumed = true;
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        let existing = self.settings.growing();
        let mut open = Open {
            last: self.open_last()?,
            ..Open::default()
        };
        if let Some(path) = &self.settings.metrics {
            let runs = child(path, "runs");
            open.runs = Some(F::open::<Runs>(&runs, METRICS_FILEPATH, existing)?);
        }
        if let Some(path) = &self.settings.streams {
            open.streams = Some(F::open::<Streams>(path, STREAMS_FILEPATH, existing)?);
        }
        if let Some(path) = &self.settings.events {
            open.events = Some(F::open::<Events>(path, EVENTS_FILEPATH, existing)?);
            let messages = child(path, "messages");
            open.messages = Some(F::open::<Messages>(&messages, EVENTS_FILEPATH, existing)?);
        }
        self.open = open;
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        match batch {
            Batch::Events(events) => self.send_events(events)?,
            Batch::Messages(messages) => self.send_messages(messages)?,
            Batch::Intervals(intervals) => self.send_intervals(intervals)?,
            Batch::Lifecycle(records) => self.send_lifecycle(records)?,
            Batch::Final(records) => self.send_final(records)?,
        }
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        let mut files = std::mem::take(&mut self.written);
        let open = std::mem::take(&mut self.open);
        for file in open.growing() {
            file.sync()?;
            files.push(file.path().to_owned());
        }
        Ok(location(&files))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::files::AppendFile;
    use crate::sample::{final_batch, final_records};

    /// A line for each row, which has its first cell.
    #[derive(Debug)]
    struct Lines;

    impl Format for Lines {
        fn head<R: Row>() -> Vec<u8> {
            b"head\n".to_vec()
        }

        fn row<R: Row>(row: &R::Of<'_>, out: &mut Vec<u8>) {
            let mut scratch = String::new();
            out.extend((R::COLUMNS[0].cell)(row).text(&mut scratch).as_bytes());
            out.push(b'\n');
        }

        fn tail<R: Row>() -> Vec<u8> {
            Vec::new()
        }

        fn open<R: Row>(
            path: &Path,
            setting: &'static str,
            existing: Existing,
        ) -> Result<Box<dyn Growing>, ReporterError> {
            let file = AppendFile::open(path, setting, existing, &Self::head::<R>())?;
            Ok(Box::new(file))
        }
    }

    #[test]
    fn where_one_of_the_last_tables_fails_nothing_is_added_to_the_others() {
        let full = Path::new("/dev/full");
        if !full.exists() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let mut reporter = TableReporter::<Lines>::new(FileSettings {
            events: None,
            metrics: Some(folder.path().join("m.txt")),
            streams: None,
            system: None,
            existing: Existing::Keep,
            resumed: false,
        });
        let batch = Batch::Final(final_batch(final_records()));
        reporter.open().unwrap();
        reporter.send(&batch).unwrap();
        let read = || {
            let files = ["m.txt", "m_shared.txt", "m_thresholds.txt", "m_runs.txt"];
            files.map(|name| fs::read_to_string(folder.path().join(name)).unwrap())
        };
        let before = read();
        assert_eq!(before[1], "head\nhome\nbuy\n");

        let broken = AppendFile::open(full, METRICS_FILEPATH, Existing::Keep, b"").unwrap();
        reporter.open.last[4].growing = Some(Box::new(broken));
        reporter.send(&batch).unwrap_err();
        assert_eq!(read(), before);
    }
}
