//! A backend that goes away and comes back, over a real socket.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use squall_report::{
    Batch, Capabilities, Delivered, Driver, Ending, FinalRecords, RecordKind, Reporter,
    ReporterError,
};

use crate::scripted::{PLENTY, by_tens, context, events};

/// Sends a line per event and waits for the backend's answer; connects again after an error.
#[derive(Debug)]
struct LineReporter {
    path: PathBuf,
    connection: Option<BufReader<UnixStream>>,
}

impl LineReporter {
    fn exchange(&mut self, text: &str) -> std::io::Result<()> {
        if self.connection.is_none() {
            self.connection = Some(BufReader::new(UnixStream::connect(&self.path)?));
        }
        let connection = self.connection.as_mut().expect("just connected");
        connection.get_mut().write_all(text.as_bytes())?;
        let mut answer = String::new();
        connection.read_line(&mut answer)?;
        if answer != "ok\n" {
            return Err(std::io::Error::other("connection closed"));
        }
        Ok(())
    }
}

impl Reporter for LineReporter {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kinds: vec![RecordKind::Events],
            max_batch_records: None,
        }
    }

    fn open(&mut self) -> Result<(), ReporterError> {
        Ok(())
    }

    fn send(&mut self, batch: &Batch) -> Result<Delivered, ReporterError> {
        let Batch::Events(events) = batch else {
            return Ok(Delivered::all(batch));
        };
        let mut text = String::new();
        for event in events.iter() {
            text.push_str(&event.id.to_string());
            text.push('\n');
        }
        text.push_str("end\n");
        self.exchange(&text).map_err(|error| {
            self.connection = None;
            ReporterError::temporary("backend cannot be reached").with_source(error)
        })?;
        Ok(Delivered::all(batch))
    }

    fn close(&mut self) -> Result<Option<String>, ReporterError> {
        Ok(None)
    }
}

/// Answers one connection's batches, at most `batches`, then goes away with its socket.
fn serve(path: &Path, batches: usize) -> thread::JoinHandle<usize> {
    let listener = UnixListener::bind(path).expect("the socket's path is free");
    let path = path.to_owned();
    thread::spawn(move || {
        let (stream, _) = listener.accept().expect("the reporter connects");
        let mut reader = BufReader::new(stream);
        let (mut lines, mut done) = (0, 0);
        let mut line = String::new();
        while done < batches && reader.read_line(&mut line).expect("readable") > 0 {
            if line == "end\n" {
                done += 1;
                reader.get_mut().write_all(b"ok\n").expect("writable");
            } else {
                lines += 1;
            }
            line.clear();
        }
        std::fs::remove_file(path).expect("the socket is there");
        lines
    })
}

#[test]
fn a_backend_that_restarts_gets_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backend");
    let mut settings = by_tens();
    // Many retries: how long the restart takes must not matter.
    settings.retry.retries = u32::MAX;
    let first = serve(&path, 1);
    let reporter = LineReporter {
        path: path.clone(),
        connection: None,
    };
    let handle = Driver::start("lines", Box::new(reporter), context(), settings).unwrap();
    assert_eq!(handle.events(events(0..10)).accepted, 10);
    assert_eq!(first.join().unwrap(), 10);

    assert_eq!(handle.events(events(10..40)).accepted, 30);
    while handle.counts().retried == 0 {
        thread::yield_now();
    }
    let (sender, second) = mpsc::channel();
    let server = serve(&path, usize::MAX);
    thread::spawn(move || sender.send(server.join()));
    let report = handle.finish(FinalRecords::default(), PLENTY);
    assert_eq!((report.delivered, report.dropped), (40, 0));
    assert_eq!(report.ending, Ending::Closed);
    assert!(
        report
            .message
            .unwrap()
            .starts_with("backend cannot be reached")
    );
    assert_eq!(second.recv_timeout(PLENTY).unwrap().unwrap(), 30);
}
