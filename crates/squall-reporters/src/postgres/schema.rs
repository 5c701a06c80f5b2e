//! The tables, and the hypertables.

use super::config::Settings;
use super::failure::Failure;
use super::link::Link;
use crate::sql::{
    Dialect, Existing, SCHEMA_TABLE, SCHEMA_VERSION, Table, TableKind, changes, check_version,
};

pub(super) const DIALECT: Dialect = Dialect::Postgres;

/// Two runs that begin at once make their tables one after the other; the number is `squall` in ASCII.
const LOCK: i64 = 0x7371_7561_6c6c;

/// The columns of a table with their types, and whether they are in the primary key.
const COLUMNS: &str = "SELECT a.attname::text, format_type(a.atttypid, NULL), coalesce(a.attnum = ANY (i.indkey), false) \
     FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary \
     WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped";

/// The schema of the function that makes hypertables, which is there with the extension.
const HYPERTABLES: &str = "SELECT quote_ident(n.nspname) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
     WHERE p.proname = 'create_hypertable' LIMIT 1";

/// Whether tables of moments are hypertables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hypertables {
    /// They are.
    Made,
    /// The database has no TimescaleDB.
    NoExtension,
    /// Nobody asked for them.
    NotAsked,
}

/// Writes the name of a table with its schema.
pub(super) fn qualified(settings: &Settings, name: &str) -> String {
    let schema = DIALECT.quote(&settings.schema);
    format!("{schema}.{}", DIALECT.quote(name))
}

/// Makes the tables, or gives them the columns that they lack.
pub(super) fn migrate(link: &Link, settings: &Settings) -> Result<Hypertables, Failure> {
    link.run("BEGIN")?;
    link.rows("SELECT pg_advisory_xact_lock($1)::text", &[&LOCK])?;
    let known = "SELECT FROM pg_namespace WHERE nspname = $1";
    if link.rows(known, &[&settings.schema])?.is_empty() {
        let schema = DIALECT.quote(&settings.schema);
        link.run(&format!("CREATE SCHEMA {schema}"))?;
    }
    let versions = qualified(settings, SCHEMA_TABLE);
    if columns(link, &versions)?.is_empty() {
        link.run(&format!(
            "CREATE TABLE {versions} (table_name text NOT NULL PRIMARY KEY, version bigint NOT NULL)"
        ))?;
    }
    for table in &settings.tables {
        make(link, settings, table, &versions)?;
    }
    let hypertables = hypertables(link, settings)?;
    link.run("COMMIT")?;
    Ok(hypertables)
}

fn make(link: &Link, settings: &Settings, table: &Table, versions: &str) -> Result<(), Failure> {
    let query = format!("SELECT version FROM {versions} WHERE table_name = $1");
    let rows = link.rows(&query, &[&table.name])?;
    let version = rows.first().map(|row| row.get(0));
    check_version(table, version).map_err(Failure::Refused)?;
    let name = qualified(settings, &table.name);
    let existing = columns(link, &name)?;
    let statements = changes(DIALECT, &name, table, &existing).map_err(Failure::Refused)?;
    if statements.is_empty() && version == Some(SCHEMA_VERSION) {
        return Ok(());
    }
    for statement in statements {
        link.run(&statement)?;
    }
    let put = format!(
        "INSERT INTO {versions} VALUES ($1, $2) ON CONFLICT (table_name) DO UPDATE SET version = excluded.version"
    );
    link.rows(&put, &[&table.name, &SCHEMA_VERSION]).map(drop)
}

fn columns(link: &Link, name: &str) -> Result<Vec<Existing>, Failure> {
    let rows = link.rows(COLUMNS, &[&name])?;
    let columns = rows.iter().map(|row| Existing {
        name: row.get(0),
        kind: row.get(1),
        key: row.get(2),
    });
    Ok(columns.collect())
}

fn hypertables(link: &Link, settings: &Settings) -> Result<Hypertables, Failure> {
    if !settings.hypertables {
        return Ok(Hypertables::NotAsked);
    }
    let rows = link.rows(HYPERTABLES, &[])?;
    let Some(schema) = rows.first().map(|row| row.get::<_, String>(0)) else {
        return Ok(Hypertables::NoExtension);
    };
    for table in &settings.tables {
        let many = matches!(
            table.kind,
            TableKind::Events | TableKind::Messages | TableKind::Streams
        );
        let Some(time) = table.time().filter(|_| many) else {
            continue;
        };
        let name = qualified(settings, &table.name);
        link.rows(
            &format!(
                "SELECT FROM {schema}.create_hypertable($1::text::regclass, $2::text::name, if_not_exists => true, migrate_data => true)"
            ),
            &[&name, &time],
        )?;
    }
    Ok(Hypertables::Made)
}
