//! Load profiles that are neither ramps nor a number of iterations.

use super::checked::{CheckedBatches, CheckedLoad};
use super::checker::Checker;
use super::load_profile::{DEFAULT_MAX_VOLUME, DEFAULT_MAX_WAIT};
use crate::model::{ArrivalLoad, BatchLoad, ClosedLoad, CompletionLoad, EagerLoad, Growth};
use crate::place::Place;
use crate::units::Span;

const DEFAULT_WINDOW: Span = Span::from_secs(1);
/// Windows that are shorter than this would be asked for more often than a function can answer.
const SHORTEST_WINDOW: Span = Span::from_millis(10);
/// Virtual users of an [`crate::EagerLoad`] for which nobody set a bound; the run fits them to memory and descriptors.
pub const UNBOUNDED: u32 = 1_000_000;

impl Checker<'_> {
    pub(super) fn growth(&mut self, load: &ClosedLoad, place: &Place<'_>) -> Option<Growth> {
        let grow = load.grow?;
        for (number, name) in [(grow.first, "first"), (grow.step, "step")] {
            if number == 0 {
                self.findings
                    .add(&place.key(name), format!("`{name}` must be at least 1"));
            }
        }
        if load.stages.is_some() {
            let hint = "the ramps say when users come; remove one of them";
            self.findings
                .add_with_hint(place, "`grow` does not go with `stages`", hint);
        }
        Some(grow)
    }

    pub(super) fn batches(&mut self, load: &BatchLoad, place: &Place<'_>) -> Option<CheckedLoad> {
        self.above_zero(Some(load.duration), &place.key("duration"));
        self.above_zero(load.interval_step, &place.key("interval_step"));
        self.some_users(load.max_users, &place.key("max_users"));
        let (first, step) = (load.first.unwrap_or(load.size), load.step.unwrap_or(0));
        if load.size == 0 || first == 0 {
            let name = if load.size == 0 { "size" } else { "first" };
            let message = "a batch has at least 1 iteration";
            self.findings.add(&place.key(name), message);
            return None;
        }
        if first > load.size {
            let message = format!(
                "the first batch cannot have more than `size`, {}",
                load.size
            );
            self.findings.add(&place.key("first"), message);
        }
        let interval = load.interval.unwrap_or(Span::ZERO);
        let gap = load.gap.unwrap_or(Span::ZERO);
        if interval.is_zero() && gap.is_zero() {
            let hint =
                "give `interval`, the wait between batches, or `gap`, the time between iterations";
            let message = "without any wait, all iterations would be due at once";
            self.findings.add_with_hint(place, message, hint);
            return None;
        }
        Some(CheckedLoad::Batches {
            batches: CheckedBatches {
                size: load.size,
                first,
                step,
                interval,
                interval_step: load.interval_step,
                gap,
            },
            duration: load.duration,
            max_users: load.max_users.unwrap_or(load.size),
            max_wait: load.max_wait.unwrap_or(DEFAULT_MAX_WAIT),
        })
    }

    pub(super) fn completions(&mut self, load: &CompletionLoad, place: &Place<'_>) -> CheckedLoad {
        self.above_zero(Some(load.duration), &place.key("duration"));
        self.above_zero(Some(load.interval), &place.key("interval"));
        self.some_users(load.max_users, &place.key("max_users"));
        if load.per_batch == 0 {
            let message = "at least 1 iteration must end in a period";
            self.findings.add(&place.key("per_batch"), message);
        }
        CheckedLoad::Completions {
            per_batch: load.per_batch,
            interval: load.interval,
            duration: load.duration,
            max_users: load.max_users.unwrap_or_else(|| ten_seconds_of(load)),
        }
    }

    pub(super) fn eager(&mut self, load: &EagerLoad, place: &Place<'_>) -> CheckedLoad {
        self.above_zero(Some(load.duration), &place.key("duration"));
        self.some_users(load.max_users, &place.key("max_users"));
        CheckedLoad::Eager {
            duration: load.duration,
            max_users: load.max_users.unwrap_or(UNBOUNDED),
        }
    }

    pub(super) fn arrivals(&mut self, load: &ArrivalLoad, place: &Place<'_>) -> CheckedLoad {
        self.not_empty(&load.entry, &place.key("entry"));
        self.above_zero(load.duration, &place.key("duration"));
        self.some_users(load.max_users, &place.key("max_users"));
        if load.every.is_some_and(|every| every < SHORTEST_WINDOW) {
            let message = format!("a window is at least {SHORTEST_WINDOW} long");
            self.findings.add(&place.key("every"), message);
        }
        CheckedLoad::Arrivals {
            entry: load.entry.clone(),
            every: load.every.unwrap_or(DEFAULT_WINDOW),
            duration: load.duration,
            max_users: load.max_users.unwrap_or(DEFAULT_MAX_VOLUME),
            max_wait: load.max_wait.unwrap_or(DEFAULT_MAX_WAIT),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what fits before"
)]
fn ten_seconds_of(load: &CompletionLoad) -> u32 {
    let seconds = load.interval.as_duration().as_secs_f64().max(1e-9);
    let iterations = f64::from(load.per_batch) / seconds * 10.0;
    iterations.ceil().clamp(100.0, 20_000.0) as u32
}
