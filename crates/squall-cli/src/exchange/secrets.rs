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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case() {
        assert!(is_secret("Authorization"));
        assert!(is_secret("set-cookie"));
        assert!(!is_secret("accept"));
    }
}
