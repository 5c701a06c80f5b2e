//! Requests made by code, one at a time: no templates are looked for in them, and nearly all of them are rendered at once.

use std::path::{Path, PathBuf};

use squall_plan::{Expect, JsonPathExpectation, Template};
use squall_protocol::answer::{Checks, Extractions};
use squall_protocol::template::{CompileError, Compiled};
use squall_protocol::values::Scope;

use super::body::content_type_of;
use super::compile::{HeaderPieces, MEANT_TO_HAVE_A_BODY, kind_of};
use super::default_lines::DefaultLines;
use super::direct_lines::{check_headers, is_token, own_lines};
use super::origins::{KnownOrigin, with_origin};
use super::target::{authority_end, push_url_byte, scheme_end};
use super::{Body, Exchange, HttpStep, PartContent, PartTemplate, RequestDefaults, Target};

/// A request as code asks for it. Everything in it is taken as it is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DirectRequest {
    /// Method; empty means `GET`.
    pub method: String,
    /// An absolute URL, or one below the `base_url` of the settings; with its query, which is percent-encoded already.
    pub url: String,
    /// Headers in their order; a name may be there several times. They replace those of the settings. `Content-Length` and
    /// `Transfer-Encoding` are left to the client.
    pub headers: Vec<(String, String)>,
    /// What follows the head.
    pub body: DirectBody,
    /// Time limit of the whole operation; `None` takes that of the settings.
    pub timeout_ns: Option<u64>,
    /// Redirects that are followed; `None` takes the number of the settings.
    pub redirects: Option<u32>,
    /// What is expected of the answer.
    pub expect: Expect,
    /// User and password, unless there is an `Authorization` header.
    pub basic: Option<(String, String)>,
    /// Cookies that are sent besides those of the user's jar.
    pub cookies: Vec<(String, String)>,
    /// Keeps the body of the answer; otherwise it is read and counted only.
    pub keeps_body: bool,
}

/// The body of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DirectBody {
    /// None.
    #[default]
    None,
    /// Bytes.
    Bytes {
        /// The bytes.
        bytes: Vec<u8>,
        /// What they are, unless there is a `Content-Type` header.
        content_type: Option<String>,
    },
    /// A file, read while it is sent; a relative path starts from the folder of the plan.
    File(PathBuf),
    /// A form of several parts.
    Multipart(Vec<DirectPart>),
}

/// One part of a form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DirectPart {
    /// Name of the field.
    pub name: String,
    /// Name of the file that it is said to be.
    pub filename: Option<String>,
    /// What the content is.
    pub content_type: Option<String>,
    /// The content.
    pub content: DirectContent,
}

/// What is in a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectContent {
    /// Bytes.
    Bytes(Vec<u8>),
    /// A file, read while it is sent.
    File(PathBuf),
}

