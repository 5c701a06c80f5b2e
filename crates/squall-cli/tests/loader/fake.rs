//! A loader that remembers what it was told, and always answers the same.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::{Value, json};
use squall_cli::TestLoader;
use squall_target::{RunningTarget, Target, TargetConfig};
use tempfile::TempDir;

/// What the loader was told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) file: PathBuf,
    pub(crate) name: Option<String>,
    pub(crate) overrides: Value,
}

/// A loader, a folder, and the bundled target.
pub(crate) struct Bench {
    dir: TempDir,
    pub(crate) target: RunningTarget,
    answer: Value,
    told: Mutex<Vec<Told>>,
}

impl TestLoader for Bench {
    fn load(&self, file: &Path, name: Option<&str>, overrides: &str) -> Result<String, String> {
        self.told.lock().unwrap().push(Told {
            file: file.to_owned(),
            name: name.map(str::to_owned),
            overrides: serde_json::from_str(overrides).unwrap(),
        });
        Ok(self.answer.to_string())
    }
}

impl Bench {
    /// Answers with a plan of one scenario that does a single iteration.
    pub(crate) fn new() -> Self {
        Self::with_scenarios(&json!({"visit": {
            "load": {"iterations": {"users": 1, "shared": 1}},
            "flow": [{"http": {"url": "/"}}],
        }}))
    }

    /// Answers with a plan of these scenarios.
    pub(crate) fn with_scenarios(scenarios: &Value) -> Self {
        let config = TargetConfig {
            http: ([127, 0, 0, 1], 0).into(),
            https: None,
            unix_socket: None,
            threads: 1,
        };
        let target = Target::start(config).unwrap();
        let plan = json!({
            "version": 1,
            "name": "fake",
            "http": {"base_url": format!("http://{}", target.http_addr())},
            "stages": {"load": {"execute": {"scenarios": scenarios}}},
        });
        Self {
            dir: TempDir::new().unwrap(),
            target,
            answer: json!({"plan": plan, "explain": [], "notes": [], "errors": []}),
            told: Mutex::default(),
        }
    }

    /// Writes a file into the folder, and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Runs a command that stores its run in the folder, and returns its exit code.
    pub(crate) fn run(&self, args: &[&str]) -> u8 {
        let runs = self.dir.path().join("runs").display().to_string();
        let args = ["squall"]
            .iter()
            .chain(args)
            .map(|arg| (*arg).into())
            .chain(["--runs-dir".into(), runs.into()]);
        squall_cli::main(args.collect(), self)
    }

    /// Runs a command that loads one test, and returns what the loader was told.
    pub(crate) fn told(&self, args: &[&str]) -> Told {
        self.run(args);
        let mut told = self.told.lock().unwrap();
        assert_eq!(told.len(), 1, "{args:?}: {told:?}");
        told.remove(0)
    }

    /// Tells whether the loader was not asked at all.
    pub(crate) fn was_left_alone(&self) -> bool {
        self.told.lock().unwrap().is_empty()
    }

    /// The plan of the only run.
    pub(crate) fn plan(&self) -> Value {
        let runs = std::fs::read_dir(self.dir.path().join("runs")).unwrap();
        let runs: Vec<PathBuf> = runs.map(|run| run.unwrap().path()).collect();
        assert_eq!(runs.len(), 1, "{runs:?}");
        serde_json::from_str(&std::fs::read_to_string(runs[0].join("plan.json")).unwrap()).unwrap()
    }
}
