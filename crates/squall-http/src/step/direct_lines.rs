//! The header lines that a request made by code has of its own.

use squall_protocol::template::CompileError;

use super::DirectRequest;
use super::default_lines::DefaultLines;
use super::head::basic_line;
use super::origins::KnownOrigin;

/// Headers by which the client tells where a body ends; what somebody else says there would make it a lie.
const FRAMING: [&str; 2] = ["content-length", "transfer-encoding"];

/// Makes sure that no header ends its line or the head.
pub(super) fn check_headers(request: &DirectRequest) -> Result<(), CompileError> {
    let breaks = |text: &str| text.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0));
    for (name, value) in &request.headers {
        if !is_token(name) {
            let name = name.escape_debug();
            let message = format!("`{name}` is not the name of a header");
            return Err(CompileError::Invalid(message));
        }
        if breaks(value) {
            let message = format!("the value of header `{name}` holds a line break");
            return Err(CompileError::Invalid(message));
        }
    }
    for (name, value) in &request.cookies {
        let separates = |text: &str| breaks(text) || text.contains(';');
        if separates(name) || separates(value) || name.contains('=') {
            let name = name.escape_debug();
            let message = format!("cookie `{name}` holds what would end it");
            return Err(CompileError::Invalid(message));
        }
    }
    Ok(())
}

/// Tells whether a text is a token: RFC 9110 section 5.6.2.
pub(super) fn is_token(text: &str) -> bool {
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(of_token)
}

/// Writes headers, content type, credentials and cookies.
pub(super) fn own_lines(
    request: &DirectRequest,
    known: &KnownOrigin,
    defaults: &DefaultLines,
    content_type: Option<&str>,
    out: &mut Vec<u8>,
) {
    let is_own = |name: &str| {
        let mut names = request.headers.iter();
        names.any(|(own, _)| own.eq_ignore_ascii_case(name))
    };
    let mut cookies_written = request.cookies.is_empty();
    for (name, value) in &request.headers {
        if FRAMING
            .iter()
            .any(|framing| name.eq_ignore_ascii_case(framing))
        {
            continue;
        }
        line(name, value, out);
        if !cookies_written && name.eq_ignore_ascii_case("cookie") {
            out.truncate(out.len() - b"\r\n".len());
            out.extend_from_slice(b"; ");
            write_cookies(request, out);
            cookies_written = true;
        }
    }
    if let Some(content_type) = content_type.filter(|_| !is_own("content-type")) {
        line("Content-Type", content_type, out);
    }
    if !cookies_written {
        out.extend_from_slice(b"Cookie: ");
        write_cookies(request, out);
    }
    let credentials = match (&request.basic, &known.userinfo) {
        _ if is_own("authorization") => None,
        (Some(basic), _) => Some(basic),
        (None, userinfo) => userinfo.as_ref().filter(|_| !defaults.has("authorization")),
    };
    if let Some((username, password)) = credentials {
        let line = basic_line(username.as_bytes(), password.as_bytes());
        out.extend_from_slice(line.as_bytes());
    }
}

fn write_cookies(request: &DirectRequest, out: &mut Vec<u8>) {
    for (index, (name, value)) in request.cookies.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b"; ");
        }
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        out.extend_from_slice(value.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

fn line(name: &str, value: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}
