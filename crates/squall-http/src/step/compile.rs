//! A request compiled.

use std::fmt::Write as _;

use squall_plan::HttpRequest;
use squall_protocol::answer::{Checks, Extractions};
use squall_protocol::connect::Origin;
use squall_protocol::template::{CompileError, Compiled, Encoding};
use squall_protocol::values::{Bindings, Scope};

use super::head::{self, HeaderLines};
use super::{Body, RequestDefaults, Target, body, target};
use crate::codec::response::RequestKind;

/// Methods whose request says `Content-Length: 0` when it has no body (RFC 9110 §8.6).
pub(super) const MEANT_TO_HAVE_A_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

/// A request of the plan, compiled.
#[derive(Debug)]
pub struct HttpStep {
    pub(super) name: String,
    pub(super) dynamic_name: Option<Compiled>,
    pub(super) variables: Vec<usize>,
    pub(crate) method: String,
    pub(crate) kind: RequestKind,
    pub(crate) target: Target,
    pub(crate) headers: HeaderPieces,
    pub(crate) body: Body,
    /// The complete request, where nothing in it varies.
    pub(crate) constant: Option<Exchange>,
    pub(crate) checks: Checks,
    pub(crate) extractions: Extractions,
    pub(crate) timeout_ns: u64,
    pub(crate) redirects: u32,
    pub(crate) keeps_body: bool,
    /// The answer is handed over with the operation.
    pub(crate) keeps_answer: bool,
    /// Where a request that code made goes, as a whole; empty for those of the plan.
    pub(crate) url: String,
}

/// The header lines that follow the request line.
#[derive(Debug, Default)]
pub(crate) struct HeaderPieces {
    /// `Host` and the rest, without `Content-Length`; `Host` only where the target is fixed and the request sets none.
    pub(crate) lines: Compiled,
    /// `Host` must be written for each request.
    pub(crate) needs_host: bool,
    /// User and password that vary.
    pub(crate) basic: Option<(Compiled, Compiled)>,
}

/// The bytes of one request and where its parts are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// Head, empty line and an inline body.
    pub(crate) bytes: Vec<u8>,
    /// End of the request line, its line end included.
    pub(crate) line_end: usize,
    /// End of the header lines, before the empty line.
    pub(crate) head_end: usize,
}

impl Exchange {
    /// Forgets the request; the buffer stays.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.line_end = 0;
        self.head_end = 0;
    }

    /// Returns the request line without its end.
    pub(crate) fn line(&self) -> String {
        let line = self.bytes.get(..self.line_end).unwrap_or_default();
        String::from_utf8_lossy(line.trim_ascii_end()).into_owned()
    }

    /// Returns path and query.
    pub(crate) fn target(&self) -> String {
        self.line().split(' ').nth(1).unwrap_or("/").to_owned()
    }

    /// Adds cookies to those that the request brings along: a client sends one `Cookie` header at most (RFC 6265 §5.4).
    pub(crate) fn add_cookies(&mut self, cookies: &[u8]) {
        let mut at = self.line_end;
        for line in self.bytes[self.line_end..self.head_end].split_inclusive(|byte| *byte == b'\n')
        {
            at += line.len();
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            if name.eq_ignore_ascii_case(b"cookie") {
                return self.insert(at - b"\r\n".len(), &[b"; ", cookies].concat());
            }
        }
        self.insert(self.head_end, &[b"Cookie: ", cookies, b"\r\n"].concat());
    }

    /// Adds a header line, where the request has no header of that name.
    pub(crate) fn add_line(&mut self, name: &str, line: &str) {
        let lines = &self.bytes[self.line_end..self.head_end];
        let mut names = lines
            .split(|byte| *byte == b'\n')
            .filter_map(|line| line.split(|byte| *byte == b':').next());
        if !names.any(|own| own.eq_ignore_ascii_case(name.as_bytes())) {
            self.insert(self.head_end, line.as_bytes());
        }
    }

    fn insert(&mut self, at: usize, bytes: &[u8]) {
        self.head_end += bytes.len();
        self.bytes.splice(at..at, bytes.iter().copied());
    }

    /// Returns the path without the query.
    pub(crate) fn path(&self) -> String {
        self.target().split('?').next().unwrap_or("/").to_owned()
    }
}

impl HttpStep {
    /// Compiles a request; `scope` numbers its variables and counters.
    ///
    /// # Errors
    /// A template, an expression or the URL is wrong, or a data pool lacks a field.
    pub fn compile(
        request: &HttpRequest,
        defaults: &RequestDefaults,
        scope: &mut Scope,
    ) -> Result<Self, CompileError> {
        let method = method_of(request);
        let url = target::compile(request, defaults, scope)?;
        let body = body::compile(request.body.as_ref(), &defaults.base_dir, scope)?;
        let lines = head::compile(
            request,
            defaults,
            url.userinfo,
            body.content_type.as_deref(),
            scope,
        )?;
        let checks = Checks::compile(&request.expect, scope)?;
        let (name, dynamic_name) = name_of(request, &method, scope)?;
        let variables = needed(&url.target, &lines, &body.body, dynamic_name.as_ref());
        let extractions = Extractions::compile(&request.extract, scope)?;
        let headers = with_host(lines, &url.target);
        let constant = constant(&method, &url.target, &headers, &body.body);
        Ok(Self {
            name,
            dynamic_name,
            variables,
            kind: kind_of(&method),
            keeps_body: checks.needs_body() || extractions.needs_body(),
            method,
            target: url.target,
            headers,
            body: body.body,
            constant,
            checks,
            extractions,
            timeout_ns: request
                .timeout
                .map_or(defaults.request_timeout_ns, squall_plan::Span::as_nanos),
            redirects: request.redirects.unwrap_or(defaults.redirects),
            keeps_answer: false,
            url: String::new(),
        })
    }

