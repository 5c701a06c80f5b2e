//! Requests of scripts: one after the other, several at once, on several threads.

use std::collections::HashMap;
use std::sync::mpsc;

use serde_json::json;
use squall_engine::script::{FinishedOperation, ScriptEnd, ScriptStart};
use squall_metrics::Outcome;
use squall_target::{RunningTarget, Target, TargetConfig};

use crate::lab::{Lab, counts, script};
use crate::player::{Hands, Play};

pub(crate) fn target() -> (RunningTarget, String) {
    let config = TargetConfig {
        threads: 1,
        ..TargetConfig::default()
    };
    let target = Target::start(config).unwrap();
    let base = format!("http://{}", target.http_addr());
    (target, base)
}

/// Sends groups of requests: those of a group at once, group after group, and tells what came of all.
pub(crate) struct Groups {
    steps: Vec<Vec<&'static str>>,
    under_way: HashMap<u64, (usize, ScriptStart)>,
    left: HashMap<squall_engine::script::IterationRef, usize>,
    finished: mpsc::Sender<(ScriptStart, FinishedOperation)>,
}

impl Groups {
    pub(crate) fn new(
        steps: Vec<Vec<&'static str>>,
    ) -> (Self, mpsc::Receiver<(ScriptStart, FinishedOperation)>) {
        let (finished, all) = mpsc::channel();
        let groups = Self {
            steps,
            under_way: HashMap::new(),
            left: HashMap::new(),
            finished,
        };
        (groups, all)
    }

    fn send(&mut self, group: usize, start: &ScriptStart, hands: &mut Hands) {
        let Some(urls) = self.steps.get(group) else {
            self.left.remove(&start.iteration);
            return hands.end(start, ScriptEnd::Returned);
        };
        self.left.insert(start.iteration, urls.len());
        for url in urls {
            let token = hands.send(start, url);
            self.under_way.insert(token, (group, start.clone()));
        }
    }
}

impl Play for Groups {
    fn start(&mut self, start: ScriptStart, hands: &mut Hands) {
        self.send(0, &start, hands);
    }

    fn done(&mut self, token: u64, operation: FinishedOperation, hands: &mut Hands) {
        let (group, start) = self.under_way.remove(&token).unwrap();
        // The test may have ended by a failed demand.
        self.finished.send((start.clone(), operation)).ok();
        let left = self.left.get_mut(&start.iteration).unwrap();
        *left -= 1;
        if *left == 0 {
            self.send(group + 1, &start, hands);
        }
    }
}

#[test]
fn counts_equal_those_of_the_target() {
    let (target, base) = target();
    let load = json!({"iterations": {"users": 4, "shared": 60}});
    let (play, finished) = Groups::new(vec![vec!["/"], vec!["/json", "/"], vec!["/status/404"]]);
    let ran = Lab::new(&base, load, script()).run(play);
    assert_eq!(ran.requests(), (240, [180, 60, 0]));
    assert_eq!(ran.iterations(), (60, [0, 60, 0]));
    let stats = target.stats();
    assert_eq!((stats.requests, stats.by_path["/"]), (240, 120));
    assert_eq!(ran.exchanges.len(), 240);
    let finished: Vec<_> = finished.iter().collect();
    assert_eq!(finished.len(), 240);
    let mut numbers: Vec<u64> = finished.iter().map(|(start, _)| start.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (0..60).collect::<Vec<_>>());
    for (start, finished) in finished {
        assert!((1..=4).contains(&start.user));
        let answer = finished.operation.answer.unwrap();
        assert!(answer.url.starts_with(&base), "{}", answer.url);
        let failed = finished.operation.status == 404;
        assert_eq!(finished.outcome == Outcome::Failed, failed);
        assert!(!answer.body.is_empty());
    }
}

#[test]
fn several_requests_of_a_user_are_under_way_at_once_and_share_its_cookies() {
    let (target, base) = target();
    let load = json!({"iterations": {"users": 1, "shared": 3}});
    let at_once = vec!["/delay/30ms", "/cookies", "/delay/30ms", "/cookies", "/"];
    let (play, finished) = Groups::new(vec![vec!["/cookies/set?basket=full"], at_once]);
    let ran = Lab::new(&base, load, script()).run(play);
    assert_eq!(ran.requests(), (18, [18, 0, 0]));
    assert_eq!(ran.iterations(), (3, [3, 0, 0]));
    // Each of the five has a connection of its own, which the next pass uses again.
    assert_eq!(target.stats().connections_accepted, 5);
    let cookies = finished.iter().filter_map(|(_, finished)| {
        let answer = finished.operation.answer.unwrap();
        answer.url.ends_with("/cookies").then_some(answer.body)
    });
    let cookies: Vec<_> = cookies
        .map(|body| String::from_utf8(body).unwrap())
        .collect();
    assert_eq!(cookies.len(), 6);
    assert!(
        cookies.iter().all(|body| body.contains("full")),
        "{cookies:?}"
    );
}

