//! A given number of iterations, shared by all users or for each of them.

use std::cell::Cell;
use std::rc::Rc;

use squall_plan::IterationTotal;

use super::closed::{Rhythm, Turns, run_user};
use super::crew::Crew;
use crate::scenario::ScenarioThread;
use crate::schedule::IterationSchedule;
use crate::users::VirtualUser;

pub(super) async fn drive(
    scenario: &Rc<ScenarioThread>,
    schedule: IterationSchedule,
    total: IterationTotal,
    rhythm: Rhythm,
) {
    let mut crew = Crew::default();
    let shared = Rc::new(Cell::new(match total {
        IterationTotal::Shared(_) => schedule.iterations(),
        IterationTotal::PerUser(_) => 0,
    }));
    for index in 0..schedule.users() {
        let left = match total {
            IterationTotal::Shared(_) => Rc::clone(&shared),
            IterationTotal::PerUser(each) => Rc::new(Cell::new(each)),
        };
        let user = VirtualUser::new(Rc::clone(scenario), index);
        crew.spawn(|busy| async move {
            let turns = Turns {
                take: || left.replace(left.get().saturating_sub(1)) > 0,
                is_over: || left.get() == 0,
            };
            run_user(user, rhythm, busy, turns).await;
        });
    }
    tokio::select! {
        () = crew.join() => {}
        () = scenario.worker.timers.sleep_until(scenario.end_ns.get()) => {}
        () = scenario.stop.notified() => {}
    }
    crew.finish(scenario).await;
}
