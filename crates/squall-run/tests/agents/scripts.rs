//! Scripts in agents reach the process in which the test was loaded first.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::{Value, json};
use squall_engine::script::{
    Answer, CommandInlet, InterpreterUse, RunLink, ScriptCommand, ScriptEnd, ScriptEvent,
    ScriptFailure, ScriptHost, ScriptInfo, ScriptMessage, ScriptStart,
};
use squall_metrics::summary::VerdictStatus;
use squall_protocol::Clock;

use crate::rig::{Kind, Rig, plan, target};

/// A flow of one script.
pub(crate) fn scripted(entry: &str) -> Value {
    json!([{"script": {"entry": entry}}])
}

/// A host whose scripts ask the first process for a number, and send it as a message.
#[derive(Debug, Default)]
pub(crate) struct CountingHost {
    clock: OnceLock<Clock>,
    link: OnceLock<Arc<dyn RunLink>>,
    inlets: Arc<Mutex<HashMap<u32, CommandInlet>>>,
    asked: AtomicU64,
    notified: AtomicU64,
    hook: Hook,
}

/// What the hooks before and after the load do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Hook {
    #[default]
    Returns,
    RaisesBefore,
    RaisesAfter,
}

impl CountingHost {
    pub(crate) fn shared() -> Arc<dyn ScriptHost> {
        Arc::new(Self::default())
    }

    pub(crate) fn with_failing_hook() -> Arc<dyn ScriptHost> {
        Arc::new(Self {
            hook: Hook::RaisesBefore,
            ..Self::default()
        })
    }

    pub(crate) fn with_failing_close() -> Arc<dyn ScriptHost> {
        Arc::new(Self {
            hook: Hook::RaisesAfter,
            ..Self::default()
        })
    }

    fn run(&self, start: &ScriptStart) {
        let link = Arc::clone(self.link.get().unwrap());
        let now = self.clock.get().unwrap().now();
        if start.script.entry == "stop" && start.number == 20 {
            link.stop("the script has seen enough");
        }
        let (place, agents) = link.place();
        let message = ScriptMessage {
            at_ns: now,
            kind: "number".to_owned(),
            stage: start.script.stage.to_string(),
            scenario: start.script.scenario.to_string(),
            user: start.user,
            iteration: start.number,
            transaction: None,
            fields: serde_json::Map::new(),
        };
        let (iteration, inlets) = (start.iteration, Arc::clone(&self.inlets));
        let answered = {
            let link = Arc::clone(&link);
            move |answer: Answer| {
                let number = u64::from_le_bytes(answer.unwrap().try_into().unwrap());
                let fields = json!({"number": number, "place": place, "agents": agents});
                link.message(ScriptMessage {
                    fields: fields.as_object().unwrap().clone(),
                    ..message
                });
                let end = ScriptCommand::End {
                    iteration,
                    ended_ns: now,
                    end: ScriptEnd::Returned,
                };
                inlets.lock().unwrap()[&iteration.thread].send(&mut vec![end]);
            }
        };
        link.ask("next", Vec::new(), Box::new(answered));
    }
}

impl ScriptHost for CountingHost {
    fn prepare(&self, _script: &Arc<ScriptInfo>) -> Result<(), ScriptFailure> {
        Ok(())
    }

    fn start(&self, clock: &Clock, run: Arc<dyn RunLink>) -> Result<(), ScriptFailure> {
        self.clock.set(clock.clone()).unwrap();
        run.tell_all("started", &[1, 2, 3]);
        self.link.set(run).unwrap();
        match self.hook {
            Hook::Returns | Hook::RaisesAfter => Ok(()),
            Hook::RaisesBefore => Err(ScriptFailure {
                message: "RuntimeError: no database".to_owned(),
                detail: "Traceback of the hook\n".to_owned(),
            }),
        }
    }

    fn attach(&self, thread: u32, commands: CommandInlet) {
        self.inlets.lock().unwrap().insert(thread, commands);
    }

    fn deliver(&self, events: &mut Vec<ScriptEvent>) {
        for event in events.drain(..) {
            if let ScriptEvent::Start(start) = event {
                self.run(&start);
            }
        }
    }

    fn volume(&self, entry: &str, start_s: f64, end_s: f64) -> Result<Option<f64>, ScriptFailure> {
        assert!((end_s - start_s - 1.0).abs() < 1e-9);
        match entry {
            "steps" if start_s < 1.0 => Ok(Some(2.0)),
            "steps" if start_s < 2.0 => Ok(Some(4.6)),
            "steps" => Ok(None),
            _ if start_s < 1.0 => Ok(Some(1.0)),
            _ => Err(ScriptFailure {
                message: "ZeroDivisionError: division by zero".to_owned(),
                detail: String::new(),
            }),
        }
    }

    fn serve(&self, topic: &str, payload: &[u8]) -> Answer {
        match (topic, payload) {
            ("next", []) => Ok(self
                .asked
                .fetch_add(1, Ordering::SeqCst)
                .to_le_bytes()
                .into()),
            _ => Err(format!("`{topic}` is no question")),
        }
    }

    fn notify(&self, topic: &str, payload: &[u8]) {
        assert_eq!((topic, payload), ("started", &[1_u8, 2, 3][..]));
        self.notified.fetch_add(1, Ordering::SeqCst);
    }

    fn take_use(&self) -> InterpreterUse {
        InterpreterUse::default()
    }

