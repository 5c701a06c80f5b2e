//! URL templates: where a request goes and what its request line asks for.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use squall_plan::{HttpRequest, OneOrMany, Part, Template};
use squall_protocol::connect::{Origin, Scheme};
use squall_protocol::template::{CompileError, Compiled, Encoding};
use squall_protocol::values::Scope;
use url::Url;

use super::RequestDefaults;

/// Where a request goes.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// Scheme, host and port never vary; the target is what follows them.
    Fixed {
        /// Where to connect.
        origin: Arc<Origin>,
        /// Path and query.
        target: Compiled,
    },
    /// Even the host is filled in; the URL is parsed for each request.
    Dynamic(Compiled),
}

/// A URL template taken apart, and the user and password that stood in it.
#[derive(Debug)]
pub(super) struct CompiledUrl {
    pub(super) target: Target,
    pub(super) userinfo: Option<(String, String)>,
}

/// Compiles the URL of a request and its query parameters.
pub(super) fn compile(
    request: &HttpRequest,
    defaults: &RequestDefaults,
    scope: &mut Scope,
) -> Result<CompiledUrl, CompileError> {
    let written = absolute(&request.url, defaults);
    let parsed = written
        .parse()
        .map_err(|error| CompileError::Syntax(error.to_string()))?;
    let fixed = match parsed.parts.first() {
        Some(Part::Text(text)) => {
            authority_end(text, parsed.parts.len() == 1).map(|end| text.split_at(end))
        }
        _ => None,
    };
    let Some((authority, rest)) = fixed else {
        let mut url = Compiled::new();
        url.push_template(&written, Encoding::Raw, scope)?;
        push_params(request, url_has_query(written.as_str()), &mut url, scope)?;
        return Ok(CompiledUrl {
            target: Target::Dynamic(url),
            userinfo: None,
        });
    };
    let (origin, userinfo) = parse_authority(authority)?;
    let mut writer = TargetWriter {
        target: Compiled::new(),
        place: Place::Start,
    };
    writer.text(rest);
    for part in &parsed.parts[1..] {
        match part {
            Part::Text(text) => writer.text(text),
            Part::Placeholder(placeholder) => {
                writer.start_path();
                if let Some(encoding) = writer.encoding() {
                    writer
                        .target
                        .push_placeholder(placeholder, encoding, scope)?;
                }
            }
        }
    }
    writer.start_path();
    let mut target = writer.target;
    push_params(request, writer.place == Place::Query, &mut target, scope)?;
    Ok(CompiledUrl {
        target: Target::Fixed {
            origin: Arc::new(origin),
            target,
        },
        userinfo,
    })
}

/// Returns where the request goes as written, for the default name of its series: the path without the query.
pub(super) fn written_path(url: &Template) -> String {
    let text = url.as_str();
    let after_scheme = scheme_end(text).unwrap_or(0);
    let path = text[after_scheme..]
        .find('/')
        .filter(|_| after_scheme > 0)
        .map_or(0, |at| after_scheme + at);
    let path = if after_scheme > 0 && path == 0 {
        "/"
    } else {
        &text[path..]
    };
    let end = path.find(['?', '#']).unwrap_or(path.len());
    path[..end].to_owned()
}

fn absolute(url: &Template, defaults: &RequestDefaults) -> Template {
    let text = url.as_str();
    match &defaults.base_url {
        Some(base) if scheme_end(text).is_none() && !text.starts_with("${") => {
            let slash = if text.is_empty() || text.starts_with(['?', '/']) {
                ""
            } else {
                "/"
            };
            Template::from(format!("{}{slash}{text}", base.trim_end_matches('/')).as_str())
        }
        _ => url.clone(),
    }
}

/// Returns where the scheme of an absolute URL and its `://` end; those in the query of a relative one do not count.
pub(super) fn scheme_end(text: &str) -> Option<usize> {
    let at = text.find("://")?;
    let of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    text[..at].chars().all(of_scheme).then_some(at + 3)
}

