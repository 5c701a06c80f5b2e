//! Loads Python tests for the command line, and hosts their scripts.

use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use squall_cli::TestLoader;
use squall_engine::script::ScriptHost;

use crate::host::PythonHost;

/// Calls `squall._loading.load_file`.
#[derive(Debug, Default)]
pub(crate) struct PythonLoader {
    host: Mutex<Option<Arc<PythonHost>>>,
}

impl TestLoader for PythonLoader {
    fn load(&self, file: &Path, name: Option<&str>, overrides: &str) -> Result<String, String> {
        let host = PythonHost::new().map_err(|error| error.to_string())?;
        *self.host.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(host));
        Python::attach(|py| {
            let loading = py.import("squall._loading")?;
            loading
                .call_method1("load_file", (file.as_os_str(), name, overrides))?
                .extract()
        })
        .map_err(|error: PyErr| error.to_string())
    }

    fn scripts(&self) -> Option<Arc<dyn ScriptHost>> {
        let host = self.host.lock().unwrap_or_else(PoisonError::into_inner);
        host.clone().map(|host| host as Arc<dyn ScriptHost>)
    }

    fn agent_command(&self) -> Vec<OsString> {
        agent_command()
    }
}

/// Returns how this program is started again.
pub(crate) fn agent_command() -> Vec<OsString> {
    let executable = Python::attach(|py| {
        let executable = py.import("sys")?.getattr("executable")?;
        executable.extract::<OsString>()
    });
    match executable {
        Ok(executable) if !executable.is_empty() => {
            vec![executable, "-m".into(), "squall".into()]
        }
        _ => Vec::new(),
    }
}
