//! Copies batches into a temporary table, and from there what is new into the table.

use squall_report::{Batch, ReporterError};

use super::config::Settings;
use super::encode::CopyRows;
use super::failure::Failure;
use super::link::Link;
use super::schema::{DIALECT, Hypertables, migrate, qualified};
use crate::sql::{Server, Table, write};

/// A server, and what was found there.
#[derive(Debug)]
pub(super) struct Postgres {
    settings: Settings,
    hypertables: Hypertables,
}

impl Postgres {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            hypertables: Hypertables::NotAsked,
        }
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
}

impl Server for Postgres {
    type Link = Link;
    type Failure = Failure;

    fn tables(&self) -> &[Table] {
        &self.settings.tables
    }

    fn place(&self) -> String {
        self.settings.login.place()
    }

    fn note(&self) -> String {
        let plain = match self.hypertables {
            Hypertables::NoExtension => {
                ", in plain tables: the database has no extension `timescaledb`"
            }
            Hypertables::Made | Hypertables::NotAsked => "",
        };
        format!(", schema `{}`{plain}", self.settings.schema)
    }

    fn connect(&self) -> Result<Link, Failure> {
        Link::open(&self.settings)
    }

    fn migrate(&mut self, link: &mut Link) -> Result<(), Failure> {
        self.hypertables = migrate(link, &self.settings)?;
        Ok(())
    }

    fn write(&self, link: &mut Link, tables: &[&Table], batch: &Batch) -> Result<(), Failure> {
        for table in tables {
            let mut rows = self.rows(link, table);
            write(batch, table.kind, &mut rows)?;
            rows.finish()?;
        }
        Ok(())
    }

    fn error(failure: Failure, place: &str) -> ReporterError {
        failure.at(place)
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
