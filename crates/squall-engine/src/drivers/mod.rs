//! Driving the load: one file per load profile. A driver starts virtual users and tells them when to start iterations.

mod closed;
mod completions;
mod crew;
mod eager;
mod iterations;
mod open;
mod roster;
mod source;
mod volume;

use std::rc::Rc;

use squall_plan::{CheckedLoad, IterationTotal};

use self::closed::Rhythm;
use self::source::{RampSource, Source};
pub(crate) use self::volume::VolumeOrders;
use crate::scenario::ScenarioThread;
use crate::schedule::{Arrivals, Batches, IterationSchedule, Ramp, Windows};

/// Runs one thread's share of a scenario to its end.
pub(crate) async fn drive(scenario: Rc<ScenarioThread>) {
    scenario.worker.timers.sleep_until(scenario.start_ns).await;
    let load = scenario.scenario.load.clone();
    match &load {
        CheckedLoad::Closed { .. } => drive_closed(&scenario, &load).await,
        CheckedLoad::Open { .. } | CheckedLoad::Batches { .. } | CheckedLoad::Arrivals { .. } => {
            drive_open(&scenario, &load).await;
        }
        CheckedLoad::Iterations {
            users,
            total,
            pacing,
            pause,
            max_duration: _,
        } => {
            let schedule = IterationSchedule::new(*users, *total, scenario.segment);
            let rhythm = Rhythm::new(*pacing, pause.as_ref());
            // Which users had run how many of them is not known: those of the share run the rest together.
            let left = scenario.taken.and_then(|rest| rest.iterations);
            let (schedule, total) = match left {
                Some(left) => (schedule.with_iterations(left), IterationTotal::Shared(left)),
                None => (schedule, *total),
            };
            iterations::drive(&scenario, schedule, total, rhythm).await;
        }
        CheckedLoad::Volume {
            max_users, pacing, ..
        } => volume::drive(&scenario, *max_users, Rhythm::new(*pacing, None)).await,
        CheckedLoad::Completions {
            per_batch,
            interval,
            max_users,
            duration: _,
        } => completions::drive(&scenario, *per_batch, *interval, *max_users).await,
        CheckedLoad::Eager { max_users, .. } => eager::drive(&scenario, *max_users).await,
    }
}

async fn drive_closed(scenario: &Rc<ScenarioThread>, load: &CheckedLoad) {
    let CheckedLoad::Closed {
        start_users,
        ramps,
        pacing,
        pause,
        grow,
    } = load
    else {
        return;
    };
    let planned = Ramp::new(*start_users, ramps);
    let rhythm = Rhythm::new(*pacing, pause.as_ref());
    match grow {
        None => closed::drive(scenario, &planned, rhythm).await,
        Some(grow) => closed::drive_growing(scenario, load.peak_users(), *grow, rhythm).await,
    }
}

async fn drive_open(scenario: &Rc<ScenarioThread>, load: &CheckedLoad) {
    let segment = scenario.segment;
    let from_ns = scenario.taken.map(|rest| rest.from_ns);
    let (source, max_users, max_wait) = match load {
        CheckedLoad::Open {
            start_rate,
            ramps,
            spacing,
            max_users,
            max_wait,
        } => {
            let ramp = Ramp::new(*start_rate, ramps);
            let mut arrivals = Arrivals::new(ramp.clone(), *spacing, scenario.seed, segment);
            from_ns.inspect(|from_ns| arrivals.skip_to(*from_ns));
            let source = RampSource::new(arrivals, ramp);
            (Source::Ramp(source), *max_users, *max_wait)
        }
        CheckedLoad::Batches {
            batches,
            max_users,
            max_wait,
            duration: _,
        } => {
            let mut batches = Batches::new(*batches, segment);
            from_ns.inspect(|from_ns| batches.skip_to(*from_ns));
            (Source::Batches(batches.peekable()), *max_users, *max_wait)
        }
        CheckedLoad::Arrivals {
            every,
            max_users,
            max_wait,
            ..
        } => {
            let mut windows = Windows::new(every.as_nanos(), segment);
            from_ns.inspect(|from_ns| windows.skip_to(*from_ns));
            (Source::Windows(windows), *max_users, *max_wait)
        }
        _ => return,
    };
    let max_users = segment.share(u64::from(max_users));
    open::drive(scenario, source, max_users, max_wait).await;
}
