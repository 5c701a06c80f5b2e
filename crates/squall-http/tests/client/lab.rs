//! Requests as a plan writes them, sent by the client as the engine would.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use squall_http::{Client, ClientConfig, ClientSettings, HttpStep, HttpThread, Operation};
use squall_http::{ClientConfigError, RequestDefaults};
use squall_plan::{CheckedKind, Plan, Step};
use squall_protocol::values::{Bindings, BindingsSettings, IterationIds, Scope, ValueKind};
use squall_protocol::{Clock, Failure, FailureClass};
use squall_target::{RunningTarget, Target, TargetConfig};
use squall_testkit::hostile::{Action, HostileServer};
use squall_testkit::runtime::block_on;

/// How often limits are looked over; they end up to so much late.
const TICK: Duration = Duration::from_millis(5);

/// Starts a target with one thread.
pub(crate) fn target() -> RunningTarget {
    let config = TargetConfig {
        threads: 1,
        ..TargetConfig::default()
    };
    Target::start(config).unwrap()
}

/// Starts a server that answers the same bytes to every request of a connection, which stays open.
pub(crate) fn answering(bytes: &str) -> HostileServer {
    let once = vec![Action::WaitForRequest, Action::Send(bytes.into())];
    HostileServer::start(vec![once; 8].concat()).unwrap()
}

/// Starts a server that answers one request of each connection and closes it.
pub(crate) fn closing(bytes: &str) -> HostileServer {
    let script = vec![
        Action::WaitForRequest,
        Action::Send(bytes.into()),
        Action::Close,
    ];
    HostileServer::start(script).unwrap()
}

/// Settings whose base is the target, with more settings on top.
pub(crate) fn at(target: &RunningTarget, more: Value) -> Value {
    based(&format!("http://{}", target.http_addr()), more)
}

/// Settings whose base is a hostile server.
pub(crate) fn at_hostile(server: &HostileServer) -> Value {
    based(&format!("http://{}", server.address()), json!({}))
}

/// Settings with a base.
pub(crate) fn based(url: &str, mut more: Value) -> Value {
    more["base_url"] = json!(url);
    more
}

/// The compiled requests of a plan and the settings of their client.
#[derive(Debug)]
pub(crate) struct Requests {
    config: ClientConfig,
    steps: Vec<HttpStep>,
    scope: Scope,
}

impl Requests {
    /// Compiles requests under these HTTP settings.
    pub(crate) fn new(http: Value, requests: &[Value]) -> Self {
        Self::in_folder(Path::new("."), http, requests).unwrap()
    }

    /// Compiles requests whose files lie in a folder.
    pub(crate) fn in_folder(
        folder: &Path,
        http: Value,
        requests: &[Value],
    ) -> Result<Self, ClientConfigError> {
        let flow: Vec<Value> = requests
            .iter()
            .map(|request| json!({ "http": request }))
            .collect();
        let scenario = json!({"load": {"iterations": {"users": 1, "shared": 1}}, "flow": flow});
        let plan = json!({
            "version": 1, "name": "client", "http": http,
            "stages": {"load": {"execute": {"scenarios": {"all": scenario}}}},
        });
        let checked = Plan::from_value(plan).unwrap().check().unwrap();
        let CheckedKind::Execute(execute) = &checked.stages[0].kind else {
            panic!("the stage sends load");
        };
        let defaults = RequestDefaults::new(&execute.http, folder);
        let mut scope = Scope::default();
        let steps = execute.scenarios[0].flow.iter().map(|step| match step {
            Step::Http(request) => HttpStep::compile(request, &defaults, &mut scope).unwrap(),
            other => panic!("{other:?} is not a request"),
        });
        let steps = steps.collect();
        Ok(Self {
            config: ClientConfig::new(&execute.http, folder)?,
            steps,
            scope,
        })
    }

