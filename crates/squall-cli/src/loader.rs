//! How the command line gets a plan, and whoever runs its scripts, out of a test that is not plain data.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use squall_engine::script::ScriptHost;
use squall_run::{AgentLine, ReporterFactory};

/// Loads tests in a language that this crate does not know.
pub trait TestLoader: Sync {
    /// Loads `file`, or the test called `name` in it, and returns a JSON document.
    ///
    /// The document has `plan` (null where something is wrong), `explain`, `errors`, and may have `notes`, a list of texts that are
    /// shown before the run: what was asked for and has no effect; `stages`, for each stage of a graph what became of it; and `run`,
    /// what the test says about the run itself: `quiet_view`, `log_level`.
    ///
    /// `overrides` is a JSON object. Members that nothing was said about are left out, apart from the first three:
    ///
    /// | member | holds |
    /// |---|---|
    /// | `defaults` | attributes by name, for whatever the test leaves open: `total_time`, `batch_size`, `base_url`, … |
    /// | `set` | a list of `[stage, attribute, value]` that replace what the test says |
    /// | `name` | the plan's name, or null |
    /// | `skip` | names of stages to leave out |
    /// | `typed` | by the name of an attribute of `defaults`, the option as it was typed, `{"total_time": "-d 1s"}`; what comes from the environment or `squall.toml` is not among them |
    /// | `form` | `journey` or `scenario`, where the command says which it is; else the loader finds out |
    /// | `spec` | then also `MODULE:NAME` as it was typed; `file` is empty unless `MODULE` is a file, and `name` is `NAME` |
    /// | `datapool` | the data pool of a journey, `MODULE:NAME` or `NAME` |
    /// | `volume` | how many of a journey run at once |
    /// | `once` | `true`: a journey runs exactly once |
    /// | `debugging` | `true`: one user, in this process; breakpoints work, and what the test prints must be flushed line by line |
    /// | `config` | `MODULE:CALLABLE` that returns the test's configuration |
    /// | `add_to_config` | a list of `KEY:VALUE` |
    ///
    /// # Errors
    /// Says why the loader itself could not work; mistakes in the test are in the document's `errors`.
    fn load(&self, file: &Path, name: Option<&str>, overrides: &str) -> Result<String, String>;

    /// Returns the host of the scripts of the test that was loaded last; `None` where this loader runs none.
    fn scripts(&self) -> Option<Arc<dyn ScriptHost>> {
        None
    }

    /// Returns what makes reporters that do not come with Squall; `None` where this loader has none.
    fn reporters(&self) -> Option<Arc<dyn ReporterFactory>> {
        None
    }

    /// Sends what the test prints in this process to `prints`, line by line, because a screen is drawn; `None`: it may print again.
    fn show_prints(&self, _prints: Option<Sender<AgentLine>>) {}

    /// Returns how this program is started again, without the arguments of a command; empty where it cannot be.
    fn agent_command(&self) -> Vec<OsString> {
        Vec::new()
    }

    /// Does what a command of `squall project` asks for, a JSON object, and returns a JSON object.
    ///
    /// The request has `do` (`create`, `sync`, `get` or `about`), and `url`, `path`, `branch`, `remote`, `sync_message`, `local`,
    /// `ignore` and `project_name` where the command has them. The answer has `lines` (what was done), `warnings`, `about` (the
    /// project and its tables of names), and `error` (null, or `message`, `hint`, and `refused` where nothing was done).
    ///
    /// # Errors
    /// Says why the loader itself could not work.
    fn project(&self, _request: &str) -> Result<String, String> {
        Err("this `squall` was built without Python and has no projects; `pip install squall` gives one that has".to_owned())
    }
}
