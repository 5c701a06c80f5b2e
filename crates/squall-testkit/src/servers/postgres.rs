//! PostgreSQL.

use std::fs;
use std::ops::Deref;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::certificates::{self, Certificates};
use super::folder::Folder;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, ask, obtain, other_user, run};
use super::programs::{postgres_program, program};
use super::{PASSWORD, USER};

const KIND: &str = "postgres";
/// PostgreSQL refuses to run as root; its package makes this user.
const ACCOUNT: &str = "postgres";

/// A PostgreSQL server that asks for a password, with a database of its user's name. It also speaks TLS.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
}

/// Starts PostgreSQL. It takes about 1 s.
pub fn postgres() -> Option<Postgres> {
    obtain(KIND, Postgres::new)
}

impl Postgres {
    fn new() -> Result<Self, Unavailable> {
        let server = postgres_program("postgres")?;
        let is_ready = postgres_program("pg_isready")?;
        let folder = Folder::new(KIND)?;
        let port = Port::take()?;
        let data = folder.path().join("data");
        initdb(folder.path(), &data)?;
        let tls = Certificates::write(folder.path())?;
        hand_over(&tls.key)?;
        let setting = |name: &str, file: &Path| format!("--{name}={}", file.display());
        let number = port.number().to_string();
        let asked = number.clone();
        let launch = Launch::new(KIND, server, move || {
            run(Command::new(&is_ready).args(["-h", "127.0.0.1", "-p", &asked])).is_ok()
        })
        .user(ACCOUNT)
        // With `SIGTERM` it would wait until its clients leave.
        .stop_signal(Signal::INT)
        .arguments(["-D".into(), data.into_os_string()])
        .arguments(["-p", number.as_str(), "-h", "127.0.0.1", "-k", ""])
        // Nothing has to outlive the machine, and a test may have no patience.
        .arguments(["-c", "fsync=off", "-c", "full_page_writes=off"])
        .arguments([
            "--ssl=on".to_owned(),
            setting("ssl_cert_file", &tls.certificate),
            setting("ssl_key_file", &tls.key),
        ]);
        let process = Process::start_new(launch, vec![port], folder)?;
        let server = Self { process };
        run(&mut server.psql("postgres", &format!("create database {USER}"))?)?;
        Ok(server)
    }

    /// Returns where the server is, as clients are told, with user, password and database.
    pub fn url(&self) -> String {
        self.url_of(USER)
    }

    /// Returns the certificate of the authority that a client of TLS must know, PEM.
    pub fn authority(&self) -> PathBuf {
        certificates::authority(self.dir())
    }

    /// Runs SQL and returns its rows, a line each, values separated by `|`.
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn query(&self, sql: &str) -> String {
        let command = &mut self.psql(USER, sql).expect("`psql` comes with the server");
        ask(command, "")
    }

    fn url_of(&self, database: &str) -> String {
        let port = self.port();
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/{database}")
    }

    fn psql(&self, database: &str, sql: &str) -> Result<Command, Unavailable> {
        let mut command = Command::new(program("psql")?);
        command.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        command.arg(self.url_of(database));
        Ok(command)
    }
}

impl Deref for Postgres {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

/// Makes the files of an empty server.
fn initdb(folder: &Path, data: &Path) -> Result<(), Unavailable> {
    let password = folder.join("password");
    fs::write(&password, PASSWORD)?;
    fs::create_dir(data)?;
    hand_over(data)?;
    let mut command = Command::new(program("setpriv")?);
    command
        .args(other_user(Some(ACCOUNT)))
        .arg("--")
        .arg(postgres_program("initdb")?)
        .arg("-D")
        .arg(data)
        .arg("--pwfile")
        .arg(&password)
        .args(["-U", USER, "-A", "scram-sha-256", "-E", "UTF8"])
        .args(["--locale=C", "--no-sync", "--no-instructions"])
        .current_dir("/");
    run(&mut command).map(drop)
}

/// Gives a file to the user that the server runs as.
fn hand_over(file: &Path) -> Result<(), Unavailable> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let number = |option| -> Result<u32, Unavailable> {
        let answer = run(Command::new("id").args([option, ACCOUNT]))?;
        let wrong = |_| Unavailable::Failed(format!("`id` says `{answer}`"));
        answer.parse().map_err(wrong)
    };
    chown(file, Some(number("-u")?), Some(number("-g")?))?;
    Ok(())
}
