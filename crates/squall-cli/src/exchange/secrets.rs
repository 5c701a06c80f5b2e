//! Headers whose values nobody should see over a shoulder.

/// Names of such headers, in lower case.
const SECRET: [&str; 6] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
];
/// What stands for a value.
pub(super) const HIDDEN: &str = "(hidden; --show-secrets shows it)";

/// Tells whether a header's value is not shown.
pub(super) fn is_secret(name: &str) -> bool {
    SECRET
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret))
}

/// Returns a URL without its password.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}{}", &rest[end..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case() {
        assert!(is_secret("Authorization"));
        assert!(is_secret("set-cookie"));
        assert!(!is_secret("accept"));
    }

    #[test]
    fn passwords_in_urls_are_left_out() {
        for (url, shown) in [
            ("http://a/b", "http://a/b"),
            ("http://u:p@a/b", "http://…@a/b"),
            ("http://a/b@c", "http://a/b@c"),
            ("/b", "/b"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
