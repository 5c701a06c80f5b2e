//! What can be asked.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc;

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::header::{ALLOW, CONTENT_DISPOSITION, HeaderValue, LOCATION, SET_COOKIE};
use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};
use serde_json::json;
use squall_run::control::Source;
use tokio::sync::{Notify, oneshot};

use crate::access::{Access, Denied};
use crate::body::Payload;
use crate::hub::Hub;
use crate::page;
use crate::reply::{Reply, bytes, document, refusal, refusals, text, with_body};
use crate::start::{Problem, StartRequest, options};
use crate::stored::{self, StoredError};
use crate::{orders, reply};

/// The most that is read of a body.
const BODY: usize = 64 << 10;

/// What answers need.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) access: Access,
    pub(crate) hub: RefCell<Hub>,
    pub(crate) runs_dir: PathBuf,
    /// Where wishes to start the test go.
    pub(crate) starts: Option<mpsc::Sender<StartRequest>>,
    /// A wish is being looked at.
    pub(crate) starting: Cell<bool>,
}

/// Answers a request; `kick` ends its connection.
pub(crate) async fn answer(
    context: Rc<Context>,
    kick: Rc<Notify>,
    request: Request<Incoming>,
) -> Result<Reply, Infallible> {
    let (head, body) = request.into_parts();
    let reply = match context.access.check(&head) {
        Ok(()) => context.route(&kick, &head, body).await,
        Err(denied) => deny(denied, &head),
    };
    Ok(reply)
}

fn deny(denied: Denied, head: &Parts) -> Reply {
    let status = match denied {
        Denied::NoToken => StatusCode::UNAUTHORIZED,
        Denied::WrongHost | Denied::OtherSite => StatusCode::FORBIDDEN,
    };
    if head.uri.path().starts_with("/api/") {
        return refusal(status, &Problem::new("", denied.as_str()));
    }
    text(status, denied.as_str())
}

impl Context {
    async fn route(&self, kick: &Rc<Notify>, head: &Parts, body: Incoming) -> Reply {
        let path = head.uri.path();
        let allowed = match path {
            "/api/v1/control" | "/api/v1/start" => Method::POST,
            _ => Method::GET,
        };
        if head.method != allowed {
            let problem = Problem::new("", format!("`{path}` is asked with {allowed}"));
            let mut reply = refusal(StatusCode::METHOD_NOT_ALLOWED, &problem);
            let value = HeaderValue::from_str(allowed.as_str());
            reply
                .headers_mut()
                .extend(value.ok().map(|value| (ALLOW, value)));
            return reply;
        }
        match path {
            "/" => self.page(head),
            "/api/v1/state" => document(StatusCode::OK, &self.hub.borrow().state()),
            "/api/v1/events" => {
                let events = self.hub.borrow_mut().join(kick);
                with_body(StatusCode::OK, "text/event-stream", Payload::Stream(events))
            }
            "/api/v1/runs" => self.runs().await,
            "/api/v1/control" => self.control(head, body).await,
            "/api/v1/start" => self.start(body).await,
            path => match path.strip_prefix("/api/v1/runs/") {
                Some(run) => self.run(run).await,
                None => not_found(path),
            },
        }
    }

    /// Answers with the page; a token in the URL goes into a cookie, and out of the address bar, the history and referrers.
    fn page(&self, head: &Parts) -> Reply {
        if !self.access.in_url(head) {
            return bytes(StatusCode::OK, "text/html; charset=utf-8", page::page());
        }
        let mut reply = text(StatusCode::SEE_OTHER, "/");
        let headers = reply.headers_mut();
        headers.insert(LOCATION, HeaderValue::from_static("/"));
        let cookie = HeaderValue::from_str(&self.access.cookie());
        headers.extend(cookie.ok().map(|cookie| (SET_COOKIE, cookie)));
        reply
    }

    async fn runs(&self) -> Reply {
        let runs = self.runs_dir.clone();
        let live = self.live_id();
        let listed = blocking(move || Ok(stored::list(&runs, live.as_deref()))).await;
        match listed {
            Ok(Ok(runs)) => document(StatusCode::OK, &runs),
            Ok(Err(error)) => fault(&error),
            Err(reply) => reply,
        }
    }

    /// Answers with the data of a run, or its report.
    async fn run(&self, asked: &str) -> Reply {
        let (id, report) = match asked.strip_suffix("/report.html") {
            Some(id) => (id.to_owned(), true),
            None => (asked.to_owned(), false),
        };
        if self.live_id().as_deref() == Some(id.as_str()) {
            if report {
                let problem = Problem::new("", format!("run `{id}` goes on"));
                let hint = "the report is made when it has ended; its data so far are at the same path without `/report.html`";
                return refusal(StatusCode::CONFLICT, &problem.with_hint(hint));
            }
            return match self.hub.borrow_mut().data() {
                Some(data) => document(StatusCode::OK, &data),
                None => not_found(&id),
            };
        }
        let runs = self.runs_dir.clone();
        let file = format!("attachment; filename=\"{}.html\"", id.replace('"', ""));
        let made = blocking(move || {
            let directory = stored::find(&runs, &id)?;
            if report {
                return Ok(stored::report(&directory)?.into_bytes());
            }
            let data = stored::data(&directory)?;
            Ok(serde_json::to_vec(&data).map_err(std::io::Error::from)?)
        });
        match made.await {
            Ok(made) if report => {
                let mut reply = bytes(StatusCode::OK, "text/html; charset=utf-8", made);
                let value = HeaderValue::from_str(&file).ok();
                let header = value.map(|value| (CONTENT_DISPOSITION, value));
                reply.headers_mut().extend(header);
                reply
            }
            Ok(made) => bytes(StatusCode::OK, "application/json", made),
            Err(reply) => reply,
        }
    }

