//! The answer to a request of a script; decoded as far as somebody looks.

use pyo3::exceptions::{PyAttributeError, PyKeyError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyString};
use squall_engine::script::FinishedOperation;
use squall_http::KeptAnswer;
use squall_metrics::Outcome;

use super::headers::Headers;

/// What came back, and how it was counted.
#[derive(Debug)]
#[pyclass(module = "squall._squall", dict, freelist = 128)]
pub(crate) struct Response {
    finished: Box<FinishedOperation>,
    headers: Option<Py<Headers>>,
    /// Values that the request was to take from its answer.
    extracted: Option<Py<PyDict>>,
}

impl Response {
    pub(crate) fn new(finished: Box<FinishedOperation>) -> Self {
        Self {
            finished,
            headers: None,
            extracted: None,
        }
    }

    fn kept(&self) -> Option<&KeptAnswer> {
        self.finished.operation.answer.as_deref()
    }

    fn body(&self) -> &[u8] {
        self.kept().map_or(&[], |kept| &kept.body)
    }

    fn parsed_headers(&mut self, py: Python<'_>) -> PyResult<&Py<Headers>> {
        if self.headers.is_none() {
            let head = self.kept().map_or(&[][..], |kept| &kept.head);
            self.headers = Some(Py::new(py, Headers::parse(head))?);
        }
        Ok(self
            .headers
            .get_or_insert_with(|| unreachable!("set above")))
    }
}

fn failure_texts(finished: &FinishedOperation) -> Vec<String> {
    let failures = finished.operation.failures.iter();
    failures
        .map(|failure| format!("{}: {}", failure.class.as_str(), failure.message))
        .collect()
}

#[pymethods]
impl Response {
    #[getter]
    fn status(&self) -> u16 {
        self.finished.operation.status
    }

    #[getter]
    fn status_code(&self) -> u16 {
        self.finished.operation.status
    }

    /// Tells whether the request counted as a success.
    #[getter]
    fn ok(&self) -> bool {
        self.finished.outcome == Outcome::Ok
    }

    #[getter]
    fn reason(&self) -> String {
        self.kept().map_or(String::new(), KeptAnswer::reason)
    }

    #[getter]
    fn headers(&mut self, py: Python<'_>) -> PyResult<Py<Headers>> {
        Ok(self.parsed_headers(py)?.clone_ref(py))
    }