    /// Returns the name of the series, or how it is written where it varies.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what is expected of its answers.
    #[inline]
    pub fn checks(&self) -> &Checks {
        &self.checks
    }

    /// Returns how the name of the series is filled in, where it varies.
    pub fn dynamic_name(&self) -> Option<&Compiled> {
        self.dynamic_name.as_ref()
    }

    /// Returns where the request goes, unless that varies.
    pub fn origin(&self) -> Option<&Origin> {
        match &self.target {
            Target::Fixed { origin, .. } => Some(origin),
            Target::Dynamic(_) => None,
        }
    }

    /// Returns a variable that the request needs and that has no value in this iteration.
    #[inline]
    pub fn missing(&self, bindings: &Bindings) -> Option<usize> {
        self.variables
            .iter()
            .copied()
            .find(|variable| bindings.slot(*variable).get().is_none())
    }

    /// Tells whether the answer is handed over with the operation.
    pub fn keeps_answer(&self) -> bool {
        self.keeps_answer
    }

    /// Tells whether the body is read from disk while it is sent.
    pub(crate) fn streams_body(&self) -> bool {
        matches!(self.body, Body::File(_) | Body::Multipart(_))
    }

    /// Tells whether a request without a body says so.
    pub(crate) fn says_zero_length(&self) -> bool {
        MEANT_TO_HAVE_A_BODY.contains(&self.method.as_str())
    }
}

fn method_of(request: &HttpRequest) -> String {
    let default = if request.body.is_some() {
        "POST"
    } else {
        "GET"
    };
    request
        .method
        .as_deref()
        .unwrap_or(default)
        .to_ascii_uppercase()
}

pub(super) fn kind_of(method: &str) -> RequestKind {
    match method {
        "HEAD" => RequestKind::Head,
        "CONNECT" => RequestKind::Connect,
        _ => RequestKind::Other,
    }
}

fn name_of(
    request: &HttpRequest,
    method: &str,
    scope: &mut Scope,
) -> Result<(String, Option<Compiled>), CompileError> {
    let Some(name) = &request.name else {
        return Ok((
            format!("{method} {}", target::written_path(&request.url)),
            None,
        ));
    };
    let compiled = Compiled::from_template(name, Encoding::Raw, scope)?;
    Ok(match compiled.as_constant() {
        Some(constant) => (String::from_utf8_lossy(constant).into_owned(), None),
        None => (name.as_str().to_owned(), Some(compiled)),
    })
}

fn needed(
    target: &Target,
    lines: &HeaderLines,
    body: &Body,
    name: Option<&Compiled>,
) -> Vec<usize> {
    let mut all: Vec<&Compiled> = vec![&lines.lines];
    all.push(match target {
        Target::Fixed { target, .. } | Target::Dynamic(target) => target,
    });
    all.extend(
        lines
            .basic
            .iter()
            .flat_map(|(username, password)| [username, password]),
    );
    all.extend(name);
    all.extend(body.templates());
    let mut variables: Vec<usize> = all.into_iter().flat_map(head::variables).collect();
    variables.sort_unstable();
    variables.dedup();
    variables
}

fn with_host(lines: HeaderLines, target: &Target) -> HeaderPieces {
    let mut all = Compiled::new();
    let mut needs_host = false;
    match target {
        _ if lines.has_host => {}
        Target::Fixed { origin, .. } => {
            all.push_bytes(format!("Host: {}\r\n", origin.authority()).as_bytes());
        }
        Target::Dynamic(_) => needs_host = true,
    }
    all.push(lines.lines);
    HeaderPieces {
        lines: all,
        needs_host,
        basic: lines.basic,
    }
}

/// Renders a request in which nothing varies.
fn constant(
    method: &str,
    target: &Target,
    headers: &HeaderPieces,
    body: &Body,
) -> Option<Exchange> {
    let Target::Fixed { target, .. } = target else {
        return None;
    };
    let (target, lines) = (target.as_constant()?, headers.lines.as_constant()?);
    let inline: &[u8] = match body {
        Body::None => &[],
        Body::Inline(compiled) => compiled.as_constant()?,
        Body::File(_) | Body::Multipart(_) => return None,
    };
    if headers.basic.is_some() {
        return None;
    }
    let mut head = String::new();
    write!(
        head,
        "{method} {} HTTP/1.1\r\n",
        String::from_utf8_lossy(target)
    )
    .ok()?;
    let line_end = head.len();
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(lines);
    if *body != Body::None || MEANT_TO_HAVE_A_BODY.contains(&method) {
        bytes.extend_from_slice(format!("Content-Length: {}\r\n", inline.len()).as_bytes());
    }
    let head_end = bytes.len();
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(inline);
    Some(Exchange {
        bytes,
        line_end,
        head_end,
    })
}