/// Returns where the scheme, host and port of a URL end; `None` where they are not complete in this text.
pub(super) fn authority_end(text: &str, whole: bool) -> Option<usize> {
    let start = scheme_end(text)?;
    match text[start..].find(['/', '?', '#']) {
        Some(end) => Some(start + end),
        None => whole.then_some(text.len()),
    }
}

pub(super) type Authority = (Origin, Option<(String, String)>);

pub(super) fn parse_authority(text: &str) -> Result<Authority, CompileError> {
    let url = Url::parse(text)
        .map_err(|error| CompileError::Invalid(format!("`{text}` is not a URL: {error}")))?;
    let userinfo = (!url.username().is_empty() || url.password().is_some()).then(|| {
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        (
            decoded(url.username()),
            decoded(url.password().unwrap_or_default()),
        )
    });
    Ok((origin_of(&url)?, userinfo))
}

/// Returns where a parsed URL goes.
pub(crate) fn origin_of(url: &Url) -> Result<Origin, CompileError> {
    let scheme = match url.scheme() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => {
            return Err(CompileError::Invalid(format!(
                "`{other}` is not `http` or `https`"
            )));
        }
    };
    let host = url
        .host_str()
        .ok_or_else(|| CompileError::Invalid(format!("`{url}` names no host")))?;
    Ok(Origin::new(
        scheme,
        host,
        url.port().unwrap_or(scheme.default_port()),
    ))
}

fn url_has_query(text: &str) -> bool {
    text.contains('?')
}

fn push_params(
    request: &HttpRequest,
    has_query: bool,
    target: &mut Compiled,
    scope: &mut Scope,
) -> Result<(), CompileError> {
    let mut separator: &[u8] = if has_query { b"&" } else { b"?" };
    for (name, values) in &request.params {
        for value in each(values) {
            let mut encoded = Vec::new();
            Encoding::Query.write_text(name.as_bytes(), &mut encoded);
            target.push_bytes(separator);
            target.push_bytes(&encoded);
            target.push_bytes(b"=");
            target.push_encoded(value, Encoding::Query, scope)?;
            separator = b"&";
        }
    }
    Ok(())
}

