//! Reads the rows of a data pool.

use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::Value;
use squall_plan::DataPool;
use squall_protocol::values::{Cell, Table, TableError};
use thiserror::Error;

/// Why the rows of a data pool could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file could not be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what its kind says.
    #[error("`{}` is not {kind}: {message}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// `CSV`, `a JSON array of objects`, `one JSON object a line`.
        kind: &'static str,
        /// What is wrong, and where.
        message: String,
    },
    /// There are no rows.
    #[error("{place} has no rows")]
    NoRows {
        /// The file, or `rows`.
        place: String,
    },
    /// A row lacks a field.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Reads all rows of a pool; relative paths are taken from `base`.
///
/// # Errors
/// A file is missing or is not what its kind says, or there are no rows.
pub fn read_pool(pool: &DataPool, base: &Path) -> Result<Table, DataError> {
    let (table, place) = if let Some(path) = &pool.csv {
        (read_csv(&base.join(path))?, format!("`{path}`"))
    } else if let Some(path) = &pool.json {
        (read_json(&base.join(path))?, format!("`{path}`"))
    } else if let Some(path) = &pool.json_lines {
        (read_json_lines(&base.join(path))?, format!("`{path}`"))
    } else {
        (
            Table::from_rows(pool.rows.as_deref().unwrap_or_default())?,
            "`rows`".to_owned(),
        )
    };
    if table.rows() == 0 {
        return Err(DataError::NoRows { place });
    }
    Ok(table)
}

fn read(path: &Path) -> Result<Vec<u8>, DataError> {
    fs::read(path).map_err(|source| DataError::Read {
        path: path.to_owned(),
        source,
    })
}

fn read_csv(path: &Path) -> Result<Table, DataError> {
    let bytes = read(path)?;
    let malformed = |error: csv::Error| DataError::Format {
        path: path.to_owned(),
        kind: "CSV",
        message: error.to_string(),
    };
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::Reader::from_reader(text);
    let mut table = Table::new(
        reader
            .headers()
            .map_err(malformed)?
            .iter()
            .map(str::to_owned)
            .collect(),
    );
    for record in reader.records() {
        table.push(
            record
                .map_err(malformed)?
                .iter()
                .map(Cell::from_text)
                .collect(),
        );
    }
    Ok(table)
}

fn read_json(path: &Path) -> Result<Table, DataError> {
    let rows: Vec<IndexMap<String, Value>> =
        serde_json::from_slice(&read(path)?).map_err(|error| DataError::Format {
            path: path.to_owned(),
            kind: "a JSON array of objects",
            message: error.to_string(),
        })?;
    Ok(Table::from_rows(&rows)?)
}

fn read_json_lines(path: &Path) -> Result<Table, DataError> {
    let bytes = read(path)?;
    let mut rows: Vec<IndexMap<String, Value>> = Vec::new();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        rows.push(
            serde_json::from_slice(line).map_err(|error| DataError::Format {
                path: path.to_owned(),
                kind: "one JSON object a line",
                message: format!("line {}: {error}", number + 1),
            })?,
        );
    }
    Ok(Table::from_rows(&rows)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, content: &str, expected: Result<&[&[&str]], &str>) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), content).unwrap();
        let path = Some(name.to_owned());
        let pool = match name.rsplit_once('.').unwrap().1 {
            "csv" => DataPool {
                csv: path,
                ..DataPool::default()
            },
            "json" => DataPool {
                json: path,
                ..DataPool::default()
            },
            _ => DataPool {
                json_lines: path,
                ..DataPool::default()
            },
        };
        match (read_pool(&pool, folder.path()), expected) {
            (Ok(table), Ok(rows)) => {
                assert_eq!(table.rows(), rows.len());
                for (number, row) in rows.iter().enumerate() {
                    let cells =
                        (0..row.len()).map(|field| &*table.cell(number, field).unwrap().text);
                    assert_eq!(cells.collect::<Vec<_>>(), *row);
                }
            }
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (found, _) => panic!("{name}: {found:?}"),
        }
    }

    #[test]
    fn rows_are_read_from_every_kind_of_file() {
        check(
            "a.csv",
            "name,id\nann,1\n\"b,\"\"c\",2\n",
            Ok(&[&["ann", "1"], &["b,\"c", "2"]]),
        );
        check("a.csv", "\u{feff}name\nann\n", Ok(&[&["ann"]]));
        check(
            "a.json",
            r#"[{"name": "ann", "id": 1}]"#,
            Ok(&[&["ann", "1"]]),
        );
        check(
            "a.jsonl",
            "{\"name\": \"ann\"}\n\n{\"name\": \"bob\"}\n",
            Ok(&[&["ann"], &["bob"]]),
        );
    }

    #[test]
    fn a_bad_file_says_what_is_wrong_and_where() {
        check("a.csv", "name\n", Err("has no rows"));
        check("a.csv", "a,b\n1\n", Err("is not CSV"));
        check("a.json", "{}", Err("is not a JSON array of objects"));
        check("a.jsonl", "{\"a\": 1}\nx\n", Err("line 2"));
        check(
            "a.json",
            r#"[{"a": 1}, {"b": 1}]"#,
            Err("row 2 has no field `a`"),
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let pool = DataPool {
            csv: Some("nowhere.csv".to_owned()),
            ..DataPool::default()
        };
        assert!(
            read_pool(&pool, Path::new("/"))
                .unwrap_err()
                .to_string()
                .contains("nowhere.csv")
        );
    }
}