impl Default for DirectContent {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

impl HttpStep {
    /// Makes a request that code asked for ready to be sent; its answer is kept.
    ///
    /// # Errors
    /// The URL does not parse, a header would break the request, or a check is wrong.
    pub fn direct(
        mut request: DirectRequest,
        defaults: &RequestDefaults,
    ) -> Result<Self, CompileError> {
        let lines = defaults.lines.as_ref().ok_or_else(|| {
            CompileError::Invalid("the headers of the settings need a scenario's values".to_owned())
        })?;
        let method = method_of(&mut request.method)?;
        check_headers(&request)?;
        let checks = if request.expect == Expect::default() {
            Checks::default()
        } else {
            Checks::compile(&literal(&request.expect), &mut Scope::default())?
        };
        let mut url = absolute(std::mem::take(&mut request.url), defaults)?;
        let end = authority_end(&url, true).unwrap_or(url.len());
        let (authority, rest) = url.split_at(end);
        let (rendered, clean) = with_origin(authority, |known| {
            let escaped = escaped(rest);
            let target = escaped.as_deref().unwrap_or(rest);
            let as_written = escaped.is_none() && *known.start == *authority;
            let clean = (!as_written).then(|| [&known.start, target].concat());
            let writer = Writer {
                method: &method,
                target,
                known,
                lines,
                base_dir: &defaults.base_dir,
            };
            (writer.render(&mut request), clean)
        })?;
        if let Some(clean) = clean {
            url = clean;
        }
        Ok(Self {
            name: String::new(),
            dynamic_name: None,
            variables: Vec::new(),
            kind: kind_of(&method),
            method,
            target: rendered.target,
            headers: rendered.headers,
            body: rendered.body,
            constant: rendered.constant,
            keeps_body: request.keeps_body || checks.needs_body(),
            checks,
            extractions: Extractions::default(),
            timeout_ns: request.timeout_ns.unwrap_or(defaults.request_timeout_ns),
            redirects: request.redirects.unwrap_or(defaults.redirects),
            keeps_answer: true,
            url,
        })
    }
}

fn method_of(written: &mut String) -> Result<String, CompileError> {
    let mut method = std::mem::take(written);
    if method.is_empty() {
        method.push_str("GET");
    }
    method.make_ascii_uppercase();
    if is_token(&method) {
        Ok(method)
    } else {
        Err(CompileError::Invalid(format!(
            "`{}` is not a method",
            method.escape_debug()
        )))
    }
}

/// Joins a URL to the base of the settings, as requests of a plan are.
fn absolute(url: String, defaults: &RequestDefaults) -> Result<String, CompileError> {
    if scheme_end(&url).is_some() {
        return Ok(url);
    }
    let Some(base) = &defaults.base_url else {
        return Err(CompileError::Invalid(format!(
            "`{url}` is not an absolute URL, and the settings have no `base_url`"
        )));
    };
    let base = base.trim_end_matches('/');
    let slash = if url.is_empty() || url.starts_with(['?', '/']) {
        ""
    } else {
        "/"
    };
    Ok([base, slash, &url].concat())
}

/// Returns path and query as they go into the request line, where they are not written so.
fn escaped(rest: &str) -> Option<String> {
    let sound = |byte: u8| byte > b' ' && byte < 127 && !b"\"<>\\^`{|}#".contains(&byte);
    if rest.starts_with('/') && rest.bytes().all(sound) {
        return None;
    }
    let mut target = Vec::with_capacity(rest.len() + 8);
    if !rest.starts_with('/') {
        target.push(b'/');
    }
    // A fragment is never sent.
    let sent = rest.split('#').next().unwrap_or_default();
    sent.bytes()
        .for_each(|byte| push_url_byte(byte, &mut target));
    Some(String::from_utf8_lossy(&target).into_owned())
}

/// Returns what is expected with nothing in it that could pass for a template.
fn literal(expect: &Expect) -> Expect {
    let text = |template: &Template| Template::literal(template.as_str());
    let mut literal = expect.clone();
    literal
        .headers
        .values_mut()
        .for_each(|value| *value = text(value));
    literal.text = literal.text.as_ref().map(text);
    literal.json.as_mut().map(literal_json);
    for expectation in literal.json_path.values_mut() {
        if let JsonPathExpectation::Equals(value) = expectation {
            literal_json(value);
        }
    }
    literal
}

fn literal_json(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            let literal = Template::literal(text);
            literal.as_str().clone_into(text);
        }
        Value::Array(items) => items.iter_mut().for_each(literal_json),
        Value::Object(members) => members.values_mut().for_each(literal_json),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What a request is rendered from.
struct Writer<'a> {
    method: &'a str,
    target: &'a str,
    known: &'a KnownOrigin,
    lines: &'a DefaultLines,
    base_dir: &'a Path,
}

/// The parts of a step that are sent.
struct Rendered {
    target: Target,
    headers: HeaderPieces,
    body: Body,
    constant: Option<Exchange>,
}

