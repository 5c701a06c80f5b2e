//! Writes rows into the file: a transaction for each batch.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use squall_report::{Batch, Capabilities, Delivered, Reporter, ReporterError};

use super::encode::BoundRow;
use crate::sql::{
    Dialect, Existing, SCHEMA_TABLE, SCHEMA_VERSION, Table, changes, check_version, kinds_of,
    touched, write,
};

const DIALECT: Dialect = Dialect::Sqlite;
/// How long a writer of another process may hold the file.
const BUSY: Duration = Duration::from_secs(10);
/// `INSERT`s that stay prepared.
const STATEMENTS: usize = 32;

#[derive(Debug)]
pub(super) struct SqliteReporter {
    path: PathBuf,
    tables: Vec<Table>,
    connection: Option<Connection>,
    /// Whether the run's row is there.
    run_is_there: bool,
}

impl SqliteReporter {
    pub(super) fn new(path: PathBuf, tables: Vec<Table>) -> Self {
        Self {
            path,
            tables,
            connection: None,
            run_is_there: false,
        }
    }

    fn deliver(&mut self, batch: &Batch) -> Result<(), rusqlite::Error> {
        let connection = self.connection.as_mut().expect("`open` comes first");
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for table in touched(&self.tables, batch, self.run_is_there) {
            let mut statement = transaction.prepare_cached(&insert(table))?;
            write(batch, table.kind, &mut BoundRow::new(&mut statement))?;
        }
        transaction.commit()?;
        self.run_is_there = true;
        Ok(())
    }

    fn failed(&self, error: rusqlite::Error) -> ReporterError {
        failed(&self.path, error)
    }
}

impl Reporter for SqliteReporter {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: kinds_of(&self.tables),
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| {
                let folder = folder.display();
                ReporterError::permanent(format!(
                    "cannot make the folder `{folder}`: choose another `path`"
                ))
                .with_source(error)
            })?;
        }
        let mut connection = connect(&self.path).map_err(|error| self.failed(error))?;
        migrate(&mut connection, &self.tables).map_err(|problem| match problem {
            Problem::Refused(message) => {
                let path = self.path.display();
                ReporterError::permanent(format!("in `{path}`: {message}"))
            }
            Problem::Sqlite(error) => self.failed(error),
        })?;
        self.connection = Some(connection);
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        self.deliver(batch).map_err(|error| self.failed(error))?;
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        if let Some(connection) = self.connection.take() {
            let closed = connection.close();
            closed.map_err(|(_, error)| self.failed(error))?;
        }
        Ok(Some(self.path.display().to_string()))
    }
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Others read while this writes; a batch is there when the process dies, the last ones may be lost with the machine.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(connection)
}

enum Problem {
    Refused(String),
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Makes the tables, or gives them the columns that they lack.
fn migrate(connection: &mut Connection, tables: &[Table]) -> Result<(), Problem> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {SCHEMA_TABLE} (table_name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL)"
    ))?;
    for table in tables {
        let version = version(&transaction, table)?;
        check_version(table, version).map_err(Problem::Refused)?;
        let existing = existing(&transaction, &table.name)?;
        let name = DIALECT.quote(&table.name);
        let statements = changes(DIALECT, &name, table, &existing).map_err(Problem::Refused)?;
        for statement in statements {
            transaction.execute_batch(&statement)?;
        }
        transaction.execute(
            &format!("INSERT INTO {SCHEMA_TABLE} VALUES (?1, ?2) ON CONFLICT (table_name) DO UPDATE SET version = excluded.version"),
            (&table.name, SCHEMA_VERSION),
        )?;
    }
    Ok(transaction.commit()?)
}

fn version(transaction: &Transaction<'_>, table: &Table) -> Result<Option<i64>, rusqlite::Error> {
    use rusqlite::OptionalExtension;
    let query = format!("SELECT version FROM {SCHEMA_TABLE} WHERE table_name = ?1");
    transaction
        .query_row(&query, [&table.name], |row| row.get(0))
        .optional()
}

fn existing(transaction: &Transaction<'_>, name: &str) -> Result<Vec<Existing>, rusqlite::Error> {
    let mut statement =
        transaction.prepare("SELECT name, type, pk > 0 FROM pragma_table_info(?1)")?;
    let rows = statement.query_map([name], |row| {
        Ok(Existing {
            name: row.get(0)?,
            kind: row.get(1)?,
            key: row.get(2)?,
        })
    })?;
    rows.collect()
}

fn insert(table: &Table) -> String {
    let columns = DIALECT.list(&table.columns);
    let marks = vec!["?"; table.columns.len()].join(", ");
    let name = DIALECT.quote(&table.name);
    let conflict = DIALECT.on_conflict(table);
    format!("INSERT INTO {name} ({columns}) VALUES ({marks}){conflict}")
}

fn failed(path: &Path, error: rusqlite::Error) -> ReporterError {
    let path = path.display();
    let made = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ReporterError::temporary(
            format!("another process holds `{path}`: end what writes to it"),
        ),
        Some(ErrorCode::DiskFull) => {
            ReporterError::temporary(format!("no room for `{path}`: make room on its disk"))
        }
        Some(ErrorCode::TooBig) => {
            ReporterError::too_large(format!("a text is longer than `{path}` can hold"))
        }
        Some(ErrorCode::NotADatabase) => ReporterError::permanent(format!(
            "`{path}` is no SQLite database: choose another `path`, or move that file away"
        )),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            ReporterError::permanent(format!(
                "cannot write to `{path}`: check its permissions, or choose another `path`"
            ))
        }
        _ => ReporterError::permanent(format!("cannot write to `{path}`")),
    };
    made.with_source(error)
}
