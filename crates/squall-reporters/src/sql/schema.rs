//! Tables are made, get the columns that they lack, and are refused where they are somebody else's.

use super::dialect::Dialect;
use super::table::{Column, Table};

/// Counts the changes of tables that adding columns does not make.
pub(crate) const SCHEMA_VERSION: i64 = 1;

/// The table that says which version each table has: `table_name`, `version`.
pub(crate) const SCHEMA_TABLE: &str = "squall_schema";

/// A column of a table that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Existing {
    pub(crate) name: String,
    /// Its type as the backend names it.
    pub(crate) kind: String,
    /// Whether it is part of the primary key.
    pub(crate) key: bool,
}

/// Returns the statements that make a table what it must be; none where it is that.
///
/// `name` is the table's name as it is written in statements.
pub(crate) fn changes(
    dialect: Dialect,
    name: &str,
    table: &Table,
    existing: &[Existing],
) -> Result<Vec<String>, String> {
    if existing.is_empty() {
        return Ok(vec![dialect.create(name, table)]);
    }
    let mut statements = Vec::new();
    for column in &table.columns {
        match existing.iter().find(|found| same(dialect, found, column)) {
            Some(found) => check(dialect, table, column, found)?,
            None if column.key => {
                let problem = format!("has no column `{}`, which its key needs", column.name);
                return Err(refused(table, &problem));
            }
            None => statements.push(format!(
                "ALTER TABLE {name} ADD COLUMN {}",
                dialect.define(column)
            )),
        }
    }
    let more = existing
        .iter()
        .find(|found| found.key && !table.keys().any(|key| same(dialect, found, key)));
    match more {
        Some(found) => Err(refused(
            table,
            &format!("has `{}` in its primary key", found.name),
        )),
        None => Ok(statements),
    }
}

fn same(dialect: Dialect, found: &Existing, column: &Column) -> bool {
    match dialect {
        Dialect::Postgres => found.name == column.name,
        Dialect::Sqlite | Dialect::Mysql => found.name.eq_ignore_ascii_case(column.name),
    }
}

fn check(dialect: Dialect, table: &Table, column: &Column, found: &Existing) -> Result<(), String> {
    let name = column.name;
    if !dialect.holds(column.kind, &found.kind) {
        let (has, needs) = (&found.kind, dialect.type_of(column.kind));
        let problem = format!("has a column `{name}` of type `{has}` where `{needs}` is needed");
        return Err(refused(table, &problem));
    }
    if column.key && !found.key {
        let problem = format!("has no primary key with `{name}`");
        return Err(refused(table, &problem));
    }
    Ok(())
}

fn refused(table: &Table, problem: &str) -> String {
    format!(
        "table `{}` {problem}: name another one with `{}`, or rename that table",
        table.name,
        table.kind.setting()
    )
}

/// Says what is wrong with a table that a later version made.
pub(crate) fn check_version(table: &Table, found: Option<i64>) -> Result<(), String> {
    match found {
        Some(version) if version > SCHEMA_VERSION => Err(format!(
            "table `{}` was made by a later version of squall (schema {version}, this one writes {SCHEMA_VERSION}): \
             update squall, or name another table with `{}`",
            table.name,
            table.kind.setting()
        )),
        _ => Ok(()),
    }
}
