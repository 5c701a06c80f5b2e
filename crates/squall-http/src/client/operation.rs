//! What came of one request.

use squall_protocol::{Failure, Moments, TraceIds};

use super::KeptAnswer;

/// One finished operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operation {
    /// When things happened.
    pub moments: Moments,
    /// Status of the last answer; 0 without one.
    pub status: u16,
    /// Bytes written before encryption, heads and redirected requests included.
    pub bytes_sent: u64,
    /// Bytes read after decryption, heads and redirecting answers included.
    pub bytes_received: u64,
    /// A connection was opened for it.
    pub connected: bool,
    /// That connection was secured with TLS.
    pub secured: bool,
    /// Why it failed; empty when it succeeded.
    pub failures: Vec<Failure>,
    /// Method and target; set for failed operations only.
    pub request_line: String,
    /// What the target was told of the trace, where the operation is traced.
    pub trace: Option<Box<TraceIds>>,
    /// The last answer, where the request or the client keeps answers and there was one.
    pub answer: Option<Box<KeptAnswer>>,
}

impl Operation {
    /// Starts an operation.
    pub(crate) fn start(intended: u64, start: u64) -> Self {
        let mut operation = Self::default();
        operation.moments.intended = intended.min(start);
        operation.begin(start);
        operation
    }

    /// Moves the start, and with it all later moments.
    pub(crate) fn begin(&mut self, start: u64) {
        let intended = self.moments.intended;
        self.moments = Moments {
            intended,
            start,
            connected: start,
            secured: start,
            written: start,
            first_byte: start,
            last_byte: start,
        };
    }

    /// Ends a failed operation at `now`: moments that were not reached are now.
    pub(crate) fn fail(&mut self, failure: Failure, now: u64) {
        let moments = &mut self.moments;
        if moments.written <= moments.start && !self.connected {
            // It never came to writing: the time of the attempt must not pass for the time of a write.
            (moments.connected, moments.secured) = (now, now);
        }
        for moment in [&mut moments.written, &mut moments.first_byte] {
            if *moment <= moments.start {
                *moment = now;
            }
        }
        moments.last_byte = now;
        self.failures.push(failure);
        // Redirects alone are no answer.
        self.answer = self.answer.take().filter(|kept| !kept.head.is_empty());
    }
}
