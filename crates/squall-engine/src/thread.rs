//! One I/O thread: its runtime, its tasks, and the commands it takes.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use squall_http::HttpThread;
use squall_metrics::{Recorder, ScenarioId, SeriesTable};
use squall_protocol::Clock;
use tokio::runtime::Builder;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::LocalSet;

use crate::drivers::drive;
use crate::intervals::Intervals;
use crate::names::DynamicNames;
use crate::parts::{PartKind, PartSink};
use crate::record::{RecordBuffer, RecordQueue};
use crate::sampling::{Sampler, TraceSampling};
use crate::scenario::{CompiledScenario, ScenarioThread, Share, Supplies};
use crate::schedule::{Course, Segment};
use crate::script::ScriptHost;
use crate::timer::Timers;
use crate::trace::{Exchange, Tracer};
use crate::worker::Worker;

/// Time limits are looked over, and records handed over, this often.
const TICK_NS: u64 = 10_000_000;

/// What an I/O thread is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// Runs a share of a scenario and says when it has ended.
    Run {
        /// The scenario.
        scenario: Arc<CompiledScenario>,
        /// Which share, and when it starts.
        share: Share,
        /// Told the moment at which this thread's share ended.
        done: Sender<u64>,
    },
    /// Ends all loads but those that clean up; what is in flight gets its grace.
    Stop,
    /// Ends all loads at once; what is in flight is interrupted.
    Abort,
    /// Ends the load of some scenarios; what is in flight gets its grace.
    End {
        /// The scenarios.
        scenarios: Arc<[ScenarioId]>,
    },
    /// Says how many virtual users a scenario is to have from an instant on; see [`crate::Engine::set_volume`].
    Volume {
        /// The scenario.
        scenario: ScenarioId,
        /// Nanoseconds since its start.
        at_ns: u64,
        /// Users over all shares; `None` ends the load.
        users: Option<u32>,
    },
    /// Changes the load of a scenario; see [`crate::Engine::steer`].
    Steer {
        /// The scenario.
        scenario: ScenarioId,
        /// All that was changed so far.
        course: Arc<Course>,
    },
    /// Hands over what was measured so far, and says so.
    Flush {
        /// Told once it is done.
        done: Sender<()>,
    },
    /// Ends the thread.
    Shutdown,
}

/// What an I/O thread is made with.
#[derive(Debug)]
pub(crate) struct ThreadSettings {
    /// Share of this thread among the threads of all processes.
    pub(crate) segment: Segment,
    /// Number of this thread in its process.
    pub(crate) thread: u32,
    pub(crate) clock: Clock,
    pub(crate) parts: Arc<dyn PartSink>,
    pub(crate) series: SeriesTable,
    pub(crate) records: Option<RecordQueue>,
    pub(crate) sampling: Option<TraceSampling>,
    pub(crate) trace: Option<Sender<Exchange>>,
    pub(crate) scripts: Option<Arc<dyn ScriptHost>>,
}

/// Runs an I/O thread until it is told to end.
pub(crate) fn run(
    settings: ThreadSettings,
    mut commands: UnboundedReceiver<Command>,
) -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async move {
        let worker = Rc::new(new_worker(&settings)?);
        let scenarios = Running::default();
        let mut supplies = HashMap::new();
        let tasks = [
            tokio::task::spawn_local(tick(Rc::clone(&worker))),
            tokio::task::spawn_local(fire_timers(Rc::clone(&worker))),
        ];
        let parts = Arc::clone(&settings.parts);
        let intervals = Rc::new(Intervals::new(Rc::clone(&worker), parts));
        let reporting = tokio::task::spawn_local({
            let intervals = Rc::clone(&intervals);
            async move { intervals.report().await }
        });
        while let Some(command) = commands.recv().await {
            if let Command::Flush { done } = &command {
                intervals.flush(PartKind::Partial);
                // Nobody waits any more when the run was given up.
                done.send(()).ok();
            }
            if !obey(command, &worker, &mut supplies, &scenarios) {
                break;
            }
        }
        for task in tasks.iter().chain([&reporting]) {
            task.abort();
        }
        if let Some(records) = &worker.records {
            records.borrow_mut().flush();
        }
        intervals.flush(PartKind::Last);
        Ok(())
    })
}