#[test]
fn an_iteration_can_start_without_the_cookies_of_the_last_one() {
    let (target, base) = target();
    let load = json!({"iterations": {"users": 1, "shared": 3}});
    let visit = vec![
        vec!["/cookies"],
        vec!["/cookies/set?basket=full"],
        vec!["/cookies"],
    ];
    let (play, finished) = Groups::new(visit);
    let lab = Lab::new(&base, load, script());
    let ran = lab.with("/http/cookies", json!("per_iteration")).run(play);
    assert_eq!(ran.requests(), (9, [9, 0, 0]));
    let shown = finished.iter().filter_map(|(_, finished)| {
        let answer = finished.operation.answer.unwrap();
        let body = String::from_utf8(answer.body).unwrap();
        answer.url.ends_with("/cookies").then_some(body)
    });
    let has_basket: Vec<_> = shown.map(|body| body.contains("full")).collect();
    assert_eq!(has_basket, [false, true, false, true, false, true]);
    // The connection stays.
    assert_eq!(target.stats().connections_accepted, 1);
}

#[test]
fn a_script_is_a_step_like_any_other() {
    let (target, base) = target();
    let load = json!({"iterations": {"users": 2, "shared": 10}});
    let once = json!({"script": {"entry": "played"}});
    let flow = json!([
        {"group": {"name": "twice", "steps": [{"loop": {"times": 2, "steps": [once]}}]}},
        {"choose": {"order": "cycle", "branches": {
            "script": {"weight": 1, "steps": [once]},
            "request": {"weight": 1, "steps": [{"http": {"url": "/json"}}]},
        }}},
    ]);
    let (play, finished) = Groups::new(vec![vec!["/"]]);
    let ran = Lab {
        threads: 1,
        ..Lab::new(&base, load, flow)
    }
    .run(play);
    assert_eq!(ran.requests(), (25, [25, 0, 0]));
    assert_eq!(
        counts(&ran.series("operation", "GET /json")),
        (5, [5, 0, 0])
    );
    assert_eq!(
        counts(&ran.series("transaction", "twice")),
        (10, [10, 0, 0])
    );
    assert_eq!(ran.iterations(), (10, [10, 0, 0]));
    assert_eq!(target.stats().requests, 30);
    let mut seeds: Vec<u64> = finished.iter().map(|(start, _)| start.seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), 25, "no pass repeats the choices of another");
}

#[test]
fn rows_of_the_pools_come_with_each_pass() {
    let (_target, base) = target();
    let load = json!({"iterations": {"users": 3, "shared": 6}});
    let flow = json!([{"script": {"entry": "played", "pools": ["people"]}}]);
    let rows = json!([{"name": "a"}, {"name": "b"}, {"name": "c"}]);
    let lab = Lab {
        threads: 1,
        ..Lab::new(&base, load, flow)
    };
    let lab = lab.with(
        "/data",
        json!({"people": {"rows": rows, "order": "sequential"}}),
    );
    let (play, finished) = Groups::new(vec![vec!["/"]]);
    lab.run(play);
    let mut seen: Vec<u32> = finished
        .iter()
        .map(|(start, _)| {
            assert_eq!(start.script.pools[0].0, "people");
            assert_eq!(start.rows.len(), 1);
            start.rows[0]
        })
        .collect();
    seen.sort_unstable();
    assert_eq!(seen, [0, 0, 1, 1, 2, 2]);
}

#[test]
fn a_plan_with_scripts_needs_a_host_that_knows_them() {
    let load = json!({"iterations": {"users": 1, "shared": 1}});
    let missing = json!([{"script": {"entry": "missing"}}]);
    let lab = Lab::new("http://127.0.0.1:1", load, missing);
    assert_eq!(
        lab.refused(None),
        "scenario `all`: there is no interpreter that could run the script `missing`"
    );
    let (play, _) = Groups::new(Vec::new());
    let host = crate::player::Player::new(squall_protocol::Clock::start(), play);
    assert_eq!(
        lab.refused(Some(std::sync::Arc::new(host))),
        "scenario `all`: there is no script `missing`"
    );
}
