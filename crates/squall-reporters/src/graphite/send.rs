//! Sends the lines of `graphite`.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::time::Duration;

use squall_report::{
    Batch, Capabilities, Delivered, Lifecycle, RecordKind, Reporter, ReporterError, WallTime,
};

use super::encode::encode;
use crate::numbers::Options;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long Carbon may take to read a batch, and to say that it has.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(super) struct GraphiteReporter {
    host: String,
    port: u16,
    options: Options,
    /// The time of the last records: that of the end of the run, and the same when they come again.
    ended: Option<WallTime>,
}

impl GraphiteReporter {
    pub(super) fn new(host: String, port: u16, options: Options) -> Self {
        Self {
            host,
            port,
            options,
            ended: None,
        }
    }

    fn failed(&self, what: &str, error: io::Error) -> ReporterError {
        let (host, port) = (&self.host, self.port);
        ReporterError::temporary(format!(
            "cannot {what} Graphite on TCP port {port} of `{host}`: see `host` and `port`"
        ))
        .with_source(error)
    }

    fn connect(&self) -> Result<TcpStream, ReporterError> {
        self.try_connect()
            .map_err(|error| self.failed("connect to", error))
    }

    fn try_connect(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(REQUEST_TIMEOUT))?;
                    stream.set_write_timeout(Some(REQUEST_TIMEOUT))?;
                    return Ok(stream);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn end_of(&mut self, batch: &Batch) -> WallTime {
        match batch {
            Batch::Lifecycle(batch) => {
                let mut ends = batch.records().iter();
                let end = ends.rfind(|record| record.what == Lifecycle::RunEnded);
                self.ended = end.map(|record| record.time).or(self.ended);
                self.ended.unwrap_or_default()
            }
            Batch::Final(_) => *self.ended.get_or_insert_with(WallTime::now),
            _ => WallTime::default(),
        }
    }
}

/// Sends everything and waits until the other end has read it: it closes when it came to the end.
fn deliver(mut stream: TcpStream, lines: &[u8]) -> io::Result<()> {
    stream.write_all(lines)?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = [0; 64];
    while stream.read(&mut answer)? > 0 {}
    Ok(())
}

impl Reporter for GraphiteReporter {
    fn capabilities(&self) -> Capabilities {
        let kinds = RecordKind::ALL.into_iter();
        let no_numbers = [RecordKind::Events, RecordKind::Messages];
        Capabilities {
            kinds: kinds.filter(|kind| !no_numbers.contains(kind)).collect(),
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        self.connect().map(drop)
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let ended = self.end_of(batch);
        // Single events are never asked for, and would take each other's places.
        let lines = match batch {
            Batch::Events(_) => String::new(),
            _ => encode(batch, &self.options, ended),
        };
        if !lines.is_empty() {
            let sent = deliver(self.connect()?, lines.as_bytes());
            sent.map_err(|error| self.failed("deliver to", error))?;
        }
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        Ok(None)
    }
}
