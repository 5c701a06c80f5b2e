//! Operations that are held until the script has judged their answers.

use serde_json::json;
use squall_engine::script::{FinishedOperation, ReplyTo, ScriptCommand, ScriptEnd, ScriptStart};
use squall_metrics::Outcome;
use squall_protocol::{Failure, FailureClass};

use crate::lab::{Lab, counts, script};
use crate::player::{Hands, Play};
use crate::requests::target;

/// Sends one held request per iteration; what it does about the answer is the number of the iteration, modulo 4.
struct Judges {
    start: Option<ScriptStart>,
}

const HOLD: u32 = 7;

impl Play for Judges {
    fn start(&mut self, start: ScriptStart, hands: &mut Hands) {
        hands.send_held(&start, "/", ReplyTo::Batch(start.number), HOLD);
        self.start = Some(start);
    }

    fn done(&mut self, token: u64, operation: FinishedOperation, hands: &mut Hands) {
        assert_eq!(operation.outcome, Outcome::Ok);
        let start = self.start.take().unwrap();
        let judge = |failures| ScriptCommand::Judge {
            iteration: start.iteration,
            hold: HOLD,
            checks: vec![("cheap".to_owned(), Vec::is_empty(&failures))],
            failures,
        };
        match token % 4 {
            0 => hands.tell(&start, judge(Vec::new())),
            1 => {
                let failure = Failure::new(FailureClass::Check, "too dear");
                hands.tell(&start, judge(vec![failure.clone(), failure]));
            }
            2 => {
                hands.tell(&start, judge(Vec::new()));
                // What was counted is not counted again.
                hands.tell(&start, judge(Vec::new()));
            }
            _ => {}
        }
        hands.end(&start, ScriptEnd::Returned);
    }
}

#[test]
fn a_held_operation_is_counted_once_as_it_was_judged_or_else_at_the_end_of_its_pass() {
    let (_target, base) = target();
    let load = json!({"iterations": {"users": 1, "shared": 40}});
    let lab = Lab {
        threads: 1,
        ..Lab::new(&base, load, script())
    };
    let ran = lab.run(Judges { start: None });
    let requests = ran.series("operation", "request");
    assert_eq!(counts(&requests), (40, [30, 10, 0]));
    // Only the passes that judged made the check, one of them with two failures.
    let cheap = &requests.checks["cheap"];
    assert_eq!((cheap.passed, cheap.failed), (20, 10));
    let iterations = ran.series("iteration", "iteration");
    assert_eq!(counts(&iterations), (40, [30, 10, 0]));
}
