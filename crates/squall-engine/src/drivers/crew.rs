//! The tasks of a scenario's virtual users on one thread.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use tokio::task::{AbortHandle, JoinSet};

use crate::scenario::ScenarioThread;

/// Whether a virtual user is in an iteration. Those that are not can be ended at once.
pub(super) type Busy = Rc<Cell<bool>>;

/// The tasks of the virtual users.
#[derive(Debug, Default)]
pub(super) struct Crew {
    tasks: JoinSet<()>,
    members: Vec<(AbortHandle, Busy)>,
}

impl Crew {
    /// Starts a virtual user's task.
    pub(super) fn spawn<F: Future<Output = ()> + 'static>(&mut self, task: impl FnOnce(Busy) -> F) {
        let busy = Busy::default();
        let handle = self.tasks.spawn_local(task(Rc::clone(&busy)));
        self.members.push((handle, busy));
    }

    /// Forgets tasks that have ended; returns whether any is left.
    pub(super) fn reap(&mut self) -> bool {
        while self.tasks.try_join_next().is_some() {}
        self.members.retain(|(handle, _)| !handle.is_finished());
        !self.tasks.is_empty()
    }

    /// Waits until every task has ended by itself.
    pub(super) async fn join(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }

    /// Ends the load: idle users end at once, busy ones get the scenario's grace, what then still runs is interrupted.
    pub(super) async fn finish(mut self, scenario: &ScenarioThread) {
        scenario.close();
        for (handle, busy) in &self.members {
            if !busy.get() {
                handle.abort();
            }
        }
        let limit = scenario
            .worker
            .clock
            .now()
            .saturating_add(scenario.scenario.graceful_stop_ns);
        if scenario.worker.aborted.get() {
            return self.interrupt().await;
        }
        tokio::select! {
            () = self.join() => return,
            () = scenario.worker.timers.sleep_until(limit) => {}
            () = scenario.worker.abort.notified() => {}
        }
        self.interrupt().await;
    }

    /// Ends all users at once.
    async fn interrupt(&mut self) {
        self.tasks.abort_all();
        self.join().await;
    }
}

/// Waits for `moment`, or for the load to be stopped before.
pub(super) async fn wait(scenario: &ScenarioThread, moment: u64) {
    tokio::select! {
        () = scenario.worker.timers.sleep_until(moment) => {}
        () = scenario.stop.notified() => {}
    }
}
