//! The open model: iterations start when they are due, however long they take.
//!
//! Arrivals are read off the schedule in order and never stored: an arrival that finds no free user stays the next one, and the
//! first user that becomes free takes it, late and charged from its intended start. An arrival that has waited longer than
//! `max_wait`, or is still waiting when the load ends, is dropped and counted.
//!
//! | user becomes | next arrival due | then |
//! |---|---|---|
//! | free | yes | takes it at once |
//! | free | no | sleeps in the mailbox until the dispatcher gives it one |

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use squall_plan::Span;
use tokio::sync::Notify;

use super::crew::{Busy, Crew, wait};
use super::source::Source;
use super::volume::Order;
use crate::scenario::ScenarioThread;
use crate::seed::mix;
use crate::users::{Ended, Start, VirtualUser};

/// Arrivals and idle users of one thread.
#[derive(Debug)]
struct Desk {
    arrivals: RefCell<Source>,
    max_wait: u64,
    max_users: u64,
    users: Cell<u64>,
    idle: RefCell<Vec<Rc<Mailbox>>>,
    freed: Notify,
}

/// Where an idle user gets its next arrival.
#[derive(Debug)]
struct Mailbox {
    arrival: Cell<Option<Start>>,
    busy: Busy,
    wake: Notify,
}

pub(super) async fn drive(
    scenario: &Rc<ScenarioThread>,
    arrivals: Source,
    max_users: u64,
    max_wait: Span,
) {
    let desk = Rc::new(Desk {
        arrivals: RefCell::new(arrivals),
        max_wait: max_wait.as_nanos(),
        max_users,
        users: Cell::new(0),
        idle: RefCell::default(),
        freed: Notify::new(),
    });
    let mut crew = Crew::default();
    while scenario.is_open() {
        next_round(scenario, &desk, &mut crew).await;
    }
    wait(scenario, scenario.end_ns.get()).await;
    if !scenario.worker.aborted.get() {
        // What was due before the end and found the generator late starts all the same, if somebody is free.
        while dispatch(scenario, &desk, &mut crew) == Dispatched::Some {
            tokio::task::yield_now().await;
        }
    }
    desk.drop_rest(scenario);
    crew.finish(scenario).await;
}

/// Waits for the next arrival, if there is one, and gives out what is due.
async fn next_round(scenario: &Rc<ScenarioThread>, desk: &Rc<Desk>, crew: &mut Crew) {
    desk.hear(scenario);
    let end = scenario.end_ns.get();
    let due = desk.next_due(scenario).unwrap_or(u64::MAX);
    if wait_for_orders(scenario, due.min(end)).await == Heard::Orders {
        return;
    }
    dispatch(scenario, desk, crew);
    if !(scenario.is_open() && desk.is_due(scenario)) {
        return;
    }
    if desk.has_free_user() {
        tokio::task::yield_now().await;
        return;
    }
    tokio::select! {
        () = desk.freed.notified() => {}
        () = wait(scenario, scenario.end_ns.get()) => {}
    }
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// The moment has come, or the load has ended.
    Nothing,
    /// Somebody says how many iterations there are to be, or when.
    Orders,
}

/// Waits for a moment, the end of the load, or news of the iterations that there are to be.
async fn wait_for_orders(scenario: &ScenarioThread, moment: u64) -> Heard {
    tokio::select! {
        () = wait(scenario, moment) => Heard::Nothing,
        () = scenario.volume.arrived() => Heard::Orders,
        () = scenario.steering.changed() => Heard::Orders,
    }
}

/// New users per round of the dispatcher. Opening a connection costs more than a request: without a bound, the arrivals that come due
/// while connections are opened would open connections in turn, faster and faster, and no user would get to finish a request.
const NEW_USERS: usize = 8;

/// What is left when a round of the dispatcher ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dispatched {
    /// Nothing that is due could be given to anybody.
    All,
    /// More may be due, but users that are under way come first.
    Some,
}

/// Gives arrivals that are due to users that are free, and to a few new ones.
fn dispatch(scenario: &Rc<ScenarioThread>, desk: &Rc<Desk>, crew: &mut Crew) -> Dispatched {
    let mut new_users = 0;
    while let Some(start) = desk.take_if(scenario, || desk.has_free_user()) {
        let idle = desk.idle.borrow_mut().pop();
        if let Some(mailbox) = idle {
            // From now on the iteration counts as under way: an end of the load must not lose it.
            mailbox.busy.set(true);
            mailbox.arrival.set(Some(start));
            mailbox.wake.notify_one();
        } else {
            let index = desk.users.get();
            desk.users.set(index + 1);
            let user = VirtualUser::new(Rc::clone(scenario), index);
            let desk = Rc::clone(desk);
            crew.spawn(|busy| {
                busy.set(true);
                run_user(user, start, desk, busy)
            });
            new_users += 1;
            if new_users == NEW_USERS {
                return Dispatched::Some;
            }
        }
    }
    Dispatched::All
}

