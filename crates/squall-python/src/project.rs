//! `squall.toml` for the Python of `squall project`, read and changed by the command line's own code.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use squall_cli::project;

/// Reads what a project's `squall.toml` registers.
///
/// Returns:
///     A JSON object: `project`, its own table, and an object for each table of names.
///
/// Raises:
///     `ValueError`: It is no TOML.
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn read_project(text: &str) -> PyResult<String> {
    let read = project::read(text).map_err(PyValueError::new_err)?;
    Ok(read.to_string())
}

/// Changes texts in tables; comments and order stay.
///
/// Args:
///     text: A TOML document.
///     changes: A JSON list of table, key, and a text or null, which takes the key out.
///
/// Returns:
///     The changed document.
///
/// Raises:
///     `ValueError`: It is no TOML, or what is to be changed is no table.
#[pyfunction]
#[pyo3(signature = (text, changes, /))]
pub(crate) fn edit_project(text: &str, changes: &str) -> PyResult<String> {
    let changes: Vec<(String, String, Option<String>)> =
        serde_json::from_str(changes).map_err(|error| PyValueError::new_err(error.to_string()))?;
    project::edit(text, &changes).map_err(PyValueError::new_err)
}