impl Writer<'_> {
    fn render(&self, request: &mut DirectRequest) -> Rendered {
        match std::mem::take(&mut request.body) {
            DirectBody::None if self.lines.is_constant() => self.whole(request, None, None),
            DirectBody::Bytes {
                bytes,
                content_type,
            } if self.lines.is_constant() => {
                self.whole(request, Some(&bytes), content_type.as_deref())
            }
            DirectBody::None => self.pieces(request, Body::None, None),
            DirectBody::Bytes {
                bytes,
                content_type,
            } => {
                let body = Body::Inline(constant(&bytes));
                self.pieces(request, body, content_type.as_deref())
            }
            DirectBody::File(path) => {
                let content_type = content_type_of(&path);
                let body = Body::File(self.base_dir.join(path));
                self.pieces(request, body, Some(&content_type))
            }
            DirectBody::Multipart(parts) => {
                // The content type names the boundary, which is only known once the parts are rendered.
                request
                    .headers
                    .retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
                let parts = parts.into_iter().map(|part| self.part(part)).collect();
                self.pieces(request, Body::Multipart(parts), None)
            }
        }
    }

    fn part(&self, part: DirectPart) -> PartTemplate {
        let content = match part.content {
            DirectContent::Bytes(bytes) => PartContent::Inline(constant(&bytes)),
            DirectContent::File(path) => PartContent::File(self.base_dir.join(path)),
        };
        PartTemplate {
            name: part.name,
            filename: part.filename,
            content_type: part.content_type,
            content,
        }
    }

    /// Renders a request that lies in memory as a whole.
    fn whole(
        &self,
        request: &DirectRequest,
        body: Option<&[u8]>,
        content_type: Option<&str>,
    ) -> Rendered {
        const MOST_HEADS: usize = 512;
        let room = MOST_HEADS + self.target.len() + body.map_or(0, <[u8]>::len);
        let mut bytes = Vec::with_capacity(room);
        bytes.extend_from_slice(self.method.as_bytes());
        bytes.push(b' ');
        bytes.extend_from_slice(self.target.as_bytes());
        bytes.extend_from_slice(b" HTTP/1.1\r\n");
        let line_end = bytes.len();
        let is_own = |name: &str| replaces(request, name);
        if !is_own("host") && !self.lines.has("host") {
            bytes.extend_from_slice(&self.known.host_line);
        }
        self.lines.write(is_own, &mut bytes);
        own_lines(request, self.known, self.lines, content_type, &mut bytes);
        let length = body.map(<[u8]>::len);
        let length = length.or(MEANT_TO_HAVE_A_BODY.contains(&self.method).then_some(0));
        if let Some(length) = length {
            bytes.extend_from_slice(b"Content-Length: ");
            bytes.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        let head_end = bytes.len();
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body.unwrap_or_default());
        Rendered {
            target: self.fixed(Compiled::new()),
            headers: HeaderPieces::default(),
            body: Body::None,
            constant: Some(Exchange {
                bytes,
                line_end,
                head_end,
            }),
        }
    }

    /// Prepares a request that is rendered while it is sent.
    fn pieces(&self, request: &DirectRequest, body: Body, content_type: Option<&str>) -> Rendered {
        let is_own = |name: &str| replaces(request, name);
        let mut lines = Compiled::new();
        if !is_own("host") && !self.lines.has("host") {
            lines.push_bytes(&self.known.host_line);
        }
        self.lines.push(is_own, &mut lines);
        let mut own = Vec::new();
        own_lines(request, self.known, self.lines, content_type, &mut own);
        lines.push_bytes(&own);
        Rendered {
            target: self.fixed(constant(self.target.as_bytes())),
            headers: HeaderPieces {
                lines,
                ..HeaderPieces::default()
            },
            body,
            constant: None,
        }
    }

    fn fixed(&self, target: Compiled) -> Target {
        Target::Fixed {
            origin: std::sync::Arc::clone(&self.known.origin),
            target,
        }
    }
}

/// Tells whether a request has lines of its own instead of a header of the settings.
fn replaces(request: &DirectRequest, name: &str) -> bool {
    let mut names = request.headers.iter();
    names.any(|(header, _)| header.eq_ignore_ascii_case(name))
        || (request.basic.is_some() && name.eq_ignore_ascii_case("authorization"))
}

fn constant(bytes: &[u8]) -> Compiled {
    let mut compiled = Compiled::new();
    compiled.push_bytes(bytes);
    compiled
}
