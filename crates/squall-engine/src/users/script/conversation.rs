//! The commands of one pass, obeyed one after the other.
//!
//! | command | not begun | under way |
//! |---|---|---|
//! | `Begun` | the iteration counts as started | ignored |
//! | `Send` | begins as well | goes to an idle lane, or to a new one |
//! | `Forget` | nothing to forget | the lane gives its operation up |
//! | `Timed` | begins as well | counted |
//! | `Judge` | nothing to judge | counts a held operation |
//! | `End` | nothing was started if it says so, else begins as well | the pass is over |

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use squall_http::Session;
use squall_metrics::Outcome;
use squall_protocol::values::IterationIds;
use squall_protocol::{Failure, FailureClass};

use super::held::AllHeld;
use super::lane::{Lane, LaneEnd, LaneState, Order};
use super::lanes::Lanes;
use super::timed::{self, record_failure};
use crate::scenario::ScenarioThread;
use crate::script::{
    IterationRef, ScriptCommand, ScriptDesk, ScriptEnd, ScriptEvent, ScriptFailure, Seat, TimedKind,
};
use crate::users::running::RunningTransaction;
use crate::users::traced;
use crate::users::virtual_user::worse;

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PassEnd {
    /// It ran.
    Ran(Outcome),
    /// It did not start: the pool is used up.
    NoData,
    /// It did not start: the pool has nothing at the moment.
    Skipped,
}

/// What a pass is made with.
#[derive(Debug)]
pub(super) struct PassSettings {
    pub(super) ids: IterationIds,
    pub(super) rows: Vec<u32>,
    /// Time by which the pass started later than it should have.
    pub(super) delay: u64,
    pub(super) intended: u64,
}

/// A pass under way; dropped before its end, the interpreter is told that it was given up.
pub(super) struct Conversation<'a> {
    pub(super) scenario: &'a Rc<ScenarioThread>,
    pub(super) desk: &'a Rc<ScriptDesk>,
    pub(super) seat: &'a Seat,
    pub(super) iteration: IterationRef,
    pub(super) settings: PassSettings,
    /// What the clients of further lanes share with the user's own.
    pub(super) session: Session,
    pub(super) lanes: &'a mut Lanes,
    /// The lane of the virtual user's own client.
    pub(super) own: &'a LaneState,
    pub(super) held: AllHeld<'a>,
    pub(super) counting: Counting<'a>,
    pub(super) outcome: Outcome,
    pub(super) last_moment: u64,
    /// No operation of the pass was sent yet.
    pub(super) is_first: bool,
    pub(super) over: bool,
}

/// How the iteration around a pass is counted.
#[derive(Debug)]
pub(super) enum Counting<'a> {
    /// By whoever ordered the pass.
    Outside,
    /// Here, once the script has its data.
    WhenBegun,
    /// Here.
    Begun(RunningTransaction<'a>),
}

impl<'a> Conversation<'a> {
    /// Obeys commands and serves the lanes; `own` is the future of the user's own lane.
    pub(super) fn poll<F: Future<Output = Infallible>>(
        &mut self,
        mut own: Pin<&mut F>,
        context: &mut Context<'_>,
    ) -> Poll<(ScriptEnd, u64)> {
        self.seat.register(context);
        while let Some((at, command)) = self.seat.next() {
            if let Some(end) = self.obey(at, command) {
                self.end(own, context);
                return Poll::Ready(end);
            }
        }
        self.serve(own.as_mut(), context);
        Poll::Pending
    }

    fn obey(&mut self, at: u64, command: ScriptCommand) -> Option<(ScriptEnd, u64)> {
        match command {
            ScriptCommand::Begun(_) => self.begin(),
            ScriptCommand::Send {
                request,
                series,
                reply,
                hold,
                ..
            } => {
                self.begin();
                let intended = self.intended(at);
                self.send(Order {
                    request,
                    series,
                    reply,
                    hold,
                    intended,
                });
            }
            ScriptCommand::Forget { token, .. } => self.forget(token),
            ScriptCommand::Judge {
                hold,
                failures,
                checks,
                ..
            } => {
                let outcome = self.held.judge(hold, failures, checks);
                self.outcome = worse(self.outcome, outcome);
            }
            command @ ScriptCommand::Timed { kind, outcome, .. } => {
                self.begin();
                if kind == TimedKind::Operation && outcome == Some(Outcome::Failed) {
                    self.outcome = Outcome::Failed;
                }
                timed::record(self.scenario, command, self.settings.ids);
            }
            ScriptCommand::Value { .. } => {}
            ScriptCommand::End { ended_ns, end, .. } => return Some((end, ended_ns)),
        }
        None
    }

