//! Writes the rows of `csv` to their files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use squall_report::{
    Batch, Capabilities, Delivered, EventBatch, FinalBatch, IntervalBatch, Reporter, ReporterError,
};

use super::encode;
use crate::files::{
    AppendFile, EVENTS_FILEPATH, Existing, FileSettings, METRICS_FILEPATH, STREAMS_FILEPATH,
    check_document, location, replace,
};

/// One of the tables of the end of a run.
#[derive(Debug)]
struct Table {
    path: PathBuf,
    columns: &'static [&'static str],
    /// Open while rows are appended to it; a table that is replaced has no file before the end.
    appended: Option<AppendFile>,
}

impl Table {
    fn new(path: PathBuf, columns: &'static [&'static str]) -> Self {
        Self {
            path,
            columns,
            appended: None,
        }
    }

    fn open(&mut self, existing: Existing) -> Result<(), ReporterError> {
        match existing {
            Existing::Replace => check_document(&self.path, METRICS_FILEPATH),
            Existing::Keep => {
                let header = encode::header(self.columns);
                let file = AppendFile::open(&self.path, METRICS_FILEPATH, existing, &header)?;
                self.appended = Some(file);
                Ok(())
            }
        }
    }

    fn write(&mut self, rows: &[u8]) -> Result<(), ReporterError> {
        if let Some(file) = &mut self.appended {
            return file.append(rows).and_then(|()| file.sync());
        }
        let mut text = encode::header(self.columns);
        text.extend_from_slice(rows);
        replace(&self.path, METRICS_FILEPATH, &text)
    }
}

/// The tables of the end of a run, named after `metrics_filepath`.
#[derive(Debug)]
struct Tables {
    metrics: Table,
    common: Table,
    errors: Table,
    custom: Table,
}

impl Tables {
    fn new(metrics: &Path) -> Self {
        Self {
            metrics: Table::new(metrics.to_owned(), encode::METRIC_COLUMNS),
            common: Table::new(child(metrics, "shared"), encode::COMMON_COLUMNS),
            errors: Table::new(child(metrics, "errors"), encode::ERROR_COLUMNS),
            custom: Table::new(child(metrics, "custom"), encode::CUSTOM_COLUMNS),
        }
    }

    fn each(&mut self) -> [&mut Table; 4] {
        [
            &mut self.metrics,
            &mut self.common,
            &mut self.errors,
            &mut self.custom,
        ]
    }

    fn paths(&self) -> [&PathBuf; 4] {
        [
            &self.metrics.path,
            &self.common.path,
            &self.errors.path,
            &self.custom.path,
        ]
    }

    fn write(&mut self, batch: &FinalBatch) -> Result<(), ReporterError> {
        let run = &batch.run().id;
        let metrics = encode::metrics(batch.metrics(), run).map_err(cannot_encode)?;
        let common = encode::common(batch.common(), run).map_err(cannot_encode)?;
        let errors = encode::errors(batch.errors(), run).map_err(cannot_encode)?;
        self.metrics.write(&metrics)?;
        self.common.write(&common)?;
        self.errors.write(&errors)?;
        let custom = encode::custom(batch.custom(), run).map_err(cannot_encode)?;
        self.custom.write(&custom)
    }
}

#[derive(Debug)]
pub(super) struct CsvReporter {
    settings: FileSettings,
    events: Option<AppendFile>,
    streams: Option<AppendFile>,
    tables: Option<Tables>,
    system: Option<Table>,
    written: Vec<PathBuf>,
}

impl CsvReporter {
    pub(super) fn new(settings: FileSettings) -> Self {
        let tables = settings.metrics.as_deref().map(Tables::new);
        Self {
            system: settings
                .system
                .clone()
                .map(|path| Table::new(path, encode::SYSTEM_COLUMNS)),
            settings,
            events: None,
            streams: None,
            tables,
            written: Vec::new(),
        }
    }

    /// Says whether events would go to the file of the counts or the errors.
    pub(super) fn has_clashing_paths(&self) -> bool {
        let children = self.tables.iter().flat_map(|tables| {
            let [_, common, errors, custom] = tables.paths();
            [common, errors, custom]
        });
        let settings = &self.settings;
        let others = [&settings.events, &settings.streams, &settings.system];
        children
            .into_iter()
            .any(|path| others.iter().any(|other| other.as_ref() == Some(path)))
    }

    fn send_events(&mut self, batch: &EventBatch) -> Result<(), ReporterError> {
        match &mut self.events {
            Some(file) => file.append(&encode::events(batch).map_err(cannot_encode)?),
            None => Ok(()),
        }
    }

    fn send_intervals(&mut self, batch: &IntervalBatch) -> Result<(), ReporterError> {
        match &mut self.streams {
            Some(file) => file.append(&encode::intervals(batch).map_err(cannot_encode)?),
            None => Ok(()),
        }
    }

    fn send_final(&mut self, batch: &FinalBatch) -> Result<(), ReporterError> {
        self.written.clear();
        if let Some(tables) = &mut self.tables {
            tables.write(batch)?;
            self.written.extend(tables.paths().into_iter().cloned());
        }
        if let Some(system) = &mut self.system {
            let rows = encode::system(batch.system(), &batch.run().id).map_err(cannot_encode)?;
            system.write(&rows)?;
            self.written.push(system.path.clone());
        }
        Ok(())
    }
}

impl Reporter for CsvReporter {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: self.settings.kinds(),
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        let existing = self.settings.existing;
        let tables = self.tables.iter_mut().flat_map(Tables::each);
        for table in tables.chain(&mut self.system) {
            table.open(existing)?;
        }
        if let Some(path) = &self.settings.streams {
            let header = encode::header(encode::INTERVAL_COLUMNS);
            let file = AppendFile::open(path, STREAMS_FILEPATH, existing, &header)?;
            self.streams = Some(file);
        }
        if let Some(path) = &self.settings.events {
            let header = encode::header(encode::EVENT_COLUMNS);
            let file = AppendFile::open(path, EVENTS_FILEPATH, existing, &header)?;
            self.events = Some(file);
        }
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        match batch {
            Batch::Events(events) => self.send_events(events)?,
            // Their columns would differ from message to message: it says that it takes none.
            Batch::Messages(_) | Batch::Lifecycle(_) => {}
            Batch::Intervals(intervals) => self.send_intervals(intervals)?,
            Batch::Final(records) => self.send_final(records)?,
        }
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        let mut files = std::mem::take(&mut self.written);
        for file in [self.events.take(), self.streams.take()]
            .into_iter()
            .flatten()
        {
            file.sync()?;
            files.push(file.path().to_owned());
        }
        Ok(location(&files))
    }
}

/// Names a table that belongs to another: `metrics.csv` → `metrics_shared.csv`.
fn child(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.file_stem().unwrap_or_default());
    name.push("_");
    name.push(suffix);
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

fn cannot_encode(error: ::csv::Error) -> ReporterError {
    ReporterError::permanent("cannot write a record as CSV").with_source(error)
}
