//! A script of the test file, looked up and ready.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use squall_engine::script::ScriptInfo;
use squall_http::HttpStep;
use squall_metrics::series::Nested;
use squall_metrics::{SeriesId, SeriesKind, Tags};
use squall_plan::ScriptRuns;

/// Requests that are remembered compiled, per script; more than that vary too much to gain from it.
const REMEMBERED: usize = 4_096;

/// When the body itself is timed as an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    Never,
    WithoutRequests,
    Always,
}

/// A request as it goes out, and where it is counted.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    pub(crate) step: Arc<HttpStep>,
    pub(crate) series: SeriesId,
}

/// A script and what its iterations share.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) info: Arc<ScriptInfo>,
    /// `call(ctx, *args)`.
    pub(crate) call: Py<PyAny>,
    /// It goes through `squall._script.runner`, which takes data and runs fixtures; the whole script object is its argument.
    pub(crate) wrapped: Option<Py<PyAny>>,
    pub(crate) times: Times,
    pub(crate) open: Option<Py<PyAny>>,
    pub(crate) close: Option<Py<PyAny>>,
    /// The load of its scenario has ended.
    pub(crate) stopping: AtomicBool,
    requests: Mutex<HashMap<(&'static str, String, String), Ready>>,
    series: Mutex<HashMap<(SeriesKind, String), SeriesId>>,
    /// What was told of transactions and their parts.
    nested: Mutex<HashSet<Nested>>,
}

impl Script {
    /// Looks a script up in the test's registry.
    pub(crate) fn resolve(py: Python<'_>, info: &Arc<ScriptInfo>) -> PyResult<Self> {
        let registry = py.import("squall._script.registry")?;
        let script = registry.call_method1("resolve", (&info.entry,))?;
        let optional = |name: &Bound<'_, pyo3::types::PyString>| -> PyResult<Option<Py<PyAny>>> {
            let value = script.getattr(name)?;
            Ok((!value.is_none()).then(|| value.unbind()))
        };
        let times: String = script.getattr(intern!(py, "times"))?.extract()?;
        let needs_runner =
            optional(intern!(py, "pool"))?.is_some() || optional(intern!(py, "fixture"))?.is_some();
        Ok(Self {
            call: script.getattr(intern!(py, "call"))?.unbind(),
            times: match times.as_str() {
                "always" => Times::Always,
                "without_requests" => Times::WithoutRequests,
                _ => Times::Never,
            },
            open: optional(intern!(py, "open"))?,
            close: optional(intern!(py, "close"))?,
            wrapped: needs_runner.then(|| script.clone().unbind()),
            info: Arc::clone(info),
            stopping: AtomicBool::new(false),
            requests: Mutex::default(),
            series: Mutex::default(),
            nested: Mutex::default(),
        })
    }

    pub(crate) fn is_blocking(&self) -> bool {
        self.info.runs == ScriptRuns::Thread
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Returns the number of a series of this script's scenario.
    pub(crate) fn series(&self, kind: SeriesKind, name: &str) -> SeriesId {
        self.tagged(kind, name, &Tags::default())
    }

    /// Returns the number of a series of this script's scenario, with tags of its own.
    pub(crate) fn tagged(&self, kind: SeriesKind, name: &str, tags: &Tags) -> SeriesId {
        let mut known = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (kind, format!("{name}{}", tags.suffix()));
        if let Some(id) = known.get(&key) {
            return *id;
        }
        let id = self.info.intern(kind, name, tags);
        if known.len() < REMEMBERED {
            known.insert(key, id);
        }
        id
    }

    /// Notes that a series is a part of a transaction, or of none.
    pub(crate) fn nest(&self, child: SeriesId, parent: Option<SeriesId>) {
        let mut known = self.nested.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < REMEMBERED && known.insert((child, parent)) {
            self.info.series.nest(child, parent);
        }
    }

    /// Returns a request that was made before.
    pub(crate) fn remembered(
        &self,
        method: &'static str,
        url: &str,
        name: Option<&str>,
    ) -> Option<Ready> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests
            .get(&(method, url, name.unwrap_or_default()) as &dyn RequestKey)
            .cloned()
    }

    /// Remembers a request that depends on its method, its URL and its name alone.
    pub(crate) fn remember(
        &self,
        method: &'static str,
        (url, name): (&str, Option<&str>),
        ready: &Ready,
    ) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() < REMEMBERED {
            let name = name.unwrap_or_default().to_owned();
            requests.insert((method, url.to_owned(), name), ready.clone());
        }
    }
}

/// A method, a URL and a name, owned or borrowed, so that looking one up copies nothing.
trait RequestKey {
    fn parts(&self) -> (&str, &str, &str);
}

impl RequestKey for (&'static str, String, String) {
    fn parts(&self) -> (&str, &str, &str) {
        (self.0, &self.1, &self.2)
    }
}

impl RequestKey for (&'static str, &str, &str) {
    fn parts(&self) -> (&str, &str, &str) {
        (self.0, self.1, self.2)
    }
}

impl std::hash::Hash for dyn RequestKey + '_ {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl PartialEq for dyn RequestKey + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for dyn RequestKey + '_ {}

impl<'a> std::borrow::Borrow<dyn RequestKey + 'a> for (&'static str, String, String) {
    fn borrow(&self) -> &(dyn RequestKey + 'a) {
        self
    }
}
