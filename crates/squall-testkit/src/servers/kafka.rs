//! Apache Kafka, one broker that is its own controller (KRaft).

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::folder::Folder;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, ask, obtain};
use super::programs::{cache, program};

const KIND: &str = "kafka";

/// A broker that makes topics of two partitions for who writes to them.
#[derive(Debug)]
pub struct Kafka {
    process: Process,
    place: PathBuf,
}

/// Starts Kafka. It takes about 3 s.
pub fn kafka() -> Option<Kafka> {
    obtain(KIND, Kafka::new)
}

impl Kafka {
    fn new() -> Result<Self, Unavailable> {
        let java = program("java")?;
        let place = cache()
            .map(|cache| cache.join(KIND))
            .filter(|place| place.join("storage/meta.properties").is_file())
            .ok_or_else(|| Unavailable::Missing(KIND.to_owned()))?;
        let folder = Folder::new(KIND)?;
        let ports = vec![Port::take()?, Port::take()?];
        let (port, controller) = (ports[0].number(), ports[1].number());
        copy_storage(&place.join("storage"), &folder.path().join("data"))?;
        let template = fs::read_to_string(place.join("server.properties"))?;
        let config = folder.path().join("server.properties");
        let log = folder.path().join("data").display().to_string();
        fs::write(
            &config,
            template
                .replace("@PORT@", &port.to_string())
                .replace("@CONTROLLER@", &controller.to_string())
                .replace("@DATA@", &log),
        )?;
        let launch = Launch::new(KIND, java, move || answers(port).is_ok())
            .arguments(options(&place))
            .arguments(["kafka.Kafka".into(), config.into_os_string()]);
        let process = Process::start_new(launch, ports, folder)?;
        Ok(Self { process, place })
    }

    /// Returns where clients begin.
    pub fn bootstrap_server(&self) -> String {
        format!("127.0.0.1:{}", self.port())
    }

    /// Returns `count` messages of a topic, from the first one, a line each: headers, key and value separated by tabs. Order is kept
    /// within a partition. A message that does not come within 20 s is missed. It takes about 2 s.
    ///
    /// # Panics
    /// When the broker does not answer.
    pub fn messages(&self, topic: &str, count: usize) -> String {
        let arguments = format!(
            "--topic {topic} --from-beginning --max-messages {count} --timeout-ms 20000 \
             --formatter-property print.headers=true --formatter-property print.key=true"
        );
        self.tool(
            "org.apache.kafka.tools.consumer.ConsoleConsumer",
            &arguments,
            "",
        )
    }

    /// Returns how many messages a topic has, in all partitions. It takes about 2 s.
    ///
    /// # Panics
    /// When there is no such topic.
    pub fn count(&self, topic: &str) -> u64 {
        let class = "org.apache.kafka.tools.GetOffsetShell";
        let partitions = self.tool(class, &format!("--topic {topic}"), "");
        let end_of = |line: &str| -> Option<u64> { line.rsplit(':').next()?.parse().ok() };
        partitions
            .lines()
            .map(|line| end_of(line).unwrap_or_else(|| panic!("`{line}` has no offset")))
            .sum()
    }

    /// Runs one of Kafka's own tools on this broker, with arguments between spaces, and returns what it prints.
    ///
    /// # Panics
    /// When the tool fails.
    pub fn tool(&self, class: &str, arguments: &str, input: &str) -> String {
        let java = program("java").expect("it was there when the broker started");
        let command = &mut Command::new(java);
        command
            .args(options(&self.place))
            .arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
            .arg(class)
            .args(["--bootstrap-server", &self.bootstrap_server()])
            .args(arguments.split_whitespace());
        ask(command, input)
    }
}

impl Deref for Kafka {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

/// Quick to start rather than quick for long, with the classes that `scripts/test_servers.sh` loaded before.
fn options(place: &Path) -> Vec<OsString> {
    let mut archive = OsString::from("-XX:SharedArchiveFile=");
    archive.push(place.join("classes.jsa"));
    let jars = place.join("libs/*").into_os_string();
    let flags = [
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xshare:auto",
    ];
    let mut options: Vec<OsString> = flags.map(OsString::from).into();
    options.extend([archive, "-cp".into(), jars]);
    options
}

/// Copies the storage that was formatted once.
fn copy_storage(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Asks which requests the broker knows: `ApiVersions`, version 0, of the Kafka protocol.
fn answers(port: u16) -> io::Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    // Length, key of the request, its version, its number, no name of the client.
    stream.write_all(&[0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])?;
    stream.read_exact(&mut [0; 10])
}
