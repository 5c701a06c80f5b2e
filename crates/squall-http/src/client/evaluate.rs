//! What is done with a complete answer: cookies, checks, extractions.

use std::borrow::Cow;
use std::rc::Rc;

use squall_plan::CookiePolicy;
use squall_protocol::Failure;
use squall_protocol::answer::{Answer, HeaderLookup};
use squall_protocol::connect::Origin;
use url::Url;

use super::call::Call;
use super::redirects::without_fragment;
use super::response::Received;
use super::session::unix_seconds;
use crate::codec::content::decode;
use crate::codec::cookies::Site;
use crate::codec::response::Headers;

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

impl Call<'_> {
    /// Checks an answer, takes values from it and keeps it, as far as somebody asks; `redirected` is where it came from after redirects.
    #[inline]
    pub(super) fn evaluate(
        &mut self,
        origin: &Origin,
        received: &Received,
        redirected: Option<&Url>,
    ) -> Result<(), Failure> {
        let (step, head) = (self.step, &received.head);
        if head.has_set_cookie() && self.client.settings.cookies != CookiePolicy::Off {
            self.store_cookies(origin, received);
        }
        let nothing_asked =
            !step.checks.has_rules() && step.extractions.is_empty() && !self.keeps_answer();
        if nothing_asked && step.checks.accepts(head.status) {
            return Ok(());
        }
        let url = match redirected {
            _ if !self.keeps_answer() => None,
            Some(url) => Some(without_fragment(url)),
            None if !step.url.is_empty() => Some(step.url.clone()),
            None => Some(without_fragment(&self.url(origin)?)),
        };
        self.check(received, url)
    }

    /// Evaluates checks and extractions; keeps an answer that came from `url`.
    fn check(&mut self, received: &Received, url: Option<String>) -> Result<(), Failure> {
        let (step, status) = (self.step, received.head.status);
        let settings = Rc::clone(&self.client.settings);
        let scratch = settings.thread.scratch.borrow();
        let coded = self.keeps_body() && received.head.has_content_encoding();
        let (head, body) = received.parts(&scratch, &self.client.answer);
        let headers = Headers::new(head);
        let decoded = match headers.get("content-encoding").filter(|_| coded) {
            Some(codings) => {
                let limit = usize::try_from(settings.max_response_size).unwrap_or(usize::MAX);
                decode(&String::from_utf8_lossy(codings), body, limit)
            }
            None => Ok(Cow::Borrowed(body)),
        };
        if let Ok(body) = &decoded {
            let moments = &self.operation.moments;
            let (now, service) = (moments.last_byte, moments.last_byte - moments.start);
            let answer = Answer::new(status, &headers, body, service);
            let failures = &mut self.operation.failures;
            step.checks.evaluate(&answer, self.bindings, now, failures);
            // An answer that was not expected need not hold the values, and saying so twice would count it twice.
            if step.checks.accepts(status) {
                step.extractions.take(&answer, self.bindings, failures);
            }
        }
        let Some(url) = url else {
            return decoded.map(drop).map_err(Failure::from);
        };
        let (body, malformed) = match decoded {
            Ok(body) => (body, None),
            Err(error) => (Cow::Borrowed(body), Some(error)),
        };
        let kept = self.operation.answer.get_or_insert_default();
        kept.head = head.to_vec();
        if step.keeps_body || settings.keeps_answers {
            kept.body = body.into_owned();
        }
        kept.url = url;
        malformed.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Keeps an answer that is not looked at any further.
    pub(super) fn keep_last(&mut self, received: &Received, url: &Url) {
        let settings = Rc::clone(&self.client.settings);
        let scratch = settings.thread.scratch.borrow();
        let (head, body) = received.parts(&scratch, &self.client.answer);
        let kept = self.operation.answer.get_or_insert_default();
        kept.head = head.to_vec();
        kept.body = body.to_vec();
        kept.url = without_fragment(url);
    }

    fn store_cookies(&mut self, origin: &Origin, received: &Received) {
        let settings = Rc::clone(&self.client.settings);
        let scratch = settings.thread.scratch.borrow();
        let (head, _) = received.parts(&scratch, &self.client.answer);
        let path = self.client.sent(self.step).path();
        let site = Site {
            scheme: origin.scheme,
            host: &origin.host,
            path: &path,
        };
        let now = unix_seconds();
        for value in Headers::new(head).get_all("set-cookie") {
            self.client.jar.borrow_mut().store(&site, value, now);
        }
    }
}
