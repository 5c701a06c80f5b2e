//! One run of a script: ordered from the interpreter, and served until it ends.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use squall_metrics::Outcome;
use squall_protocol::values::IterationIds;

use super::conversation::{Conversation, Counting, PassEnd, PassSettings};
use super::held::AllHeld;
use super::lane::LaneState;
use crate::script::{ScriptDesk, ScriptEvent, ScriptInfo, ScriptStart, Seat};
use crate::seed::mix;
use crate::users::virtual_user::{Ended, Start, VirtualUser};

/// How long a virtual user waits before it asks again for an item of a data pool that has nothing at the moment.
const EMPTY_POOL_NS: u64 = 100_000_000;

/// Who counts the iteration that a pass belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    /// The flow whose step the script is.
    ByTheFlow,
    /// The pass, which is an iteration by itself.
    ByItself,
}

impl VirtualUser {
    /// Runs a script as one step of an iteration that has started.
    pub(in crate::users) async fn run_script(
        &mut self,
        script: &Arc<ScriptInfo>,
        intended: u64,
    ) -> Outcome {
        let end = Box::pin(self.pass(script, intended, Counted::ByTheFlow)).await;
        match end {
            PassEnd::Ran(outcome) => outcome,
            PassEnd::NoData => {
                self.scenario.close();
                Outcome::Ok
            }
            PassEnd::Skipped => Outcome::Ok,
        }
    }

    /// Runs a script that is an iteration by itself, which starts once the script has its data.
    pub(in crate::users) async fn iterate_script(
        &mut self,
        script: &Arc<ScriptInfo>,
        start: Start,
    ) -> Ended {
        let end = Box::pin(self.pass(script, start.intended, Counted::ByItself)).await;
        match end {
            PassEnd::Ran(_) => Ended::Done,
            PassEnd::NoData => {
                self.scenario.close();
                Ended::NoData
            }
            PassEnd::Skipped => {
                self.wait_for_data().await;
                // The wait was for the test's data: neither the target nor the next iteration is charged with it.
                self.last_moment = self.scenario.worker.clock.now();
                Ended::Done
            }
        }
    }

    async fn wait_for_data(&self) {
        let scenario = &self.scenario;
        let until = scenario.worker.clock.now() + EMPTY_POOL_NS;
        if !scenario.is_open() {
            return;
        }
        tokio::select! {
            () = scenario.worker.timers.sleep_until(until.min(scenario.end_ns.get())) => {}
            () = scenario.stop.notified() => {}
        }
    }

    async fn pass(&mut self, script: &Arc<ScriptInfo>, intended: u64, counted: Counted) -> PassEnd {
        let scenario = Rc::clone(&self.scenario);
        let worker = &*scenario.worker;
        let Some((desk, seat)) = self.seat.clone() else {
            return PassEnd::Skipped;
        };
        let start = self.order(&desk, &seat, script, intended);
        let (iteration, rows) = (start.iteration, start.rows.clone());
        let ids = self.bindings.ids();
        let settings = PassSettings {
            ids,
            rows,
            delay: start.ordered_ns.saturating_sub(intended),
            intended,
        };
        scenario.passes.begin();
        desk.tell(ScriptEvent::Start(start));
        let own = LaneState::default();
        let session = self.client.session();
        let mut conversation = Conversation {
            scenario: &scenario,
            desk: &desk,
            seat: &seat,
            iteration,
            settings,
            session,
            lanes: &mut self.lanes,
            own: &own,
            held: AllHeld::new(worker, ids),
            counting: match counted {
                Counted::ByItself => Counting::WhenBegun,
                Counted::ByTheFlow => Counting::Outside,
            },
            outcome: Outcome::Ok,
            last_moment: self.last_moment,
            is_first: true,
            over: false,
        };
        let mut serving = pin!(own.serve(&mut self.client, &mut self.bindings, &scenario, &desk));
        let (end, ended_ns) = poll_fn(|context| conversation.poll(serving.as_mut(), context)).await;
        let ended = ended_ns
            .min(worker.clock.now())
            .max(conversation.last_moment);
        let pass_end = conversation.finish(&end, ended);
        drop(conversation);
        if let PassEnd::Ran(_) = pass_end {
            self.last_moment = ended;
        }
        pass_end
    }

    /// Makes the order for the interpreter.
    fn order(
        &mut self,
        desk: &ScriptDesk,
        seat: &Seat,
        script: &Arc<ScriptInfo>,
        intended: u64,
    ) -> ScriptStart {
        let IterationIds {
            user,
            iteration,
            seed,
        } = self.bindings.ids();
        // A script that runs several times in an iteration must not repeat its choices.
        let pass = self.passes;
        self.passes += 1;
        let rows = self.bindings.rows().iter();
        let rows = rows.map(|row| u32::try_from(*row).unwrap_or(u32::MAX));
        ScriptStart {
            iteration: desk.open(seat),
            script: Arc::clone(script),
            user,
            number: iteration,
            seed: if pass == 0 { seed } else { mix(seed, pass) },
            intended_ns: intended,
            ordered_ns: self.scenario.worker.clock.now(),
            rows: rows.collect(),
        }
    }
}
