//! What requests inherit from the settings of their stage.

use squall_plan::{CheckedHttp, OneOrMany};

/// Settings that requests inherit.
#[derive(Clone, Debug)]
pub struct RequestDefaults {
    pub(crate) base_url: Option<String>,
    pub(crate) headers: Vec<(String, OneOrMany)>,
    pub(crate) request_timeout_ns: u64,
    pub(crate) redirects: u32,
}

impl RequestDefaults {
    /// Takes what requests need from checked settings.
    pub fn new(settings: &CheckedHttp) -> Self {
        let headers = settings.headers.iter();
        Self {
            base_url: settings.base_url.clone(),
            headers: headers
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            request_timeout_ns: settings.request_timeout.as_nanos(),
            redirects: settings.redirects,
        }
    }
}
