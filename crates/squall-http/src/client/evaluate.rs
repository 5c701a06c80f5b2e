//! What is done with a complete answer: cookies, checks, extractions.

use std::borrow::Cow;
use std::rc::Rc;

use squall_protocol::Failure;
use squall_protocol::answer::{Answer, HeaderLookup};
use squall_protocol::connect::Origin;

use super::call::Call;
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
    /// Checks an answer and takes values from it.
    #[inline]
    pub(super) fn evaluate(&mut self, origin: &Origin, received: &Received) -> Result<(), Failure> {
        let (step, head) = (self.step, &received.head);
        if head.has_set_cookie() && self.client.settings.cookies {
            self.store_cookies(origin, received);
        }
        let nothing_asked = !step.checks.has_rules() && step.extractions.is_empty();
        if nothing_asked && step.checks.accepts(head.status) {
            return Ok(());
        }
        self.check(received)
    }

    fn check(&mut self, received: &Received) -> Result<(), Failure> {
        let (step, status) = (self.step, received.head.status);
        let settings = Rc::clone(&self.client.settings);
        let scratch = settings.thread.scratch.borrow();
        let (head, body) = received.parts(&scratch, &self.client.answer);
        let headers = Headers::new(head);
        let coded = step.keeps_body && received.head.has_content_encoding();
        let body = match headers.get("content-encoding").filter(|_| coded) {
            Some(codings) => {
                let limit = usize::try_from(settings.max_response_size).unwrap_or(usize::MAX);
                decode(&String::from_utf8_lossy(codings), body, limit)?
            }
            None => Cow::Borrowed(body),
        };
        let moments = &self.operation.moments;
        let (now, service) = (moments.last_byte, moments.last_byte - moments.start);
        let answer = Answer::new(status, &headers, &body, service);
        let failures = &mut self.operation.failures;
        step.checks.evaluate(&answer, self.bindings, now, failures);
        // An answer that was not expected need not hold the values, and saying so twice would count it twice.
        if step.checks.accepts(status) {
            step.extractions.take(&answer, self.bindings, failures);
        }
        Ok(())
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
            self.client.jar.store(&site, value, now);
        }
    }
}
