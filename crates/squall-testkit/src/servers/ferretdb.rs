//! FerretDB on SQLite, in place of MongoDB.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Deref;
use std::process::Command;
use std::time::Duration;

use super::folder::Folder;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, ask, obtain};
use super::programs::program;
use super::{PASSWORD, USER};

const KIND: &str = "ferretdb";

/// Prints the documents of a collection from FerretDB's file of a database.
const READ: &str = r#"
import sqlite3, sys
base = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for (table,) in base.execute("select table_name from _ferretdb_collections where name = ?", sys.argv[2:]).fetchall():
    for (document,) in base.execute(f'select _ferretdb_sjson from "{table}" order by rowid'):
        print(document if isinstance(document, str) else document.decode())
"#;

/// A server that speaks MongoDB's protocol and asks for a password.
#[derive(Debug)]
pub struct Ferretdb {
    process: Process,
}

/// Starts FerretDB. It takes about 0.1 s.
pub fn ferretdb() -> Option<Ferretdb> {
    obtain(KIND, || Ferretdb::new(true))
}

/// Starts FerretDB so that it lets everybody in: for clients that do not take the end of its SCRAM, as that for Rust.
pub fn ferretdb_without_users() -> Option<Ferretdb> {
    obtain(KIND, || Ferretdb::new(false))
}

impl Ferretdb {
    fn new(has_users: bool) -> Result<Self, Unavailable> {
        let server = program("ferretdb")?;
        let folder = Folder::new(KIND)?;
        let port = Port::take()?;
        let number = port.number();
        let data = folder.path().join("data");
        fs::create_dir(&data)?;
        let launch = Launch::new(KIND, server, move || ping(number).is_ok())
            .arguments(["--handler=sqlite", "--debug-addr=-", "--log-level=WARN"])
            .arguments(["--telemetry=disable".to_owned()])
            .arguments([
                format!("--listen-addr=127.0.0.1:{number}"),
                format!("--sqlite-url=file:{}/", data.display()),
                format!("--state-dir={}", folder.path().display()),
            ]);
        let users = [
            "--test-enable-new-auth".to_owned(),
            format!("--setup-database={USER}"),
            format!("--setup-username={USER}"),
            format!("--setup-password={PASSWORD}"),
        ];
        let launch = launch.arguments(users.into_iter().filter(|_| has_users));
        let process = Process::start_new(launch, vec![port], folder)?;
        Ok(Self { process })
    }

    /// Returns where the server is, as clients are told, with user, password and database.
    pub fn url(&self) -> String {
        let port = self.port();
        format!("mongodb://{USER}:{PASSWORD}@127.0.0.1:{port}/{USER}")
    }

    /// Returns the documents of a collection in the database of [`url`](Self::url), read from the server's own file: a line of JSON
    /// each, in the order in which they came. The key `$s` has the types and the order of the fields.
    ///
    /// # Panics
    /// When the file cannot be read.
    pub fn documents(&self, collection: &str) -> String {
        let file = self.dir().join(format!("data/{USER}.sqlite"));
        if !file.is_file() {
            return String::new();
        }
        let command = &mut Command::new("python3");
        command.args(["-c", READ]).arg(file).arg(collection);
        ask(command, "")
    }
}

impl Deref for Ferretdb {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

/// Sends the command `ping` as an `OP_MSG` (MongoDB wire protocol), which is answered without a login.
fn ping(port: u16) -> io::Result<()> {
    let mut document = Vec::<u8>::new();
    document.extend(b"\x10ping\0\x01\0\0\0");
    document.extend(b"\x02$db\0\x06\0\0\0admin\0\0");
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
    let mut message = Vec::new();
    message.extend(length(16 + 4 + 1 + 4 + document.len()));
    // Number of the request, of the one that is answered, and OP_MSG; no flags, one section with a document.
    message.extend([1, 0, 0, 0, 0, 0, 0, 0, 0xdd, 0x07, 0, 0]);
    message.extend([0; 5]);
    message.extend(length(4 + document.len()));
    message.extend(document);
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(&message)?;
    stream.read_exact(&mut [0; 16])
}
