//! One server that runs: started, stopped, killed, hung, started anew; dead at the latest with the process of the test.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::family::Family;
use super::folder::Folder;
use super::ports::Port;
use super::programs;

/// How long a server has to answer for the first time. Kafka needs seconds, and the machine may be busy.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a server has to end by itself.
const STOP_LIMIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(10);
const LOG_TAIL: usize = 3000;

/// Why there is no server.
#[derive(Debug)]
pub(super) enum Unavailable {
    /// This program is not installed.
    Missing(String),
    /// It is installed, but did not start.
    Failed(String),
}

impl From<io::Error> for Unavailable {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Starts a server, or says why there is none.
///
/// # Panics
/// When there is none, and `SQUALL_REQUIRE_SERVERS=1` is set.
pub(super) fn obtain<T>(kind: &str, start: impl FnOnce() -> Result<T, Unavailable>) -> Option<T> {
    let reason = match start() {
        Ok(server) => return Some(server),
        Err(Unavailable::Missing(program)) => {
            format!("`{program}` is not installed (run scripts/test_servers.sh)")
        }
        Err(Unavailable::Failed(why)) => why,
    };
    let required = std::env::var_os("SQUALL_REQUIRE_SERVERS").is_some_and(|value| value == "1");
    assert!(!required, "no {kind}: {reason}");
    // Not `eprintln!`: the test harness hides what that says in tests that pass.
    drop(writeln!(io::stderr(), "skipped: no {kind}: {reason}"));
    None
}

/// How a server is started, each time in the same way.
pub(super) struct Launch {
    kind: &'static str,
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, OsString)>,
    user: Option<&'static str>,
    stop_signal: Signal,
    ready: Box<dyn Fn() -> bool + Send + Sync>,
}

impl Launch {
    /// A server that is up as soon as `ready` says so.
    pub(super) fn new(
        kind: &'static str,
        program: PathBuf,
        ready: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            kind,
            program,
            arguments: Vec::new(),
            environment: Vec::new(),
            user: None,
            stop_signal: Signal::TERM,
            ready: Box::new(ready),
        }
    }

    pub(super) fn arguments<A: Into<OsString>>(
        mut self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub(super) fn environment(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Runs the server as another user, where this process is root's.
    pub(super) fn user(mut self, user: &'static str) -> Self {
        self.user = Some(user);
        self
    }

    /// Asks the server to end with another signal than `SIGTERM`.
    pub(super) fn stop_signal(mut self, signal: Signal) -> Self {
        self.stop_signal = signal;
        self
    }
}

impl std::fmt::Debug for Launch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Launch")
            .field("program", &self.program)
            .field("arguments", &self.arguments)
            .finish_non_exhaustive()
    }
}

/// What all servers are: a process with a folder, ports and a log.
#[derive(Debug)]
pub struct Process {
    launch: Launch,
    ports: Vec<Port>,
    child: Mutex<Option<Child>>,
    /// Dropped last: the process writes to it.
    folder: Folder,
}

impl Process {
    /// Starts a server and waits until it answers.
    pub(super) fn start_new(
        launch: Launch,
        ports: Vec<Port>,
        folder: Folder,
    ) -> Result<Self, Unavailable> {
        let process = Self {
            launch,
            ports,
            child: Mutex::new(None),
            folder,
        };
        process.try_start()?;
        Ok(process)
    }

    /// Returns the port where the server is reached, the same after each start.
    pub fn port(&self) -> u16 {
        self.port_at(0)
    }

    pub(super) fn port_at(&self, index: usize) -> u16 {
        self.ports[index].number()
    }

    /// Returns the folder with the server's data and log, removed with the server.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// Returns what the server wrote to its standard output and error since it was first started.
    pub fn log(&self) -> String {
        let log = fs::read(self.log_path()).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Starts the server that was stopped or killed, on the same port with the same data, and waits until it answers.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn start(&self) {
        if let Err(error) = self.try_start() {
            panic!("{error:?}");
        }
    }

    /// Stops the server in its own time: it may write what it holds. Connections to it are then refused.
    pub fn stop(&self) {
        self.end(self.launch.stop_signal);
    }

    /// Kills the server at once, as a machine that loses its power.
    pub fn kill(&self) {
        self.end(Signal::KILL);
    }

    /// Stops the server and starts it again.
    ///
    /// # Panics
    /// When it does not answer again.
    pub fn restart(&self) {
        self.stop();
        self.start();
    }

    /// Makes the server hang: the kernel still takes connections, but nobody answers.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets a server go on that hangs.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn try_start(&self) -> Result<(), Unavailable> {
        let mut child = self.child();
        if child.is_none() {
            *child = Some(self.spawn()?);
        }
        let running = child.as_mut().expect("it was started above");
        let ended = wait(START_LIMIT, || match running.try_wait() {
            Ok(Some(status)) => Some(Some(status)),
            _ => (self.launch.ready)().then_some(None),
        });
        match ended {
            Some(None) => Ok(()),
            Some(Some(status)) => {
                *child = None;
                Err(self.failed(&ended_with(status)))
            }
            None => {
                let limit = START_LIMIT.as_secs();
                Err(self.failed(&format!("did not answer within {limit} s")))
            }
        }
    }