    #[getter]
    fn content<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.body())
    }

    #[getter]
    fn text<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let headers = self.parsed_headers(py)?.clone_ref(py);
        let charset = headers.get().first("content-type").and_then(charset_of);
        let body = self.body();
        let is_utf8 = charset
            .as_ref()
            .is_none_or(|name| name.eq_ignore_ascii_case("utf-8"));
        if is_utf8 && let Ok(text) = std::str::from_utf8(body) {
            return Ok(PyString::new(py, text));
        }
        let bytes = PyBytes::new(py, body);
        let name = charset.unwrap_or_else(|| "utf-8".to_owned());
        let decoded = bytes.call_method1("decode", (&name, "replace"));
        let decoded = decoded.or_else(|_| bytes.call_method1("decode", ("utf-8", "replace")))?;
        Ok(decoded.cast_into()?)
    }

    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let loads = LOADS.get_or_try_init(py, || {
            PyResult::Ok(py.import("json")?.getattr("loads")?.unbind())
        })?;
        let body = self.body();
        match std::str::from_utf8(body) {
            Ok(text) => loads.bind(py).call1((text,)),
            Err(_) => loads.bind(py).call1((PyBytes::new(py, body),)),
        }
    }

    #[getter]
    fn url(&self) -> &str {
        self.kept().map_or("", |kept| &kept.url)
    }

    /// Cookies that the answer and those before it set, by name.
    #[getter]
    fn cookies<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let cookies = PyDict::new(py);
        let add = |headers: &Headers| -> PyResult<()> {
            for value in headers.all("set-cookie") {
                let pair = value.split(';').next().unwrap_or_default();
                if let Some((name, value)) = pair.split_once('=') {
                    cookies.set_item(name.trim(), value.trim())?;
                }
            }
            Ok(())
        };
        for hop in self.kept().map_or(&[][..], |kept| &kept.hops) {
            add(&Headers::parse(&hop.head))?;
        }
        add(self.parsed_headers(py)?.get())?;
        Ok(cookies)
    }

    /// Redirects that were followed: dictionaries of `status`, `url` and `headers`.
    #[getter]
    fn history<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let hops = self.kept().map_or(&[][..], |kept| &kept.hops);
        let told = hops.iter().map(|hop| {
            let told = PyDict::new(py);
            told.set_item("status", hop.status)?;
            told.set_item("url", &hop.url)?;
            told.set_item("headers", Py::new(py, Headers::parse(&hop.head))?)?;
            Ok(told)
        });
        told.collect()
    }

    /// Why the request counted as failed; empty when it did not.
    #[getter]
    fn failures(&self) -> Vec<String> {
        failure_texts(&self.finished)
    }

    /// Times in seconds: `response`, `service`, `waiting`, `connecting`, `securing`, `writing`, `first_byte`, `reading`.
    #[getter]
    fn timings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let moments = &self.finished.operation.moments;
        let operation = &self.finished.operation;
        let seconds = |from: u64, to: u64| to.saturating_sub(from) as f64 / 1e9;
        let timings = PyDict::new(py);
        timings.set_item("response", seconds(moments.intended, moments.last_byte))?;
        timings.set_item("service", seconds(moments.start, moments.last_byte))?;
        timings.set_item("waiting", seconds(moments.intended, moments.start))?;
        let connecting = if operation.connected {
            seconds(moments.start, moments.connected)
        } else {
            0.0
        };
        let securing = if operation.secured {
            seconds(moments.connected, moments.secured)
        } else {
            0.0
        };
        timings.set_item("connecting", connecting)?;
        timings.set_item("securing", securing)?;
        timings.set_item("writing", seconds(moments.secured, moments.written))?;
        timings.set_item("first_byte", seconds(moments.written, moments.first_byte))?;
        timings.set_item("reading", seconds(moments.first_byte, moments.last_byte))?;
        Ok(timings)
    }

    /// Is the value extracted under this name.
    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let extracted = self.extracted.as_ref().map(|extracted| extracted.bind(py));
        let found = extracted
            .map(|extracted| extracted.get_item(name))
            .transpose()?;
        found
            .flatten()
            .ok_or_else(|| PyKeyError::new_err(format!("nothing was extracted as `{name}`")))
    }

    /// Is the value extracted under this name; an attribute that every answer has goes first.
    fn __getattr__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.__getitem__(py, name).map_err(|_| {
            PyAttributeError::new_err(format!(
                "an answer has no `{name}`, and nothing was extracted as that"
            ))
        })
    }

    #[pyo3(name = "_extract")]
    fn take_extracted(&mut self, values: Py<PyDict>) {
        self.extracted = Some(values);
    }

    /// Raises where the status is 400 or more, or there was no answer at all.
    fn raise_for_status(slf: &Bound<'_, Self>) -> PyResult<Py<Self>> {
        let status = slf.borrow().status();
        if status == 0 || status >= 400 {
            return Err(raised(slf, "HTTPStatusError")?);
        }
        Ok(slf.clone().unbind())
    }

    /// Raises where the request counted as failed, whatever the reason.
    fn raise_for_failure(slf: &Bound<'_, Self>) -> PyResult<Py<Self>> {
        if !slf.borrow().ok() {
            return Err(raised(slf, "RequestFailedError")?);
        }
        Ok(slf.clone().unbind())
    }

    fn __repr__(&self) -> String {
        match self.status() {
            0 => format!("<Response: {}>", failure_texts(&self.finished).join("; ")),
            status => format!("<Response {status} {}>", self.reason()),
        }
    }
}

/// Makes an exception of `squall.http`.
fn raised(response: &Bound<'_, Response>, class: &str) -> PyResult<PyErr> {
    let this = response.borrow();
    let message = match (this.status(), this.ok()) {
        (0, _) => failure_texts(&this.finished).join("; "),
        (status, _) => format!("{status} {} for {}", this.reason(), this.url()),
    };
    drop(this);
    let class = response.py().import("squall.http")?.getattr(class)?;
    Ok(PyErr::from_value(class.call1((message, response))?))
}

fn charset_of(content_type: &str) -> Option<String> {
    let mut parameters = content_type.split(';').skip(1);
    parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| value.trim().trim_matches('"').to_owned())
    })
}
