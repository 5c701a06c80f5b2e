//! What is wrong with a test in its agents is said before any load.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use serde_json::json;
use squall_run::{AgentCommand, RunHandle, RunOptions, StartError, prepare};

use crate::rig::{Kind, Rig, agents_of, get, hanging, plan, target, wait_until};
use crate::scripts::{CountingHost, scripted};

/// Starts a run with scripts that cannot start, and returns why.
fn refusal(kind: Kind) -> StartError {
    let target = target();
    let mut rig = Rig::new(3);
    rig.kind = kind;
    rig.options.scripts = Some(CountingHost::shared());
    let load = json!({"iterations": {"users": 3, "shared": 30}});
    let error = rig
        .try_start(&plan(&target, &load, &scripted("count")))
        .map(|_| ())
        .unwrap_err();
    assert_eq!(agents_of(rig.folder()), [0; 0]);
    assert_eq!(target.stop().requests, 0);
    error
}

#[test]
fn errors_of_all_agents_are_shown_each_once() {
    let StartError::Refused(errors) = refusal(Kind::Refusing) else {
        panic!("it should have been refused");
    };
    let common = errors
        .0
        .iter()
        .filter(|error| error.message == "there is no module `shop`");
    assert_eq!(common.count(), 1);
    assert_eq!(errors.0.len(), 4, "{errors}");
}

#[test]
fn hooks_that_fail_before_the_load_are_shown() {
    let StartError::Refused(errors) = refusal(Kind::FailingHook) else {
        panic!("it should have been refused");
    };
    assert_eq!(errors.0.len(), 1, "{errors}");
    assert_eq!(
        errors.0[0].message,
        "RuntimeError: no database\nTraceback of the hook"
    );
}

#[test]
fn an_agent_that_ends_while_it_gets_ready_is_an_error() {
    let StartError::Refused(errors) = refusal(Kind::Ending) else {
        panic!("it should have been refused");
    };
    let messages: Vec<&str> = errors
        .0
        .iter()
        .map(|error| error.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [1, 2, 3].map(|agent| format!("agent {agent} ended while it got ready"))
    );
}

#[test]
fn who_gives_up_while_agents_get_ready_need_not_wait_for_them() {
    let target = target();
    let mut rig = Rig::new(2);
    rig.kind = Kind::Hanging;
    rig.options.scripts = Some(CountingHost::shared());
    let interrupts = Arc::new(AtomicUsize::new(0));
    rig.options.interrupts = Some(Arc::clone(&interrupts));
    let load = json!({"iterations": {"users": 3, "shared": 30}});
    let plan = plan(&target, &load, &scripted("count"));
    let started = std::thread::scope(|scope| {
        let starting = scope.spawn(|| rig.try_start(&plan).map(|_| ()));
        wait_until("agents hang", || hanging(rig.folder()) == 2);
        interrupts.fetch_add(1, Ordering::Relaxed);
        starting.join().unwrap()
    });
    assert!(matches!(started, Err(StartError::Interrupted)));
    wait_until("they have ended", || agents_of(rig.folder()).is_empty());
}

#[test]
fn a_command_that_does_not_start_is_named() {
    let target = target();
    let folder = tempfile::tempdir().unwrap();
    let load = json!({"iterations": {"users": 3, "shared": 30}});
    let plan = squall_plan::Plan::from_value(plan(&target, &load, &get("/"))).unwrap();
    let start = |argv: Vec<std::ffi::OsString>| {
        let options = RunOptions {
            runs_dir: folder.path().join("runs"),
            processes: Some(2),
            agent: AgentCommand {
                argv,
                ..AgentCommand::default()
            },
            ..RunOptions::default()
        };
        let error = RunHandle::start(prepare(&plan, options).unwrap());
        error.map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(
        start(vec!["/no/such/program".into()]),
        "cannot start `/no/such/program`"
    );
    assert_eq!(
        start(Vec::new()),
        "there is no command that starts an agent"
    );
    assert!(start(vec!["true".into()]).contains("cannot start agents"));
}

#[test]
fn what_agents_print_reaches_whoever_listens() {
    let target = target();
    let mut rig = Rig::new(2);
    let (sender, printed) = channel();
    rig.options.printed = Some(sender);
    let load = json!({"iterations": {"users": 2, "shared": 2}});
    rig.run(&plan(&target, &load, &get("/")));
    rig.options.printed = None;
    let lines: Vec<_> = printed.try_iter().collect();
    for agent in [1, 2] {
        // The harness of the test that is the agent says so first.
        let said = lines
            .iter()
            .any(|line| line.agent == agent && line.line == "running 1 test");
        assert!(said, "{lines:?}");
    }
}
