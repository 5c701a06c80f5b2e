//! Request lines, headers and chunk framing: RFC 9112 sections 3, 5 and 7.1.

use std::io::Write;

use super::RequestError;

/// Ends a chunked body without trailers.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Appends a whole head: request line, `Host`, `headers` in their order, empty line. On an error `out` is as before.
///
/// # Errors
/// Names the part that would make another request of it.
pub fn write_head<'h>(
    out: &mut Vec<u8>,
    method: &str,
    target: &str,
    host: &str,
    headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
) -> Result<(), RequestError> {
    let start = out.len();
    let written = (|| {
        write_request_line(out, method, target)?;
        write_header(out, "Host", host.as_bytes())?;
        for (name, value) in headers {
            write_header(out, name, value)?;
        }
        write_end(out);
        Ok(())
    })();
    if written.is_err() {
        out.truncate(start);
    }
    written
}

/// Appends the request line.
///
/// # Errors
/// The method is not a token, or the target has a space or a control character.
pub fn write_request_line(
    out: &mut Vec<u8>,
    method: &str,
    target: &str,
) -> Result<(), RequestError> {
    if !is_token(method) {
        return Err(RequestError::Method(method.to_owned()));
    }
    if target.is_empty() || target.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return Err(RequestError::Target(target.to_owned()));
    }
    out.extend_from_slice(method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(target.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    Ok(())
}

/// Appends one header line.
///
/// # Errors
/// The name is not a token, or the value has a line break or a NUL.
pub fn write_header(out: &mut Vec<u8>, name: &str, value: &[u8]) -> Result<(), RequestError> {
    check_header_name(name)?;
    check_header_value(name, value)?;
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Appends `Content-Length`.
pub fn write_content_length(out: &mut Vec<u8>, length: u64) {
    out.extend_from_slice(b"Content-Length: ");
    out.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Appends the empty line that ends the head.
pub fn write_end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"\r\n");
}

/// Appends the size line of a chunk; its bytes and CR LF follow. A chunk of no bytes would end the body: see [`LAST_CHUNK`].
pub fn write_chunk_size(out: &mut Vec<u8>, size: usize) {
    write!(out, "{size:x}\r\n").expect("a vector takes any bytes");
}

/// Checks that `name` is a token.
///
/// # Errors
/// [`RequestError::HeaderName`].
pub fn check_header_name(name: &str) -> Result<(), RequestError> {
    if is_token(name) {
        Ok(())
    } else {
        Err(RequestError::HeaderName(name.to_owned()))
    }
}

/// Checks that `value` cannot end its line: CR, LF and NUL are refused (RFC 9110 section 5.5).
///
/// # Errors
/// [`RequestError::HeaderValue`], with the name and without the value, which may be a secret.
pub fn check_header_value(name: &str, value: &[u8]) -> Result<(), RequestError> {
    match memchr::memchr3(b'\r', b'\n', 0, value) {
        Some(_) => Err(RequestError::HeaderValue(name.to_owned())),
        None => Ok(()),
    }
}

/// RFC 9110 section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
