//! One request written, one answer read.

use std::rc::Rc;

use squall_protocol::Failure;

use super::call::{Call, Line};
use super::capture::AnswerPlace;
use super::response::{ReadError, Reading, Received, Wanted};
use super::transfer::{WriteError, write_all};
use crate::step::Exchange;

impl Call<'_> {
    /// Writes a request (`constant`, or what is in the client's buffer), reads the answer and gives the connection back.
    #[inline]
    pub(super) async fn exchange(
        &mut self,
        mut line: Line,
        constant: Option<&Exchange>,
        wanted: Wanted,
    ) -> Result<Received, Failure> {
        let settings = Rc::clone(&self.client.settings);
        let clock = settings.thread.clock();
        self.limits
            .arm(&self.client.slot, self.operation.moments.start, None);
        let stream = &mut line.connection.stream;
        let request = constant.unwrap_or(&self.client.render.exchange);
        self.operation.bytes_sent += request.bytes.len() as u64;
        let mut sent = write_all(stream, &self.client.slot, &request.bytes).await;
        if let (Ok(()), Some(body)) = (&sent, self.client.render.streamed.take()) {
            self.operation.bytes_sent += body.length;
            sent = Box::pin(body.write(stream, &self.client.slot)).await;
        }
        let written = clock.now();
        if self.operation.moments.written <= self.operation.moments.secured {
            self.operation.moments.written = written;
        }
        let broken = self.refused_early(sent)?;
        let read_ns = settings.read_timeout_ns;
        if read_ns.is_some() {
            self.limits.arm(&self.client.slot, written, read_ns);
        }
        let (limits, slot) = (self.limits, &self.client.slot);
        let mut reading = Reading::new(&settings.thread, &mut self.client.answer, wanted);
        let progress = |now| {
            if read_ns.is_some() {
                limits.arm(slot, now, read_ns);
            }
        };
        let read = reading.finish(stream, slot, progress).await;
        let (first_byte, bytes) = (reading.first_byte, reading.bytes);
        self.operation.bytes_received += bytes;
        if first_byte > 0 {
            self.operation.moments.first_byte = first_byte;
        }
        let whole = broken.is_none();
        let received = match (read, broken) {
            (Ok(received), _) => received,
            (Err(ReadError::Expired), None) => {
                return Err(limits.failure(clock.now(), "read", read_ns));
            }
            (Err(_), Some(failure)) | (Err(ReadError::Failed(failure)), None) => {
                return Err(failure);
            }
        };
        let reads = settings.thread.reads.get();
        self.client.last = Some(AnswerPlace::of(&received, reads, wanted.keeps_body));
        self.operation.moments.last_byte = received.last_byte;
        self.operation.status = received.head.status;
        if received.reusable && whole && settings.keep_alive {
            self.give_back(line, received.last_byte);
        }
        Ok(received)
    }

    /// Tells of a write that broke off: a server may refuse a request before it has read it all, and its answer, if there is one, tells
    /// more than the broken pipe.
    fn refused_early(&self, sent: Result<(), WriteError>) -> Result<Option<Failure>, Failure> {
        let Err(error) = sent else { return Ok(None) };
        let broken = matches!(error, WriteError::Broken(_));
        let now = self.client.now();
        let failure = error.into_failure(|| self.limits.failure(now, "request", None));
        if broken {
            Ok(Some(failure))
        } else {
            Err(failure)
        }
    }

    fn give_back(&mut self, line: Line, now: u64) {
        let mut connection = line.connection;
        connection.used_at = now;
        match line.turn {
            Some(turn) => turn.put(connection),
            None => self.client.own.push(connection),
        }
    }
}
