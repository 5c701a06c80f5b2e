//! Loads Python tests for the command line, and hosts their scripts.

use std::ffi::OsString;
use std::path::Path;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use squall_cli::TestLoader;
use squall_engine::script::ScriptHost;
use squall_run::{AgentLine, ReporterFactory};

use crate::host::PythonHost;
use crate::reporter::PluginReporters;

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

    fn reporters(&self) -> Option<Arc<dyn ReporterFactory>> {
        Some(Arc::new(PluginReporters))
    }

    fn show_prints(&self, prints: Option<Sender<AgentLine>>) {
        let change = if prints.is_some() {
            "take"
        } else {
            "give_back"
        };
        if let Some(prints) = prints {
            *taken() = Some(prints);
        }
        let changed = Python::attach(|py| {
            py.import("squall._script.prints")?.call_method0(change)?;
            PyResult::Ok(())
        });
        if let Err(error) = changed {
            tracing::warn!(%error, "what the test prints goes to the terminal");
        }
        if change == "give_back" {
            *taken() = None;
        }
    }

    fn agent_command(&self) -> Vec<OsString> {
        agent_command()
    }

    fn project(&self, request: &str) -> Result<String, String> {
        Python::attach(|py| {
            let command = py.import("squall._project.command")?;
            command.call_method1("run", (request,))?.extract()
        })
        .map_err(|error: PyErr| error.to_string())
    }
}

/// Takes what the test prints while a screen is drawn.
static PRINTS: Mutex<Option<Sender<AgentLine>>> = Mutex::new(None);

fn taken() -> MutexGuard<'static, Option<Sender<AgentLine>>> {
    PRINTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands a printed line to whoever draws the screen; false where nobody does.
#[pyfunction]
#[pyo3(signature = (line, /))]
pub(crate) fn printed(line: String) -> bool {
    let line = AgentLine { agent: 1, line };
    taken()
        .as_ref()
        .is_some_and(|prints| prints.send(line).is_ok())
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
