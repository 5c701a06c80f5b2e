//! A rate of iterations that end: the controller of [`Completions`] offers, takes and counts; see its law there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use squall_plan::Span;
use tokio::sync::Notify;

use super::crew::{Busy, Crew, wait};
use crate::scenario::ScenarioThread;
use crate::schedule::Completions;
use crate::users::{Ended, VirtualUser};

/// What the users of one share have in common.
#[derive(Debug)]
struct Pool {
    control: RefCell<Completions>,
    idle: RefCell<Vec<Rc<Mailbox>>>,
}

/// Where an idle user gets its next iteration.
#[derive(Debug)]
struct Mailbox {
    /// When it is due.
    next: Cell<Option<u64>>,
    busy: Busy,
    wake: Notify,
}

pub(super) async fn drive(
    scenario: &Rc<ScenarioThread>,
    per_batch: u32,
    interval: Span,
    max_users: u32,
) {
    let segment = scenario.segment;
    let share = f64::from(per_batch) / f64::from(segment.count);
    let period_ns = interval.as_nanos() as f64 / share;
    let pool = Rc::new(Pool {
        control: RefCell::new(Completions::new(share, interval.as_nanos())),
        idle: RefCell::default(),
    });
    let max_users = segment.share(u64::from(max_users));
    let (mut users, mut crew) = (0, Crew::default());
    // Offers of the shares lie between each other, not on top of each other.
    let offset = f64::from(segment.index) / f64::from(segment.count);
    let mut offer = first_offer(scenario, period_ns, offset);
    while scenario.is_open() {
        let due = due_of(scenario, offer, offset, period_ns);
        wait(scenario, due.min(scenario.end_ns.get())).await;
        if !scenario.is_open() {
            break;
        }
        let now = scenario.worker.clock.now();
        if pool.control.borrow_mut().may_start(now) {
            start(
                scenario,
                &pool,
                &mut crew,
                (due, now),
                (&mut users, max_users),
            );
        }
        offer += 1;
    }
    crew.finish(scenario).await;
}

/// Returns the number of the first offer; of a share that is taken over those before are gone.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of periods that are over"
)]
fn first_offer(scenario: &ScenarioThread, period_ns: f64, offset: f64) -> u64 {
    let from_ns = scenario.taken.map_or(0, |rest| rest.from_ns);
    (from_ns as f64 / period_ns - offset).ceil().max(0.0) as u64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time since the start of the load"
)]
fn due_of(scenario: &ScenarioThread, offer: u64, offset: f64, period_ns: f64) -> u64 {
    let since = (offer as f64 + offset) * period_ns;
    scenario.start_ns.saturating_add(since as u64)
}

/// Gives an iteration to an idle user, or to a new one; where all are busy the offer is gone.
fn start(
    scenario: &Rc<ScenarioThread>,
    pool: &Rc<Pool>,
    crew: &mut Crew,
    (due, now): (u64, u64),
    (users, max_users): (&mut u64, u64),
) {
    let idle = pool.idle.borrow_mut().pop();
    if idle.is_none() && *users >= max_users {
        return;
    }
    let late = now.saturating_sub(due);
    scenario.worker.recorder.borrow_mut().schedule_error(late);
    if let Some(mailbox) = idle {
        // From now on the iteration counts as under way: an end of the load must not lose it.
        mailbox.busy.set(true);
        mailbox.next.set(Some(due));
        mailbox.wake.notify_one();
        return;
    }
    let user = VirtualUser::new(Rc::clone(scenario), *users);
    *users += 1;
    let pool = Rc::clone(pool);
    crew.spawn(|busy| {
        busy.set(true);
        run_user(user, due, pool, busy)
    });
}

/// Runs iterations as they are given, for as long as the load is open.
async fn run_user(mut user: VirtualUser, first: u64, pool: Rc<Pool>, busy: Busy) {
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
        let now = scenario.worker.clock.now();
        pool.control.borrow_mut().ended(now);
        busy.set(false);
        if ended == Ended::NoData || !scenario.is_open() {
            return;
        }
        pool.idle.borrow_mut().push(Rc::clone(&mailbox));
    }
}
