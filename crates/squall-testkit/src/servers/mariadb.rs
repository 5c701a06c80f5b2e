//! MariaDB, in place of MySQL.

use std::fs;
use std::io::Read;
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::certificates::{self, Certificates};
use super::folder::Folder;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, ask, obtain, run};
use super::programs::program;
use super::{PASSWORD, USER};

const KIND: &str = "mariadb";

/// A MariaDB server with a user and a database of the same name. It also speaks TLS.
#[derive(Debug)]
pub struct Mariadb {
    process: Process,
}

/// Starts MariaDB. It takes about 0.9 s.
pub fn mariadb() -> Option<Mariadb> {
    obtain(KIND, Mariadb::new)
}

impl Mariadb {
    fn new() -> Result<Self, Unavailable> {
        let server = program("mariadbd")?;
        let client = program("mariadb")?;
        let folder = Folder::new(KIND)?;
        let port = Port::take()?;
        let number = port.number();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let user = account();
        let data = path("data");
        // Each MariaDB that starts removes temporary tables of all others that share this folder.
        let temporary = path("tmp");
        fs::create_dir(&temporary)?;
        run(Command::new(program("mariadb-install-db")?)
            .args(["--no-defaults", "--skip-test-db", "--skip-name-resolve"])
            .args(["--auth-root-authentication-method=normal", "--force"])
            .arg(format!("--user={user}"))
            .arg(format!("--tmpdir={temporary}"))
            .arg(format!("--datadir={data}")))?;
        let init = path("init.sql");
        fs::write(
            &init,
            format!(
                "create database if not exists {USER} character set utf8mb4;\n\
                 create user if not exists {USER}@'127.0.0.1' identified by '{PASSWORD}';\n\
                 grant all on *.* to {USER}@'127.0.0.1';\n"
            ),
        )?;
        let tls = Certificates::write(folder.path())?;
        let launch = Launch::new(KIND, server, move || {
            greets(number) && answers(&client, number)
        })
        .arguments(["--no-defaults", "--bind-address=127.0.0.1"])
        .arguments(["--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0"])
        .arguments([
            format!("--user={user}"),
            format!("--datadir={data}"),
            format!("--port={number}"),
            format!("--socket={}", path("socket")),
            format!("--pid-file={}", path("pid")),
            format!("--init-file={init}"),
            format!("--ssl-ca={}", tls.authority.display()),
            format!("--ssl-cert={}", tls.certificate.display()),
            format!("--ssl-key={}", tls.key.display()),
        ]);
        let process = Process::start_new(launch, vec![port], folder)?;
        Ok(Self { process })
    }

    /// Returns where the server is, as clients are told, with user, password and database.
    pub fn url(&self) -> String {
        let port = self.port();
        format!("mysql://{USER}:{PASSWORD}@127.0.0.1:{port}/{USER}")
    }

    /// Returns the certificate of the authority that a client of TLS must know, PEM.
    pub fn authority(&self) -> PathBuf {
        certificates::authority(self.dir())
    }

    /// Runs SQL and returns its rows, a line each, values separated by tabs.
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn query(&self, sql: &str) -> String {
        let program = program("mariadb").expect("the client comes with the server");
        ask(client(&mut Command::new(program), self.port(), sql), "")
    }
}

impl Deref for Mariadb {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

/// MariaDB runs as root only when that is asked for.
fn account() -> String {
    let user = run(Command::new("id").arg("-un"));
    user.unwrap_or_else(|_| "root".to_owned())
}

fn client<'a>(command: &'a mut Command, port: u16, sql: &str) -> &'a mut Command {
    command
        .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1"])
        .args(["--default-character-set=utf8mb4", "--batch", "--raw"])
        .args(["--skip-column-names", "--database", USER, "--user", USER])
        .arg(format!("--port={port}"))
        .arg(format!("--password={PASSWORD}"))
        .args(["--execute", sql])
}

/// True when somebody says hello at the port: the first packet of the protocol is the server's.
fn greets(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            stream.read_exact(&mut [0; 5])
        })
        .is_ok()
}

/// True when the user is there: the port is open a moment before the file with the user was run.
fn answers(program: &std::path::Path, port: u16) -> bool {
    run(client(&mut Command::new(program), port, "select 1")).is_ok()
}
