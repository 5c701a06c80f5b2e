//! Names of requests that have none: paths, with what looks like an id left out.

/// Returns the path of a URL with `{id}` in place of what looks like one, so that `/users/17` and `/users/18` are one series.
pub(super) fn grouped_path(url: &str) -> String {
    let after = url.split_once("://").map_or(url, |(_, rest)| {
        rest.find('/').map_or("/", |at| &rest[at..])
    });
    let path = after.split(['?', '#']).next().unwrap_or("/");
    let path = if path.is_empty() { "/" } else { path };
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| if is_id(segment) { "{id}" } else { segment })
        .collect();
    segments.join("/")
}

/// Tells whether a segment is a number, a UUID, or another long run of hexadecimal digits.
fn is_id(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let is_hex = || {
        segment
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    };
    digits > 0 && (digits == segment.len() || (segment.len() >= 8 && is_hex()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_paths_are_grouped() {
        let check = |url: &str, path: &str| assert_eq!(grouped_path(url), path);
        check("/users/17/orders?x=1", "/users/{id}/orders");
        check(
            "http://a.example:80/u/8f14e45f-ceea-467f-9575-28fdb8b5b3f1",
            "/u/{id}",
        );
        check("https://a.example", "/");
        check("/v2/deadbeef/cafe", "/v2/deadbeef/cafe");
        check("/v2/dead0beef#top", "/v2/{id}");
    }
}
