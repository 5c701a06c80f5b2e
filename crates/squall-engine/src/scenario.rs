//! A scenario ready to run, and its share on one I/O thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use squall_http::{ClientConfig, ClientSettings};
use squall_metrics::ScenarioId;
use squall_plan::{CheckedLoad, IterationTotal, Priority};
use squall_protocol::values::{Bindings, BindingsSettings, IterationIds, Scope};
use tokio::sync::Notify;

use crate::data::{RowPicker, Rows};
use crate::drivers::VolumeOrders;
use crate::program::{ChooserState, Program};
use crate::schedule::Segment;
use crate::script::{Passes, ScriptEvent};
use crate::seed::mix;
use crate::steering::Steering;
use crate::worker::Worker;

/// A scenario ready to run; shared by all threads.
#[derive(Debug)]
pub struct CompiledScenario {
    /// Where users, drops and iterations are counted.
    pub id: ScenarioId,
    /// When iterations start.
    pub load: CheckedLoad,
    /// What one iteration does.
    pub program: Program,
    /// Names of variables, pools and counters.
    pub scope: Scope,
    /// HTTP settings.
    pub http: ClientConfig,
    /// How long iterations in flight may go on after the load has ended, in nanoseconds.
    pub graceful_stop_ns: u64,
    /// It goes on where all loads are stopped, and ends where that is to be at once.
    pub outlasts_stop: bool,
    /// Which share of the I/O threads it may use.
    pub priority: Priority,
    /// Number of the first virtual user of the run that belongs to this scenario, from 0.
    pub first_user: u64,
    /// Order and size of each pool of the scope.
    pub(crate) rows: Vec<Rows>,
}

impl CompiledScenario {
    /// Returns the number, over the whole run and from 1, of one of this scenario's users. Those above the planned ones, which somebody
    /// asked for while the load went, have numbers that no scenario has.
    fn user_number(&self, user: u64) -> u64 {
        if user < u64::from(self.load.peak_users()) {
            self.first_user + user + 1
        } else {
            (u64::from(self.id.0) + 1) * EXTRA_USERS + user + 1
        }
    }
}

/// Which share of a scenario a thread runs, and what all shares of the run agree on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// The share.
    pub(crate) segment: Segment,
    /// Seed of the run.
    pub(crate) seed: u64,
    /// When the scenario starts, on the run's clock.
    pub(crate) start_ns: u64,
    /// Unix time at zero of the run's clock.
    pub(crate) wall_origin_ns: u64,
    /// Set where another process has left the share.
    pub(crate) taken: Option<Rest>,
}

/// What is left of a share that another process has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest {
    /// From when on, in nanoseconds since the start of the scenario.
    pub(crate) from_ns: u64,
    /// Iterations, where the load is a number of them.
    pub(crate) iterations: Option<u64>,
}

/// What a thread hands out in one scenario, for its own share and those that it takes over: none of it twice.
#[derive(Debug)]
pub(crate) struct Supplies {
    segment: Segment,
    rows: Vec<RowPicker>,
    bindings: Rc<BindingsSettings>,
    iterations: Cell<u64>,
    users: Cell<u64>,
}

/// Users above the planned ones are counted from a multiple of it.
const EXTRA_USERS: u64 = 1 << 32;

/// Iterations of a share that another process began: so many are left to it, whose numbers may have been used.
const NUMBERS_OF_OTHERS: u64 = 1 << 40;

impl Supplies {
    pub(crate) fn new(scenario: &CompiledScenario, share: &Share) -> Self {
        let segment = share.segment;
        let stride = (u64::from(segment.index), u64::from(segment.count));
        let used = share.taken.map_or(0, |_| NUMBERS_OF_OTHERS);
        let rows = scenario.rows.iter();
        Self {
            segment,
            rows: rows
                .map(|rows| RowPicker::new(*rows, segment, used))
                .collect(),
            bindings: Rc::new(BindingsSettings::new(
                &scenario.scope,
                stride,
                share.wall_origin_ns,
            )),
            iterations: Cell::new(used),
            users: Cell::new(0),
        }
    }
}

/// One thread's share of a running scenario.
#[derive(Debug)]
pub(crate) struct ScenarioThread {
    pub(crate) scenario: Arc<CompiledScenario>,
    pub(crate) worker: Rc<Worker>,
    pub(crate) segment: Segment,
    pub(crate) seed: u64,
    pub(crate) start_ns: u64,
    pub(crate) end_ns: Cell<u64>,
    pub(crate) stop: Notify,
    pub(crate) passes: Passes,
    /// Only of a load whose number of users is said while it goes.
    pub(crate) volume: VolumeOrders,
    /// What somebody changes while it goes.
    pub(crate) steering: Steering,
    pub(crate) taken: Option<Rest>,
    pub(crate) client: Rc<ClientSettings>,
    pub(crate) bindings: Rc<BindingsSettings>,
    pub(crate) choosers: Vec<RefCell<ChooserState>>,
    supplies: Rc<Supplies>,
}

