//! As many iterations at once as fit: nothing waits for an answer.

use std::rc::Rc;

use super::crew::{Crew, wait};
use super::roster::Roster;
use crate::scenario::ScenarioThread;

/// Iterations started between two rounds of I/O: those under way come first, since opening a connection costs more than a request.
const AT_ONCE: u64 = 8;

pub(super) async fn drive(scenario: &Rc<ScenarioThread>, max_users: u32) {
    let max_users = scenario.segment.share(u64::from(max_users));
    let roster = Roster::new(max_users, |_| {});
    let mut crew = Crew::default();
    while scenario.is_open() {
        let now = scenario.worker.clock.now();
        if scenario.is_paused_at(now) {
            scenario.wait_out_pause(now).await;
            continue;
        }
        let mut started = 0;
        while started < AT_ONCE && roster.start(scenario, &mut crew, now) {
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
            () = roster.freed() => {}
            () = wait(scenario, scenario.end_ns.get()) => {}
        }
    }
    crew.finish(scenario).await;
}
