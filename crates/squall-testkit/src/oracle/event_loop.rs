//! The loop of an oracle: reads requests, asks when each is due, answers then.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Instant;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::fd::OwnedFd;
use rustix::time::{
    TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime,
};

use crate::oracle::clock::{now, once_after};
use crate::oracle::connection::{Connection, Life, Pending};
use crate::oracle::record::{Record, Served};

const LISTENER: u64 = 0;
const WAKE: u64 = 1;
const TIMER: u64 = 2;
const FIRST_CONNECTION: u64 = 3;

/// Says when a request's answer is due: given its number and when it arrived.
pub(crate) type Due = Box<dyn FnMut(u64, Instant) -> Instant + Send>;

pub(crate) struct EventLoop {
    epoll: OwnedFd,
    timer: OwnedFd,
    listener: TcpListener,
    /// Its other end is closed when the server stops.
    _wake: UnixStream,
    started: Instant,
    record: Arc<Record>,
    due: Due,
    connections: HashMap<u64, Connection>,
    next_connection: u64,
    deadlines: BinaryHeap<Reverse<(Instant, u64)>>,
    armed: Option<Instant>,
}

impl EventLoop {
    pub(crate) fn new(
        listener: TcpListener,
        wake: UnixStream,
        record: Arc<Record>,
        due: Due,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let timer = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
        )?;
        epoll::add(
            &epoll,
            &listener,
            EventData::new_u64(LISTENER),
            EventFlags::IN,
        )?;
        epoll::add(&epoll, &wake, EventData::new_u64(WAKE), EventFlags::IN)?;
        epoll::add(
            &epoll,
            &timer,
            EventData::new_u64(TIMER),
            EventFlags::IN | EventFlags::ET,
        )?;
        Ok(Self {
            epoll,
            timer,
            listener,
            _wake: wake,
            started: now(),
            record,
            due,
            connections: HashMap::new(),
            next_connection: FIRST_CONNECTION,
            deadlines: BinaryHeap::new(),
            armed: None,
        })
    }

    /// Runs until the server stops.
    pub(crate) fn run(mut self) {
        let mut events: Vec<Event> = Vec::with_capacity(256);
        loop {
            match epoll::wait(&self.epoll, spare_capacity(&mut events), None) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(_) => return,
            }
            for event in events.drain(..) {
                match event.data.u64() {
                    LISTENER => self.accept(),
                    WAKE => return,
                    TIMER => self.armed = None,
                    connection => self.read(connection),
                }
                // Also between events, so that reading many requests makes no answer late.
                self.answer_due();
            }
            self.arm();
        }
    }

    fn accept(&mut self) {
        while let Ok((stream, _)) = self.listener.accept() {
            let key = self.next_connection;
            let ready = (stream.set_nonblocking(true))
                .and_then(|()| stream.set_nodelay(true))
                .and_then(|()| {
                    Ok(epoll::add(
                        &self.epoll,
                        &stream,
                        EventData::new_u64(key),
                        EventFlags::IN,
                    )?)
                });
            if ready.is_ok() {
                self.next_connection += 1;
                self.connections.insert(key, Connection::new(stream));
                self.record.entries().connections += 1;
            }
        }
    }

    fn read(&mut self, key: u64) {
        let Some(connection) = self.connections.get_mut(&key) else {
            return;
        };
        let life = connection.fill();
        let arrived = now();
        while connection.take_request() {
            let number = {
                let mut entries = self.record.entries();
                entries.requests += 1;
                entries.requests - 1
            };
            let due = (self.due)(number, arrived);
            connection.pending.push_back(Pending {
                number,
                arrived,
                due,
            });
            self.deadlines.push(Reverse((due, key)));
        }
        if life == Life::Over {
            self.connections.remove(&key);
        }
    }

    fn answer_due(&mut self) {
        while let Some(Reverse((due, key))) = self.deadlines.peek().copied() {
            if due > now() {
                return;
            }
            self.deadlines.pop();
            self.answer(key);
        }
    }

    /// Answers what is due on a connection, in the order of the requests.
    fn answer(&mut self, key: u64) {
        let Some(connection) = self.connections.get_mut(&key) else {
            return;
        };
        while let Some(request) = connection
            .pending
            .front()
            .copied()
            .filter(|request| request.due <= now())
        {
            connection.pending.pop_front();
            // Before the write, so that whoever has the answer finds it recorded, and was not faster than the record says.
            self.record.entries().served.push(Served {
                number: request.number,
                arrived: request.arrived - self.started,
                intended: request.due - request.arrived,
                service: now() - request.arrived,
            });
            if connection.answer().is_err() {
                self.record.entries().served.pop();
                self.connections.remove(&key);
                return;
            }
        }
    }

    fn arm(&mut self) {
        let Some(Reverse((due, _))) = self.deadlines.peek().copied() else {
            return;
        };
        if self.armed.is_some_and(|armed| armed <= due) {
            return;
        }
        let timer = once_after(due.saturating_duration_since(now()));
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &timer)
            .expect("the timer is ours and its time is valid");
        self.armed = Some(due);
    }
}
