//! How passes end: well, by an exception, without data, given up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde_json::json;
use squall_engine::script::{
    FinishedOperation, IterationRef, ReplySlot, ReplyTo, ScriptEnd, ScriptFailure, ScriptInfo,
    ScriptStart,
};

use crate::lab::{Lab, script};
use crate::player::{Hands, Play};
use crate::requests::target;

const LONG: Duration = Duration::from_secs(60);

/// Raises in every second pass.
struct Raises;

impl Play for Raises {
    fn start(&mut self, start: ScriptStart, hands: &mut Hands) {
        let end = if start.number.is_multiple_of(2) {
            ScriptEnd::Returned
        } else {
            ScriptEnd::Raised(Box::new(ScriptFailure {
                message: "ValueError: no".to_owned(),
                detail: "Traceback".to_owned(),
            }))
        };
        hands.end(&start, end);
    }

    fn done(&mut self, _: u64, _: FinishedOperation, _: &mut Hands) {}
}

#[test]
fn an_exception_fails_its_iteration_and_is_kept() {
    let load = json!({"iterations": {"users": 2, "shared": 10}});
    let ran = Lab::new("http://127.0.0.1:1", load, script()).run(Raises);
    assert_eq!(ran.iterations(), (10, [5, 5, 0]));
    let iterations = ran.series("iteration", "iteration");
    let failures: Vec<_> = iterations.failures.iter().collect();
    assert_eq!(failures.len(), 1);
    assert_eq!(
        (&*failures[0].class, &*failures[0].message),
        ("script", "ValueError: no")
    );
    assert_eq!((failures[0].count, &*failures[0].example), (5, "Traceback"));
}

/// Has so many items, and nothing at the first time of asking.
struct Pool {
    items: u32,
    asked: u32,
}

impl Play for Pool {
    fn start(&mut self, start: ScriptStart, hands: &mut Hands) {
        self.asked += 1;
        if self.asked == 1 {
            return hands.end(&start, ScriptEnd::Skipped);
        }
        if self.items == 0 {
            return hands.end(&start, ScriptEnd::NoData);
        }
        self.items -= 1;
        hands.begin(&start);
        hands.end(&start, ScriptEnd::Returned);
    }

    fn done(&mut self, _: u64, _: FinishedOperation, _: &mut Hands) {}
}

#[test]
fn no_iteration_counts_that_had_no_data_and_the_end_of_the_data_ends_the_scenario() {
    let load = json!({"closed": {"users": 3, "duration": "60s"}});
    let flow = json!([{"script": {"entry": "played", "takes_data": true}}]);
    let pool = Pool { items: 7, asked: 0 };
    let ran = Lab::new("http://127.0.0.1:1", load, flow).run(pool);
    assert_eq!(ran.iterations(), (7, [7, 0, 0]));
}

/// Sends a request that takes long, and waits for it on a thread as well.
struct Hangs {
    slot: Arc<ReplySlot>,
    hanging: Arc<AtomicU64>,
    told: mpsc::Sender<&'static str>,
}

impl Play for Hangs {
    fn start(&mut self, start: ScriptStart, hands: &mut Hands) {
        hands.send(&start, "/delay/60s");
        let slot = Arc::clone(&self.slot);
        hands.send_to(&start, "/delay/60s", ReplyTo::Thread(slot));
        self.hanging.fetch_add(1, Ordering::Release);
    }

    fn done(&mut self, _: u64, _: FinishedOperation, _: &mut Hands) {
        self.told.send("done").unwrap();
    }

    fn given_up(&mut self, _: IterationRef, _: &mut Hands) {
        self.told.send("given up").unwrap();
    }

    fn stopping(&mut self, _: &ScriptInfo, _: &mut Hands) {
        self.told.send("stopping").unwrap();
    }
}

#[test]
fn what_is_given_up_at_the_end_counts_as_interrupted() {
    let (target, base) = target();
    let load = json!({"closed": {"users": 1, "duration": "60s"}});
    let (told, all) = mpsc::channel();
    let play = Hangs {
        slot: Arc::default(),
        hanging: Arc::default(),
        told,
    };
    let slot = Arc::clone(&play.slot);
    let ran = Lab::new(&base, load, script()).run_until(play, |engine, running| {
        // The target has both, so that both are under way.
        while target.stats().requests < 2 {
            std::thread::yield_now();
        }
        engine.stop();
        assert_eq!(all.recv_timeout(LONG).unwrap(), "stopping");
        engine.abort();
        running.wait();
        assert_eq!(all.recv_timeout(LONG).unwrap(), "given up");
        assert!(matches!(slot.take(LONG), Some(None)));
        drop(engine);
    });
    assert_eq!(ran.requests(), (2, [0, 0, 2]));
    assert_eq!(ran.iterations(), (1, [0, 0, 1]));
    assert!(all.try_recv().is_err());
}

/// Gives up one of two requests and goes on with the other.
struct Forgets {
    passes: Vec<(u64, ScriptStart)>,
}

impl Play for Forgets {
    fn start(&mut self, start: ScriptStart, hands: &mut Hands) {
        let long = hands.send(&start, "/delay/60s");
        let short = hands.send(&start, "/");
        hands.forget(&start, long);
        self.passes.push((short, start));
    }

    fn done(&mut self, token: u64, _: FinishedOperation, hands: &mut Hands) {
        let at = self.passes.iter().position(|(short, _)| *short == token);
        let (_, start) = self.passes.remove(at.expect("only short ones end"));
        hands.end(&start, ScriptEnd::Returned);
    }
}

#[test]
fn a_request_that_is_forgotten_is_interrupted_and_its_lane_goes_on() {
    let (_target, base) = target();
    let load = json!({"iterations": {"users": 2, "shared": 20}});
    let ran = Lab::new(&base, load, script()).run(Forgets { passes: Vec::new() });
    assert_eq!(ran.requests(), (40, [20, 0, 20]));
    assert_eq!(ran.iterations(), (20, [20, 0, 0]));
}

/// Ends while a request is under way.
struct Leaves;

impl Play for Leaves {
    fn start(&mut self, start: ScriptStart, hands: &mut Hands) {
        hands.send(&start, "/delay/60s");
        hands.end(&start, ScriptEnd::Returned);
    }

    fn done(&mut self, _: u64, _: FinishedOperation, _: &mut Hands) {
        panic!("nobody waits for it");
    }
}

#[test]
fn what_a_script_leaves_under_way_is_given_up() {
    let (_target, base) = target();
    let load = json!({"iterations": {"users": 1, "shared": 5}});
    let ran = Lab::new(&base, load, script()).run(Leaves);
    let (started, [ok, failed, interrupted]) = ran.requests();
    assert_eq!((started, ok, failed), (interrupted, 0, 0));
    assert_eq!(ran.iterations(), (5, [5, 0, 0]));
}
