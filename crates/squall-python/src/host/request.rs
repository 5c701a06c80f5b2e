//! From the arguments of a call to the bytes of a request.

use std::sync::Arc;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use squall_engine::script::FinishedOperation;
use squall_http::{DirectBody, DirectRequest, HttpStep};
use squall_metrics::{SeriesKind, Tags};
use squall_plan::nearest;
use url::form_urlencoded;

use super::arguments::{duration, expectation, pairs, path_of, tags, text};
use super::iteration::Iteration;
use super::paths::grouped_path;
use super::response::Response;
use super::script::Ready;

/// What a request takes besides method and URL.
const OPTIONS: [&str; 17] = [
    "params",
    "headers",
    "data",
    "json",
    "form",
    "files",
    "multipart",
    "auth",
    "cookies",
    "timeout",
    "redirects",
    "expect",
    "extract",
    "name",
    "tags",
    "stream",
    "raise_for_failure",
];

const KNOWN: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

/// A method; requests with a known one and nothing but a URL and a name are remembered.
#[derive(Debug)]
pub(crate) enum Method {
    Known(&'static str),
    Other(String),
}

impl Method {
    pub(crate) fn of(text: &str) -> PyResult<Self> {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if text.is_empty() || !text.chars().all(is_token) {
            return Err(PyValueError::new_err(format!(
                "`{text}` is not an HTTP method"
            )));
        }
        let known = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(text));
        Ok(known.map_or_else(
            || Self::Other(text.to_ascii_uppercase()),
            |known| Self::Known(known),
        ))
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Known(method) => method,
            Self::Other(method) => method,
        }
    }
}

/// A request ready to be sent, and what is done with its answer.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) ready: Ready,
    raises: bool,
    extract: Option<Py<PyAny>>,
}

impl Prepared {
    /// Reads the arguments of a call; the name is that of the series where the options give none.
    ///
    /// # Errors
    /// One of them is wrong; raised at the call, not at its `await`.
    pub(crate) fn new(
        iteration: &Iteration,
        method: &Method,
        url: &Bound<'_, PyAny>,
        (name, options): (Option<&str>, Option<&Bound<'_, PyDict>>),
    ) -> PyResult<Self> {
        let text = text(url, "the URL")?;
        let options = options.filter(|options| !options.is_empty());
        let known = match (method, options) {
            (Method::Known(method), None) => Some(*method),
            _ => None,
        };
        if let Some(method) = known
            && let Some(ready) = iteration.script.remembered(method, &text, name)
        {
            return Ok(Self {
                ready,
                raises: false,
                extract: None,
            });
        }
        let mut reading = Reading::new(method.as_str(), text.into_owned());
        reading.name = name.map(str::to_owned);
        if let Some(options) = options {
            reading.read(options)?;
        }
        let (url, prepared) = reading.finish(iteration)?;
        if let Some(method) = known {
            iteration
                .script
                .remember(method, (&url, name), &prepared.ready);
        }
        Ok(prepared)
    }

    /// Makes the answer of it.
    ///
    /// # Errors
    /// The request failed and was to raise then, or a value to be extracted is not there and was to be.
    pub(crate) fn respond(
        &self,
        py: Python<'_>,
        finished: Box<FinishedOperation>,
    ) -> PyResult<Py<Response>> {
        let response = Py::new(py, Response::new(finished))?;
        if let Some(extract) = &self.extract {
            let module = py.import("squall._script.extract")?;
            module.call_method1("apply", (&response, extract))?;
        }
        if self.raises {
            response.bind(py).call_method0("raise_for_failure")?;
        }
        Ok(response)
    }
}

/// A request while its arguments are read.
struct Reading {
    request: DirectRequest,
    name: Option<String>,
    tags: Tags,
    raises: bool,
    extract: Option<Py<PyAny>>,
    form: Option<Vec<(String, String)>>,
    files: Option<Py<PyAny>>,
    multipart: Option<Py<PyAny>>,
}

impl Reading {
    fn new(method: &str, url: String) -> Self {
        let request = DirectRequest {
            method: method.to_owned(),
            url,
            keeps_body: true,
            ..DirectRequest::default()
        };
        Self {
            request,
            name: None,
            tags: Tags::default(),
            raises: false,
            extract: None,
            form: None,
            files: None,
            multipart: None,
        }
    }

    fn read(&mut self, options: &Bound<'_, PyDict>) -> PyResult<()> {
        for (key, value) in options {
            let key = key.cast::<PyString>()?.to_str()?.to_owned();
            if !value.is_none() || key == "json" {
                self.option(&key, &value)?;
            }
        }
        Ok(())
    }

