//! One I/O thread: its runtime, its tasks, and the commands it takes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use squall_http::HttpThread;
use squall_metrics::{Recorder, SeriesTable};
use squall_protocol::Clock;
use tokio::runtime::Builder;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::LocalSet;

use crate::drivers::drive;
use crate::intervals::Intervals;
use crate::names::DynamicNames;
use crate::parts::{PartKind, PartSink};
use crate::record::{RecordBuffer, RecordQueue};
use crate::scenario::{CompiledScenario, ScenarioThread, Share};
use crate::schedule::Segment;
use crate::timer::Timers;
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
    /// Ends all loads; what is in flight gets its grace.
    Stop,
    /// Ends all loads at once; what is in flight is interrupted.
    Abort,
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
    pub(crate) segment: Segment,
    pub(crate) clock: Clock,
    pub(crate) parts: Arc<dyn PartSink>,
    pub(crate) series: SeriesTable,
    pub(crate) records: Option<RecordQueue>,
}

/// Runs an I/O thread until it is told to end.
pub(crate) fn run(
    settings: ThreadSettings,
    mut commands: UnboundedReceiver<Command>,
) -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async move {
        let worker = Rc::new(new_worker(&settings)?);
        let scenarios = Rc::new(RefCell::new(Vec::new()));
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
            if !obey(command, &worker, &settings, &scenarios) {
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
    let thread = settings.segment.index;
    Ok(Worker {
        segment: settings.segment,
        clock: settings.clock.clone(),
        timers: Timers::new(settings.clock.clone())?,
        recorder: RefCell::new(Recorder::new()),
        http: Rc::new(HttpThread::new(settings.clock.clone())),
        records: settings
            .records
            .clone()
            .map(|queue| RefCell::new(RecordBuffer::new(queue, thread))),
        names: RefCell::new(DynamicNames::new(settings.series.clone())),
        abort: tokio::sync::Notify::new(),
        aborted: Cell::new(false),
    })
}

type Running = Rc<RefCell<Vec<Rc<ScenarioThread>>>>;

/// Obeys a command; returns `false` when the thread is to end.
fn obey(
    command: Command,
    worker: &Rc<Worker>,
    settings: &ThreadSettings,
    running: &Running,
) -> bool {
    match command {
        Command::Run {
            scenario,
            share,
            done,
        } => {
            let share = Rc::new(ScenarioThread::new(scenario, Rc::clone(worker), &share));
            running.borrow_mut().push(Rc::clone(&share));
            let (running, clock) = (Rc::clone(running), settings.clock.clone());
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
            running.borrow().iter().for_each(|share| share.close());
            true
        }
        Command::Abort => {
            running.borrow().iter().for_each(|share| share.close());
            worker.aborted.set(true);
            worker.abort.notify_waiters();
            true
        }
        Command::Flush { .. } => true,
        Command::Shutdown => false,
    }
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
