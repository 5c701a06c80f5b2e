//! The headers of an answer.

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList};

/// Names and values in the order of the answer; names are found in any case.
#[derive(Clone, Debug)]
#[pyclass(module = "squall._squall", mapping, frozen)]
pub(crate) struct Headers {
    fields: Vec<(String, String)>,
}

impl Headers {
    /// Reads the head of an answer; bytes that are no UTF-8 are Latin-1 (RFC 9110 §5.5).
    pub(crate) fn parse(head: &[u8]) -> Self {
        let decode = |bytes: &[u8]| match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        };
        let fields = squall_http::codec::response::Headers::new(head)
            .iter()
            .map(|(name, value)| (name.to_owned(), decode(value)))
            .collect();
        Self { fields }
    }

    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let fields = self.fields.iter();
        fields
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in &self.fields {
            if !names.iter().any(|other| other.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        names
    }

    /// Returns all values of a name as one, as RFC 9110 §5.3 joins them.
    fn joined(&self, name: &str) -> Option<String> {
        let all = self.all(name);
        (!all.is_empty()).then(|| all.join(", "))
    }
}

#[pymethods]
impl Headers {
    fn __getitem__(&self, name: &str) -> PyResult<String> {
        self.joined(name)
            .ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        name.extract::<String>()
            .is_ok_and(|name| self.first(&name).is_some())
    }

    fn __len__(&self) -> usize {
        self.names().len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.names())?.try_iter()
    }

    #[pyo3(signature = (name, default = None))]
    fn get(
        &self,
        py: Python<'_>,
        name: &str,
        default: Option<Py<PyAny>>,
    ) -> PyResult<Option<Py<PyAny>>> {
        match self.joined(name) {
            Some(value) => Ok(Some(value.into_pyobject(py)?.into_any().unbind())),
            None => Ok(default),
        }
    }

    fn get_all(&self, name: &str) -> Vec<&str> {
        self.all(name)
    }

    fn keys(&self) -> Vec<&str> {
        self.names()
    }

    fn values(&self) -> Vec<String> {
        self.names()
            .into_iter()
            .filter_map(|name| self.joined(name))
            .collect()
    }

    fn items(&self) -> Vec<(&str, String)> {
        self.names()
            .into_iter()
            .filter_map(|name| Some((name, self.joined(name)?)))
            .collect()
    }

    /// Returns every name and value as they came.
    fn raw(&self) -> Vec<(&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    fn __repr__(&self) -> String {
        format!("Headers({:?})", self.fields)
    }
}
