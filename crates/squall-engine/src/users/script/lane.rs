//! One request at a time of those that a script has under way.
//!
//! A lane is a future that lives as long as its client and serves one order after the other, so that no request costs a task. The
//! virtual user that owns it polls it while it is busy.

use std::cell::Cell;
use std::convert::Infallible;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use squall_http::{Client, HttpStep};
use squall_metrics::{Outcome, SeriesId};
use squall_protocol::values::{Bindings, IterationIds};

use super::bell::Bell;
use super::held::Held;
use crate::scenario::ScenarioThread;
use crate::script::{FinishedOperation, ReplyTo, ScriptDesk, ScriptEvent};
use crate::seed::mix;
use crate::trace::trace;
use crate::users::operation;
use crate::users::running::RunningOperation;
use crate::users::traced;

/// A request that a lane is to send.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) request: Arc<HttpStep>,
    pub(super) series: SeriesId,
    pub(super) reply: ReplyTo,
    pub(super) hold: Option<u32>,
    pub(super) intended: u64,
}

/// How an order ended.
#[derive(Debug)]
pub(super) enum LaneEnd {
    /// The operation ended, and was counted unless it is held.
    Finished {
        outcome: Outcome,
        last_byte: u64,
        held: Option<Box<Held>>,
    },
    /// It was given up.
    GivenUp,
}

/// What a virtual user and one of its lanes share.
#[derive(Default)]
pub(super) struct LaneState {
    order: Cell<Option<Order>>,
    /// There is an order whose end nobody has taken.
    busy: Cell<bool>,
    token: Cell<Option<u64>>,
    given_up: Cell<bool>,
    end: Cell<Option<LaneEnd>>,
    /// Values of a new pass.
    values: Cell<Option<(IterationIds, Vec<u32>)>>,
}

impl fmt::Debug for LaneState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaneState").finish_non_exhaustive()
    }
}

impl LaneState {
    pub(super) fn order(&self, order: Order) {
        let token = match &order.reply {
            ReplyTo::Batch(token) => Some(*token),
            ReplyTo::Thread(_) => None,
        };
        self.token.set(token);
        self.busy.set(true);
        self.given_up.set(false);
        self.order.set(Some(order));
    }

    pub(super) fn is_busy(&self) -> bool {
        self.busy.get()
    }

    /// Tells whether the order under way has this token.
    pub(super) fn has(&self, token: u64) -> bool {
        self.busy.get() && self.token.get() == Some(token)
    }

    pub(super) fn give_up(&self) {
        self.given_up.set(true);
    }

    pub(super) fn take_end(&self) -> Option<LaneEnd> {
        let end = self.end.take();
        if end.is_some() {
            self.busy.set(false);
        }
        end
    }

    /// Serves orders for as long as it is polled.
    pub(super) async fn serve(
        &self,
        client: &mut Client,
        bindings: &mut Bindings,
        scenario: &ScenarioThread,
        desk: &ScriptDesk,
    ) -> Infallible {
        let worker = &*scenario.worker;
        loop {
            let order = poll_fn(|_| self.order.take().map_or(Poll::Pending, Poll::Ready)).await;
            if let Some((ids, rows)) = self.values.take() {
                begin(bindings, ids, &rows);
            }
            let reply = Reply(Some(order.reply));
            let running = RunningOperation::start(worker, order.series);
            client.trace(traced::span(scenario, bindings.ids(), 0));
            let sending = client.execute(&order.request, bindings, order.intended);
            let Some(mut operation) = self.unless_given_up(sending).await else {
                drop(running);
                client.give_up();
                self.end.set(Some(LaneEnd::GivenUp));
                continue;
            };
            running.finished();
            let ids = bindings.ids();
            let (outcome, held) = match order.hold {
                None => {
                    let capture = || Some(client.capture(&order.request));
                    let named = (order.series, order.request.checks().names());
                    let outcome = operation::record(worker, named, &operation, ids, capture);
                    (outcome, None)
                }
                Some(number) => {
                    let at = operation.moments.last_byte;
                    let copies = worker.recorder.borrow_mut().may_hold_exemplar(at);
                    let capture = copies.then(|| client.capture(&order.request));
                    let named = (order.series, order.request.checks().names());
                    let held = Held::of(number, named, &mut operation, capture);
                    (operation::outcome(&operation), Some(held))
                }
            };
            if let Some(tracer) = &worker.trace {
                trace(
                    tracer,
                    client,
                    &order.request,
                    (order.series, ids),
                    &operation,
                );
            }
            let last_byte = operation.moments.last_byte;
            reply.send(Box::new(FinishedOperation { operation, outcome }), desk);
            self.end.set(Some(LaneEnd::Finished {
                outcome,
                last_byte,
                held,
            }));
        }
    }

