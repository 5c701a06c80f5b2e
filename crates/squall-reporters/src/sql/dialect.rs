//! How each backend writes what all of them have.

use super::table::{Column, ColumnType, Table, TableKind};

/// The SQL of one backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "a build may have some of them alone")]
pub(crate) enum Dialect {
    /// SQLite: moments and JSON are texts, flags are 0 and 1.
    Sqlite,
    /// PostgreSQL and TimescaleDB.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// Writes an identifier, whatever is in it.
    pub(crate) fn quote(self, name: &str) -> String {
        let mark = match self {
            Self::Sqlite | Self::Postgres => '"',
            Self::Mysql => '`',
        };
        let twice: String = [mark, mark].iter().collect();
        format!("{mark}{}{mark}", name.replace(mark, &twice))
    }

    /// Writes the names of columns as a list.
    pub(crate) fn list<'a>(self, columns: impl IntoIterator<Item = &'a Column>) -> String {
        let names = columns.into_iter().map(|column| self.quote(column.name));
        names.collect::<Vec<_>>().join(", ")
    }

    /// Returns the type of a column as it is written where a table is made.
    pub(crate) fn type_of(self, kind: ColumnType) -> &'static str {
        use ColumnType::{Document, Flag, Integer, Json, Key, Number, Text, Time};
        match (self, kind) {
            (Self::Sqlite, Key | Text | Time | Json | Document) => "TEXT",
            (Self::Sqlite, Integer | Flag) => "INTEGER",
            (Self::Sqlite, Number) => "REAL",
            (Self::Postgres, Key | Text) => "text",
            (Self::Postgres, Integer) => "bigint",
            (Self::Postgres, Number) => "double precision",
            (Self::Postgres, Flag) => "boolean",
            (Self::Postgres, Time) => "timestamp with time zone",
            (Self::Postgres, Json | Document) => "jsonb",
            (Self::Mysql, Key) => "VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            // `JSON` of MariaDB refuses what is deeper than 32.
            (Self::Mysql, Text | Document) => "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            (Self::Mysql, Integer) => "BIGINT",
            (Self::Mysql, Number) => "DOUBLE",
            (Self::Mysql, Flag) => "BOOLEAN",
            (Self::Mysql, Time) => "DATETIME(6)",
            (Self::Mysql, Json) => "JSON",
        }
    }

    /// Says whether a column of an existing table can hold what is written into it; `found` is the type as the backend names it.
    pub(super) fn holds(self, kind: ColumnType, found: &str) -> bool {
        use ColumnType::{Document, Flag, Integer, Json, Key, Number, Text, Time};
        let found = found.to_ascii_lowercase();
        let known: &[&str] = match (self, kind) {
            (Self::Sqlite, Key | Text | Time | Json | Document) => &["text"],
            (Self::Sqlite, Integer | Flag) => &["integer"],
            (Self::Sqlite, Number) => &["real"],
            (Self::Postgres, Key | Text) => &["text", "character varying"],
            (Self::Postgres, Integer) => &["bigint", "numeric"],
            (Self::Postgres, Number) => &["double precision", "numeric"],
            (Self::Postgres, Flag) => &["boolean"],
            (Self::Postgres, Time) => &["timestamp with time zone"],
            (Self::Postgres, Json | Document) => &["jsonb"],
            (Self::Mysql, Key) => &["varchar"],
            (Self::Mysql, Text | Document) => &["longtext"],
            (Self::Mysql, Integer) => &["bigint"],
            (Self::Mysql, Number) => &["double"],
            (Self::Mysql, Flag) => &["tinyint"],
            (Self::Mysql, Time) => &["datetime"],
            (Self::Mysql, Json) => &["json", "longtext"],
        };
        known.contains(&found.as_str())
    }

    /// Makes a table; `name` is written as it is, so that it may say its schema.
    pub(crate) fn create(self, name: &str, table: &Table) -> String {
        let mut text = format!("CREATE TABLE {name} (\n");
        for column in &table.columns {
            text.push_str("  ");
            text.push_str(&self.define(column));
            text.push_str(",\n");
        }
        let keys = self.list(table.keys());
        let end = match self {
            Self::Mysql => "\n) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            Self::Sqlite | Self::Postgres => "\n)",
        };
        text + &format!("  PRIMARY KEY ({keys}){end}")
    }

    /// Defines a column where a table is made or gets one more.
    pub(super) fn define(self, column: &Column) -> String {
        let needed = if column.key { " NOT NULL" } else { "" };
        let name = self.quote(column.name);
        format!("{name} {}{needed}", self.type_of(column.kind))
    }

    /// Says what becomes of a row that is there: it stays, but a run gets its verdict.
    pub(crate) fn on_conflict(self, table: &Table) -> String {
        let keys = self.list(table.keys());
        match (self, table.kind) {
            (Self::Mysql, TableKind::Runs) => {
                " ON DUPLICATE KEY UPDATE `verdict` = COALESCE(VALUES(`verdict`), `verdict`), \
                 `reasons` = IF(VALUES(`verdict`) IS NULL, `reasons`, VALUES(`reasons`))"
                    .to_owned()
            }
            // `INSERT IGNORE` would also cut off what is too long, and say nothing.
            (Self::Mysql, _) => " ON DUPLICATE KEY UPDATE `run` = `run`".to_owned(),
            (Self::Sqlite | Self::Postgres, TableKind::Runs) => {
                let old = self.quote(&table.name);
                format!(
                    " ON CONFLICT ({keys}) DO UPDATE SET \
                     \"verdict\" = COALESCE(excluded.\"verdict\", {old}.\"verdict\"), \
                     \"reasons\" = CASE WHEN excluded.\"verdict\" IS NULL THEN {old}.\"reasons\" ELSE excluded.\"reasons\" END"
                )
            }
            (Self::Sqlite | Self::Postgres, _) => {
                format!(" ON CONFLICT ({keys}) DO NOTHING")
            }
        }
    }
}