impl ScenarioThread {
    pub(crate) fn new(
        scenario: Arc<CompiledScenario>,
        worker: Rc<Worker>,
        share: &Share,
        supplies: Rc<Supplies>,
    ) -> Self {
        let segment = share.segment;
        let choosers = scenario.program.choosers.iter();
        let choosers = choosers
            .map(|c| RefCell::new(c.state(segment.index)))
            .collect();
        Self {
            segment,
            seed: mix(share.seed, u64::from(scenario.id.0)),
            start_ns: share.start_ns,
            end_ns: Cell::new(
                share
                    .start_ns
                    .saturating_add(scenario.load.duration().as_nanos()),
            ),
            stop: Notify::new(),
            passes: Passes::default(),
            volume: VolumeOrders::default(),
            steering: Steering::default(),
            taken: share.taken,
            client: Rc::new(client_settings(&scenario.http, &worker, segment)),
            bindings: Rc::clone(&supplies.bindings),
            choosers,
            supplies,
            scenario,
            worker,
        }
    }

    /// Tells whether new iterations may start.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open_at(self.worker.clock.now())
    }

    /// Tells whether an iteration may start at a moment that is known already.
    #[inline]
    pub(crate) fn is_open_at(&self, moment: u64) -> bool {
        moment < self.end_ns.get()
    }

    /// Tells whether somebody has paused the load at a moment.
    #[inline]
    pub(crate) fn is_paused_at(&self, moment: u64) -> bool {
        let at_ns = moment.saturating_sub(self.start_ns);
        self.steering.pause_at(at_ns).is_some()
    }

    /// Waits until no pause holds, and returns when an iteration may start that should have started at a moment; `None` where the load
    /// ends before.
    pub(crate) async fn wait_out_pause(&self, mut moment: u64) -> Option<u64> {
        while self.is_open() {
            let at_ns = moment.saturating_sub(self.start_ns);
            let Some(pause) = self.steering.pause_at(at_ns) else {
                return Some(moment);
            };
            let over = self.start_ns.saturating_add(pause.end);
            if pause.end < u64::MAX && self.worker.clock.now() >= over {
                moment = over;
                continue;
            }
            tokio::select! {
                () = self.worker.timers.sleep_until(over.min(self.end_ns.get())) => {}
                () = self.steering.resumed() => {}
                () = self.stop.notified() => {}
            }
        }
        None
    }

    /// Ends the load now: no new iterations; those in flight get their time to finish.
    pub(crate) fn close(&self) {
        self.end_ns
            .set(self.end_ns.get().min(self.worker.clock.now()));
        self.stop.notify_waiters();
        self.tell_scripts();
    }

    /// Lets the load end at a moment, counted from its start, unless it ends before.
    pub(crate) fn end_at(&self, at_ns: u64) {
        let end = self.start_ns.saturating_add(at_ns);
        self.end_ns.set(self.end_ns.get().min(end));
    }

    /// Tells the interpreter, if it runs a script for this share, that the load has ended.
    fn tell_scripts(&self) {
        let desk = self.worker.desk.get();
        if let Some(desk) = desk.filter(|_| self.passes.should_tell()) {
            for script in &self.scenario.program.scripts {
                desk.tell(ScriptEvent::Stopping(Arc::clone(script)));
            }
        }
    }

    /// Tells whether the users of the scenario share a number of iterations.
    pub(crate) fn shares_iterations(&self) -> bool {
        let load = &self.scenario.load;
        matches!(
            load,
            CheckedLoad::Iterations {
                total: IterationTotal::Shared(_),
                ..
            }
        )
    }

    /// Returns the number of this thread's next iteration, unique over the scenario.
    pub(crate) fn next_iteration(&self) -> u64 {
        let supplies = &self.supplies;
        let number = supplies.iterations.get();
        supplies.iterations.set(number + 1);
        supplies.segment.number(number)
    }

    /// Binds the data of one iteration; `false` when a *once* pool is used up.
    pub(crate) fn bind(
        &self,
        user: u64,
        iteration: u64,
        seed: u64,
        bindings: &mut Bindings,
    ) -> bool {
        bindings.begin(IterationIds {
            user: self.scenario.user_number(user),
            iteration,
            seed,
        });
        for (pool, picker) in self.supplies.rows.iter().enumerate() {
            let Some(row) = picker.next(user, bindings) else {
                return false;
            };
            bindings.set_row(pool, row);
        }
        true
    }

    /// Counts a virtual user in or out, for the gauge of active users.
    pub(crate) fn user_joined(&self) {
        self.set_users(self.supplies.users.get() + 1);
    }

    /// Counts a virtual user out.
    pub(crate) fn user_left(&self) {
        self.set_users(self.supplies.users.get().saturating_sub(1));
    }

    fn set_users(&self, users: u64) {
        self.supplies.users.set(users);
        self.worker
            .recorder
            .borrow_mut()
            .users(self.scenario.id, users);
    }
}

fn client_settings(config: &ClientConfig, worker: &Worker, segment: Segment) -> ClientSettings {
    let http = Rc::clone(&worker.http);
    let settings = ClientSettings::new(config, http, segment.index, segment.count);
    if worker.trace.is_some() {
        settings.keep_answers()
    } else {
        settings
    }
}
