//! A folder of its own, the bundled target, and the command in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use squall_target::{RunningTarget, Target, TargetConfig};
use tempfile::TempDir;

/// How long a test waits for what must happen: long, because it is only reached by mistakes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder and a target for one test.
pub(crate) struct Sandbox {
    dir: TempDir,
    pub(crate) target: RunningTarget,
}

/// What a command left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let config = TargetConfig {
            http: ([127, 0, 0, 1], 0).into(),
            https: Some(([127, 0, 0, 1], 0).into()),
            unix_socket: None,
            threads: 1,
        };
        Self {
            dir: TempDir::new().unwrap(),
            target: Target::start(config).unwrap(),
        }
    }

    /// The target's URL for HTTP, without a slash at its end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.target.http_addr())
    }

    /// The target's URL for HTTPS, without a slash at its end.
    pub(crate) fn https_url(&self) -> String {
        format!("https://{}", self.target.https_addr().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file; `@URL@` stands for the target's URL.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text.replace("@URL@", &self.url())).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The command, with nothing of this process's environment that it would read.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_squall"));
        command.args(args);
        command
    }

    /// Any program in the same surroundings.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(&mut self.command(args))
    }

    /// Replaces what differs from run to run: the folder and the target's address.
    pub(crate) fn neutral(&self, text: &str) -> String {
        text.replace(&self.dir.path().display().to_string(), "[DIR]")
            .replace(&self.target.http_addr().to_string(), "[TARGET]")
    }

    /// The error of a command that must be refused before any load.
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 104, "{ran:?}");
        assert_eq!(ran.stdout, "", "{ran:?}");
        assert_eq!(self.target.stats().requests, 0, "{ran:?}");
        assert!(ran.stderr.lines().count() <= 24, "{}", ran.stderr);
        self.neutral(&ran.stderr)
    }

    /// The only run in the folder.
    pub(crate) fn only_run(&self) -> PathBuf {
        let runs = fs::read_dir(self.path(".squall/runs")).unwrap();
        let runs: Vec<PathBuf> = runs
            .map(|run| run.unwrap().path())
            .filter(|path| path.is_dir())
            .collect();
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs.into_iter().next().unwrap()
    }

    /// The summary of the only run.
    pub(crate) fn summary(&self) -> Value {
        read_json(&self.only_run().join("summary.json"))
    }
}

impl Ran {
    /// Tells whether nothing was wrong but, at most, that this machine was too busy to vouch for the numbers.
    pub(crate) fn is_good(&self) -> bool {
        self.ended_with(0)
    }

    /// Tells whether the run failed; see [`Ran::is_good`].
    pub(crate) fn has_failed(&self) -> bool {
        self.ended_with(99)
    }

    fn ended_with(&self, code: i32) -> bool {
        let all = self.stdout.clone() + &self.stderr;
        self.code == code || self.code == 98 && all.contains("the generator")
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

pub(crate) fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Asks until there is an answer.
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = SystemTime::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(SystemTime::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
