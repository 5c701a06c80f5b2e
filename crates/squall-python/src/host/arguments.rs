//! Values that a request is given, read from Python.

use std::borrow::Cow;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use squall_metrics::Tags;
use squall_plan::{Expect, Span};

/// Returns the text of a text, or of something that stands for one.
pub(super) fn text<'a>(value: &'a Bound<'_, PyAny>, what: &str) -> PyResult<Cow<'a, str>> {
    if let Ok(text) = value.cast::<PyString>() {
        return text.to_cow();
    }
    let is_text =
        value.hasattr("expression")? || value.hasattr("geturl")? || value.hasattr("human_repr")?;
    if is_text
        || value.is_instance_of::<pyo3::types::PyInt>()
        || value.is_instance_of::<pyo3::types::PyFloat>()
    {
        return Ok(Cow::Owned(value.str()?.to_cow()?.into_owned()));
    }
    let kind = value.get_type().name()?;
    Err(PyTypeError::new_err(format!(
        "{what} must be text, not {kind}"
    )))
}

/// Reads names and values: a mapping or a list of pairs; a list as a value stands for several.
pub(super) fn pairs(value: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let items = match value.cast::<PyDict>() {
        Ok(dict) => dict.items().into_any(),
        Err(_) => match value.getattr_opt("items")? {
            Some(items) => items.call0()?,
            None => value.clone(),
        },
    };
    let wrong = |_| PyTypeError::new_err(format!("{what} must be a mapping or a list of pairs"));
    for item in items.try_iter().map_err(wrong)? {
        let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract().map_err(wrong)?;
        let name = text(&name, what)?.into_owned();
        if value.cast::<PyList>().is_ok() || value.cast::<PyTuple>().is_ok() {
            for one in value.try_iter()? {
                pairs.push((name.clone(), field(&one?)?));
            }
        } else if !value.is_none() {
            pairs.push((name, field(&value)?));
        }
    }
    Ok(pairs)
}

fn field(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(flag) = value.extract::<bool>()
        && value.is_instance_of::<pyo3::types::PyBool>()
    {
        return Ok(flag.to_string());
    }
    if let Ok(bytes) = value.cast::<pyo3::types::PyBytes>() {
        return Ok(String::from_utf8_lossy(bytes.as_bytes()).into_owned());
    }
    Ok(value.str()?.to_cow()?.into_owned())
}

pub(super) fn duration(value: &Bound<'_, PyAny>) -> PyResult<Span> {
    if let Ok(text) = value.cast::<PyString>() {
        let parsed: Result<Span, _> = text.to_str()?.parse();
        return parsed.map_err(|error| PyValueError::new_err(format!("`timeout`: {error}")));
    }
    let seconds: f64 = match value.getattr_opt("total_seconds")? {
        Some(total) => total.call0()?.extract()?,
        None => value.extract()?,
    };
    if !seconds.is_finite() || seconds <= 0.0 {
        return Err(PyValueError::new_err("`timeout` must be greater than 0"));
    }
    let text = format!("{}ns", (seconds * 1e9).round());
    text.parse()
        .map_err(|error| PyValueError::new_err(format!("`timeout`: {error}")))
}

pub(super) fn expectation(value: &Bound<'_, PyAny>) -> PyResult<Expect> {
    let encode = value.py().import("squall._script.encode")?;
    let json: String = encode.call_method1("expectation", (value,))?.extract()?;
    serde_json::from_str(&json).map_err(|error| PyValueError::new_err(format!("`expect`: {error}")))
}

/// Tags of a request: names with their values, or as Hedra has them a list of `{"name": …, "value": …}`.
pub(super) fn tags(value: &Bound<'_, PyAny>) -> PyResult<Tags> {
    let plain = value
        .py()
        .import("squall._authoring.tags")?
        .call_method1("plain_tags", (value,))?;
    Ok(Tags::new(pairs(&plain, "`tags`")?))
}

pub(super) fn path_of(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let path = match value.getattr_opt("path")? {
        Some(path) => path,
        None => value.clone(),
    };
    let os = value.py().import("os")?;
    os.call_method1("fspath", (path,))?.extract()
}
