//! The HTTP client of a script.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::event_loop;
use super::iteration::Iteration;
use super::operation::{Hold, Operation};
use super::request::{Method, Prepared};
use super::threads;

/// Sends HTTP requests for one iteration: awaited in a coroutine, waited for in a thread.
#[derive(Debug)]
#[pyclass(module = "squall._squall", dict, freelist = 64)]
pub(crate) struct HttpClient {
    iteration: Arc<Iteration>,
}

impl HttpClient {
    pub(crate) fn new(iteration: Arc<Iteration>) -> Self {
        Self { iteration }
    }

    fn send(
        &self,
        method: &Method,
        url: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        let py = url.py();
        let request = Prepared::new(&self.iteration, method, url, (None, options))?;
        let blocks = self.iteration.script.is_blocking() || event_loop::state().is_none();
        if blocks {
            let response = threads::request(py, &self.iteration, &request)?;
            return Ok(response.into_any());
        }
        let operation = Operation::new(Arc::clone(&self.iteration), request, Hold::Never);
        Ok(Py::new(py, operation)?.into_any())
    }
}

#[pymethods]
impl HttpClient {
    #[pyo3(signature = (url, **options))]
    fn get(
        &self,
        url: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        self.send(&Method::Known("GET"), url, options)
    }

    #[pyo3(signature = (url, **options))]
    fn head(
        &self,
        url: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        self.send(&Method::Known("HEAD"), url, options)
    }

    #[pyo3(signature = (url, **options))]
    fn options(
        &self,
        url: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        self.send(&Method::Known("OPTIONS"), url, options)
    }

    #[pyo3(signature = (url, **options))]
    fn post(
        &self,
        url: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        self.send(&Method::Known("POST"), url, options)
    }

    #[pyo3(signature = (url, **options))]
    fn put(
        &self,
        url: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        self.send(&Method::Known("PUT"), url, options)
    }

    #[pyo3(signature = (url, **options))]
    fn patch(
        &self,
        url: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        self.send(&Method::Known("PATCH"), url, options)
    }

    #[pyo3(signature = (url, **options))]
    fn delete(
        &self,
        url: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        self.send(&Method::Known("DELETE"), url, options)
    }

    #[pyo3(signature = (method, url, **options))]
    fn request(
        &self,
        method: &str,
        url: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        self.send(&Method::of(method)?, url, options)
    }

    #[expect(clippy::too_many_arguments, reason = "arguments of a Python method")]
    /// Makes the operation of a request that hooks surround; one that is held is counted once it is judged.
    fn _hooked(
        &self,
        method: &str,
        url: &Bound<'_, PyAny>,
        name: Option<&str>,
        holds: bool,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<Operation>> {
        let method = Method::of(method)?;
        let request = Prepared::new(&self.iteration, &method, url, (name, options))?;
        let hold = if holds {
            Hold::UntilJudged
        } else {
            Hold::Never
        };
        let operation = Operation::new(Arc::clone(&self.iteration), request, hold);
        Py::new(url.py(), operation)
    }

    fn __repr__(&self) -> String {
        format!("<HttpClient of user {}>", self.iteration.start.user)
    }
}