/// Returns the values of one name.
pub(super) fn each(values: &OneOrMany) -> &[Template] {
    match values {
        OneOrMany::One(value) => std::slice::from_ref(value),
        OneOrMany::Many(values) => values,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    Path,
    Query,
    /// A fragment is never sent.
    Fragment,
}

#[derive(Debug)]
struct TargetWriter {
    target: Compiled,
    place: Place,
}

impl TargetWriter {
    /// A target starts with `/` even where the URL has no path (RFC 9112 §3.2.1).
    fn start_path(&mut self) {
        if self.place == Place::Start {
            self.target.push_bytes(b"/");
            self.place = Place::Path;
        }
    }

    fn encoding(&self) -> Option<Encoding> {
        match self.place {
            Place::Start | Place::Path => Some(Encoding::Path),
            Place::Query => Some(Encoding::Query),
            Place::Fragment => None,
        }
    }

    fn text(&mut self, text: &str) {
        if self.place == Place::Start && !text.is_empty() {
            if !text.starts_with('/') {
                self.target.push_bytes(b"/");
            }
            self.place = Place::Path;
        }
        let mut bytes = Vec::with_capacity(text.len());
        for byte in text.bytes() {
            match (self.place, byte) {
                (Place::Fragment, _) => break,
                (_, b'#') => self.place = Place::Fragment,
                (Place::Path, b'?') => {
                    self.place = Place::Query;
                    bytes.push(byte);
                }
                _ => push_url_byte(byte, &mut bytes),
            }
        }
        self.target.push_bytes(&bytes);
    }
}

/// Writes a byte of a URL as the user wrote it; what no URL may hold (RFC 3986 §2) is percent-encoded.
pub(super) fn push_url_byte(byte: u8, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    if byte <= b' ' || byte >= 127 || b"\"<>\\^`{|}".contains(&byte) {
        out.extend_from_slice(&[
            b'%',
            HEX[usize::from(byte >> 4)],
            HEX[usize::from(byte & 15)],
        ]);
    } else {
        out.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use squall_protocol::values::{Bindings, BindingsSettings};

    use super::*;

    fn render(url: &str, base: Option<&str>, params: &[(&str, &str)]) -> (Option<Origin>, String) {
        let params = params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), OneOrMany::One(Template::from(*value))));
        let request = HttpRequest {
            url: Template::from(url),
            params: params.collect(),
            ..HttpRequest::default()
        };
        let defaults = RequestDefaults {
            base_url: base.map(str::to_owned),
            headers: Vec::new(),
            request_timeout_ns: 0,
            redirects: 0,
            base_dir: std::path::PathBuf::new(),
            lines: None,
        };
        let mut scope = Scope::default();
        let compiled = compile(&request, &defaults, &mut scope).unwrap();
        let mut bindings = Bindings::new(BindingsSettings::new(&scope, (0, 1), 0).into());
        let mut out = Vec::new();
        let (origin, target) = match compiled.target {
            Target::Fixed { origin, target } => (Some(origin), target),
            Target::Dynamic(url) => (None, url),
        };
        target.render(&mut bindings, 0, &mut out).unwrap();
        let origin = origin.map(|origin| Origin::clone(&origin));
        (origin, String::from_utf8(out).unwrap())
    }

    fn check(url: &str, base: Option<&str>, params: &[(&str, &str)], expect: &str) {
        assert_eq!(render(url, base, params).1, expect, "{url}");
    }

    #[test]
    fn targets_are_what_servers_expect() {
        check("http://a", None, &[], "/");
        check("http://a/", None, &[], "/");
        check("http://a?x=1", None, &[], "/?x=1");
        check("http://a/b c?d=é#frag", None, &[], "/b%20c?d=%C3%A9");
        check("http://a/%20", None, &[], "/%20");
        check(
            "http://a/b",
            None,
            &[("x", "1 2"), ("y", "a&b")],
            "/b?x=1%202&y=a%26b",
        );
        check("http://a/b?c=1", None, &[("x", "1")], "/b?c=1&x=1");
    }

    #[test]
    fn placeholders_are_encoded_for_their_place() {
        check(
            "http://a/${random_choice(\"x y/z\")}?q=${random_choice(\"a/b&c\")}",
            None,
            &[],
            "/x%20y/z?q=a%2Fb%26c",
        );
        check("http://a/b?n=${iteration()}", None, &[], "/b?n=0");
    }

    #[test]
    fn relative_urls_follow_the_base() {
        check("/b", Some("http://a"), &[], "/b");
        check("b", Some("http://a/v1/"), &[], "/v1/b");
        check("/b", Some("http://a/v1"), &[], "/v1/b");
        check("?x", Some("http://a/v1"), &[], "/v1?x");
        let nested = "/b?to=http://c/";
        check(nested, Some("http://a/v1"), &[], "/v1/b?to=http://c/");
    }

    #[test]
    fn a_host_that_is_filled_in_leaves_the_url_whole() {
        let (origin, url) = render("http://${random_choice(\"a\")}:80/b", None, &[("c", "d")]);
        assert_eq!((origin, url.as_str()), (None, "http://a:80/b?c=d"));
    }

    #[test]
    fn the_default_name_is_the_path_as_written() {
        assert_eq!(
            written_path(&Template::from("http://a:1/b/${x}?c")),
            "/b/${x}"
        );
        assert_eq!(written_path(&Template::from("http://a")), "/");
        assert_eq!(written_path(&Template::from("/b?c=d://e")), "/b");
    }
}