    async fn control(&self, head: &Parts, body: Incoming) -> Reply {
        let body = match whole(body).await {
            Ok(body) => body,
            Err(reply) => return reply,
        };
        let order = match orders::order(&body) {
            Ok(order) => order,
            Err(problems) => return refusals(StatusCode::BAD_REQUEST, &problems),
        };
        let client = head.headers.get("x-squall-client");
        let by = match client.and_then(|value| value.to_str().ok()) {
            Some("dashboard") => Source::Dashboard,
            _ => Source::Api,
        };
        let Some(remote) = self.hub.borrow().remote().cloned() else {
            let problem = Problem::new("", "no run goes on");
            return refusal(StatusCode::CONFLICT, &problem);
        };
        match remote.control(&order, by) {
            Ok(controls) => {
                self.hub.borrow_mut().note_change();
                document(StatusCode::OK, &json!({ "controls": controls }))
            }
            Err(refused) => {
                let problem = Problem {
                    hint: refused.hint,
                    ..Problem::new("", refused.message)
                };
                refusal(StatusCode::CONFLICT, &problem)
            }
        }
    }

    async fn start(&self, body: Incoming) -> Reply {
        let body = match whole(body).await {
            Ok(body) => body,
            Err(reply) => return reply,
        };
        let Some(starts) = &self.starts else {
            let problem = Problem::new("", "there is no test to start here");
            let hint = "`squall ui --test FILE` serves one";
            return refusal(StatusCode::CONFLICT, &problem.with_hint(hint));
        };
        let options = match options(&body) {
            Ok(options) => options,
            Err(problems) => return refusals(StatusCode::BAD_REQUEST, &problems),
        };
        if self.starting.get() || self.hub.borrow().state().is_going() {
            let problem = Problem::new("", "a run goes on");
            let hint = "wait for its end, or stop it with `{\"action\": \"stop\"}`";
            return refusal(StatusCode::CONFLICT, &problem.with_hint(hint));
        }
        let (answer, answered) = oneshot::channel();
        let _starting = Starting::begin(&self.starting);
        // If nobody takes it, the answer does not come either.
        starts.send(StartRequest { options, answer }).ok();
        match answered.await {
            Ok(Ok(())) => document(StatusCode::ACCEPTED, &json!({})),
            Ok(Err(problems)) => refusals(StatusCode::BAD_REQUEST, &problems),
            Err(_) => refusal(
                StatusCode::CONFLICT,
                &Problem::new("", "squall is being ended"),
            ),
        }
    }

    fn live_id(&self) -> Option<String> {
        let hub = self.hub.borrow();
        hub.remote().map(|remote| remote.id().to_owned())
    }
}

/// While it is there, a wish is being looked at.
struct Starting<'a>(&'a Cell<bool>);

impl<'a> Starting<'a> {
    fn begin(flag: &'a Cell<bool>) -> Self {
        flag.set(true);
        Self(flag)
    }
}

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// Does something that reads files, without holding up the events.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoredError> + Send + 'static,
) -> Result<T, Reply> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| fault(&error))?;
    done.map_err(|error| match error {
        StoredError::Unknown(_) => {
            let problem = Problem::new("", error.to_string());
            let hint = "`/api/v1/runs` lists those that there are";
            refusal(StatusCode::NOT_FOUND, &problem.with_hint(hint))
        }
        StoredError::Store(ref inner) => {
            let problem = Problem {
                hint: inner.hint(),
                ..Problem::new("", error.to_string())
            };
            refusal(StatusCode::CONFLICT, &problem)
        }
        StoredError::Report(_) | StoredError::Io(_) => fault(&error),
    })
}

fn fault(error: &dyn std::error::Error) -> Reply {
    let problem = Problem::new("", error.to_string());
    refusal(StatusCode::INTERNAL_SERVER_ERROR, &problem)
}

fn not_found(path: &str) -> Reply {
    let problem = Problem::new("", format!("there is no `{path}`"));
    refusal(StatusCode::NOT_FOUND, &problem)
}

/// Reads a body.
async fn whole(mut body: Incoming) -> Result<Bytes, Reply> {
    let mut whole = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|error| {
            reply::refusal(
                StatusCode::BAD_REQUEST,
                &Problem::new("", error.to_string()),
            )
        })?;
        let data = frame.into_data().unwrap_or_default();
        if whole.len() + data.len() > BODY {
            let problem = Problem::new("", format!("the body has more than {BODY} bytes"));
            return Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, &problem));
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.into())
}
