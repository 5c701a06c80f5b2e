//! Loads Python test files for the command line.

use std::path::Path;

use pyo3::prelude::*;
use squall_cli::TestLoader;

/// Calls `squall._loading.load_file`.
#[derive(Debug)]
pub(crate) struct PythonLoader;

impl TestLoader for PythonLoader {
    fn load(&self, file: &Path, name: Option<&str>, overrides: &str) -> Result<String, String> {
        Python::attach(|py| {
            let loading = py.import("squall._loading")?;
            loading
                .call_method1("load_file", (file.as_os_str(), name, overrides))?
                .extract()
        })
        .map_err(|error: PyErr| error.to_string())
    }
}