    async fn unless_given_up<T>(&self, sending: impl Future<Output = T>) -> Option<T> {
        let mut sending = pin!(sending);
        poll_fn(|context| {
            if self.given_up.get() {
                return Poll::Ready(None);
            }
            sending.as_mut().poll(context).map(Some)
        })
        .await
    }
}

fn begin(bindings: &mut Bindings, ids: IterationIds, rows: &[u32]) {
    bindings.begin(ids);
    for (pool, row) in rows.iter().enumerate() {
        bindings.set_row(pool, usize::try_from(*row).unwrap_or(0));
    }
}

/// Where the end of an operation is told; dropped before that, a thread that waits is told that nothing will come.
struct Reply(Option<ReplyTo>);

impl Reply {
    fn send(mut self, operation: Box<FinishedOperation>, desk: &ScriptDesk) {
        match self.0.take() {
            Some(ReplyTo::Batch(token)) => desk.tell(ScriptEvent::Done { token, operation }),
            Some(ReplyTo::Thread(slot)) => slot.put(operation),
            None => {}
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(ReplyTo::Thread(slot)) = self.0.take() {
            slot.give_up();
        }
    }
}

/// A further lane of a virtual user, with a client of its own; made when a script has several requests under way, and kept.
pub(super) struct Lane {
    state: Rc<LaneState>,
    /// Number of the pass whose values it has.
    pass: Cell<u32>,
    /// Tells its random choices apart from those of other lanes.
    number: u64,
    bell: Arc<Bell>,
    /// The bell, as what the lane waits for knows it.
    waker: Waker,
    serving: Pin<Box<dyn Future<Output = Infallible>>>,
}

impl Lane {
    pub(super) fn new(
        mut client: Client,
        (scenario, desk): (Rc<ScenarioThread>, Rc<ScriptDesk>),
        number: u64,
        bell: Arc<Bell>,
    ) -> Self {
        let state = Rc::new(LaneState::default());
        let serving = {
            let state = Rc::clone(&state);
            Box::pin(async move {
                let mut bindings = Bindings::new(Rc::clone(&scenario.bindings));
                state
                    .serve(&mut client, &mut bindings, &scenario, &desk)
                    .await
            })
        };
        Self {
            state,
            pass: Cell::new(0),
            number,
            waker: Waker::from(Arc::clone(&bell)),
            bell,
            serving,
        }
    }

    pub(super) fn state(&self) -> &LaneState {
        &self.state
    }

    /// Takes an order; the lane is to be served then.
    pub(super) fn order(&self, order: Order) {
        self.state.order(order);
        self.bell.ring_for_the_present();
    }

    /// Gives up what is under way; the lane is to be served then.
    pub(super) fn give_up(&self) {
        self.state.give_up();
        self.bell.ring_for_the_present();
    }

    /// Brings the values of a pass along, unless the lane has them.
    pub(super) fn begin_pass(&self, pass: u32, ids: IterationIds, rows: &[u32]) {
        if self.pass.replace(pass) != pass {
            let ids = IterationIds {
                seed: mix(ids.seed, self.number),
                ..ids
            };
            self.state.values.set(Some((ids, rows.to_vec())));
        }
    }

    /// Serves the order for as long as it need not wait; returns how it ended, once it has.
    pub(super) fn poll(&mut self) -> Option<LaneEnd> {
        self.bell.answer();
        let mut context = Context::from_waker(&self.waker);
        let Poll::Pending = self.serving.as_mut().poll(&mut context);
        self.state.take_end()
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
