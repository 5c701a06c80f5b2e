//! Follows redirects: RFC 9110 section 15.4.

use squall_protocol::{Failure, FailureClass};
use url::Url;

/// Where a redirect leads and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect<'m> {
    /// The next URL.
    pub url: Url,
    /// The next method.
    pub method: &'m str,
    /// Whether the body, with its `Content-*` headers, is sent again.
    pub keep_body: bool,
    /// Whether scheme, host and port are the same. If not, `Authorization` and the request's own `Cookie` must not be sent along.
    pub same_origin: bool,
}

/// Why a redirect cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectError {
    /// There is no `Location`.
    #[error("redirect without `Location`")]
    NoLocation,
    /// `Location` is not a URL.
    #[error("`Location` of the redirect is not a URL")]
    BadLocation(String),
    /// `Location` is neither `http` nor `https`.
    #[error("redirect to `{scheme}`, which is neither `http` nor `https`")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
}

impl From<RedirectError> for Failure {
    fn from(error: RedirectError) -> Self {
        let failure = Self::new(FailureClass::Redirect, error.to_string());
        match error {
            RedirectError::BadLocation(location) => failure.with_detail(location),
            RedirectError::NoLocation | RedirectError::Scheme { .. } => failure,
        }
    }
}

/// Tells whether `status` asks for another request: 301, 302, 303, 307, 308.
#[inline]
pub fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Works out the next request of a redirect with `status`, which [`is_redirect`], to `location`, answered to `method` on `current`.
///
/// 301 and 302 make a GET of a POST, as browsers do; 303 makes a GET of all but HEAD; 307 and 308 change nothing. A `Location` without
/// fragment takes over the current one.
///
/// # Errors
/// There is no `Location`, or it cannot be followed.
pub fn follow<'m>(
    status: u16,
    method: &'m str,
    location: Option<&[u8]>,
    current: &Url,
) -> Result<Redirect<'m>, RedirectError> {
    let location = location.ok_or(RedirectError::NoLocation)?;
    let text = String::from_utf8_lossy(location);
    let bad = || RedirectError::BadLocation(text.chars().take(200).collect());
    let mut url = current.join(text.trim()).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(RedirectError::Scheme {
            scheme: url.scheme().to_owned(),
        });
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(bad());
    }
    if url.fragment().is_none() {
        url.set_fragment(current.fragment());
    }
    let becomes_get = match status {
        301 | 302 => method == "POST",
        303 => method != "GET" && method != "HEAD",
        _ => false,
    };
    let same_origin = url.origin() == current.origin();
    Ok(Redirect {
        url,
        method: if becomes_get { "GET" } else { method },
        keep_body: !becomes_get,
        same_origin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(
        status: u16,
        method: &'static str,
        location: &str,
    ) -> Result<Redirect<'static>, RedirectError> {
        let current = Url::parse("https://shop.test/a/b?c=d#e").unwrap();
        follow(status, method, Some(location.as_bytes()), &current)
    }

    #[test]
    fn methods_follow_the_status() {
        let check = |status, method, expect: (&str, bool)| {
            let redirect = to(status, method, "/").unwrap();
            assert_eq!(
                (redirect.method, redirect.keep_body),
                expect,
                "{status} {method}"
            );
        };
        check(301, "POST", ("GET", false));
        check(302, "POST", ("GET", false));
        check(301, "GET", ("GET", true));
        check(302, "PUT", ("PUT", true));
        check(302, "HEAD", ("HEAD", true));
        check(303, "POST", ("GET", false));
        check(303, "DELETE", ("GET", false));
        check(303, "HEAD", ("HEAD", true));
        check(307, "POST", ("POST", true));
        check(308, "PATCH", ("PATCH", true));
    }

    #[test]
    fn locations_are_resolved_against_the_current_url() {
        let check = |location: &str, expect: &str, same_origin: bool| {
            let redirect = to(302, "GET", location).unwrap();
            assert_eq!(
                (redirect.url.as_str(), redirect.same_origin),
                (expect, same_origin)
            );
        };
        check("/x", "https://shop.test/x#e", true);
        check("x?y#z", "https://shop.test/a/x?y#z", true);
        check("?q", "https://shop.test/a/b?q#e", true);
        check("//other.test/x", "https://other.test/x#e", false);
        check("http://shop.test/", "http://shop.test/#e", false);
        check("https://SHOP.test:443/", "https://shop.test/#e", true);
        check("https://shop.test:444/", "https://shop.test:444/#e", false);
        check(" /ü ", "https://shop.test/%C3%BC#e", true);
    }

    #[test]
    fn what_cannot_be_followed_is_said() {
        let current = Url::parse("https://shop.test/").unwrap();
        assert_eq!(
            follow(302, "GET", None, &current).unwrap_err(),
            RedirectError::NoLocation
        );
        assert_eq!(
            to(302, "GET", "ftp://x/").unwrap_err().to_string(),
            "redirect to `ftp`, which is neither `http` nor `https`"
        );
        assert!(matches!(
            to(302, "GET", "http://").unwrap_err(),
            RedirectError::BadLocation(_)
        ));
        assert!(matches!(
            to(302, "GET", "http://a:b/").unwrap_err(),
            RedirectError::BadLocation(_)
        ));
    }

    #[test]
    fn only_the_five_are_redirects() {
        let found: Vec<u16> = (100..1000).filter(|status| is_redirect(*status)).collect();
        assert_eq!(found, [301, 302, 303, 307, 308]);
    }
}
