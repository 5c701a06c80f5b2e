//! URLs as they are written in plans.

use url::{ParseError, Url};

/// What is wrong with a URL, and how to write it.
pub(super) struct UrlFault {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// Whether a URL stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UrlForm {
    /// It has its own scheme and host.
    Absolute,
    /// It is resolved against a base.
    Relative,
}

/// Reads a URL without placeholders.
pub(super) fn check(text: &str) -> Result<UrlForm, UrlFault> {
    match Url::parse(text) {
        Err(ParseError::RelativeUrlWithoutBase) => Ok(UrlForm::Relative),
        Err(error) => Err(UrlFault {
            message: format!("`{text}` is not a URL: {error}"),
            hint: Some(example()),
        }),
        Ok(url) => {
            let is_http = matches!(url.scheme(), "http" | "https");
            if !is_http || !url.has_host() || !text.contains("://") {
                return Err(scheme_fault(text, url.scheme()));
            }
            Ok(UrlForm::Absolute)
        }
    }
}

/// Reads the text in front of a URL's first placeholder, as far as that says anything.
pub(super) fn check_start(start: &str) -> Result<Option<UrlForm>, UrlFault> {
    match start.split_once("://") {
        Some((scheme, _))
            if scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) =>
        {
            if matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
                Ok(Some(UrlForm::Absolute))
            } else {
                Err(scheme_fault(start, scheme))
            }
        }
        _ => Ok(start.starts_with(['/', '?']).then_some(UrlForm::Relative)),
    }
}

fn scheme_fault(text: &str, scheme: &str) -> UrlFault {
    if matches!(scheme, "http" | "https") {
        return UrlFault {
            message: format!("`{text}` is not a URL: `//` and a host are missing"),
            hint: Some(example()),
        };
    }
    // `localhost:8080/x` reads as a URL of the scheme `localhost`.
    let has_port = text
        .split_once(':')
        .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()));
    let hint = Some(if has_port {
        format!("write `http://{text}`")
    } else {
        example()
    });
    UrlFault {
        message: format!("`{text}` starts with neither `http://` nor `https://`"),
        hint,
    }
}

fn example() -> String {
    "write it like `https://shop.example/items`, or `/items` below `base_url`".to_owned()
}
