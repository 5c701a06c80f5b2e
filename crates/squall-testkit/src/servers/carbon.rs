//! Carbon, the storage of Graphite.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Deref;
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::folder::Folder;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, ask, obtain};
use super::programs::program;

const KIND: &str = "carbon";
const FETCHED: Duration = Duration::from_secs(5 * 3600);

/// A Carbon server that keeps a value per second for six hours.
#[derive(Debug)]
pub struct Carbon {
    process: Process,
}

/// Starts Carbon, which takes lines of text and pickles. It takes about 0.5 s.
pub fn carbon() -> Option<Carbon> {
    obtain(KIND, Carbon::new)
}

impl Carbon {
    fn new() -> Result<Self, Unavailable> {
        let server = program("carbon-cache")?;
        program("whisper-fetch")?;
        let folder = Folder::new(KIND)?;
        let ports = vec![Port::take()?, Port::take()?, Port::take()?];
        let numbers = [0, 1, 2].map(|index| ports[index].number());
        let place = folder.path().display().to_string();
        let config = folder.path().join("carbon.conf");
        fs::write(&config, configuration(&place, numbers))?;
        fs::write(
            folder.path().join("storage-schemas.conf"),
            "[all]\npattern = .*\nretentions = 1s:6h\n",
        )?;
        let launch = Launch::new(KIND, server, move || {
            numbers
                .iter()
                .all(|&port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
        })
        // Not as a service: it would leave this process, and then nobody stops it.
        .arguments(["--nodaemon"])
        .arguments([format!("--config={}", config.display())])
        .arguments([format!("--pidfile={place}/pid")])
        .arguments(["start"]);
        let process = Process::start_new(launch, ports, folder)?;
        Ok(Self { process })
    }

    /// Returns where lines of text go, by TCP and UDP.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port())
    }

    /// Returns where pickles go, by TCP.
    pub fn pickle_address(&self) -> String {
        format!("127.0.0.1:{}", self.port_at(1))
    }

    /// Returns what is on disk of a metric in the last five hours: seconds since 1970 and the value, oldest first; empty when there is
    /// no such metric. Carbon writes a moment after it got a value.
    ///
    /// # Panics
    /// When the file of the metric cannot be read.
    pub fn values(&self, metric: &str) -> Vec<(u64, f64)> {
        let file = self
            .dir()
            .join("whisper")
            .join(format!("{}.wsp", metric.replace('.', "/")));
        if !file.is_file() {
            return Vec::new();
        }
        let fetch = program("whisper-fetch").expect("it was there when the server started");
        let since = SystemTime::now() - FETCHED;
        let since = since
            .duration_since(SystemTime::UNIX_EPOCH)
            .expect("the clock is right to a few decades")
            .as_secs();
        let command = &mut Command::new(fetch);
        let rows = ask(command.arg(format!("--from={since}")).arg(file), "");
        // Not left to `--drop=nulls`: what remains then gets the times of the first rows.
        rows.lines()
            .filter_map(|row| {
                let (time, value) = row.split_once('\t')?;
                Some((time.parse().ok()?, value.parse().ok()?))
            })
            .collect()
    }

    /// Returns the names of all metrics on disk, sorted, without Carbon's own.
    pub fn metrics(&self) -> Vec<String> {
        let root = self.dir().join("whisper");
        let mut folders = vec![root.clone()];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(name) = path.with_extension("").strip_prefix(&root) {
                    found.push(name.to_string_lossy().replace('/', "."));
                }
            }
        }
        found.retain(|name| !name.starts_with("carbon."));
        found.sort();
        found
    }
}

impl Deref for Carbon {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

/// All that comes is written, and at once.
fn configuration(place: &str, [line, pickle, query]: [u16; 3]) -> String {
    format!(
        "[cache]\n\
         STORAGE_DIR = {place}\nLOCAL_DATA_DIR = {place}/whisper\nCONF_DIR = {place}\nLOG_DIR = {place}\nPID_DIR = {place}\n\
         USER =\nENABLE_LOGROTATION = False\n\
         LINE_RECEIVER_INTERFACE = 127.0.0.1\nLINE_RECEIVER_PORT = {line}\n\
         ENABLE_UDP_LISTENER = True\nUDP_RECEIVER_INTERFACE = 127.0.0.1\nUDP_RECEIVER_PORT = {line}\n\
         PICKLE_RECEIVER_INTERFACE = 127.0.0.1\nPICKLE_RECEIVER_PORT = {pickle}\n\
         CACHE_QUERY_INTERFACE = 127.0.0.1\nCACHE_QUERY_PORT = {query}\n\
         MAX_CACHE_SIZE = inf\nMAX_UPDATES_PER_SECOND = inf\nMAX_CREATES_PER_MINUTE = inf\nMIN_TIMESTAMP_RESOLUTION = 1\n\
         CACHE_WRITE_STRATEGY = naive\nWHISPER_AUTOFLUSH = True\nENABLE_TAGS = False\n"
    )
}
