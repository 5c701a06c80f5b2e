//! Copies batches into a temporary table, and from there what is new into the table.

use squall_report::{Batch, Capabilities, Delivered, Reporter, ReporterError};

use super::config::Settings;
use super::encode::CopyRows;
use super::failure::Failure;
use super::link::Link;
use super::schema::{DIALECT, Hypertables, migrate, qualified};
use crate::sql::{Table, TableKind, kinds_of, tables_of, write, write_run};

#[derive(Debug)]
pub(super) struct PostgresReporter {
    settings: Settings,
    link: Option<Link>,
    hypertables: Hypertables,
    /// Whether the run's row is there.
    run_is_there: bool,
}

impl PostgresReporter {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            link: None,
            hypertables: Hypertables::NotAsked,
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
        if (!self.run_is_there || matches!(batch, Batch::Final(_)))
            && let Some(table) = of(TableKind::Runs)
        {
            let mut rows = self.rows(link, table);
            write_run(batch.run(), &mut rows)?;
            rows.finish()?;
        }
        for table in tables_of(batch).into_iter().filter_map(of) {
            let mut rows = self.rows(link, table);
            write(batch, table.kind, &mut rows)?;
            rows.finish()?;
        }
        Ok(())
    }

    fn rows<'a>(
        &'a self,
        link: &'a mut Link,
        table: &'a Table,
    ) -> CopyRows<impl FnMut(Vec<u8>) -> Result<(), Failure> + 'a> {
        let insert = insert(&self.settings, table);
        let stage = stage(table);
        CopyRows::new(table.columns.len(), move |bytes| {
            link.run(&format!("BEGIN; {stage}"))?;
            link.copy(table.kind, || copy(table), bytes)?;
            link.run(&insert)
        })
    }

    fn try_open(&mut self) -> Result<(), Failure> {
        let link = Link::open(&self.settings)?;
        self.hypertables = migrate(&link, &self.settings)?;
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

impl Reporter for PostgresReporter {
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
        let plain = match self.hypertables {
            Hypertables::NoExtension => {
                ", in plain tables: the database has no extension `timescaledb`"
            }
            Hypertables::Made | Hypertables::NotAsked => "",
        };
        let (place, schema) = (self.place(), &self.settings.schema);
        Ok(Some(format!("{place}, schema `{schema}`{plain}")))
    }
}

/// Names the table that a batch is copied into before what is new of it is taken.
fn stage_name(table: &Table) -> String {
    let name = format!("squall_{:?}", table.kind).to_lowercase();
    format!("pg_temp.{}", DIALECT.quote(&name))
}

fn stage(table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let name = DIALECT.quote(column.name);
            format!("{name} {}", DIALECT.type_of(column.kind))
        })
        .collect();
    let (name, columns) = (stage_name(table), columns.join(", "));
    format!("CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS")
}

fn copy(table: &Table) -> String {
    let (name, columns) = (stage_name(table), DIALECT.list(&table.columns));
    format!("COPY {name} ({columns}) FROM STDIN (FORMAT binary)")
}

fn insert(settings: &Settings, table: &Table) -> String {
    let name = qualified(settings, &table.name);
    let columns = DIALECT.list(&table.columns);
    let (from, conflict) = (stage_name(table), DIALECT.on_conflict(table));
    format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {from}{conflict}; COMMIT")
}
