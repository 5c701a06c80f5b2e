//! Writes the text of `json` to its files.

use std::path::PathBuf;

use squall_report::{
    Batch, Capabilities, Delivered, EventBatch, FinalBatch, MessageBatch, RecordKind, Reporter,
    ReporterError,
};

use super::encode;
use crate::files::{
    AppendFile, EVENTS_FILEPATH, Existing, FileSettings, METRICS_FILEPATH, check_document,
    location, number, replace,
};

#[derive(Debug)]
pub(super) struct JsonReporter {
    settings: FileSettings,
    events: Option<AppendFile>,
    metrics: Option<PathBuf>,
}

impl JsonReporter {
    pub(super) fn new(settings: FileSettings) -> Self {
        Self {
            settings,
            events: None,
            metrics: None,
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

    fn send_final(&mut self, batch: &FinalBatch) -> Result<(), ReporterError> {
        let Some(path) = &self.settings.metrics else {
            return Ok(());
        };
        let text = encode::metrics(batch).map_err(cannot_encode)?;
        let written = match self.settings.existing {
            Existing::Replace => {
                replace(path, METRICS_FILEPATH, &text)?;
                path.clone()
            }
            Existing::Keep => number(path, METRICS_FILEPATH, &text)?,
        };
        self.metrics = Some(written);
        Ok(())
    }
}

impl Reporter for JsonReporter {
    fn capabilities(&self) -> Capabilities {
        let mut kinds = self.settings.kinds();
        if self.settings.events.is_some() {
            kinds.push(RecordKind::Messages);
        }
        Capabilities {
            kinds,
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        if let Some(path) = &self.settings.metrics {
            check_document(path, METRICS_FILEPATH)?;
        }
        if let Some(path) = &self.settings.events {
            let file = AppendFile::open(path, EVENTS_FILEPATH, self.settings.existing, b"")?;
            self.events = Some(file);
        }
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        match batch {
            Batch::Events(events) => self.send_events(events)?,
            Batch::Messages(messages) => self.send_messages(messages)?,
            Batch::Final(records) => self.send_final(records)?,
        }
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        let mut files: Vec<_> = self.metrics.iter().cloned().collect();
        if let Some(events) = self.events.take() {
            events.sync()?;
            files.push(events.path().to_owned());
        }
        Ok(location(&files))
    }
}

fn cannot_encode(error: serde_json::Error) -> ReporterError {
    ReporterError::permanent("cannot write a record as JSON").with_source(error)
}
