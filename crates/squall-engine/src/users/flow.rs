//! The flow interpreter.

use std::rc::Rc;

use squall_metrics::{Outcome, SeriesId};

use super::operation;
use super::running::{RunningOperation, RunningTransaction};
use super::traced;
use super::virtual_user::{VirtualUser, worse};
use crate::program::{Op, Program};
use crate::trace::trace;
use crate::worker::Worker;
use squall_http::HttpStep;
use squall_protocol::TraceIds;
use squall_protocol::template::Compiled;

/// A transaction under way and how its operations have ended so far.
struct OpenGroup<'a> {
    running: RunningTransaction<'a>,
    outcome: Outcome,
    series: SeriesId,
    started: u64,
    trace: Option<Box<TraceIds>>,
}

impl VirtualUser {
    /// Runs a flow once. A step that needs a value which no answer has given ends the iteration as failed.
    pub(super) async fn run(&mut self, program: &Program, intended: u64) -> Outcome {
        let scenario = Rc::clone(&self.scenario);
        let worker = &*scenario.worker;
        let mut groups: Vec<OpenGroup<'_>> = Vec::new();
        let mut total = Outcome::Ok;
        let mut ready = intended;
        let mut at = 0;
        self.loops.clear();
        while let Some(op) = program.ops.get(at) {
            at += 1;
            match op {
                Op::Http { step, series } => {
                    if step.missing(&self.bindings).is_some() {
                        total = Outcome::Failed;
                        break;
                    }
                    let outcome = self.send(step, *series, ready).await;
                    ready = self.last_moment;
                    total = worse(total, outcome);
                    add_to_group(&mut groups, outcome);
                }
                Op::Script { script } => {
                    let outcome = self.run_script(&program.scripts[*script], ready).await;
                    ready = self.last_moment;
                    total = worse(total, outcome);
                    add_to_group(&mut groups, outcome);
                }
                Op::Pause { min, max } => {
                    ready = self.pause(*min, *max).await;
                    self.last_moment = ready;
                }
                Op::LoopStart { times } => self.loops.push(*times),
                Op::LoopEnd { body } => at = self.next_round(*body, at),
                Op::JumpUnless { condition, target } => {
                    if !condition.holds(&mut self.bindings, worker.clock.now()) {
                        at = *target;
                    }
                }
                Op::Jump { target } => at = *target,
                Op::Choose { chooser } => {
                    let mut state = scenario.choosers[*chooser].borrow_mut();
                    at = program.choosers[*chooser].choose(&mut state, &mut self.bindings);
                }
                Op::GroupStart { series } => {
                    groups.push(self.open_group(worker, *series, ready));
                }
                Op::GroupEnd => self.end_group(&mut groups, ready),
            }
        }
        while !groups.is_empty() {
            add_to_group(&mut groups, total);
            self.end_group(&mut groups, ready);
        }
        total
    }

    fn open_group<'a>(
        &mut self,
        worker: &'a Worker,
        series: SeriesId,
        started: u64,
    ) -> OpenGroup<'a> {
        let trace = traced::span(&self.scenario, self.bindings.ids(), self.parent_span);
        if let Some(ids) = &trace {
            self.parent_span = ids.span_id;
        }
        OpenGroup {
            running: RunningTransaction::start(worker, series, started),
            outcome: Outcome::Ok,
            series,
            started,
            trace,
        }
    }

    fn end_group(&mut self, groups: &mut Vec<OpenGroup<'_>>, now: u64) {
        let Some(group) = groups.pop() else {
            return;
        };
        add_to_group(groups, group.outcome);
        group.running.finish(group.outcome, now);
        if group.trace.is_some() {
            let outer = groups.last().and_then(|outer| outer.trace.as_deref());
            self.parent_span = outer.map_or(0, |ids| ids.span_id);
        }
        let of = (group.series, self.bindings.ids());
        let times = (group.started, now);
        traced::transaction(&self.scenario, of, times, group.outcome, group.trace);
    }

    /// Sends one request and counts it.
    pub(super) async fn send(
        &mut self,
        step: &HttpStep,
        series: SeriesId,
        intended: u64,
    ) -> Outcome {
        let series = match step.dynamic_name() {
            None => series,
            Some(name) => self.named(name, series),
        };
        let running = RunningOperation::start(&self.scenario.worker, series);
        let ids = self.bindings.ids();
        let span = traced::span(&self.scenario, ids, self.parent_span);
        self.client.trace(span);
        let operation = self
            .client
            .execute(step, &mut self.bindings, intended)
            .await;
        running.finished();
        self.last_moment = operation.moments.last_byte;
        let worker = &self.scenario.worker;
        if let Some(tracer) = &worker.trace {
            trace(tracer, &self.client, step, (series, ids), &operation);
        }
        let capture = || Some(self.client.capture(step));
        let checks = step.checks().names();
        operation::record(worker, (series, checks), &operation, ids, capture)
    }

    /// Returns the series of a name that varies.
    #[cold]
    fn named(&mut self, name: &Compiled, written: SeriesId) -> SeriesId {
        let worker = &self.scenario.worker;
        let mut names = worker.names.borrow_mut();
        names.series(name, written, &mut self.bindings, worker.clock.now())
    }

    /// Waits and returns the moment at which the wait was to end.
    async fn pause(&mut self, min: u64, max: u64) -> u64 {
        let extra = if max > min {
            self.bindings.random_below(max - min + 1)
        } else {
            0
        };
        let until = self.scenario.worker.clock.now() + min + extra;
        self.scenario.worker.timers.sleep_until(until).await;
        until
    }

    fn next_round(&mut self, body: usize, after: usize) -> usize {
        match self.loops.last_mut() {
            Some(left) if *left > 1 => {
                *left -= 1;
                body
            }
            _ => {
                self.loops.pop();
                after
            }
        }
    }
}

fn add_to_group(groups: &mut [OpenGroup<'_>], outcome: Outcome) {
    if let Some(group) = groups.last_mut() {
        group.outcome = worse(group.outcome, outcome);
    }
}