    fn begin(&mut self) {
        if matches!(self.counting, Counting::WhenBegun) {
            let series = self.scenario.scenario.program.iteration;
            let scenario: &'a ScenarioThread = self.scenario;
            let worker = &scenario.worker;
            let intended = self.settings.intended;
            self.counting = Counting::Begun(RunningTransaction::start(worker, series, intended));
        }
    }

    /// Returns when an operation should have started: the interpreter asked for it at `at`; the time before that is the script's own,
    /// but the first one would have been asked for earlier by as much as the iteration was late.
    fn intended(&mut self, at: u64) -> u64 {
        if std::mem::take(&mut self.is_first) {
            at.saturating_sub(self.settings.delay)
                .max(self.settings.intended)
        } else {
            at
        }
    }

    fn send(&mut self, order: Order) {
        if !self.own.is_busy() {
            self.own.order(order);
            return;
        }
        let lane = self.lanes.idle(|number, bell| {
            let client = self.session.client();
            let (scenario, desk) = (Rc::clone(self.scenario), Rc::clone(self.desk));
            Lane::new(client, (scenario, desk), number, bell)
        });
        lane.begin_pass(
            self.iteration.generation,
            self.settings.ids,
            &self.settings.rows,
        );
        lane.order(order);
    }

    fn forget(&self, token: u64) {
        if self.own.has(token) {
            self.own.give_up();
        } else {
            self.lanes.forget(token);
        }
    }

    fn serve<F: Future<Output = Infallible>>(
        &mut self,
        mut own: Pin<&mut F>,
        context: &mut Context<'_>,
    ) {
        let (outcome, last_moment) = (&mut self.outcome, &mut self.last_moment);
        let all_held = &mut self.held;
        let mut count = |end| {
            if let LaneEnd::Finished {
                outcome: own,
                last_byte,
                held,
            } = end
            {
                if let Some(held) = held {
                    all_held.add(*held);
                }
                *outcome = worse(*outcome, own);
                *last_moment = (*last_moment).max(last_byte);
            }
        };
        if self.own.is_busy() {
            let Poll::Pending = own.as_mut().poll(context);
            self.own.take_end().into_iter().for_each(&mut count);
        }
        self.lanes.serve(context, count);
    }

    /// Ends the pass: what the script has left under way is given up.
    fn end<F: Future<Output = Infallible>>(&mut self, own: Pin<&mut F>, context: &mut Context<'_>) {
        self.own.give_up();
        self.lanes.give_up();
        self.serve(own, context);
        self.held.release();
        self.over = true;
        self.seat.close();
    }
}

impl Conversation<'_> {
    /// Counts the end of the pass at `ended`.
    pub(super) fn finish(&mut self, end: &ScriptEnd, ended: u64) -> PassEnd {
        match end {
            ScriptEnd::NoData => return PassEnd::NoData,
            ScriptEnd::Skipped => return PassEnd::Skipped,
            ScriptEnd::Returned => self.begin(),
            ScriptEnd::Raised(failure) => self.fail(&raised(failure), ended),
            ScriptEnd::Failed(failure) => self.fail(failure, ended),
        }
        let counting = std::mem::replace(&mut self.counting, Counting::Outside);
        if let Counting::Begun(running) = counting {
            let ended = ended.max(self.settings.intended);
            running.finish(self.outcome, ended);
            let moments = (self.settings.intended, ended);
            traced::iteration(self.scenario, self.settings.ids, moments, self.outcome);
        }
        PassEnd::Ran(self.outcome)
    }

    fn fail(&mut self, failure: &Failure, ended: u64) {
        self.begin();
        self.outcome = Outcome::Failed;
        let series = self.scenario.scenario.program.iteration;
        record_failure(&self.scenario.worker, series, failure, ended);
    }
}

fn raised(failure: &ScriptFailure) -> Failure {
    Failure::new(FailureClass::Script, failure.message.clone()).with_detail(failure.detail.clone())
}

impl Drop for Conversation<'_> {
    fn drop(&mut self) {
        if !self.over {
            self.seat.close();
            self.desk.tell(ScriptEvent::GivenUp(self.iteration));
        }
        self.scenario.passes.end();
    }
}