    fn finish(&self) -> Result<(), ScriptFailure> {
        match self.hook {
            Hook::Returns | Hook::RaisesBefore => Ok(()),
            Hook::RaisesAfter => Err(ScriptFailure {
                message: "OSError: it does not close".to_owned(),
                detail: String::new(),
            }),
        }
    }
}

#[test]
fn scripts_of_all_agents_ask_one_process_and_their_messages_arrive() {
    for agents in [1, 3] {
        let target = target();
        let mut rig = Rig::new(agents);
        let host = Arc::new(CountingHost::default());
        let (sender, messages) = channel();
        rig.options.messages = Some(sender);
        rig.options.scripts = Some(Arc::clone(&host) as Arc<dyn ScriptHost>);
        let load = json!({"iterations": {"users": 6, "shared": 300}});
        let mut plan = plan(&target, &load, &scripted("count"));
        let events = rig.folder().join("events.json");
        plan["stages"]["files"] = json!({"after": ["load"], "submit": {"reporters": [
            {"name": "json", "settings": {"events_filepath": events, "metrics_filepath": null}}
        ]}});
        let done = rig.run(&plan);
        assert_eq!(done.iterations(), 300);
        let text = std::fs::read_to_string(&events).unwrap();
        let written: HashSet<u64> = text.lines().map(number_of_line).collect();
        assert_eq!(written, (0..300).collect());
        rig.options.messages = None;
        let messages: Vec<ScriptMessage> = messages.try_iter().collect();
        let number = |name: &str| -> HashSet<u64> {
            let numbers = messages
                .iter()
                .map(|message| message.fields[name].as_u64().unwrap());
            numbers.collect()
        };
        assert_eq!(number("number"), (0..300).collect());
        assert_eq!(number("place"), (0..u64::from(agents)).collect());
        assert_eq!(number("agents"), HashSet::from([u64::from(agents)]));
        let iterations: HashSet<u64> = messages.iter().map(|message| message.iteration).collect();
        assert_eq!(iterations.len(), 300);
        // The first process hears of every other one.
        let told = if agents == 1 { 0 } else { u64::from(agents) };
        assert_eq!(host.notified.load(Ordering::SeqCst), told);
    }
}

/// Reads the number in a line of the events' file that holds a message.
fn number_of_line(line: &str) -> u64 {
    let message: Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&message["kind"], &message["type"], &message["stage"]),
        (&json!("message"), &json!("number"), &json!("load"))
    );
    message["fields"]["number"].as_u64().unwrap()
}

#[test]
fn a_script_can_end_the_run_and_say_why() {
    for agents in [1, 2] {
        let target = target();
        let mut rig = Rig::new(agents);
        rig.options.scripts = Some(CountingHost::shared());
        let load = json!({"closed": {"users": 2, "duration": "5m", "pacing": "1ms"}});
        let done = rig.run(&plan(&target, &load, &scripted("stop")));
        let reasons = &done.summary.verdict.reasons;
        assert!(
            reasons.contains(&"the script has seen enough".to_owned()),
            "{reasons:?}"
        );
    }
}

#[test]
fn a_volume_model_steers_the_users_of_all_processes() {
    for agents in [1, 2] {
        let target = target();
        let mut rig = Rig::new(agents);
        rig.options.scripts = Some(CountingHost::shared());
        let load = json!({"volume": {"entry": "steps", "pacing": "10ms", "max_users": 50}});
        let done = rig.run(&plan(&target, &load, &scripted("count")));
        let stage = &done.summary.stages[0];
        assert_eq!(stage.status, "completed", "{:?}", stage.error);
        assert_eq!(stage.users_max, 5);
        assert!(
            (1.9..10.0).contains(&stage.elapsed_s),
            "{}",
            stage.elapsed_s
        );
    }
}

#[test]
fn a_volume_model_that_fails_ends_its_stage() {
    let target = target();
    let mut rig = Rig::new(2);
    rig.options.scripts = Some(CountingHost::shared());
    let load = json!({"volume": {"entry": "broken", "pacing": "10ms"}});
    let done = rig.run(&plan(&target, &load, &scripted("count")));
    let stage = &done.summary.stages[0];
    assert_eq!(stage.status, "failed");
    assert_eq!(
        stage.error.as_deref(),
        Some("volume model `broken`: ZeroDivisionError: division by zero")
    );
}

#[test]
fn hooks_that_fail_after_the_load_fail_the_run_and_are_said_once() {
    for agents in [1, 3] {
        let target = target();
        let mut rig = Rig::new(agents);
        rig.kind = Kind::FailingClose;
        rig.options.scripts = Some(CountingHost::with_failing_close());
        let load = json!({"iterations": {"users": 6, "shared": 30}});
        let done = rig.run(&plan(&target, &load, &scripted("count")));
        assert_eq!(done.iterations(), 30);
        let verdict = &done.summary.verdict;
        assert_ne!(verdict.status, VerdictStatus::Passed);
        let said = verdict
            .reasons
            .iter()
            .filter(|reason| *reason == "after the load: OSError: it does not close");
        assert_eq!(said.count(), 1, "{verdict:?}");
    }
}

#[test]
fn hooks_of_the_only_process_that_fail_stop_the_run_before_the_load() {
    let target = target();
    let mut rig = Rig::new(1);
    rig.kind = Kind::Good;
    rig.options.scripts = Some(CountingHost::with_failing_hook());
    let load = json!({"iterations": {"users": 6, "shared": 300}});
    let started = rig.try_start(&plan(&target, &load, &scripted("count")));
    let error = started.map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "RuntimeError: no database");
}