fn new_worker(settings: &ThreadSettings) -> std::io::Result<Worker> {
    let number = settings.segment.index;
    Ok(Worker {
        segment: settings.segment,
        thread: settings.thread,
        clock: settings.clock.clone(),
        timers: Timers::new(settings.clock.clone())?,
        recorder: RefCell::new(Recorder::new()),
        http: Rc::new(HttpThread::new(settings.clock.clone())),
        records: settings
            .records
            .clone()
            .map(|queue| RefCell::new(RecordBuffer::new(queue, number))),
        sampler: settings
            .sampling
            .map(|sampling| Sampler::new(sampling, number)),
        names: RefCell::new(DynamicNames::new(settings.series.clone())),
        scripts: settings.scripts.clone(),
        desk: OnceCell::new(),
        trace: settings.trace.clone().map(|exchanges| Tracer {
            exchanges,
            series: settings.series.clone(),
        }),
        abort: tokio::sync::Notify::new(),
        aborted: Cell::new(false),
    })
}

type Running = Rc<RefCell<Vec<Rc<ScenarioThread>>>>;

/// Obeys a command; returns `false` when the thread is to end.
fn obey(
    command: Command,
    worker: &Rc<Worker>,
    supplies: &mut HashMap<ScenarioId, Rc<Supplies>>,
    running: &Running,
) -> bool {
    match command {
        Command::Run {
            scenario,
            share,
            done,
        } => {
            let own = supplies
                .entry(scenario.id)
                .or_insert_with(|| Rc::new(Supplies::new(&scenario, &share)));
            let own = Rc::clone(own);
            let share = ScenarioThread::new(scenario, Rc::clone(worker), &share, own);
            let share = Rc::new(share);
            running.borrow_mut().push(Rc::clone(&share));
            let (running, clock) = (Rc::clone(running), worker.clock.clone());
            tokio::task::spawn_local(async move {
                drive(Rc::clone(&share)).await;
                if let Some(records) = &share.worker.records {
                    records.borrow_mut().flush();
                }
                running
                    .borrow_mut()
                    .retain(|other| !Rc::ptr_eq(other, &share));
                // Nobody waits any more when the run was given up.
                done.send(clock.now()).ok();
            });
            true
        }
        Command::Stop => {
            let ended = |share: &ScenarioThread| !share.scenario.outlasts_stop;
            each_where(running, ended, ScenarioThread::close);
            true
        }
        Command::End { scenarios } => {
            let ended = |share: &ScenarioThread| scenarios.contains(&share.scenario.id);
            each_where(running, ended, ScenarioThread::close);
            true
        }
        Command::Abort => {
            each_where(running, |_| true, ScenarioThread::close);
            worker.aborted.set(true);
            worker.abort.notify_waiters();
            true
        }
        Command::Volume {
            scenario,
            at_ns,
            users,
        } => {
            let is_of = |share: &ScenarioThread| share.scenario.id == scenario;
            each_where(running, is_of, |share| share.volume.push(at_ns, users));
            true
        }
        Command::Steer { scenario, course } => {
            let is_of = |share: &ScenarioThread| share.scenario.id == scenario;
            let steer = |share: &ScenarioThread| share.steering.set(Arc::clone(&course));
            each_where(running, is_of, steer);
            true
        }
        Command::Flush { .. } => true,
        Command::Shutdown => false,
    }
}

/// Does something with some of the shares that go on.
fn each_where(
    running: &Running,
    is_meant: impl Fn(&ScenarioThread) -> bool,
    act: impl Fn(&ScenarioThread),
) {
    let running = running.borrow();
    let meant = running.iter().filter(|share| is_meant(share));
    meant.for_each(|share| act(share));
}

async fn fire_timers(worker: Rc<Worker>) {
    if let Err(error) = worker.timers.drive().await {
        tracing::error!(%error, "the timer of an I/O thread failed");
    }
}

/// Looks over time limits, hands over records, and measures how long a ready task waits for this thread.
async fn tick(worker: Rc<Worker>) {
    let mut due = worker.clock.now();
    loop {
        due += TICK_NS;
        worker.timers.sleep_until(due).await;
        let now = worker.clock.now();
        worker
            .recorder
            .borrow_mut()
            .generator_delay(now.saturating_sub(due));
        due = due.max(now.saturating_sub(TICK_NS));
        worker.http.deadlines().expire(now);
        if let Some(records) = &worker.records {
            records.borrow_mut().flush();
        }
    }
}
