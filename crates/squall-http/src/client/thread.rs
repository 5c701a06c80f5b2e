//! What the clients of one I/O thread share.

use std::cell::{Cell, RefCell};

use squall_protocol::{Clock, Deadlines};

/// Size of the read buffer. Larger than any socket is likely to hold, so that a read is nearly always a partial one, which tells
/// the runtime that the socket is drained and saves the read that would only see `WouldBlock`.
const SCRATCH: usize = 64 * 1024;

/// Clock, time limits and read buffer of one I/O thread.
///
/// All connections read into the same buffer: an answer that arrives in one piece, as most do, is parsed where it lies, and an idle
/// user owns no buffer at all.
#[derive(Debug)]
pub struct HttpThread {
    clock: Clock,
    deadlines: Deadlines,
    pub(crate) scratch: RefCell<Box<[u8]>>,
    /// Reads into that buffer: whoever notes where bytes lie can tell whether they still do.
    pub(crate) reads: Cell<u64>,
}

impl HttpThread {
    /// Creates the shared part of one I/O thread.
    pub fn new(clock: Clock) -> Self {
        let scratch = RefCell::new(vec![0; SCRATCH].into_boxed_slice());
        Self {
            clock,
            deadlines: Deadlines::default(),
            scratch,
            reads: Cell::new(0),
        }
    }

    /// Returns the run's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Returns the time limits, which the engine looks over once a tick.
    pub fn deadlines(&self) -> &Deadlines {
        &self.deadlines
    }
}
