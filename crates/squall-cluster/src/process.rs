//! Agents as child processes of the coordinator.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;

/// Why an agent did not come to be.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// There is no command for it.
    #[error("there is no command that starts an agent")]
    NoCommand,
    /// The command does not start.
    #[error("cannot start `{command}`")]
    Start {
        /// The command.
        command: String,
        /// Why.
        source: io::Error,
    },
}

/// Takes what agents print, line by line.
pub trait Output: fmt::Debug + Send + Sync {
    /// Takes a line of standard output.
    fn printed(&self, agent: u32, line: &str);

    /// Takes a line of standard error.
    fn complained(&self, agent: u32, line: &str);
}

/// A process that is an agent. Dropping it ends it.
#[derive(Debug)]
pub struct AgentProcess {
    child: Mutex<Child>,
}

impl AgentProcess {
    /// Starts `command` with `--connect PATH`.
    ///
    /// The process gets a group of its own: Ctrl-C in the terminal reaches the coordinator alone, which decides what it means.
    ///
    /// # Errors
    /// The command is empty, or does not start.
    pub fn spawn(
        agent: u32,
        command: &[OsString],
        connect: &Path,
        output: &Arc<dyn Output>,
    ) -> Result<Self, SpawnError> {
        let (program, arguments) = command.split_first().ok_or(SpawnError::NoCommand)?;
        let start = |source| SpawnError::Start {
            command: program.display().to_string(),
            source,
        };
        let mut child = Command::new(program)
            .args(arguments)
            .arg("--connect")
            .arg(connect)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(start)?;
        let printed = child.stdout.take();
        let complained = child.stderr.take();
        let process = Self {
            child: Mutex::new(child),
        };
        let own = Arc::clone(output);
        forward(agent, "out", printed, move |line| own.printed(agent, line)).map_err(start)?;
        let own = Arc::clone(output);
        forward(agent, "err", complained, move |line| {
            own.complained(agent, line);
        })
        .map_err(start)?;
        Ok(process)
    }

    /// Returns the number of the process.
    pub fn pid(&self) -> u32 {
        self.lock().id()
    }

    /// Says how the process ended, if it has.
    pub fn ended(&self) -> Option<String> {
        let status = self.lock().try_wait().ok().flatten();
        status.map(|status| status.to_string())
    }

    /// Ends the process at once.
    pub fn kill(&self) {
        // One that has ended needs nothing.
        self.lock().kill().ok();
    }

    /// Waits until the process has ended, and ends it when it takes too long.
    pub fn reap(&self) {
        let step = Duration::from_millis(2);
        for _ in 0..LEAVE.as_millis() / step.as_millis() {
            if self.ended().is_some() {
                return;
            }
            std::thread::sleep(step);
        }
        self.kill();
        // Without this it would stay as a zombie for as long as this process lives.
        self.lock().wait().ok();
    }

    fn lock(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a process that was told to end may take before it is killed.
const LEAVE: Duration = Duration::from_secs(2);

impl Drop for AgentProcess {
    fn drop(&mut self) {
        self.reap();
    }
}

/// Starts a thread that hands over the lines of a stream.
fn forward(
    agent: u32,
    what: &str,
    stream: Option<impl Read + Send + 'static>,
    take: impl Fn(&str) + Send + 'static,
) -> io::Result<()> {
    let Some(stream) = stream else { return Ok(()) };
    std::thread::Builder::new()
        .name(format!("squall-{what}-{agent}"))
        .spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while matches!(stream.read_until(b'\n', &mut line), Ok(read) if read > 0) {
                take(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
                line.clear();
            }
        })
        .map(drop)
}
