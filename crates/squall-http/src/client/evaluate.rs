//! What is done with a complete answer: cookies, redirects, checks, extractions.

use std::borrow::Cow;
use std::sync::Arc;

use squall_protocol::answer::{Answer, HeaderLookup};
use squall_protocol::connect::Origin;
use squall_protocol::values::Bindings;
use squall_protocol::{Failure, FailureClass};
use url::Url;

use super::execute::{Client, Hop, unix_seconds};
use super::limit::Limits;
use super::operation::Operation;
use super::response::Received;
use crate::codec::content::decode;
use crate::codec::cookies::Site;
use crate::codec::redirect::{self, is_redirect};
use crate::codec::response::{Headers, RequestKind};
use crate::step::{HttpStep, origin_of};

/// Headers that do not follow a redirect to another origin.
const SECRET: [&str; 2] = ["authorization", "cookie"];

impl HeaderLookup for Headers<'_> {
    fn header(&self, name: &str) -> Option<&[u8]> {
        self.get(name)
    }

    fn cookie(&self, name: &str) -> Option<&[u8]> {
        self.get_all("set-cookie").find_map(|value| {
            let pair = value.split(|byte| *byte == b';').next()?;
            let at = pair.iter().position(|byte| *byte == b'=')?;
            (pair[..at].trim_ascii() == name.as_bytes()).then(|| pair[at + 1..].trim_ascii())
        })
    }
}

impl Client {
    /// Checks an answer and takes values from it.
    pub(super) fn evaluate(
        &mut self,
        step: &HttpStep,
        origin: &Origin,
        received: &Received,
        bindings: &mut Bindings,
        operation: &mut Operation,
    ) -> Result<(), Failure> {
        let head = &received.head;
        if head.has_set_cookie() && self.settings.cookies {
            self.store_cookies(step, origin, received);
        }
        let nothing_asked = !step.checks.has_rules() && step.extractions.is_empty();
        if nothing_asked && step.checks.accepts(head.status) {
            return Ok(());
        }
        let settings = std::rc::Rc::clone(&self.settings);
        let scratch = settings.thread.scratch.borrow();
        let (head_bytes, body) = received.parts(&scratch, &self.answer);
        let headers = Headers::new(head_bytes);
        let body = match headers.get("content-encoding").filter(|_| step.keeps_body) {
            Some(codings) => {
                let limit = usize::try_from(settings.max_response_size).unwrap_or(usize::MAX);
                decode(&String::from_utf8_lossy(codings), body, limit)?
            }
            None => Cow::Borrowed(body),
        };
        let service = operation.moments.last_byte - operation.moments.start;
        let answer = Answer::new(head.status, &headers, &body, service);
        let now = operation.moments.last_byte;
        step.checks
            .evaluate(&answer, bindings, now, &mut operation.failures);
        // An answer that was not expected need not hold the values, and saying so twice would count it twice.
        if step.checks.accepts(head.status) {
            step.extractions
                .take(&answer, bindings, &mut operation.failures);
        }
        Ok(())
    }

    fn store_cookies(&mut self, step: &HttpStep, origin: &Origin, received: &Received) {
        let settings = std::rc::Rc::clone(&self.settings);
        let scratch = settings.thread.scratch.borrow();
        let (head, _) = received.parts(&scratch, &self.answer);
        let path = self.sent(step).path();
        let site = Site {
            scheme: origin.scheme,
            host: &origin.host,
            path: &path,
        };
        let now = unix_seconds();
        for value in Headers::new(head).get_all("set-cookie") {
            self.jar.store(&site, value, now);
        }
    }

    /// Follows redirects until an answer is none, or one too many.
    pub(super) async fn follow(
        &mut self,
        step: &HttpStep,
        origin: &Origin,
        first: Hop,
        bindings: &mut Bindings,
        limits: Limits,
        operation: &mut Operation,
    ) -> Result<(), Failure> {
        let mut hop = first;
        let mut url = self.url(step, origin)?;
        let mut method = step.method.clone();
        if let Some(constant) = step
            .constant
            .as_ref()
            .filter(|_| self.render.exchange.bytes.is_empty())
        {
            self.render.exchange.clone_from(constant);
        }
        for _ in 0..step.redirects {
            let next = self.prepare(&hop.received, &url, &method)?;
            (url, method) = next;
            let origin = origin_of(&url)
                .map_err(|error| Failure::new(FailureClass::Redirect, error.to_string()))?;
            let origin = Arc::new(origin);
            self.add_cookies(&origin);
            let mut wanted = self.wanted(step);
            wanted.kind = if method == "HEAD" {
                RequestKind::Head
            } else {
                RequestKind::Other
            };
            hop = self.next_hop(&origin, wanted, limits, operation).await?;
            operation.status = hop.received.head.status;
            if !is_redirect(operation.status) || !hop.received.head.has_location() {
                return self.evaluate(step, &origin, &hop.received, bindings, operation);
            }
        }
        Err(Failure::new(
            FailureClass::Redirect,
            format!("more than {} redirects", step.redirects),
        )
        .with_detail(url.as_str()))
    }

    /// Puts the next request of a redirect into the buffer.
    fn prepare(
        &mut self,
        received: &Received,
        url: &Url,
        method: &str,
    ) -> Result<(Url, String), Failure> {
        let settings = std::rc::Rc::clone(&self.settings);
        let scratch = settings.thread.scratch.borrow();
        let (head, _) = received.parts(&scratch, &self.answer);
        let headers = Headers::new(head);
        if settings.cookies && received.head.has_set_cookie() {
            let origin = origin_of(url)
                .map_err(|error| Failure::new(FailureClass::Redirect, error.to_string()))?;
            let site = Site {
                scheme: origin.scheme,
                host: &origin.host,
                path: url.path(),
            };
            for value in headers.get_all("set-cookie") {
                self.jar.store(&site, value, unix_seconds());
            }
        }
        let redirect =
            redirect::follow(received.head.status, method, headers.get("location"), url)?;
        let method = redirect.method.to_owned();
        if redirect.keep_body && self.render.body_was_streamed() {
            let message = "a redirect asks for a streamed body again";
            return Err(Failure::new(FailureClass::Redirect, message));
        }
        self.render.rewrite(&redirect, |name| {
            SECRET
                .iter()
                .any(|secret| name.eq_ignore_ascii_case(secret))
        });
        Ok((redirect.url, method))
    }

    fn url(&self, step: &HttpStep, origin: &Origin) -> Result<Url, Failure> {
        let target = self.sent(step).target();
        let text = format!(
            "{}://{}{target}",
            origin.scheme.as_str(),
            origin.authority()
        );
        Url::parse(&text).map_err(|error| {
            Failure::new(
                FailureClass::Request,
                format!("the URL does not parse: {error}"),
            )
        })
    }
}
