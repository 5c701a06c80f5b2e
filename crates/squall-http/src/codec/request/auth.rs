//! Values of `Authorization`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{RequestError, check_header_value};

/// Appends `Basic …` (RFC 7617), user name and password as UTF-8.
///
/// # Errors
/// The user name has a colon.
pub fn write_basic(out: &mut Vec<u8>, user: &str, password: &str) -> Result<(), RequestError> {
    if user.contains(':') {
        return Err(RequestError::UserName);
    }
    out.extend_from_slice(b"Basic ");
    out.extend_from_slice(STANDARD.encode(format!("{user}:{password}")).as_bytes());
    Ok(())
}

/// Appends `Bearer …` (RFC 6750).
///
/// # Errors
/// The token has a line break or a NUL.
pub fn write_bearer(out: &mut Vec<u8>, token: &str) -> Result<(), RequestError> {
    check_header_value("Authorization", token.as_bytes())?;
    out.extend_from_slice(b"Bearer ");
    out.extend_from_slice(token.as_bytes());
    Ok(())
}
