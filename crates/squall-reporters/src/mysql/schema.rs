//! The tables.

use mysql::Conn;
use mysql::prelude::Queryable;

use super::failure::Failure;
use crate::sql::{Dialect, Existing, SCHEMA_TABLE, SCHEMA_VERSION, Table, changes, check_version};

const DIALECT: Dialect = Dialect::Mysql;
/// Two runs that begin at once make their tables one after the other.
const LOCK: &str = "SELECT GET_LOCK('squall_schema', 20)";
const UNLOCK: &str = "SELECT RELEASE_LOCK('squall_schema')";
const COLUMNS: &str = "SELECT column_name, data_type, column_key = 'PRI' FROM information_schema.columns \
     WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position";

/// Makes the tables, or gives them the columns that they lack.
pub(super) fn migrate(connection: &mut Conn, tables: &[Table]) -> Result<(), Failure> {
    let locked: Option<Option<i64>> = connection.query_first(LOCK)?;
    if locked.flatten() != Some(1) {
        return Err(Failure::Locked);
    }
    if columns(connection, SCHEMA_TABLE)?.is_empty() {
        connection.query_drop(format!(
            "CREATE TABLE {SCHEMA_TABLE} (table_name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, version BIGINT NOT NULL)"
        ))?;
    }
    for table in tables {
        make(connection, table)?;
    }
    Ok(connection.query_drop(UNLOCK)?)
}

fn make(connection: &mut Conn, table: &Table) -> Result<(), Failure> {
    let query = format!("SELECT version FROM {SCHEMA_TABLE} WHERE table_name = ?");
    let version: Option<i64> = connection.exec_first(query, (&table.name,))?;
    check_version(table, version).map_err(Failure::Refused)?;
    let name = DIALECT.quote(&table.name);
    let existing = columns(connection, &table.name)?;
    let statements = changes(DIALECT, &name, table, &existing).map_err(Failure::Refused)?;
    if statements.is_empty() && version == Some(SCHEMA_VERSION) {
        return Ok(());
    }
    for statement in statements {
        connection.query_drop(statement)?;
    }
    let put = format!(
        "INSERT INTO {SCHEMA_TABLE} VALUES (?, ?) ON DUPLICATE KEY UPDATE version = VALUES(version)"
    );
    Ok(connection.exec_drop(put, (&table.name, SCHEMA_VERSION))?)
}

fn columns(connection: &mut Conn, name: &str) -> Result<Vec<Existing>, Failure> {
    let columns = connection.exec_map(COLUMNS, (name,), |(name, kind, key)| Existing {
        name,
        kind,
        key,
    });
    Ok(columns?)
}
