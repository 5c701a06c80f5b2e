//! The reporter of a server with tables: what PostgreSQL and MySQL have in common.

use std::fmt::Debug;

use squall_report::{Batch, Capabilities, Delivered, Reporter, ReporterError};

use super::{Table, kinds_of, touched};

/// What differs from server to server.
pub(crate) trait Server: Debug + Send {
    /// A connection.
    type Link: Debug + Send;
    /// What goes wrong with one.
    type Failure;

    /// Returns the tables that there are.
    fn tables(&self) -> &[Table];

    /// Says where they are, without the password.
    fn place(&self) -> String;

    /// Says more about where the results are than the place, at the end.
    fn note(&self) -> String {
        String::new()
    }

    /// Connects.
    fn connect(&self) -> Result<Self::Link, Self::Failure>;

    /// Makes the tables, or gives them the columns that they lack.
    fn migrate(&mut self, link: &mut Self::Link) -> Result<(), Self::Failure>;

    /// Writes the rows that a batch has for these tables.
    fn write(
        &self,
        link: &mut Self::Link,
        tables: &[&Table],
        batch: &Batch,
    ) -> Result<(), Self::Failure>;

    /// Makes the error for the driver; `place` is where it happened.
    fn error(failure: Self::Failure, place: &str) -> ReporterError;
}

/// A reporter that keeps one connection; one that broke is replaced by the next batch.
#[derive(Debug)]
pub(crate) struct ServerReporter<S: Server> {
    server: S,
    link: Option<S::Link>,
    /// Whether the run's row is there.
    run_is_there: bool,
}

impl<S: Server> ServerReporter<S> {
    pub(crate) fn new(server: S) -> Self {
        Self {
            server,
            link: None,
            run_is_there: false,
        }
    }

    fn failed(&self, failure: S::Failure) -> ReporterError {
        S::error(failure, &self.server.place())
    }

    fn try_open(&mut self) -> Result<(), S::Failure> {
        let mut link = self.server.connect()?;
        self.server.migrate(&mut link)?;
        self.link = Some(link);
        Ok(())
    }

    fn try_send(&mut self, batch: &Batch) -> Result<(), S::Failure> {
        let mut link = match self.link.take() {
            Some(link) => link,
            None => self.server.connect()?,
        };
        let tables = touched(self.server.tables(), batch, self.run_is_there);
        self.server.write(&mut link, &tables, batch)?;
        // After an error it is dropped: what was not committed goes with it.
        self.link = Some(link);
        self.run_is_there = true;
        Ok(())
    }
}

impl<S: Server> Reporter for ServerReporter<S> {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: kinds_of(self.server.tables()),
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        self.try_open().map_err(|failure| self.failed(failure))
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let sent = self.try_send(batch);
        sent.map_err(|failure| self.failed(failure))?;
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        self.link = None;
        Ok(Some(self.server.place() + &self.server.note()))
    }
}