    /// Runs a body with the shared part of an I/O thread.
    pub(crate) fn run<T>(&self, body: impl AsyncFnOnce(&IoThread<'_>) -> T) -> T {
        block_on(async {
            let http = Rc::new(HttpThread::new(Clock::start()));
            let settings = Rc::new(ClientSettings::new(&self.config, Rc::clone(&http), 0, 1));
            let bindings = Rc::new(BindingsSettings::new(&self.scope, (0, 1), 0));
            let ticking = tokio::task::spawn_local(async move {
                loop {
                    tokio::time::sleep(TICK).await;
                    http.deadlines().expire(http.clock().now());
                }
            });
            let thread = IoThread {
                requests: self,
                settings,
                bindings,
            };
            let result = body(&thread).await;
            ticking.abort();
            result
        })
    }

    /// Sends all requests in order as one virtual user.
    pub(crate) fn send(&self) -> Vec<Sent> {
        self.run(async |thread| {
            let mut user = thread.user();
            let mut all = Vec::new();
            for index in 0..self.steps.len() {
                all.push(user.send(index).await);
            }
            all
        })
    }
}

/// Sends one request as one virtual user.
pub(crate) fn send(http: Value, request: Value) -> Sent {
    Requests::new(http, &[request]).send().remove(0)
}

/// Sends one request to `/echo` and returns the target's description of it.
pub(crate) fn echo(target: &RunningTarget, http: Value, mut request: Value) -> Value {
    let path = request.get("url").and_then(Value::as_str);
    request["url"] = json!(path.unwrap_or("/echo?json=1"));
    request["extract"] = json!({"echo": {"json": "$"}});
    let sent = send(at(target, http), request).good();
    sent.values["echo"].clone()
}

/// Returns all values of a header in a description by `/echo`.
pub(crate) fn header<'a>(echo: &'a Value, name: &str) -> Vec<&'a str> {
    let pairs = echo["headers"].as_array().unwrap().iter();
    pairs
        .filter(|pair| pair[0] == name)
        .map(|pair| pair[1].as_str().unwrap())
        .collect()
}

/// The shared part of an I/O thread.
#[derive(Debug)]
pub(crate) struct IoThread<'a> {
    requests: &'a Requests,
    settings: Rc<ClientSettings>,
    bindings: Rc<BindingsSettings>,
}

impl<'a> IoThread<'a> {
    /// Creates a virtual user.
    pub(crate) fn user(&self) -> User<'a> {
        let mut bindings = Bindings::new(Rc::clone(&self.bindings));
        bindings.begin(IterationIds {
            user: 1,
            iteration: 0,
            seed: 7,
        });
        User {
            requests: self.requests,
            client: Client::new(Rc::clone(&self.settings)),
            bindings,
        }
    }
}

/// A virtual user.
#[derive(Debug)]
pub(crate) struct User<'a> {
    requests: &'a Requests,
    client: Client,
    bindings: Bindings,
}

impl User<'_> {
    /// Sends a request by its number.
    pub(crate) async fn send(&mut self, index: usize) -> Sent {
        let step = &self.requests.steps[index];
        let operation = self.client.execute(step, &mut self.bindings, 0).await;
        let names = self.requests.scope.variables().iter().enumerate();
        let values = names.filter_map(|(index, name)| {
            let value = match self.bindings.slot(index).get()? {
                (ValueKind::Text, text) => Value::from(String::from_utf8_lossy(text)),
                (ValueKind::Json, json) => serde_json::from_slice(json).unwrap(),
            };
            Some((name.clone(), value))
        });
        Sent {
            operation,
            values: values.collect(),
        }
    }
}

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) operation: Operation,
    /// The variables after it.
    pub(crate) values: BTreeMap<String, Value>,
}

impl Sent {
    /// Demands that it succeeded.
    #[track_caller]
    pub(crate) fn good(self) -> Self {
        assert!(self.operation.failures.is_empty(), "{:?}", self.operation);
        self
    }

    /// Demands that it failed for one reason, and returns that.
    #[track_caller]
    pub(crate) fn failure(&self) -> &Failure {
        let failures = &self.operation.failures;
        assert_eq!(failures.len(), 1, "{:?}", self.operation);
        &failures[0]
    }

    /// Demands that it failed for one reason of a class, and returns its message.
    #[track_caller]
    pub(crate) fn failed_as(&self, class: FailureClass) -> &str {
        let failure = self.failure();
        assert_eq!(failure.class, class, "{failure:?}");
        &failure.message
    }
}

/// A folder with files of these names and contents.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let path = folder.path().to_owned();
    (folder, path)
}

/// Puts the fields of one object over those of another.
pub(crate) fn merged(base: Value, more: Value) -> Value {
    let (Value::Object(mut base), Value::Object(more)) = (base, more) else {
        panic!("both are objects");
    };
    base.extend::<Map<String, Value>>(more);
    Value::Object(base)
}
