//! The header lines of a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use squall_plan::{Auth, HttpRequest, OneOrMany};
use squall_protocol::template::{CompileError, Compiled, Encoding, Source};
use squall_protocol::values::Scope;

use super::RequestDefaults;
use super::target::each;

/// Header lines ready to be rendered, and what the compiler must know of them.
#[derive(Debug, Default)]
pub(super) struct HeaderLines {
    pub(super) lines: Compiled,
    /// The request sets `Host` itself.
    pub(super) has_host: bool,
    /// User and password to be encoded for each request, where they vary.
    pub(super) basic: Option<(Compiled, Compiled)>,
}

/// Compiles the header lines: defaults, then the request's own, then credentials, cookies and the body's content type.
pub(super) fn compile(
    request: &HttpRequest,
    defaults: &RequestDefaults,
    userinfo: Option<(String, String)>,
    content_type: Option<&str>,
    scope: &mut Scope,
) -> Result<HeaderLines, CompileError> {
    let mut head = HeaderLines::default();
    let own = |name: &str| {
        request
            .headers
            .keys()
            .any(|key| key.eq_ignore_ascii_case(name))
    };
    let is_set = |name: &str| {
        own(name)
            || defaults
                .headers
                .iter()
                .any(|(key, _)| key.eq_ignore_ascii_case(name))
    };
    head.has_host = is_set("host");
    if !is_set("user-agent") {
        head.lines.push_bytes(
            concat!("User-Agent: squall/", env!("CARGO_PKG_VERSION"), "\r\n").as_bytes(),
        );
    }
    for (name, values) in defaults.headers.iter().filter(|(name, _)| !own(name)) {
        push_header(name, values, &mut head.lines, scope)?;
    }
    for (name, values) in &request.headers {
        push_header(name, values, &mut head.lines, scope)?;
    }
    if let Some(content_type) = content_type.filter(|_| !is_set("content-type")) {
        head.lines
            .push_bytes(format!("Content-Type: {content_type}\r\n").as_bytes());
    }
    push_cookies(request, &mut head.lines, scope)?;
    match (&request.auth, userinfo) {
        _ if is_set("authorization") => {}
        (Some(Auth::Bearer(token)), _) => {
            head.lines.push_bytes(b"Authorization: Bearer ");
            head.lines.push_template(token, Encoding::Header, scope)?;
            head.lines.push_bytes(b"\r\n");
        }
        (Some(Auth::Basic(basic)), _) => {
            let username = Compiled::from_template(&basic.username, Encoding::Raw, scope)?;
            let password = Compiled::from_template(&basic.password, Encoding::Raw, scope)?;
            match (username.as_constant(), password.as_constant()) {
                (Some(username), Some(password)) => push_basic(username, password, &mut head.lines),
                _ => head.basic = Some((username, password)),
            }
        }
        (None, Some((username, password))) => {
            push_basic(username.as_bytes(), password.as_bytes(), &mut head.lines);
        }
        (None, None) => {}
    }
    Ok(head)
}

fn push_header(
    name: &str,
    values: &OneOrMany,
    lines: &mut Compiled,
    scope: &mut Scope,
) -> Result<(), CompileError> {
    for value in each(values) {
        lines.push_bytes(name.as_bytes());
        lines.push_bytes(b": ");
        lines.push_template(value, Encoding::Header, scope)?;
        lines.push_bytes(b"\r\n");
    }
    Ok(())
}

fn push_cookies(
    request: &HttpRequest,
    lines: &mut Compiled,
    scope: &mut Scope,
) -> Result<(), CompileError> {
    for (index, (name, value)) in request.cookies.iter().enumerate() {
        lines.push_bytes(if index == 0 { b"Cookie: " } else { b"; " });
        lines.push_bytes(name.as_bytes());
        lines.push_bytes(b"=");
        lines.push_template(value, Encoding::Header, scope)?;
    }
    if !request.cookies.is_empty() {
        lines.push_bytes(b"\r\n");
    }
    Ok(())
}

/// RFC 7617 §2.
pub(crate) fn basic_line(username: &[u8], password: &[u8]) -> String {
    let credentials = [username, b":", password].concat();
    format!("Authorization: Basic {}\r\n", STANDARD.encode(credentials))
}

fn push_basic(username: &[u8], password: &[u8], lines: &mut Compiled) {
    lines.push_bytes(basic_line(username, password).as_bytes());
}

/// Returns the variables that a template needs.
pub(super) fn variables(compiled: &Compiled) -> impl Iterator<Item = usize> + '_ {
    compiled.sources().filter_map(|source| match source {
        Source::Variable(variable) => Some(*variable),
        _ => None,
    })
}
