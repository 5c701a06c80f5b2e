//! Redis.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::PASSWORD;
use super::certificates::{self, Certificates};
use super::folder::Folder;
use super::ports::Port;
use super::process::{Launch, Process, Unavailable, ask, obtain};
use super::programs::program;

const KIND: &str = "redis";

/// A Redis server that asks for a password and writes each change to its file, so that a killed one returns with its data.
#[derive(Debug)]
pub struct Redis {
    process: Process,
}

/// Starts Redis. It takes about 30 ms.
pub fn redis() -> Option<Redis> {
    obtain(KIND, Redis::new)
}

impl Redis {
    fn new() -> Result<Self, Unavailable> {
        let server = program("redis-server")?;
        let folder = Folder::new(KIND)?;
        let ports = vec![Port::take()?, Port::take()?];
        let (number, tls_port) = (ports[0].number(), ports[1].number());
        let tls = Certificates::write(folder.path())?;
        let launch = Launch::new(KIND, server, move || answers(number))
            .arguments(["--bind", "127.0.0.1", "--port", &number.to_string()])
            .arguments(["--requirepass", PASSWORD, "--save", ""])
            .arguments(["--appendonly", "yes", "--appendfsync", "no"])
            .arguments([
                "--tls-port",
                &tls_port.to_string(),
                "--tls-auth-clients",
                "no",
            ])
            .arguments(["--tls-ca-cert-file".into(), tls.authority.into_os_string()])
            .arguments(["--tls-cert-file".into(), tls.certificate.into_os_string()])
            .arguments(["--tls-key-file".into(), tls.key.into_os_string()]);
        let process = Process::start_new(launch, ports, folder)?;
        Ok(Self { process })
    }

    /// Returns where the server is, as clients are told, with password and database.
    pub fn url(&self) -> String {
        let port = self.port();
        format!("redis://:{PASSWORD}@127.0.0.1:{port}/0")
    }

    /// Returns where the server speaks TLS.
    pub fn tls_url(&self) -> String {
        let port = self.port_at(1);
        format!("rediss://:{PASSWORD}@127.0.0.1:{port}/0")
    }

    /// Returns the certificate of the authority that a client of TLS must know, PEM.
    pub fn authority(&self) -> PathBuf {
        certificates::authority(self.dir())
    }

    /// Runs commands, a line each, and returns the answers as `redis-cli` prints them where nobody looks: a value a line.
    ///
    /// # Panics
    /// When the server is not there.
    pub fn query(&self, commands: &str) -> String {
        let client = program("redis-cli").expect("it comes with the server");
        let port = self.port().to_string();
        let command = &mut Command::new(client);
        command
            .args(["-h", "127.0.0.1", "-p", &port])
            .env("REDISCLI_AUTH", PASSWORD);
        ask(command, &format!("{commands}\n"))
    }
}

impl Deref for Redis {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

/// True when the server has read its data: until then it says `-LOADING`.
fn answers(port: u16) -> bool {
    let mut answer = [0; 64];
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            write!(stream, "AUTH {PASSWORD}\r\nPING\r\nQUIT\r\n")?;
            let mut filled = 0;
            loop {
                let count = stream.read(&mut answer[filled..])?;
                filled += count;
                if count == 0 {
                    return Ok(answer[..filled].windows(5).any(|word| word == b"+PONG"));
                }
            }
        })
        .unwrap_or(false)
}
