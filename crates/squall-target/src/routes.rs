//! The table of routes.

use serde::Serialize;

/// A route: what it is called with and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RouteInfo {
    /// The path, variable parts in braces; the name under which [`Stats::by_path`](crate::Stats::by_path) counts it.
    pub path: &'static str,
    /// The methods it takes; none listed means any.
    pub methods: &'static [&'static str],
    /// What it answers.
    pub about: &'static str,
}

/// Lists what the target answers.
pub fn routes() -> &'static [RouteInfo] {
    &ROUTES[..ROUTES.len() - 1]
}

/// A route, by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Hello,
    Echo,
    Json,
    Delay,
    Status,
    Bytes,
    Stream,
    Login,
    Orders,
    Order,
    Products,
    Product,
    Flaky,
    Stall,
    Drip,
    Close,
    Reset,
    RedirectTo,
    RedirectChain,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    Cookies,
    CookiesSet,
    BasicAuth,
    Headers,
    Stats,
    StatsReset,
    Unknown,
}

const ANY: &[&str] = &[];
const GET: &[&str] = &["GET", "HEAD"];
const POST: &[&str] = &["POST"];

const fn route(
    path: &'static str,
    methods: &'static [&'static str],
    about: &'static str,
) -> RouteInfo {
    RouteInfo {
        path,
        methods,
        about,
    }
}

/// All routes, in the order of [`Route`].
pub(crate) const ROUTES: [RouteInfo; 30] = [
    route("/", ANY, "11 bytes of text, as fast as can be"),
    route(
        "/echo",
        ANY,
        "the body sent; `?json=1` or `Accept: application/json`: a description of the request",
    ),
    route("/json", ANY, "a small fixed JSON document"),
    route(
        "/delay/{duration}",
        ANY,
        "answers after a time such as `50ms` or `1.5s`, to about a millisecond",
    ),
    route("/status/{code}", ANY, "that status, 200 to 999"),
    route("/bytes/{n}", ANY, "that many bytes"),
    route("/stream", ANY, "chunked; `?chunks=10&size=1024&delay=0ms`"),
    route(
        "/login",
        POST,
        "JSON or form with `user`; gives a token and a session cookie",
    ),
    route(
        "/orders",
        &["GET", "HEAD", "POST"],
        "POST with `Authorization: Bearer` and JSON with `sku`: an order; GET: some orders",
    ),
    route("/orders/{id}", GET, "an order"),
    route("/products", GET, "the first 20 products"),
    route("/products/{id}", GET, "a product, 1 to 100"),
    route("/flaky", ANY, "fails in turn; `?rate=0.1&status=503`"),
    route(
        "/stall",
        &["GET", "POST"],
        "the whole target stops answering; `?for=1s`, and `&after=5s` to begin later",
    ),
    route("/drip", ANY, "byte by byte; `?bytes=10&delay=100ms`"),
    route(
        "/close",
        ANY,
        "closes without an answer, or after `?after=n` bytes of the body",
    ),
    route(
        "/reset",
        ANY,
        "resets the connection, or after `?after=n` bytes of the body",
    ),
    route("/redirect", ANY, "redirects; `?to=/&status=302`"),
    route("/redirect/{n}", ANY, "redirects n times"),
    route("/gzip", ANY, "text with `Content-Encoding: gzip`"),
    route("/deflate", ANY, "text with `Content-Encoding: deflate`"),
    route("/br", ANY, "text with `Content-Encoding: br`"),
    route("/zstd", ANY, "text with `Content-Encoding: zstd`"),
    route("/cookies", ANY, "the cookies sent"),
    route(
        "/cookies/set",
        ANY,
        "sets cookies; `?name=value`, an empty value deletes",
    ),
    route(
        "/basic-auth/{user}/{password}",
        ANY,
        "200 with these credentials, 401 without",
    ),
    route("/headers", ANY, "the headers sent"),
    route("/stats", GET, "what the target has counted"),
    route("/stats/reset", POST, "counts from zero again"),
    route("(unknown)", ANY, "404 and this list"),
];

impl Route {
    /// Returns the route's entry in the table.
    pub(crate) fn info(self) -> &'static RouteInfo {
        &ROUTES[self as usize]
    }

    /// Finds the route of a path, and the variable parts of the path.
    pub(crate) fn find(path: &str) -> (Self, [&str; 2]) {
        let mut parts = path.strip_prefix('/').unwrap_or(path).split('/');
        let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
        match parts {
            [Some(name), None, ..] => (Self::find_single(name), ["", ""]),
            [Some(name), Some(argument), None, _] => Self::find_nested(name, argument),
            [Some("basic-auth"), Some(user), Some(password), None] => {
                (Self::BasicAuth, [user, password])
            }
            _ => (Self::Unknown, ["", ""]),
        }
    }

    fn find_single(name: &str) -> Self {
        match name {
            "" => Self::Hello,
            "echo" => Self::Echo,
            "json" => Self::Json,
            "stream" => Self::Stream,
            "login" => Self::Login,
            "orders" => Self::Orders,
            "products" => Self::Products,
            "flaky" => Self::Flaky,
            "stall" => Self::Stall,
            "drip" => Self::Drip,
            "close" => Self::Close,
            "reset" => Self::Reset,
            "redirect" => Self::RedirectTo,
            "gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            "br" => Self::Brotli,
            "zstd" => Self::Zstd,
            "cookies" => Self::Cookies,
            "headers" => Self::Headers,
            "stats" => Self::Stats,
            _ => Self::Unknown,
        }
    }

    fn find_nested<'a>(name: &str, argument: &'a str) -> (Self, [&'a str; 2]) {
        let route = match (name, argument) {
            ("delay", _) => Self::Delay,
            ("status", _) => Self::Status,
            ("bytes", _) => Self::Bytes,
            ("orders", _) => Self::Order,
            ("products", _) => Self::Product,
            ("redirect", _) => Self::RedirectChain,
            ("cookies", "set") => Self::CookiesSet,
            ("stats", "reset") => Self::StatsReset,
            _ => Self::Unknown,
        };
        (route, [argument, ""])
    }

    /// Returns whether requests to this route are left out of the counts.
    pub(crate) fn is_about_stats(self) -> bool {
        matches!(self, Self::Stats | Self::StatsReset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_the_table_finds_its_own_entry() {
        for (index, info) in routes().iter().enumerate() {
            let (route, _) = Route::find(info.path);
            assert_eq!(route as usize, index, "{}", info.path);
        }
        assert_eq!(Route::Unknown as usize, ROUTES.len() - 1);
    }

    #[test]
    fn paths_that_are_too_long_or_too_short_are_unknown() {
        for path in [
            "/nothing",
            "/delay",
            "/delay/1s/2s",
            "/echo/",
            "/basic-auth/a",
            "/basic-auth/a/b/c",
            "/stats/other",
        ] {
            let known = matches!(Route::find(path).0, Route::Unknown);
            assert!(known, "{path}");
        }
    }
}
