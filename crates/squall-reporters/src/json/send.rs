//! Writes the text of `json` to its files.

use std::path::{Path, PathBuf};

use squall_report::{
    Batch, Capabilities, Delivered, EventBatch, FinalBatch, IntervalBatch, LifecycleBatch,
    MessageBatch, Reporter, ReporterError,
};

use super::encode;
use crate::files::{
    AppendFile, EVENTS_FILEPATH, Existing, FileSettings, Growing, METRICS_FILEPATH,
    STREAMS_FILEPATH, SYSTEM_METRICS_FILEPATH, check_document, child, location, number, replace,
};

/// What the name of the file of what happened to the run ends with.
pub(super) const RUNS: &str = "runs";

#[derive(Debug)]
pub(super) struct JsonReporter {
    settings: FileSettings,
    events: Option<AppendFile>,
    streams: Option<AppendFile>,
    runs: Option<AppendFile>,
    /// Documents that were written, by their settings.
    documents: Vec<(&'static str, PathBuf)>,
}

impl JsonReporter {
    pub(super) fn new(settings: FileSettings) -> Self {
        Self {
            settings,
            events: None,
            streams: None,
            runs: None,
            documents: Vec::new(),
        }
    }

    fn send_events(&mut self, batch: &EventBatch) -> Result<(), ReporterError> {
        match &mut self.events {
            Some(file) => file.append(&encode::events(batch).map_err(cannot_encode)?),
            None => Ok(()),
        }
    }

    fn send_messages(&mut self, batch: &MessageBatch) -> Result<(), ReporterError> {
        match &mut self.events {
            Some(file) => file.append(&encode::messages(batch).map_err(cannot_encode)?),
            None => Ok(()),
        }
    }

    fn send_intervals(&mut self, batch: &IntervalBatch) -> Result<(), ReporterError> {
        match &mut self.streams {
            Some(file) => file.append(&encode::intervals(batch).map_err(cannot_encode)?),
            None => Ok(()),
        }
    }

    fn send_lifecycle(&mut self, batch: &LifecycleBatch) -> Result<(), ReporterError> {
        match &mut self.runs {
            Some(file) => file.append(&encode::lifecycle(batch).map_err(cannot_encode)?),
            None => Ok(()),
        }
    }

    fn send_final(&mut self, batch: &FinalBatch) -> Result<(), ReporterError> {
        if let Some(path) = self.settings.metrics.clone() {
            let text = encode::metrics(batch).map_err(cannot_encode)?;
            self.write(&path, METRICS_FILEPATH, &text)?;
        }
        if let Some(path) = self.settings.system.clone() {
            let text = encode::system(batch).map_err(cannot_encode)?;
            self.write(&path, SYSTEM_METRICS_FILEPATH, &text)?;
        }
        if let Some(file) = &mut self.runs {
            file.append(&encode::verdict(batch).map_err(cannot_encode)?)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        path: &Path,
        setting: &'static str,
        text: &[u8],
    ) -> Result<(), ReporterError> {
        // A batch that comes again belongs where it was written before.
        let before = self.documents.iter().find(|(known, _)| *known == setting);
        if let Some((_, path)) = before {
            return replace(path, setting, text);
        }
        let written = match self.settings.existing {
            Existing::Replace => {
                replace(path, setting, text)?;
                path.to_owned()
            }
            Existing::Keep => number(path, setting, text)?,
        };
        self.documents.push((setting, written));
        Ok(())
    }
}

impl Reporter for JsonReporter {
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
        if let Some(path) = &self.settings.metrics {
            check_document(path, METRICS_FILEPATH)?;
            let runs = child(path, RUNS);
            let file = AppendFile::open(&runs, METRICS_FILEPATH, self.settings.growing(), b"")?;
            self.runs = Some(file);
        }
        if let Some(path) = &self.settings.system {
            check_document(path, SYSTEM_METRICS_FILEPATH)?;
        }
        if let Some(path) = &self.settings.streams {
            let file = AppendFile::open(path, STREAMS_FILEPATH, self.settings.growing(), b"")?;
            self.streams = Some(file);
        }
        if let Some(path) = &self.settings.events {
            let file = AppendFile::open(path, EVENTS_FILEPATH, self.settings.growing(), b"")?;
            self.events = Some(file);
        }
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
        let documents = std::mem::take(&mut self.documents).into_iter();
        let mut files: Vec<PathBuf> = documents.map(|(_, path)| path).collect();
        let open = [self.runs.take(), self.events.take(), self.streams.take()];
        for file in open.into_iter().flatten() {
            file.sync()?;
            files.push(file.path().to_owned());
        }
        Ok(location(&files))
    }
}

fn cannot_encode(error: serde_json::Error) -> ReporterError {
    ReporterError::permanent("cannot write a record as JSON").with_source(error)
}
