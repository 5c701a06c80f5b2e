//! Starting a test from a browser.

use std::thread;

use serde_json::json;
use squall_ui::{LoadOffer, Problem, StageOffer, TestOffer};

use crate::rig::{Rig, open};

fn offer() -> TestOffer {
    TestOffer {
        file: "shop.py".to_owned(),
        stages: vec![StageOffer {
            name: "load".to_owned(),
            kind: "execute".to_owned(),
            skip: false,
        }],
        load: LoadOffer {
            users: Some(5),
            ..LoadOffer::default()
        },
        host: None,
    }
}

#[test]
fn a_start_is_handed_over_and_what_is_wrong_comes_back() {
    let rig = Rig::with(Some(offer()));
    let client = rig.client();
    let state = client.get("/api/v1/state").json();
    assert_eq!(
        (&state["mode"], &state["can_start"]),
        (&json!("run"), &json!(true))
    );
    assert_eq!(state["test"]["load"], json!({"users": 5}));

    let wrong = client.post("/api/v1/start", r#"{"users": 0, "duratoin": "1s"}"#);
    assert_eq!(
        (
            wrong.status,
            wrong.json()["errors"].as_array().unwrap().len()
        ),
        (400, 2)
    );

    let asking = client.clone();
    let asked = thread::spawn(move || {
        asking.post(
            "/api/v1/start",
            r#"{"users": 3, "duration": "10s", "skip": ["load"]}"#,
        )
    });
    let request = rig.starts.recv().unwrap();
    assert_eq!(request.options.users, Some(3));
    assert_eq!(
        request.options.skip.as_deref(),
        Some(&["load".to_owned()][..])
    );
    assert_eq!(
        client.post("/api/v1/start", "").status,
        409,
        "one at a time"
    );
    let problem = Problem::new("plan", "every stage is left out");
    request.refuse(vec![problem.with_hint("leave one")]);
    let refused = asked.join().unwrap();
    assert_eq!(refused.status, 400);
    let told = json!([{"path": "plan", "message": "every stage is left out", "hint": "leave one"}]);
    assert_eq!(refused.json()["errors"], told);
}

#[test]
fn tests_start_one_after_the_other() {
    let rig = Rig::with(Some(offer()));
    let client = rig.client();
    for _ in 0..2 {
        let asking = client.clone();
        let asked = thread::spawn(move || asking.post("/api/v1/start", "{}"));
        let request = rig.starts.recv().unwrap();
        let run = rig.start(&open(20.0, "1s"));
        request.accept();
        assert_eq!(asked.join().unwrap().status, 202);
        let state = client.get("/api/v1/state").json();
        assert_eq!(
            (&state["run"]["state"], &state["can_start"]),
            (&json!("running"), &json!(false))
        );
        assert_eq!(client.post("/api/v1/start", "{}").status, 409);
        let finished = rig.finish(run);
        assert_eq!(client.get("/api/v1/state").json()["can_start"], true);
        let runs = client.get("/api/v1/runs").json();
        assert_eq!(runs["runs"][0]["id"], finished.summary.run.id);
    }
    assert_eq!(
        client.get("/api/v1/runs").json()["runs"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn without_a_test_there_is_nothing_to_start() {
    let refused = Rig::new().client().post("/api/v1/start", "{}");
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("squall ui --test FILE"));
}
