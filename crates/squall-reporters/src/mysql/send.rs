//! Writes batches, each in a transaction.

use mysql::prelude::Queryable;
use squall_report::{Batch, ReporterError};

use super::config::Settings;
use super::encode::InsertRows;
use super::failure::Failure;
use super::link::Link;
use super::schema::migrate;
use crate::sql::{Server, Table, write};

impl Server for Settings {
    type Link = Link;
    type Failure = Failure;

    fn tables(&self) -> &[Table] {
        &self.tables
    }

    fn place(&self) -> String {
        self.login.place()
    }

    fn connect(&self) -> Result<Link, Failure> {
        Link::open(self)
    }

    fn migrate(&mut self, link: &mut Link) -> Result<(), Failure> {
        migrate(&mut link.connection, &self.tables)
    }

    fn write(&self, link: &mut Link, tables: &[&Table], batch: &Batch) -> Result<(), Failure> {
        link.connection.query_drop("START TRANSACTION")?;
        for table in tables {
            let mut rows = rows(link, table);
            write(batch, table.kind, &mut rows)?;
            rows.finish()?;
        }
        Ok(link.connection.query_drop("COMMIT")?)
    }

    fn error(failure: Failure, place: &str) -> ReporterError {
        failure.at(place)
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
