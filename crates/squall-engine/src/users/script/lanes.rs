//! The further lanes of a virtual user.

use std::sync::Arc;
use std::task::Context;

use super::bell::{Bell, Board};
use super::lane::{Lane, LaneEnd};

/// All lanes of a virtual user but that of its own client; made when they are needed, and kept.
#[derive(Debug, Default)]
pub(in crate::users) struct Lanes {
    all: Vec<Lane>,
    idle: Vec<usize>,
    board: Arc<Board>,
    /// Those that are served at the moment.
    rung: Vec<usize>,
}

impl Lanes {
    /// Returns an idle lane, which is to get an order; `make` makes one of its number and bell where there is none.
    pub(super) fn idle(&mut self, make: impl FnOnce(u64, Arc<Bell>) -> Lane) -> &Lane {
        let at = self.idle.pop().unwrap_or_else(|| {
            let at = self.all.len();
            let bell = Bell::new(at, Arc::clone(&self.board));
            self.all.push(make(at as u64 + 1, bell));
            at
        });
        &self.all[at]
    }

    /// Gives up the operation of a token, if there is one.
    pub(super) fn forget(&self, token: u64) {
        let mut lanes = self.all.iter();
        if let Some(lane) = lanes.find(|lane| lane.state().has(token)) {
            lane.give_up();
        }
    }

    /// Gives up all operations.
    pub(super) fn give_up(&self) {
        let busy = self.all.iter().filter(|lane| lane.state().is_busy());
        busy.for_each(Lane::give_up);
    }

    /// Serves the lanes that can go on, and tells how orders ended.
    pub(super) fn serve(&mut self, context: &Context<'_>, mut ended: impl FnMut(LaneEnd)) {
        if self.all.is_empty() {
            return;
        }
        self.board.take(&mut self.rung, context);
        for at in self.rung.drain(..) {
            if let Some(end) = self.all[at].poll() {
                self.idle.push(at);
                ended(end);
            }
        }
    }
}
