//! Writes batches, each in a transaction.

use mysql::prelude::Queryable;
use squall_report::{Batch, Capabilities, Delivered, Reporter, ReporterError};

use super::config::Settings;
use super::encode::InsertRows;
use super::failure::Failure;
use super::link::Link;
use super::schema::migrate;
use crate::sql::{Table, TableKind, kinds_of, tables_of, write, write_run};

#[derive(Debug)]
pub(super) struct MysqlReporter {
    settings: Settings,
    link: Option<Link>,
    /// Whether the run's row is there.
    run_is_there: bool,
}

impl MysqlReporter {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            link: None,
            run_is_there: false,
        }
    }

    /// Says where the tables are, without the password.
    fn place(&self) -> String {
        let Settings {
            host,
            port,
            database,
            ..
        } = &self.settings;
        format!("`{host}:{port}`, database `{database}`")
    }

    /// Returns the connection; one that broke is replaced.
    fn take_link(&mut self) -> Result<Link, Failure> {
        match self.link.take() {
            Some(link) => Ok(link),
            None => Link::open(&self.settings),
        }
    }

    fn deliver(&self, link: &mut Link, batch: &Batch) -> Result<(), Failure> {
        let of = |kind| self.settings.tables.iter().find(|table| table.kind == kind);
        link.connection.query_drop("START TRANSACTION")?;
        if (!self.run_is_there || matches!(batch, Batch::Final(_)))
            && let Some(table) = of(TableKind::Runs)
        {
            let mut rows = rows(link, table);
            write_run(batch.run(), &mut rows)?;
            rows.finish()?;
        }
        for table in tables_of(batch).into_iter().filter_map(of) {
            let mut rows = rows(link, table);
            write(batch, table.kind, &mut rows)?;
            rows.finish()?;
        }
        Ok(link.connection.query_drop("COMMIT")?)
    }

    fn try_open(&mut self) -> Result<(), Failure> {
        let mut link = Link::open(&self.settings)?;
        migrate(&mut link.connection, &self.settings.tables)?;
        self.link = Some(link);
        Ok(())
    }

    fn try_send(&mut self, batch: &Batch) -> Result<(), Failure> {
        let mut link = self.take_link()?;
        self.deliver(&mut link, batch)?;
        // After an error it is dropped: what was not committed goes with it.
        self.link = Some(link);
        self.run_is_there = true;
        Ok(())
    }
}

impl Reporter for MysqlReporter {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: kinds_of(&self.settings.tables),
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        let opened = self.try_open();
        opened.map_err(|failure| failure.at(&self.place()))
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let sent = self.try_send(batch);
        sent.map_err(|failure| failure.at(&self.place()))?;
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        self.link = None;
        Ok(Some(self.place()))
    }
}

fn rows<'a>(
    link: &'a mut Link,
    table: &Table,
) -> InsertRows<impl FnMut(&str) -> Result<(), Failure> + 'a> {
    let connection = &mut link.connection;
    InsertRows::new(table, link.max_allowed_packet, |statement| {
        Ok(connection.query_drop(statement)?)
    })
}
