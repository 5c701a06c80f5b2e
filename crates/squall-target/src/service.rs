//! What happens between a request's head and its answer's head.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::{Request, Response, StatusCode};
use tokio::time::Instant;

use crate::answers;
use crate::counters::Shard;
use crate::meter::Wire;
use crate::payload::{Abort, Payload};
use crate::reply::{self, Reply};
use crate::request::{BodyError, Call, read_body};
use crate::routes::Route;
use crate::worker::Shared;

/// The answer of `/`.
const HELLO: &[u8; 11] = b"hello world";

/// The service of one connection.
pub(crate) struct Service {
    shared: Arc<Shared>,
    shard: Arc<Shard>,
    wire: Arc<Wire>,
}

impl Service {
    pub(crate) fn new(shared: Arc<Shared>, counters: Arc<Shard>, wire: Arc<Wire>) -> Self {
        Self {
            shared,
            shard: counters,
            wire,
        }
    }
}

impl hyper::service::Service<Request<Incoming>> for Service {
    type Response = Response<Payload>;
    type Error = Abort;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Answering {
        if request.uri().path() == "/"
            && request.body().is_end_stream()
            && self.shared.gate.is_open()
        {
            self.shard.request(Route::Hello);
            self.shard.status(200);
            return Answering::Ready(Some(hello()));
        }
        let (route, _) = Route::find(request.uri().path());
        let working = Working::new(route, Arc::clone(&self.shard));
        let (head, body) = request.into_parts();
        let call = Call {
            route,
            head,
            body: Bytes::new(),
            began: Instant::now(),
            shared: Arc::clone(&self.shared),
            wire: Arc::clone(&self.wire),
        };
        Answering::Later(Box::pin(answer(call, body, working)))
    }
}

/// An answer that is there, or one that takes its time.
pub(crate) enum Answering {
    Ready(Option<Response<Payload>>),
    Later(Pin<Box<dyn Future<Output = Reply> + Send>>),
}

impl Future for Answering {
    type Output = Reply;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Reply> {
        match self.get_mut() {
            Self::Ready(response) => Poll::Ready(response.take().ok_or(Abort)),
            Self::Later(future) => future.as_mut().poll(cx),
        }
    }
}

/// A request that is being worked on; dropped without an answer, it is counted as unanswered.
pub(crate) struct Working {
    shard: Arc<Shard>,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Uncounted,
    Open,
    Answered,
}

impl Working {
    fn new(route: Route, shard: Arc<Shard>) -> Self {
        shard.active.add(1);
        let outcome = if route.is_about_stats() {
            Outcome::Uncounted
        } else {
            shard.request(route);
            Outcome::Open
        };
        Self { shard, outcome }
    }

    fn answered(&mut self, status: StatusCode) {
        if self.outcome == Outcome::Open {
            self.shard.status(status.as_u16());
            self.outcome = Outcome::Answered;
        }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.shard.active.subtract(1);
        if self.outcome == Outcome::Open {
            self.shard.unanswered.add(1);
        }
    }
}

pub(crate) fn hello() -> Response<Payload> {
    reply::text(StatusCode::OK, Bytes::from_static(HELLO))
}

async fn answer(mut call: Call, body: Incoming, mut working: Working) -> Reply {
    let shared = Arc::clone(&call.shared);
    let reply = match read_body(body).await {
        Ok(body) => {
            call.body = body;
            answers::answer(call).await
        }
        Err(BodyError::TooLarge) => Ok(closing(reply::error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is larger than the 64 MiB that the target reads",
        ))),
        Err(BodyError::Broken) => Err(Abort),
    };
    shared.gate.pass().await;
    let mut response = reply?;
    working.answered(response.status());
    if shared.gate.is_stopping() {
        response = closing(response);
    }
    if let Payload::Paced(paced) = response.body_mut() {
        paced.hold(working);
    }
    Ok(response)
}

fn closing(mut response: Response<Payload>) -> Response<Payload> {
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
