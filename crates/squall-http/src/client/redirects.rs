//! Following redirects.

use std::rc::Rc;
use std::sync::Arc;

use squall_plan::CookiePolicy;
use squall_protocol::connect::Origin;
use squall_protocol::{Failure, FailureClass};
use url::Url;

use super::Hop;
use super::call::{Call, Line};
use super::response::Received;
use super::session::unix_seconds;
use crate::codec::cookies::Site;
use crate::codec::redirect::{self, is_redirect};
use crate::codec::response::{Headers, RequestKind};
use crate::step::origin_of;

/// Headers that do not follow a redirect to another origin.
const SECRET: [&str; 2] = ["authorization", "cookie"];

impl Call<'_> {
    /// Follows redirects until an answer is none, or one too many.
    pub(super) async fn follow(&mut self, origin: &Origin, first: Received) -> Result<(), Failure> {
        let step = self.step;
        let mut received = first;
        let mut url = self.url(origin)?;
        let mut method = step.method.clone();
        if self.client.render.exchange.bytes.is_empty()
            && let Some(constant) = &step.constant
        {
            self.client.render.exchange.clone_from(constant);
        }
        for _ in 0..step.redirects {
            (url, method) = self.prepare(&received, &url, &method)?;
            let origin = Arc::new(redirect_origin(&url)?);
            self.client.add_cookies(&origin);
            let mut wanted = self.wanted();
            wanted.kind = if method == "HEAD" {
                RequestKind::Head
            } else {
                RequestKind::Other
            };
            let now = self.client.now();
            let own = self.client.settings.pool.is_none();
            let idle = own.then(|| self.client.take_own(&origin, now)).flatten();
            let line = match idle {
                Some(connection) => Line {
                    turn: None,
                    connection,
                },
                None => self.line(&origin).await?,
            };
            received = self.exchange(line, None, wanted).await?;
            if !is_redirect(received.head.status) || !received.head.has_location() {
                return self.evaluate(&origin, &received, Some(&url));
            }
        }
        if self.keeps_answer() {
            self.keep_last(&received, &url);
        }
        let message = format!("more than {} redirects", step.redirects);
        Err(Failure::new(FailureClass::Redirect, message).with_detail(url.as_str()))
    }

    /// Puts the next request of a redirect into the buffer.
    fn prepare(
        &mut self,
        received: &Received,
        url: &Url,
        method: &str,
    ) -> Result<(Url, String), Failure> {
        // The answer that redirects is none to the request that comes now.
        self.client.last = None;
        let settings = Rc::clone(&self.client.settings);
        let scratch = settings.thread.scratch.borrow();
        let (head, _) = received.parts(&scratch, &self.client.answer);
        let headers = Headers::new(head);
        if settings.cookies != CookiePolicy::Off && received.head.has_set_cookie() {
            let origin = redirect_origin(url)?;
            let site = Site {
                scheme: origin.scheme,
                host: &origin.host,
                path: url.path(),
            };
            for value in headers.get_all("set-cookie") {
                self.client
                    .jar
                    .borrow_mut()
                    .store(&site, value, unix_seconds());
            }
        }
        if self.keeps_answer() {
            let answer = self.operation.answer.get_or_insert_default();
            answer.hops.push(Hop {
                status: received.head.status,
                url: without_fragment(url),
                head: head.to_vec(),
            });
        }
        let redirect =
            redirect::follow(received.head.status, method, headers.get("location"), url)?;
        let method = redirect.method.to_owned();
        if redirect.keep_body && self.step.streams_body() {
            let message = "a redirect asks for a streamed body again";
            return Err(Failure::new(FailureClass::Redirect, message));
        }
        let is_secret = |name: &str| {
            SECRET
                .iter()
                .any(|secret| name.eq_ignore_ascii_case(secret))
        };
        self.client.render.rewrite(&redirect, is_secret);
        Ok((redirect.url, method))
    }

    pub(super) fn url(&self, origin: &Origin) -> Result<Url, Failure> {
        let target = self.client.sent(self.step).target();
        let (scheme, authority) = (origin.scheme.as_str(), origin.authority());
        Url::parse(&format!("{scheme}://{authority}{target}")).map_err(|error| {
            Failure::new(
                FailureClass::Request,
                format!("the URL does not parse: {error}"),
            )
        })
    }
}

/// Returns a URL as it is asked for.
pub(super) fn without_fragment(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.into()
}

fn redirect_origin(url: &Url) -> Result<Origin, Failure> {
    origin_of(url).map_err(|error| Failure::new(FailureClass::Redirect, error.to_string()))
}
