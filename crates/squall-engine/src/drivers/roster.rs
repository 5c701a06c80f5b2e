//! Users that get their iterations one by one from whoever decides when one starts.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use tokio::sync::Notify;

use super::crew::{Busy, Crew};
use crate::scenario::ScenarioThread;
use crate::users::{Ended, VirtualUser};

/// The users of one share: those that are idle, and how many there may be.
pub(super) struct Roster<E> {
    idle: RefCell<Vec<Rc<Mailbox>>>,
    users: Cell<u64>,
    max_users: u64,
    freed: Notify,
    /// Called when an iteration has ended, with the moment.
    ended: E,
}

/// Where an idle user gets its next iteration.
#[derive(Debug)]
struct Mailbox {
    /// When it is due.
    next: Cell<Option<u64>>,
    busy: Busy,
    wake: Notify,
}

impl<E> fmt::Debug for Roster<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roster")
            .field("users", &self.users)
            .field("max_users", &self.max_users)
            .finish_non_exhaustive()
    }
}

impl<E: Fn(u64) + 'static> Roster<E> {
    pub(super) fn new(max_users: u64, ended: E) -> Rc<Self> {
        Rc::new(Self {
            idle: RefCell::default(),
            users: Cell::new(0),
            max_users,
            freed: Notify::new(),
            ended,
        })
    }

    /// Tells whether a user is idle, or may still be created.
    pub(super) fn has_free_user(&self) -> bool {
        self.users.get() < self.max_users || !self.idle.borrow().is_empty()
    }

    /// Waits until a user becomes idle.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }

    /// Gives an iteration that is due at a moment to an idle user, or to a new one; `false` where all are busy.
    pub(super) fn start(
        self: &Rc<Self>,
        scenario: &Rc<ScenarioThread>,
        crew: &mut Crew,
        due: u64,
    ) -> bool {
        if let Some(mailbox) = self.idle.borrow_mut().pop() {
            // From now on the iteration counts as under way: an end of the load must not lose it.
            mailbox.busy.set(true);
            mailbox.next.set(Some(due));
            mailbox.wake.notify_one();
            return true;
        }
        let index = self.users.get();
        if index >= self.max_users {
            return false;
        }
        self.users.set(index + 1);
        let user = VirtualUser::new(Rc::clone(scenario), index);
        let roster = Rc::clone(self);
        crew.spawn(|busy| {
            busy.set(true);
            roster.run_user(user, due, busy)
        });
        true
    }

    /// Runs iterations as they are given, for as long as the load is open.
    async fn run_user(self: Rc<Self>, mut user: VirtualUser, first: u64, busy: Busy) {
        let scenario = Rc::clone(&user.scenario);
        let mailbox = Rc::new(Mailbox {
            next: Cell::new(Some(first)),
            busy: Rc::clone(&busy),
            wake: Notify::new(),
        });
        loop {
            let Some(due) = mailbox.next.take() else {
                mailbox.wake.notified().await;
                continue;
            };
            let start = user.next_start(due);
            let ended = user.iterate(start).await;
            (self.ended)(scenario.worker.clock.now());
            busy.set(false);
            if ended == Ended::NoData || !scenario.is_open() {
                return;
            }
            self.idle.borrow_mut().push(Rc::clone(&mailbox));
            self.freed.notify_one();
        }
    }
}
