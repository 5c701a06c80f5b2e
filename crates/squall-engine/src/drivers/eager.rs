//! As many iterations at once as fit: nothing waits for an answer.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::sync::Notify;

use super::crew::{Busy, Crew, wait};
use crate::scenario::ScenarioThread;
use crate::users::{Ended, VirtualUser};

/// Users started between two rounds of I/O: those under way come first, since opening a connection costs more than a request.
const NEW_USERS: u64 = 8;

/// Users that have nothing to do.
#[derive(Debug, Default)]
struct Idle {
    mailboxes: RefCell<Vec<Rc<Mailbox>>>,
    freed: Notify,
}

/// Where an idle user learns that it is to go on.
#[derive(Debug)]
struct Mailbox {
    /// When its next iteration starts.
    next: Cell<Option<u64>>,
    busy: Busy,
    wake: Notify,
}

pub(super) async fn drive(scenario: &Rc<ScenarioThread>, max_users: u32) {
    let max_users = scenario.segment.share(u64::from(max_users));
    let idle = Rc::new(Idle::default());
    let (mut users, mut crew) = (0, Crew::default());
    while scenario.is_open() {
        let mut started = 0;
        while started < NEW_USERS && start(scenario, &idle, &mut crew, (&mut users, max_users)) {
            started += 1;
        }
        if started > 0 {
            tokio::task::yield_now().await;
            continue;
        }
        // All that are allowed are under way: that is the bound, and it is told in the results.
        scenario
            .worker
            .recorder
            .borrow_mut()
            .volume_clamped(scenario.scenario.id);
        tokio::select! {
            () = idle.freed.notified() => {}
            () = wait(scenario, scenario.end_ns.get()) => {}
        }
    }
    crew.finish(scenario).await;
}

/// Starts one iteration; `false` where all users are busy.
fn start(
    scenario: &Rc<ScenarioThread>,
    idle: &Rc<Idle>,
    crew: &mut Crew,
    (users, max_users): (&mut u64, u64),
) -> bool {
    let now = scenario.worker.clock.now();
    if let Some(mailbox) = idle.mailboxes.borrow_mut().pop() {
        mailbox.busy.set(true);
        mailbox.next.set(Some(now));
        mailbox.wake.notify_one();
        return true;
    }
    if *users >= max_users {
        return false;
    }
    let user = VirtualUser::new(Rc::clone(scenario), *users);
    *users += 1;
    let idle = Rc::clone(idle);
    crew.spawn(|busy| {
        busy.set(true);
        run_user(user, now, idle, busy)
    });
    true
}

/// Runs iterations as they are given, for as long as the load is open.
async fn run_user(mut user: VirtualUser, first: u64, idle: Rc<Idle>, busy: Busy) {
    let scenario = Rc::clone(&user.scenario);
    let mailbox = Rc::new(Mailbox {
        next: Cell::new(Some(first)),
        busy: Rc::clone(&busy),
        wake: Notify::new(),
    });
    loop {
        let Some(intended) = mailbox.next.take() else {
            mailbox.wake.notified().await;
            continue;
        };
        let start = user.next_start(intended);
        let ended = user.iterate(start).await;
        busy.set(false);
        if ended == Ended::NoData || !scenario.is_open() {
            return;
        }
        idle.mailboxes.borrow_mut().push(Rc::clone(&mailbox));
        idle.freed.notify_one();
    }
}
