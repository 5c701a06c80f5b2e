//! TOML for Python, which reads it by itself only from 3.11 on.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::Value;

/// Reads a TOML document.
///
/// Returns:
///     A JSON object.
///
/// Raises:
///     `ValueError`: It is no TOML.
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn parse_toml(text: &str) -> PyResult<String> {
    let value: Value =
        toml::from_str(text).map_err(|error| PyValueError::new_err(error.message().to_owned()))?;
    Ok(value.to_string())
}
