//! A cookie jar for one virtual user: RFC 6265.
//!
//! There is no public suffix list: a server may set a cookie for all of `co.uk`, which browsers refuse. Load goes to servers of one's
//! own. A `Domain` without a dot is refused unless it is the host itself.

use cookie::Cookie;
use cookie::time::OffsetDateTime;
use squall_protocol::connect::Scheme;

/// Most cookies of one domain.
const PER_DOMAIN: usize = 50;

/// Most cookies of one jar.
const PER_JAR: usize = 500;

/// Largest cookie, name and value together, in bytes; larger ones are ignored.
const LARGEST: usize = 4096;

/// Where a request goes, as far as cookies care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site<'a> {
    /// Scheme of the URL.
    pub scheme: Scheme,
    /// Host in lower case.
    pub host: &'a str,
    /// Path of the URL, without the query.
    pub path: &'a str,
}

/// The cookies of one virtual user. An empty jar owns no memory.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    /// Longer paths first, then in the order of creation: the order in which they are sent (section 5.4).
    cookies: Vec<Stored>,
    created: u64,
}

#[derive(Clone, Debug)]
struct Stored {
    name: Box<str>,
    value: Box<str>,
    domain: Box<str>,
    path: Box<str>,
    expires: Option<i64>,
    created: u64,
    host_only: bool,
    secure: bool,
}

impl Jar {
    /// Creates an empty jar.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells whether there are no cookies, not even expired ones.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty()
    }

    /// Returns the number of cookies, expired ones included.
    pub fn len(&self) -> usize {
        self.cookies.len()
    }

    /// Forgets all cookies.
    pub fn clear(&mut self) {
        self.cookies.clear();
    }

    /// Takes one `Set-Cookie` value of an answer from `site` at `now`, in Unix seconds. What is not a cookie, too large or for a
    /// foreign domain is ignored, as browsers do.
    pub fn store(&mut self, site: &Site<'_>, set_cookie: &[u8], now: i64) {
        let Some(mut new) = read(site, set_cookie, now) else {
            return;
        };
        let old = self.cookies.iter().position(|cookie| {
            cookie.name == new.name && cookie.domain == new.domain && cookie.path == new.path
        });
        if let Some(at) = old {
            new.created = self.cookies.remove(at).created;
        } else {
            new.created = self.created;
            self.created += 1;
        }
        if new.is_expired(now) {
            return;
        }
        if old.is_none() {
            self.make_room(&new.domain, now);
        }
        let rank = new.rank();
        let at = self.cookies.partition_point(|cookie| cookie.rank() < rank);
        self.cookies.insert(at, new);
    }

    /// Appends the value of `Cookie` for a request to `site` at `now`, in Unix seconds; appends nothing where no cookie applies.
    pub fn header_for(&self, site: &Site<'_>, now: i64, out: &mut Vec<u8>) {
        let mut separator: &[u8] = b"";
        for cookie in self
            .cookies
            .iter()
            .filter(|cookie| cookie.applies(site, now))
        {
            out.extend_from_slice(separator);
            out.extend_from_slice(cookie.name.as_bytes());
            out.push(b'=');
            out.extend_from_slice(cookie.value.as_bytes());
            separator = b"; ";
        }
    }

    /// Returns the value of the cookie `name` that would be sent first to `site`.
    pub fn get(&self, site: &Site<'_>, name: &str, now: i64) -> Option<&str> {
        let found = self
            .cookies
            .iter()
            .find(|cookie| &*cookie.name == name && cookie.applies(site, now));
        found.map(|cookie| &*cookie.value)
    }

    /// Drops expired cookies, then the oldest, when a limit is reached.
    fn make_room(&mut self, domain: &str, now: i64) {
        let of_domain = |jar: &Self| {
            jar.cookies
                .iter()
                .filter(|cookie| &*cookie.domain == domain)
                .count()
        };
        if of_domain(self) < PER_DOMAIN && self.cookies.len() < PER_JAR {
            return;
        }
        self.cookies.retain(|cookie| !cookie.is_expired(now));
        if of_domain(self) >= PER_DOMAIN {
            self.drop_oldest(|cookie| &*cookie.domain == domain);
        } else if self.cookies.len() >= PER_JAR {
            self.drop_oldest(|_| true);
        }
    }

    fn drop_oldest(&mut self, among: impl Fn(&Stored) -> bool) {
        let candidates = self
            .cookies
            .iter()
            .enumerate()
            .filter(|(_, cookie)| among(cookie));
        if let Some((at, _)) = candidates.min_by_key(|(_, cookie)| cookie.created) {
            self.cookies.remove(at);
        }
    }
}

impl Stored {
    fn rank(&self) -> (std::cmp::Reverse<usize>, u64) {
        (std::cmp::Reverse(self.path.len()), self.created)
    }

    fn is_expired(&self, now: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    fn applies(&self, site: &Site<'_>, now: i64) -> bool {
        let domain = if self.host_only {
            *self.domain == *site.host
        } else {
            covers(&self.domain, site.host)
        };
        domain
            && (!self.secure || site.scheme == Scheme::Https)
            && is_below(&self.path, site.path)
            && !self.is_expired(now)
    }
}

/// Reads a `Set-Cookie` value: section 5.3.
fn read(site: &Site<'_>, set_cookie: &[u8], now: i64) -> Option<Stored> {
    let text = str::from_utf8(set_cookie).ok()?;
    let cookie = Cookie::parse(text).ok()?;
    let (name, value) = cookie.name_value();
    if name.len() + value.len() > LARGEST
        || text
            .bytes()
            .any(|byte| byte.is_ascii_control() && byte != b'\t')
    {
        return None;
    }
    let domain = cookie
        .domain()
        .map(str::to_ascii_lowercase)
        .filter(|domain| !domain.is_empty());
    let host_only = domain.is_none();
    let domain = domain.unwrap_or_else(|| site.host.to_owned());
    if !host_only && !(covers(&domain, site.host) && (domain.contains('.') || domain == site.host))
    {
        return None;
    }
    let path = match cookie.path() {
        Some(path) if path.starts_with('/') => path,
        _ => default_path(site.path),
    };
    let expires = match cookie.max_age() {
        Some(age) => Some(now.saturating_add(age.whole_seconds())),
        None => cookie
            .expires_datetime()
            .map(OffsetDateTime::unix_timestamp),
    };
    if path.len() + domain.len() > LARGEST {
        return None;
    }
    Some(Stored {
        name: name.into(),
        value: value.into(),
        domain: domain.into(),
        path: path.into(),
        expires,
        created: 0,
        host_only,
        secure: cookie.secure().unwrap_or(false),
    })
}

/// Tells whether a cookie of `domain` goes to `host`: section 5.1.3. Addresses match only themselves.
fn covers(domain: &str, host: &str) -> bool {
    if domain == host {
        return true;
    }
    let below = host
        .strip_suffix(domain)
        .is_some_and(|rest| rest.ends_with('.'));
    below && host.parse::<std::net::IpAddr>().is_err()
}

/// Tells whether a cookie of `path` goes to `request`: section 5.1.4.
fn is_below(path: &str, request: &str) -> bool {
    let request = if request.is_empty() { "/" } else { request };
    request
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || path.ends_with('/') || rest.starts_with('/'))
}

/// The path up to, and without, its last slash: section 5.1.4.
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        Some(at) if at > 0 && path.starts_with('/') => &path[..at],
        _ => "/",
    }
}
