//! JSON paths (RFC 9535), for code that takes values from answers.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json_path::JsonPath;

/// Finds the first node of a JSON document.
///
/// Returns:
///     The node as JSON; None where there is none, or the document is no JSON.
///
/// Raises:
///     `ValueError`: The path is wrong.
#[pyfunction]
#[pyo3(signature = (document, path, /))]
pub(crate) fn json_path(document: &[u8], path: &str) -> PyResult<Option<String>> {
    let path = JsonPath::parse(path).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(document) else {
        return Ok(None);
    };
    Ok(path.query(&value).first().map(ToString::to_string))
}
