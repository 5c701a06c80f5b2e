//! The closed model: so many virtual users, each starting its next iteration when the last has ended.

use std::cell::Cell;
use std::rc::Rc;

use squall_plan::{Growth, Pause, Span};
use tokio::sync::Notify;

use super::crew::{Busy, Crew, wait};
use crate::program::pause_bounds;
use crate::scenario::ScenarioThread;
use crate::schedule::{Ramp, Segment, UserSchedule};
use crate::users::{Ended, VirtualUser};

pub(super) async fn drive(scenario: &Rc<ScenarioThread>, planned: &Ramp, rhythm: Rhythm) {
    let course = || {
        let ramp = scenario.steering.ramp(planned);
        UserSchedule::new(ramp, scenario.segment)
    };
    let mut schedule = course();
    let mut version = scenario.steering.version();
    let wanted = Rc::new(Cell::new(0_u64));
    let mut crew = Crew::default();
    let mut seats: Vec<Rc<Cell<bool>>> = Vec::new();
    while scenario.is_open() {
        let elapsed = scenario
            .worker
            .clock
            .now()
            .saturating_sub(scenario.start_ns);
        if scenario.steering.version() != version {
            version = scenario.steering.version();
            schedule = course();
        }
        wanted.set(schedule.users_at(elapsed));
        fill(scenario, &wanted, &mut seats, &mut crew, rhythm);
        let change = schedule
            .next_change(elapsed)
            .map_or(u64::MAX, |next| scenario.start_ns.saturating_add(next));
        tokio::select! {
            () = wait(scenario, change.min(scenario.end_ns.get())) => {}
            () = scenario.steering.changed() => {}
        }
    }
    crew.finish(scenario).await;
}

/// Users that become more as iterations are started: a share grows with its own iterations.
pub(super) async fn drive_growing(
    scenario: &Rc<ScenarioThread>,
    users: u32,
    grow: Growth,
    rhythm: Rhythm,
) {
    let growing = Rc::new(Growing::new(users, grow, scenario.segment));
    let mut crew = Crew::default();
    let mut there = 0;
    while scenario.is_open() {
        let wanted = growing.users.get();
        for index in there..wanted {
            let user = VirtualUser::new(Rc::clone(scenario), index);
            let growing = Rc::clone(&growing);
            crew.spawn(|busy| async move {
                let turns = Turns {
                    take: || {
                        growing.start();
                        true
                    },
                    is_over: || false,
                };
                run_user(user, rhythm, busy, turns).await;
            });
        }
        there = wanted;
        tokio::select! {
            () = wait(scenario, scenario.end_ns.get()) => {}
            () = growing.grown.notified() => {}
        }
    }
    crew.finish(scenario).await;
}

/// How many users a share has: after k times as many iterations as it has users, its part of `first + k · step`, and at least one from
/// the start, since a share without any would never grow.
#[derive(Debug)]
struct Growing {
    segment: Segment,
    grow: Growth,
    most: u64,
    /// How often users have come.
    times: Cell<u64>,
    users: Cell<u64>,
    /// Iterations until there are more.
    left: Cell<u64>,
    grown: Notify,
}

impl Growing {
    fn new(most: u32, grow: Growth, segment: Segment) -> Self {
        let growing = Self {
            segment,
            grow,
            most: u64::from(most),
            times: Cell::new(0),
            users: Cell::new(0),
            left: Cell::new(0),
            grown: Notify::new(),
        };
        growing.users.set(growing.users_now());
        growing.left.set(growing.users.get());
        growing
    }

    fn users_now(&self) -> u64 {
        let grown = u64::from(self.grow.step).saturating_mul(self.times.get());
        let all = u64::from(self.grow.first).saturating_add(grown);
        let least = self.segment.share(self.most).min(1);
        self.segment.share(all.min(self.most)).max(least)
    }

    /// An iteration starts.
    fn start(&self) {
        let left = self.left.get();
        if left > 1 {
            self.left.set(left - 1);
            return;
        }
        if self.users.get() < self.segment.share(self.most) {
            self.times.set(self.times.get() + 1);
            self.users.set(self.users_now());
            self.grown.notify_one();
        }
        self.left.set(self.users.get());
    }
}

