//! Why a request cannot be written.

use squall_protocol::{Failure, FailureClass};

/// Why a request cannot be written: it would not be the request that was meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The method is not a token (RFC 9110 section 9.1).
    #[error("`{}` is not a method: letters, digits and `-` are", .0.escape_debug())]
    Method(String),
    /// The target has spaces or control characters.
    #[error("the URL has a space or a control character in it: write it percent-encoded")]
    Target(String),
    /// A header's name is not a token (RFC 9110 section 5.1).
    #[error("`{}` is not a header name", .0.escape_debug())]
    HeaderName(String),
    /// A header's value has a line break or a NUL.
    #[error("the value of header `{0}` has a line break or a NUL in it")]
    HeaderValue(String),
    /// A user name with a colon cannot be sent (RFC 7617 section 2).
    #[error("a user name for basic authentication has a colon in it")]
    UserName,
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        let failure = Self::new(FailureClass::Request, error.to_string());
        match error {
            RequestError::Target(target) => failure.with_detail(target),
            _ => failure,
        }
    }
}
