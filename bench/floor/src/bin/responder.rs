//! `responder [--port PORT] [--first-request]`: prints its port as a line, then answers until it is stopped.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use floor::{Announce, Responder};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _closed = writeln!(
                io::stderr(),
                "error: {error}\nusage: responder [--port PORT] [--first-request]"
            );
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let (mut port, mut announce) = (0, Announce::Nothing);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--port" => {
                port = words
                    .next()
                    .and_then(|word| word.parse().ok())
                    .ok_or_else(|| wrong("`--port` needs a number"))?;
            }
            "--first-request" => announce = Announce::FirstRequest,
            _ => return Err(wrong(&format!("`{word}` is not an option"))),
        }
    }
    let mut responder = Responder::listen(port, announce)?;
    writeln!(io::stdout(), "{}", responder.port()?)?;
    responder.serve()
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, what)
}
