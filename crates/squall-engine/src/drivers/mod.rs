//! Driving the load: one file per load profile. A driver starts virtual users and tells them when to start iterations.

mod closed;
mod crew;
mod iterations;
mod open;
mod volume;

use std::rc::Rc;

use squall_plan::{CheckedLoad, IterationTotal};

use self::closed::Rhythm;
pub(crate) use self::volume::VolumeOrders;
use crate::scenario::ScenarioThread;
use crate::schedule::{Arrivals, IterationSchedule, Ramp, UserSchedule};

/// Runs one thread's share of a scenario to its end.
pub(crate) async fn drive(scenario: Rc<ScenarioThread>) {
    scenario.worker.timers.sleep_until(scenario.start_ns).await;
    let load = scenario.scenario.load.clone();
    match &load {
        CheckedLoad::Closed {
            start_users,
            ramps,
            pacing,
            pause,
        } => {
            let schedule = UserSchedule::new(Ramp::new(*start_users, ramps), scenario.segment);
            closed::drive(&scenario, &schedule, Rhythm::new(*pacing, pause.as_ref())).await;
        }
        CheckedLoad::Open {
            start_rate,
            ramps,
            spacing,
            max_users,
            max_wait,
        } => {
            let ramp = Ramp::new(*start_rate, ramps);
            let mut arrivals = Arrivals::new(ramp, *spacing, scenario.seed, scenario.segment);
            if let Some(rest) = &scenario.taken {
                arrivals.skip_to(rest.from_ns);
            }
            let max_users = scenario.segment.share(u64::from(*max_users));
            open::drive(&scenario, arrivals, max_users, *max_wait).await;
        }
        CheckedLoad::Iterations {
            users,
            total,
            pacing,
            pause,
            max_duration: _,
        } => {
            let schedule = IterationSchedule::new(*users, *total, scenario.segment);
            // Which users had run how many of them is not known: those of the share run the rest together.
            let left = scenario.taken.and_then(|rest| rest.iterations);
            let (schedule, total) = match left {
                Some(left) => (schedule.with_iterations(left), IterationTotal::Shared(left)),
                None => (schedule, *total),
            };
            iterations::drive(
                &scenario,
                schedule,
                total,
                Rhythm::new(*pacing, pause.as_ref()),
            )
            .await;
        }
        CheckedLoad::Volume {
            entry: _,
            duration: _,
            max_users,
            pacing,
        } => volume::drive(&scenario, *max_users, Rhythm::new(*pacing, None)).await,
    }
}
