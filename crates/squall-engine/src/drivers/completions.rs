//! A rate of iterations that end: the controller of [`Completions`] offers, takes and counts; see its law there.

use std::cell::RefCell;
use std::rc::Rc;

use squall_plan::Span;

use super::crew::{Crew, wait};
use super::roster::Roster;
use crate::scenario::ScenarioThread;
use crate::schedule::Completions;

pub(super) async fn drive(
    scenario: &Rc<ScenarioThread>,
    per_batch: u32,
    interval: Span,
    max_users: u32,
) {
    let segment = scenario.segment;
    let share = f64::from(per_batch) / f64::from(segment.count);
    let period_ns = interval.as_nanos() as f64 / share;
    let control = Rc::new(RefCell::new(Completions::new(share, interval.as_nanos())));
    let own = Rc::clone(&control);
    let ended = move |now| own.borrow_mut().ended(now);
    let roster = Roster::new(segment.share(u64::from(max_users)), ended);
    let mut crew = Crew::default();
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
        if scenario.is_paused_at(due) {
            offer += 1;
            continue;
        }
        if control.borrow_mut().may_start(now) {
            let mut recorder = scenario.worker.recorder.borrow_mut();
            if roster.has_free_user() {
                recorder.schedule_error(now.saturating_sub(due));
                drop(recorder);
                roster.start(scenario, &mut crew, due);
            } else {
                // The rate is not offered, and that is told.
                recorder.dropped(scenario.scenario.id, 1);
            }
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
