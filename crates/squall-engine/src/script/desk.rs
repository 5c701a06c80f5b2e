//! Where one I/O thread and the interpreters meet.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use tokio::sync::Notify;

use super::inlet::Commands;
use super::{CommandInlet, IterationRef, ScriptCommand, ScriptEvent, ScriptHost};
use crate::worker::Worker;

/// Gathers the events of one I/O thread, and hands its commands to those whom they are for.
#[derive(Debug)]
pub(crate) struct ScriptDesk {
    host: Arc<dyn ScriptHost>,
    thread: u32,
    inlet: CommandInlet,
    events: RefCell<Vec<ScriptEvent>>,
    /// Rung by the first event of a batch.
    first: Notify,
    seats: RefCell<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    all: Vec<Rc<Seat>>,
    free: Vec<Rc<Seat>>,
}

/// A virtual user's place in the conversation with the interpreter.
#[derive(Debug)]
pub(crate) struct Seat {
    slot: u32,
    generation: Cell<u32>,
    /// Whether a pass is under way.
    open: Cell<bool>,
    inbox: RefCell<VecDeque<(u64, ScriptCommand)>>,
    waker: RefCell<Option<Waker>>,
}

impl ScriptDesk {
    /// Returns the desk of an I/O thread, which the first who asks opens.
    pub(crate) fn of(worker: &Rc<Worker>, host: &Arc<dyn ScriptHost>) -> Rc<Self> {
        let open = || {
            let desk = Rc::new(Self {
                host: Arc::clone(host),
                thread: worker.thread,
                inlet: CommandInlet::new(worker.clock.clone()),
                events: RefCell::default(),
                first: Notify::new(),
                seats: RefCell::default(),
            });
            host.attach(desk.thread, desk.inlet.clone());
            tokio::task::spawn_local(take_commands(Rc::clone(&desk), Rc::clone(worker)));
            tokio::task::spawn_local(hand_over(Rc::clone(&desk)));
            desk
        };
        Rc::clone(worker.desk.get_or_init(open))
    }

    /// Gives a virtual user a seat.
    pub(crate) fn take_seat(&self) -> Rc<Seat> {
        let mut seats = self.seats.borrow_mut();
        if let Some(seat) = seats.free.pop() {
            return seat;
        }
        let seat = Rc::new(Seat {
            slot: u32::try_from(seats.all.len()).unwrap_or(u32::MAX),
            generation: Cell::new(0),
            open: Cell::new(false),
            inbox: RefCell::default(),
            waker: RefCell::default(),
        });
        seats.all.push(Rc::clone(&seat));
        seat
    }

    /// Takes a seat back.
    pub(crate) fn leave_seat(&self, seat: Rc<Seat>) {
        self.seats.borrow_mut().free.push(seat);
    }

    /// Opens a seat for the next pass and returns how commands will name it.
    pub(crate) fn open(&self, seat: &Seat) -> IterationRef {
        seat.generation.set(seat.generation.get().wrapping_add(1));
        seat.open.set(true);
        IterationRef {
            thread: self.thread,
            slot: seat.slot,
            generation: seat.generation.get(),
        }
    }

    /// Adds an event to the batch. The first one wakes the task that hands the batch over: it runs behind all tasks that are ready by
    /// then, whose events go along.
    #[inline]
    pub(crate) fn tell(&self, event: ScriptEvent) {
        let mut events = self.events.borrow_mut();
        events.push(event);
        if events.len() == 1 {
            self.first.notify_one();
        }
    }

    fn flush(&self) {
        let mut batch = std::mem::take(&mut *self.events.borrow_mut());
        if batch.is_empty() {
            return;
        }
        self.host.deliver(&mut batch);
        batch.clear();
        let mut events = self.events.borrow_mut();
        if events.is_empty() {
            *events = batch;
        }
    }

    fn dispatch(&self, at: u64, command: ScriptCommand, worker: &Worker) {
        let Some(iteration) = command.iteration() else {
            if let ScriptCommand::Value { series, value } = command {
                worker.recorder.borrow_mut().value(series, value);
            }
            return;
        };
        let seats = self.seats.borrow();
        let seat = usize::try_from(iteration.slot)
            .ok()
            .and_then(|slot| seats.all.get(slot))
            .filter(|seat| seat.open.get() && seat.generation.get() == iteration.generation);
        match seat {
            Some(seat) => seat.put(at, command),
            None => command.refuse(),
        }
    }
}

impl Drop for ScriptDesk {
    fn drop(&mut self) {
        self.flush();
        self.inlet.close();
    }
}

impl Seat {
    fn put(&self, at: u64, command: ScriptCommand) {
        self.inbox.borrow_mut().push_back((at, command));
        if let Some(waker) = self.waker.borrow().as_ref() {
            waker.wake_by_ref();
        }
    }

    /// Takes the next command, and when it came.
    pub(crate) fn next(&self) -> Option<(u64, ScriptCommand)> {
        self.inbox.borrow_mut().pop_front()
    }

    /// Lets the task of `context` be woken by the next command.
    pub(crate) fn register(&self, context: &Context<'_>) {
        let mut waker = self.waker.borrow_mut();
        if !waker
            .as_ref()
            .is_some_and(|known| known.will_wake(context.waker()))
        {
            *waker = Some(context.waker().clone());
        }
    }

    /// Ends the pass: commands that still come are ignored.
    pub(crate) fn close(&self) {
        self.open.set(false);
        self.waker.borrow_mut().take();
        let rest = std::mem::take(&mut *self.inbox.borrow_mut());
        for (_, command) in rest {
            command.refuse();
        }
    }
}

async fn take_commands(desk: Rc<ScriptDesk>, worker: Rc<Worker>) {
    let mut commands = Commands::default();
    loop {
        desk.inlet.receive(&mut commands).await;
        for (at, command) in commands.drain() {
            desk.dispatch(at, command, &worker);
        }
    }
}

async fn hand_over(desk: Rc<ScriptDesk>) {
    loop {
        desk.first.notified().await;
        desk.flush();
    }
}