    fn spawn(&self) -> Result<Child, Unavailable> {
        let launch = &self.launch;
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_path())?;
        let mut command = Command::new(programs::program("setpriv")?);
        command.args(["--pdeathsig", "KILL"]);
        command.args(other_user(launch.user));
        command
            .arg("--")
            .arg(&launch.program)
            .args(&launch.arguments)
            .envs(launch.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.dir())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(spawn(command)?)
    }

    fn end(&self, signal: Signal) {
        let mut child = self.child();
        let Some(mut running) = child.take() else {
            return;
        };
        let family = Family::of(running.id());
        // One that hangs takes no signal but these.
        family.signal(Signal::CONT);
        if signal != Signal::KILL {
            family.signal_first(signal);
            if wait(STOP_LIMIT, || running.try_wait().ok().flatten()).is_some() {
                return;
            }
        }
        family.signal(Signal::KILL);
        // Waiting fails only for a child that was waited for before.
        drop(running.wait());
        wait(STOP_LIMIT, || family.is_gone().then_some(()));
    }

    fn signal(&self, signal: Signal) {
        if let Some(running) = self.child().as_ref() {
            Family::of(running.id()).signal(signal);
        }
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        // A test that panicked leaves the server usable for the others.
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log_path(&self) -> PathBuf {
        self.dir().join("server.log")
    }

    fn failed(&self, what: &str) -> Unavailable {
        let log = self.log();
        let mut start = log.len().saturating_sub(LOG_TAIL);
        while !log.is_char_boundary(start) {
            start += 1;
        }
        let kind = self.launch.kind;
        Unavailable::Failed(format!(
            "{kind} {what}; the end of its log:\n{}",
            &log[start..]
        ))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a program to its end and returns what it printed: the tools that prepare a server, and clients that ask it.
pub(super) fn run(command: &mut Command) -> Result<String, Unavailable> {
    run_with(command, "")
}

/// Asks a client program, which reads `input`. Tests have no use for an answer that did not come.
pub(super) fn ask(command: &mut Command, input: &str) -> String {
    match run_with(command, input) {
        Ok(answer) => answer,
        Err(Unavailable::Missing(what) | Unavailable::Failed(what)) => panic!("{what}"),
    }
}

fn run_with(command: &mut Command, input: &str) -> Result<String, Unavailable> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let pipe = child.stdin.take();
    let output = thread::scope(|scope| {
        scope.spawn(move || {
            // A program that ends before it has read all says why by itself.
            pipe.map(|mut pipe| pipe.write_all(input.as_bytes()).ok())
        });
        child.wait_with_output()
    })?;
    let text = |bytes| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(Unavailable::Failed(format!(
        "{command:?} {}:\n{}",
        ended_with(output.status),
        text(&output.stderr)
    )))
}

/// Returns the options of `setpriv` for another user, where this process may take one.
pub(super) fn other_user(user: Option<&str>) -> Vec<String> {
    match user {
        Some(user) if rustix::process::geteuid().is_root() => vec![
            format!("--reuid={user}"),
            format!("--regid={user}"),
            "--init-groups".to_owned(),
        ],
        _ => Vec::new(),
    }
}

/// Looks until there is an answer; `None` when the time is over.
fn wait<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = crate::oracle::now() + limit;
    loop {
        if let Some(answer) = look() {
            return Some(answer);
        }
        if crate::oracle::now() >= end {
            return None;
        }
        thread::sleep(POLL);
    }
}

/// Starts a process from a thread that lives as long as this process. The kernel tells a child of its parent's death when the
/// *thread* ends that started it, and the thread of a test ends with the test.
fn spawn(command: Command) -> io::Result<Child> {
    type Order = (Command, Sender<io::Result<Child>>);
    static KEEPER: LazyLock<Mutex<Sender<Order>>> = LazyLock::new(|| {
        let (orders, inbox) = channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in inbox {
                // The one who ordered waits for the answer.
                drop(answer.send(command.spawn()));
            }
        });
        Mutex::new(orders)
    });
    let gone = || io::Error::other("the thread that starts servers is gone");
    let (answer, inbox) = channel();
    KEEPER
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .send((command, answer))
        .map_err(|_| gone())?;
    inbox.recv().map_err(|_| gone())?
}

fn ended_with(status: ExitStatus) -> String {
    format!("ended with {status}")
}
