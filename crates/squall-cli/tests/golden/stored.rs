//! The golden runs, in a folder that may be written to.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const RUNS: [&str; 7] = ["passed", "slower", "failed", "invalid", "graph", TORN, OLD];

/// A run of the first layout.
pub(crate) const OLD: &str = "20261120-105317-shop-1a2b";

/// The run `slower` as a process would have left it that was killed while it wrote the last second.
const TORN: &str = "torn";

/// Files of a run.
const FILES: [&str; 3] = ["plan.json", "summary.json", "intervals.jsonl"];

/// Copies of all golden runs.
pub(crate) struct Golden(TempDir);

impl Golden {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in RUNS {
            let from = if name == OLD {
                "../squall-store/tests/runs"
            } else {
                "../../tests/golden"
            };
            let to = folder.path().join("runs").join(name);
            fs::create_dir_all(&to).unwrap();
            let whole = if name == TORN { "slower" } else { name };
            for file in FILES {
                fs::copy(root.join(from).join(whole).join(file), to.join(file)).unwrap();
            }
        }
        let torn = folder.path().join("runs").join(TORN).join(FILES[2]);
        let lines = fs::read(&torn).unwrap();
        fs::write(torn, &lines[..lines.len() - 200]).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What a command prints, as wide as `columns`.
    pub(crate) fn print(&self, columns: u16, args: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_squall"));
        command
            .args(args)
            .args(["--runs-dir", "runs"])
            .current_dir(self.0.path());
        for (name, _) in std::env::vars() {
            if name.starts_with("SQUALL_") || name.starts_with("GITHUB_") {
                command.env_remove(name);
            }
        }
        command
            .env("COLUMNS", columns.to_string())
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8");
        let ran = command.output().unwrap();
        assert!(ran.status.success(), "{args:?}: {ran:?}");
        String::from_utf8(ran.stdout).unwrap()
    }

    pub(crate) fn json(&self, run: &str, file: &str) -> Value {
        let text = fs::read(self.path("runs").join(run).join(file)).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    pub(crate) fn intervals(&self, run: &str) -> io::Result<BufReader<File>> {
        let path = self.path("runs").join(run).join("intervals.jsonl");
        File::open(path).map(BufReader::new)
    }
}
