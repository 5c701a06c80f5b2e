//! What requests inherit from the settings of their stage.

use std::path::{Path, PathBuf};

use squall_plan::{CheckedHttp, OneOrMany};

/// Settings that requests inherit.
#[derive(Clone, Debug)]
pub struct RequestDefaults {
    pub(crate) base_url: Option<String>,
    pub(crate) headers: Vec<(String, OneOrMany)>,
    pub(crate) request_timeout_ns: u64,
    pub(crate) redirects: u32,
    pub(crate) base_dir: PathBuf,
}

impl RequestDefaults {
    /// Takes what requests need from checked settings; relative paths of files start from `base_dir`.
    pub fn new(settings: &CheckedHttp, base_dir: &Path) -> Self {
        let headers = settings.headers.iter();
        Self {
            base_url: settings.base_url.clone(),
            headers: headers
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            request_timeout_ns: settings.request_timeout.as_nanos(),
            redirects: settings.redirects,
            base_dir: base_dir.to_owned(),
        }
    }
}
