//! What the client sent, shown to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{
    AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderValue, SET_COOKIE, WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::answers::dispatch::Checked;
use crate::payload::Payload;
use crate::reply;
use crate::request::{Call, header_pairs};

/// Sends the body back with its type, or describes the request where that is asked for.
pub(crate) fn echo(call: Call) -> Response<Payload> {
    if call.parameter("json").is_some_and(|value| value != "0")
        || call.header("accept").contains("application/json")
    {
        return describe(&call);
    }
    let content_type = call.head.headers.get(CONTENT_TYPE).cloned();
    let mut response = Response::new(Payload::whole(call.body));
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response
}

/// Shows the headers.
pub(crate) fn headers(call: &Call) -> Response<Payload> {
    reply::json(
        StatusCode::OK,
        &json!({ "headers": header_pairs(&call.head.headers) }),
    )
}

/// Shows the cookies.
pub(crate) fn cookies(call: &Call) -> Response<Payload> {
    let sent = call
        .head
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let cookies: Map<String, Value> = sent
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    reply::json(StatusCode::OK, &json!({ "cookies": cookies }))
}

/// Sets a cookie for each parameter; an empty value deletes it.
pub(crate) fn set_cookies(call: &Call) -> Checked {
    let mut set = Map::new();
    let mut response = reply::text(StatusCode::OK, "");
    for (name, value) in call.query() {
        let lifetime = if value.is_empty() { "; Max-Age=0" } else { "" };
        let cookie = HeaderValue::from_str(&format!("{name}={value}; Path=/{lifetime}"))
            .map_err(|_| format!("cookie `{name}` has characters that a header cannot carry"))?;
        response.headers_mut().append(SET_COOKIE, cookie);
        set.insert(name, Value::from(value));
    }
    let body = reply::json(StatusCode::OK, &json!({ "set": set }));
    let (mut head, body) = body.into_parts();
    head.headers.extend(
        response
            .headers_mut()
            .drain()
            .filter(|(name, _)| name.as_ref() != Some(&CONTENT_TYPE)),
    );
    Ok(Response::from_parts(head, body))
}

/// Answers 200 to the credentials in the path, 401 to others.
pub(crate) fn basic_auth(call: &Call) -> Response<Payload> {
    let (user, password) = (call.argument(0), call.argument(1));
    let given = call
        .header(AUTHORIZATION.as_str())
        .strip_prefix("Basic ")
        .and_then(|text| STANDARD.decode(text).ok());
    if given.is_some_and(|given| given == format!("{user}:{password}").into_bytes()) {
        return reply::json(StatusCode::OK, &json!({ "ok": true, "user": user }));
    }
    let mut response = reply::error(
        StatusCode::UNAUTHORIZED,
        "user or password are not those of the path",
    );
    response.headers_mut().insert(
        WWW_AUTHENTICATE,
        HeaderValue::from_static("Basic realm=\"squall\""),
    );
    response
}

fn describe(call: &Call) -> Response<Payload> {
    let (body, encoding) = match std::str::from_utf8(&call.body) {
        Ok(text) => (text.to_owned(), "text"),
        Err(_) => (STANDARD.encode(&call.body), "base64"),
    };
    let query: Vec<_> = call.query();
    let description = json!({
        "method": call.head.method.as_str(),
        "path": call.head.uri.path(),
        "query": query,
        "version": format!("{:?}", call.head.version),
        "headers": header_pairs(&call.head.headers),
        "body": body,
        "body_encoding": encoding,
        "body_bytes": call.body.len(),
    });
    reply::json(StatusCode::OK, &description)
}
