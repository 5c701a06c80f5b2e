//! Rendering requests into bytes.

use squall_protocol::connect::Origin;
use squall_protocol::template::RenderError;
use squall_protocol::values::Bindings;

use super::transfer::StreamedBody;
use crate::codec::redirect::Redirect;
use crate::step::{Body, Exchange, HttpStep, Target};

/// Renders head and inline body; a streamed body has been opened before.
pub(super) fn render(
    step: &HttpStep,
    origin: &Origin,
    bindings: &mut Bindings,
    now: u64,
    parts: &mut RenderBuffers,
) -> Result<(), RenderError> {
    parts.exchange.clear();
    parts.body.clear();
    let length = match &step.body {
        Body::None => step.says_zero_length().then_some(0),
        Body::Inline(compiled) => {
            compiled.render(bindings, now, &mut parts.body)?;
            Some(parts.body.len() as u64)
        }
        Body::File(_) | Body::Multipart(_) => parts.streamed.as_ref().map(|body| body.length),
    };
    let bytes = &mut parts.exchange.bytes;
    bytes.extend_from_slice(step.method.as_bytes());
    bytes.push(b' ');
    match &step.target {
        Target::Fixed { target, .. } => target.render(bindings, now, bytes)?,
        Target::Dynamic(_) => bytes.extend_from_slice(parts.target.as_bytes()),
    }
    bytes.extend_from_slice(b" HTTP/1.1\r\n");
    parts.exchange.line_end = bytes.len();
    if step.headers.needs_host {
        bytes.extend_from_slice(format!("Host: {}\r\n", origin.authority()).as_bytes());
    }
    step.headers.lines.render(bindings, now, bytes)?;
    if let Some((username, password)) = &step.headers.basic {
        let (mut user, mut secret) = (Vec::new(), Vec::new());
        username.render(bindings, now, &mut user)?;
        password.render(bindings, now, &mut secret)?;
        bytes.extend_from_slice(crate::step::basic_line(&user, &secret).as_bytes());
    }
    if let Some(content_type) = parts
        .streamed
        .as_ref()
        .and_then(|body| body.content_type.as_ref())
    {
        bytes.extend_from_slice(format!("Content-Type: {content_type}\r\n").as_bytes());
    }
    if let Some(length) = length {
        bytes.extend_from_slice(b"Content-Length: ");
        bytes.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    parts.exchange.head_end = bytes.len();
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&parts.body);
    Ok(())
}

/// Buffers of one client, kept from request to request.
#[derive(Debug, Default)]
pub(super) struct RenderBuffers {
    pub(super) exchange: Exchange,
    body: Vec<u8>,
    /// Path and query of a URL that varies as a whole.
    pub(super) target: String,
    /// A body that follows by itself.
    pub(super) streamed: Option<StreamedBody>,
}

impl RenderBuffers {
    /// Turns the request in the buffer into the next one of a redirect: request line and `Host` are new, the jar's cookies go, and so
    /// do `is_secret` headers when the origin changes and the body with its headers where the redirect drops it.
    pub(super) fn rewrite(&mut self, redirect: &Redirect<'_>, is_secret: impl Fn(&str) -> bool) {
        let old = std::mem::take(&mut self.exchange);
        let url = &redirect.url;
        let query = url
            .query()
            .map_or(String::new(), |query| format!("?{query}"));
        let mut bytes =
            format!("{} {}{query} HTTP/1.1\r\n", redirect.method, url.path()).into_bytes();
        let line_end = bytes.len();
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map_or(String::new(), |port| format!(":{port}"));
        bytes.extend_from_slice(format!("Host: {host}{port}\r\n").as_bytes());
        let lines = old
            .bytes
            .get(old.line_end..old.head_end)
            .unwrap_or_default();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            let name = String::from_utf8_lossy(name);
            let of_body = name
                .get(..8)
                .is_some_and(|start| start.eq_ignore_ascii_case("content-"));
            let dropped = name.eq_ignore_ascii_case("host")
                || name.eq_ignore_ascii_case("cookie")
                || (!redirect.same_origin && is_secret(&name))
                || (!redirect.keep_body && of_body);
            if !dropped {
                bytes.extend_from_slice(line);
            }
        }
        let head_end = bytes.len();
        bytes.extend_from_slice(b"\r\n");
        if redirect.keep_body {
            bytes.extend_from_slice(old.bytes.get(old.head_end + 2..).unwrap_or_default());
        }
        self.exchange = Exchange {
            bytes,
            line_end,
            head_end,
        };
    }
}
