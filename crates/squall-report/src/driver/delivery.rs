//! The thread that hands batches to the reporter until they are delivered, kept on disk, or lost.

use std::sync::Arc;

use super::Ending;
use super::backlog::{End, Lot};
use super::caller::Caller;
use super::counts::Place;
use super::shared::Shared;
use crate::{Batch, Delivered, ReporterError, SpoolError};

/// The loop of the delivery thread; the table in [`driver`](super) says what it does when.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) caller: Caller,
    shared: Arc<Shared>,
    /// Set when no batch can be delivered any more: all that comes stays on disk.
    is_parking: bool,
}

impl Delivery {
    pub(super) fn new(caller: Caller, shared: Arc<Shared>) -> Self {
        Self {
            caller,
            shared,
            is_parking: false,
        }
    }

    /// Delivers until nothing more comes, and closes the reporter.
    pub(super) fn run(mut self) -> (Ending, Option<String>) {
        while let Some(lot) = self.shared.backlog.take() {
            if self.is_parking {
                self.park();
            } else {
                self.deliver(&lot);
            }
        }
        self.caller.close()
    }

    /// Delivers the lot in hand, in halves where it is too large, or counts what is lost of it.
    fn deliver(&mut self, lot: &Lot) {
        if lot.place == Place::Disk && !self.read(lot.number) {
            return;
        }
        while let Some(batch) = self.shared.backlog.first() {
            match self.caller.send(&batch) {
                Ok(delivered) => self.settle(&delivered),
                Err(ReporterError::TooLarge { message }) => self.cut(&batch, message),
                Err(error) if self.shared.spool.is_some() => return self.hold(&error),
                Err(error) => self.lose(error.describe()),
            }
        }
        self.put_down();
    }

    /// Reads the file of the lot in hand.
    fn read(&self, number: u64) -> bool {
        let Some(spool) = &self.shared.spool else {
            return false;
        };
        let records = spool.records(number);
        match spool.read(number) {
            Ok(batches) => {
                self.shared.backlog.fill_hand(batches);
                true
            }
            Err(error) => {
                self.shared.say(error.describe());
                let counters = &self.shared.counters;
                match error {
                    SpoolError::Broken { .. } => self.shared.backlog.lose_file(counters, records),
                    // The file is there, and another process may be luckier.
                    _ => self.shared.backlog.put_down(counters),
                }
                false
            }
        }
    }

    fn settle(&self, delivered: &Delivered) {
        if let Some(why) = &delivered.refused {
            self.shared.say(why.clone());
        }
        let counters = &self.shared.counters;
        self.shared.backlog.settle(counters, delivered);
    }

    fn cut(&self, batch: &Batch, message: String) {
        match batch.halves() {
            Some((first, second)) => self.shared.backlog.cut(first, second),
            None => self.lose(message),
        }
    }

    /// Drops the first part in hand.
    fn lose(&self, why: String) {
        self.settle(&Delivered::only(0, why));
    }

    /// Puts down a lot of which nothing is left.
    fn put_down(&self) {
        let Some(hand) = self.shared.backlog.hand() else {
            return;
        };
        if let Err(Some(error)) = self.shared.keep(&hand) {
            self.shared.say(error.describe());
        }
        self.shared.backlog.put_down(&self.shared.counters);
    }

    /// Keeps the lot in hand for later: first in the order, on disk if there is room.
    fn hold(&mut self, error: &ReporterError) {
        if self.caller.is_dead() {
            self.is_parking = true;
            return self.park();
        }
        let Some(hand) = self.shared.backlog.hand() else {
            return;
        };
        let place = match self.shared.keep(&hand) {
            Ok(()) => Place::Disk,
            Err(_) => hand.place,
        };
        self.shared.backlog.put_back(&self.shared.counters, place);
        self.shared.say(error.describe());
        if self.shared.backlog.ended() == Some(End::Unobserved) {
            self.is_parking = true;
            return;
        }
        self.shared.counters.retry();
        if !self.shared.wait_out(self.caller.pause(error)) {
            self.caller.renew();
        }
    }

    /// Leaves the lot in hand on disk for a later resend; drops it when there is no room.
    fn park(&self) {
        let Some(hand) = self.shared.backlog.hand() else {
            return;
        };
        match self.shared.keep(&hand) {
            Ok(()) => self.shared.backlog.put_down(&self.shared.counters),
            // Its file is older than what is left of it, and better than nothing.
            Err(_) if hand.place == Place::Disk => {
                self.shared.backlog.put_down(&self.shared.counters);
            }
            Err(error) => {
                while self.shared.backlog.first().is_some() {
                    let settled = &Delivered::default();
                    self.shared.backlog.settle(&self.shared.counters, settled);
                }
                if let Some(error) = error {
                    self.shared.say(error.describe());
                }
                self.shared.backlog.put_down(&self.shared.counters);
            }
        }
    }
}