    fn option(&mut self, key: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        match key {
            "params" => self.params(value)?,
            "headers" => self.request.headers.extend(pairs(value, "`headers`")?),
            "cookies" => self.request.cookies.extend(pairs(value, "`cookies`")?),
            "data" => self.data(value)?,
            "json" => self.json(value)?,
            "form" => self.form = Some(pairs(value, "`form`")?),
            "files" => self.files = Some(value.clone().unbind()),
            "multipart" => self.multipart = Some(value.clone().unbind()),
            "auth" => self.auth(value)?,
            "timeout" => self.request.timeout_ns = Some(duration(value)?.as_nanos()),
            "redirects" => self.request.redirects = Some(value.extract()?),
            "expect" => self.request.expect = expectation(value)?,
            "extract" => self.extract = Some(value.clone().unbind()),
            "name" => self.name = Some(text(value, "`name`")?.into_owned()),
            "tags" => self.tags = tags(value)?,
            "stream" => self.request.keeps_body = !value.is_truthy()?,
            "raise_for_failure" => self.raises = value.is_truthy()?,
            _ => return Err(unknown(key)),
        }
        Ok(())
    }

    fn params(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs(value, "`params`")?);
        let query = query.finish();
        let (url, fragment) = match self.request.url.split_once('#') {
            Some((url, fragment)) => (url.to_owned(), format!("#{fragment}")),
            None => (self.request.url.clone(), String::new()),
        };
        let join = match (query.is_empty(), url.contains('?')) {
            (true, _) => "",
            (false, true) => "&",
            (false, false) => "?",
        };
        self.request.url = format!("{url}{join}{query}{fragment}");
        Ok(())
    }

    fn data(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(text) = value.cast::<PyString>() {
            let bytes = text.to_str()?.as_bytes().to_vec();
            self.body(bytes, Some("text/plain; charset=utf-8"));
        } else if value.cast::<PyDict>().is_ok() {
            self.json(value)?;
        } else if value.cast::<PyList>().is_ok() || value.cast::<PyTuple>().is_ok() {
            self.form = Some(pairs(value, "`data`")?);
        } else if let Ok(path) = path_of(value) {
            self.request.body = DirectBody::File(path.into());
        } else {
            let bytes: Vec<u8> = value
                .py()
                .get_type::<pyo3::types::PyBytes>()
                .call1((value,))?
                .extract()?;
            self.body(bytes, Some("application/octet-stream"));
        }
        Ok(())
    }

    fn json(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let encode = value
            .py()
            .import(intern!(value.py(), "squall._script.encode"))?;
        let text = encode
            .getattr(intern!(value.py(), "json_text"))?
            .call1((value,))?;
        let bytes = text.cast::<PyString>()?.to_str()?.as_bytes().to_vec();
        self.body(bytes, Some("application/json"));
        Ok(())
    }

    fn body(&mut self, bytes: Vec<u8>, content_type: Option<&str>) {
        self.request.body = DirectBody::Bytes {
            bytes,
            content_type: content_type.map(str::to_owned),
        };
    }

    fn auth(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok((user, password)) = value.extract::<(String, String)>() {
            self.request.basic = Some((user, password));
            return Ok(());
        }
        match value.getattr_opt("token")? {
            Some(token) => {
                let token = text(&token, "the token")?;
                self.request
                    .headers
                    .push(("authorization".to_owned(), format!("Bearer {token}")));
                Ok(())
            }
            None => Err(PyTypeError::new_err(
                "`auth` is `(user, password)` or `bearer(token)`",
            )),
        }
    }

    fn finish(mut self, iteration: &Iteration) -> PyResult<(String, Prepared)> {
        self.finish_body()?;
        let url = self.request.url.clone();
        let name = match self.name.take() {
            Some(name) => name,
            None => format!("{} {}", self.request.method, grouped_path(&url)),
        };
        let series = iteration
            .script
            .tagged(SeriesKind::Operation, &name, &self.tags);
        let defaults = &iteration.script.info.defaults;
        let step = HttpStep::direct(self.request, defaults)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let ready = Ready {
            step: Arc::new(step),
            series,
        };
        let prepared = Prepared {
            ready,
            raises: self.raises,
            extract: self.extract,
        };
        Ok((url, prepared))
    }

    fn finish_body(&mut self) -> PyResult<()> {
        let form = self.form.take();
        let (files, multipart) = (self.files.take(), self.multipart.take());
        if files.is_some() || multipart.is_some() {
            let encoded = Python::attach(|py| {
                let encode = py.import("squall._script.encode")?;
                let form = form.unwrap_or_default();
                encode
                    .call_method1("multipart", (files, multipart, form))?
                    .extract()
            });
            let (bytes, content_type): (Vec<u8>, String) = encoded?;
            self.body(bytes, Some(&content_type));
        } else if let Some(form) = form {
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.extend_pairs(form);
            let bytes = body.finish().into_bytes();
            self.body(bytes, Some("application/x-www-form-urlencoded"));
        }
        Ok(())
    }
}

fn unknown(key: &str) -> PyErr {
    let hint =
        nearest::hint(key, OPTIONS, "options").map_or(String::new(), |hint| format!("; {hint}"));
    PyTypeError::new_err(format!("a request has no option `{key}`{hint}"))
}