/// Puts a user on every wanted seat that is empty.
pub(super) fn fill(
    scenario: &Rc<ScenarioThread>,
    wanted: &Rc<Cell<u64>>,
    seats: &mut Vec<Rc<Cell<bool>>>,
    crew: &mut Crew,
    rhythm: Rhythm,
) {
    crew.reap();
    for index in 0..usize::try_from(wanted.get()).unwrap_or(usize::MAX) {
        if seats.len() <= index {
            seats.push(Rc::default());
        }
        let seat = &seats[index];
        if !seat.replace(true) {
            let user = VirtualUser::new(Rc::clone(scenario), index as u64);
            let (seat, wanted) = (Rc::clone(seat), Rc::clone(wanted));
            crew.spawn(|busy| async move {
                let seat_is_gone = || index as u64 >= wanted.get();
                let turns = Turns {
                    take: || !seat_is_gone(),
                    is_over: seat_is_gone,
                };
                run_user(user, rhythm, busy, turns).await;
                seat.set(false);
            });
        }
    }
}

/// Pacing and pause between a user's iterations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rhythm {
    pacing: u64,
    pause: (u64, u64),
}

impl Rhythm {
    pub(super) fn new(pacing: Option<Span>, pause: Option<&Pause>) -> Self {
        Self {
            pacing: pacing.map_or(0, squall_plan::Span::as_nanos),
            pause: pause.map_or((0, 0), pause_bounds),
        }
    }

    fn is_free(self) -> bool {
        self.pacing == 0 && self.pause.1 == 0
    }
}

/// How many iterations a user gets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turns<T, O> {
    /// Takes the next one; `false` when there is none.
    pub(super) take: T,
    /// Tells whether there will be none: then the user need not rest for it.
    pub(super) is_over: O,
}

/// Runs a user's iterations until the load ends or the user gets no more.
pub(super) async fn run_user(
    mut user: VirtualUser,
    rhythm: Rhythm,
    busy: Busy,
    turns: Turns<impl Fn() -> bool, impl Fn() -> bool>,
) {
    let scenario = Rc::clone(&user.scenario);
    let mut next = scenario.worker.clock.now();
    while scenario.is_open_at(next) {
        if scenario.is_paused_at(next) {
            let Some(resumed) = scenario.wait_out_pause(next).await else {
                break;
            };
            next = resumed;
            continue;
        }
        if !(turns.take)() {
            break;
        }
        busy.set(true);
        let start = user.next_start(next);
        if user.iterate(start).await == Ended::NoData {
            break;
        }
        busy.set(false);
        if user.last_moment() < next.max(1) {
            // Nothing was sent: without this, a flow whose conditions all fail would never let another task run.
            tokio::task::yield_now().await;
            next = scenario.worker.clock.now();
        }
        next = user.last_moment().max(next);
        if !rhythm.is_free() && !(turns.is_over)() {
            next = rest(&mut user, rhythm, start.intended, next).await;
        }
    }
}

/// Waits as the rhythm says and returns when the next iteration should start.
async fn rest(user: &mut VirtualUser, rhythm: Rhythm, started: u64, ended: u64) -> u64 {
    let (min, max) = rhythm.pause;
    let extra = if max > min {
        user.bindings.random_below(max - min + 1)
    } else {
        0
    };
    let due = (ended + min + extra).max(started + rhythm.pacing);
    let scenario = Rc::clone(&user.scenario);
    scenario
        .worker
        .timers
        .sleep_until(due.min(scenario.end_ns.get()))
        .await;
    let late = scenario.worker.clock.now().saturating_sub(due);
    if due > ended {
        let mut recorder = scenario.worker.recorder.borrow_mut();
        recorder.schedule_error(late);
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Users of a share before each of its first iterations.
    fn users(most: u32, grow: Growth, segment: Segment, iterations: usize) -> Vec<u64> {
        let growing = Growing::new(most, grow, segment);
        let each = (0..iterations).map(|_| {
            let users = growing.users.get();
            growing.start();
            users
        });
        each.collect()
    }

    #[test]
    fn users_grow_after_as_many_iterations_as_there_are_users() {
        let grow = Growth { first: 2, step: 2 };
        let expected = [2, 2, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5];
        assert_eq!(users(5, grow, Segment::WHOLE, 12), expected);
    }

    #[test]
    fn no_more_than_all_users_are_there_at_the_start() {
        let grow = Growth { first: 9, step: 1 };
        assert_eq!(users(3, grow, Segment::WHOLE, 4), [3, 3, 3, 3]);
    }

    #[test]
    fn shares_add_up_to_all_users_in_the_end() {
        let grow = Growth { first: 1, step: 2 };
        let last = |segment| users(7, grow, segment, 40).pop();
        let ends: Option<Vec<u64>> = Segment::WHOLE.split(3).map(last).collect();
        assert_eq!(ends, Some(vec![3, 2, 2]));
    }
}
