//! What requests inherit from the settings of their stage.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use squall_plan::{CheckedHttp, OneOrMany};
use squall_protocol::template::CompileError;
use squall_protocol::values::Scope;

use super::default_lines::DefaultLines;

/// Settings that requests inherit.
#[derive(Clone, Debug)]
pub struct RequestDefaults {
    pub(crate) base_url: Option<String>,
    pub(crate) headers: Vec<(String, OneOrMany)>,
    pub(crate) request_timeout_ns: u64,
    pub(crate) redirects: u32,
    pub(crate) base_dir: PathBuf,
    /// The headers, ready for requests that are made by code; `None` where they need a scope that is not known yet.
    pub(crate) lines: Option<Arc<DefaultLines>>,
}

impl RequestDefaults {
    /// Takes what requests need from checked settings; relative paths of files start from `base_dir`.
    pub fn new(settings: &CheckedHttp, base_dir: &Path) -> Self {
        let headers: Vec<_> = settings
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let lines = DefaultLines::compile(&headers, &mut Scope::default());
        Self {
            base_url: settings.base_url.clone(),
            headers,
            request_timeout_ns: settings.request_timeout.as_nanos(),
            redirects: settings.redirects,
            base_dir: base_dir.to_owned(),
            lines: lines.ok().filter(DefaultLines::stand_alone).map(Arc::new),
        }
    }

    /// Returns the same for requests that code makes in a scenario: the settings' headers may refer to its variables, counters and data.
    ///
    /// # Errors
    /// A header names a data field that is not there.
    pub fn in_scope(&self, scope: &mut Scope) -> Result<Self, CompileError> {
        let mut own = self.clone();
        if own.lines.is_none() {
            own.lines = Some(Arc::new(DefaultLines::compile(&own.headers, scope)?));
        }
        Ok(own)
    }

    /// Returns what relative URLs are joined to.
    pub fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }
}
