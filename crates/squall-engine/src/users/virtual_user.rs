//! One virtual user and its iterations.

use std::rc::Rc;

use squall_http::Client;
use squall_metrics::Outcome;
use squall_protocol::values::Bindings;

use super::running::RunningTransaction;
use super::script::Lanes;
use super::traced;
use crate::scenario::ScenarioThread;
use crate::script::{ScriptDesk, Seat};
use crate::seed::mix;

/// When and as which number an iteration starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// When it should start.
    pub(crate) intended: u64,
    /// Its number in the scenario.
    pub(crate) iteration: u64,
    /// What its random choices are drawn from.
    pub(crate) seed: u64,
}

/// How an iteration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It ran.
    Done,
    /// It did not start: a data pool is used up.
    NoData,
}

/// A reusable slot with session state.
#[derive(Debug)]
pub(crate) struct VirtualUser {
    pub(crate) scenario: Rc<ScenarioThread>,
    pub(crate) client: Client,
    pub(crate) bindings: Bindings,
    pub(super) loops: Vec<u32>,
    /// When the last operation ended, which is when the next one should start.
    pub(super) last_moment: u64,
    /// Where scripts are ordered, in scenarios that have some.
    pub(super) seat: Option<(Rc<ScriptDesk>, Rc<Seat>)>,
    /// Clients for further requests at the same time.
    pub(super) lanes: Lanes,
    /// Span of the transaction around the next operation, in an iteration that is traced; 0 for the iteration itself.
    pub(super) parent_span: u64,
    /// Scripts run in this iteration.
    pub(super) passes: u64,
    /// Number of the user in its scenario, from 0, over all threads.
    number: u64,
    iterations: u64,
}

impl VirtualUser {
    /// Creates the `index`th user of this thread.
    pub(crate) fn new(scenario: Rc<ScenarioThread>, index: u64) -> Self {
        let number = u64::from(scenario.segment.index) + index * u64::from(scenario.segment.count);
        let client = Client::new(Rc::clone(&scenario.client));
        let bindings = Bindings::new(Rc::clone(&scenario.bindings));
        scenario.user_joined();
        let host = scenario.scenario.program.host.as_ref();
        let seat = host.map(|host| {
            let desk = ScriptDesk::of(&scenario.worker, host);
            let seat = desk.take_seat();
            (desk, seat)
        });
        Self {
            scenario,
            client,
            bindings,
            loops: Vec::new(),
            last_moment: 0,
            seat,
            lanes: Lanes::default(),
            parent_span: 0,
            passes: 0,
            number,
            iterations: 0,
        }
    }

    /// Returns how this user's next iteration starts. Its random choices depend on the user and its count alone; where users share
    /// a number of iterations, who runs which is chance, so that they depend on the number of the iteration.
    pub(crate) fn next_start(&mut self, intended: u64) -> Start {
        let iteration = self.scenario.next_iteration();
        let seed = if self.scenario.shares_iterations() {
            mix(self.scenario.seed, iteration)
        } else {
            mix(mix(self.scenario.seed, self.number), self.iterations)
        };
        self.iterations += 1;
        Start {
            intended,
            iteration,
            seed,
        }
    }

    /// Returns when this user's last operation ended.
    pub(crate) fn last_moment(&self) -> u64 {
        self.last_moment
    }

    /// Runs one iteration.
    pub(crate) async fn iterate(&mut self, start: Start) -> Ended {
        let scenario = Rc::clone(&self.scenario);
        if !scenario.bind(self.number, start.iteration, start.seed, &mut self.bindings) {
            scenario.close();
            return Ended::NoData;
        }
        let program = &scenario.scenario.program;
        self.client.begin_iteration();
        self.passes = 0;
        if let Some(script) = program.script_with_data() {
            return self.iterate_script(script, start).await;
        }
        let running =
            RunningTransaction::start(&scenario.worker, program.iteration, start.intended);
        let outcome = self.run(program, start.intended).await;
        let ended = self.last_moment.max(start.intended);
        running.finish(outcome, ended);
        let moments = (start.intended, ended);
        traced::iteration(&scenario, self.bindings.ids(), moments, outcome);
        Ended::Done
    }
}

impl Drop for VirtualUser {
    fn drop(&mut self) {
        if let Some((desk, seat)) = self.seat.take() {
            desk.leave_seat(seat);
        }
        self.scenario.user_left();
    }
}

/// Returns the worse of two outcomes.
pub(super) fn worse(a: Outcome, b: Outcome) -> Outcome {
    if matches!((a, b), (Outcome::Ok, Outcome::Ok)) {
        Outcome::Ok
    } else {
        Outcome::Failed
    }
}