impl Desk {
    /// Returns when the next iteration is due; those of a pause are left out.
    fn next_due(&self, scenario: &ScenarioThread) -> Option<u64> {
        let mut arrivals = self.arrivals.borrow_mut();
        loop {
            let at_ns = arrivals.peek()?.intended_ns;
            match scenario.steering.pause_at(at_ns) {
                None => return Some(scenario.start_ns.saturating_add(at_ns)),
                // Nobody knows yet when it ends.
                Some(pause) if pause.end == u64::MAX => return None,
                Some(_) => drop(arrivals.next()),
            }
        }
    }

    /// Takes what was said of further arrivals, where somebody says it.
    fn hear(&self, scenario: &ScenarioThread) {
        let mut arrivals = self.arrivals.borrow_mut();
        arrivals.steer(&scenario.steering);
        if !arrivals.may_be_told() {
            return;
        }
        while let Some((at_ns, order)) = scenario.volume.take() {
            match order {
                Order::Users(count) => arrivals.tell(at_ns, u64::from(count)),
                Order::End => scenario.end_at(at_ns),
            }
        }
    }

    fn is_due(&self, scenario: &ScenarioThread) -> bool {
        self.next_due(scenario)
            .is_some_and(|due| due <= scenario.worker.clock.now())
    }

    /// Tells whether a virtual user is idle, or may still be created.
    fn has_free_user(&self) -> bool {
        self.users.get() < self.max_users || !self.idle.borrow().is_empty()
    }

    /// Takes the next arrival if it is due and somebody can run it; drops those that have waited too long for a user. One that is
    /// late while users are free has waited for nobody but the generator, and starts however late it is.
    fn take_if(&self, scenario: &ScenarioThread, can_run: impl Fn() -> bool) -> Option<Start> {
        let now = scenario.worker.clock.now();
        loop {
            let is_due = |due: &u64| *due <= now && scenario.is_open_at(*due);
            let due = self.next_due(scenario).filter(is_due)?;
            let expired = now - due > self.max_wait && !self.has_free_user();
            if !expired && !can_run() {
                // With no patience at all, an arrival that nobody can run now is dropped now.
                if self.max_wait > 0 {
                    return None;
                }
            }
            let arrival = self.arrivals.borrow_mut().next()?;
            if !expired && can_run() {
                let seed = mix(scenario.seed, arrival.number);
                return Some(Start {
                    intended: due,
                    iteration: arrival.number,
                    seed,
                });
            }
            scenario
                .worker
                .recorder
                .borrow_mut()
                .dropped(scenario.scenario.id, 1);
        }
    }

    /// Counts what was due and never started.
    fn drop_rest(&self, scenario: &ScenarioThread) {
        let end = scenario.end_ns.get();
        let mut dropped = 0;
        while self.next_due(scenario).is_some_and(|due| due < end) {
            self.arrivals.borrow_mut().next();
            dropped += 1;
        }
        if dropped > 0 {
            scenario
                .worker
                .recorder
                .borrow_mut()
                .dropped(scenario.scenario.id, dropped);
        }
    }
}

/// Runs arrivals, one after the other, for as long as the load is open.
async fn run_user(mut user: VirtualUser, first: Start, desk: Rc<Desk>, busy: Busy) {
    let scenario = Rc::clone(&user.scenario);
    let mailbox = Rc::new(Mailbox {
        arrival: Cell::default(),
        busy: Rc::clone(&busy),
        wake: Notify::new(),
    });
    let mut start = first;
    let mut free_since = 0;
    loop {
        busy.set(true);
        record_lateness(&scenario, start.intended.max(free_since));
        if user.iterate(start).await == Ended::NoData {
            return;
        }
        busy.set(false);
        free_since = scenario.worker.clock.now();
        start = if let Some(start) = desk.take_if(&scenario, || true) {
            start
        } else if !scenario.is_open() {
            // Nobody would ever hand it an arrival, and the end of the load would wait for it.
            return;
        } else {
            free_since = 0;
            desk.idle.borrow_mut().push(Rc::clone(&mailbox));
            desk.freed.notify_one();
            loop {
                if let Some(start) = mailbox.arrival.take() {
                    break start;
                }
                mailbox.wake.notified().await;
            }
        };
    }
}

/// Records how late the generator was: an arrival that waited for a user is late from when the user was free.
fn record_lateness(scenario: &ScenarioThread, due: u64) {
    let late = scenario.worker.clock.now().saturating_sub(due);
    scenario.worker.recorder.borrow_mut().schedule_error(late);
}
