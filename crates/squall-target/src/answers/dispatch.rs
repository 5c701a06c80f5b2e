//! From a route to its answer.

use hyper::header::{ALLOW, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::json;

use crate::answers::{encoded, faults, inspect, plain, redirects, shop, statistics};
use crate::reply::{self, Reply};
use crate::request::Call;
use crate::routes::{Route, routes};
use crate::service::hello;

/// Answers a request whose body was read.
pub(crate) async fn answer(call: Call) -> Reply {
    let methods = call.route.info().methods;
    if !methods.is_empty() && !methods.contains(&call.head.method.as_str()) {
        return Ok(method_not_allowed(&call.head.method, methods));
    }
    match call.route {
        Route::Delay => plain::delay(&call).await,
        Route::Close => faults::close(&call),
        Route::Reset => faults::reset(&call),
        _ => Ok(immediate(call)
            .unwrap_or_else(|message| reply::error(StatusCode::BAD_REQUEST, &message))),
    }
}

/// An answer, or what is wrong with the request.
pub(crate) type Checked = Result<hyper::Response<crate::payload::Payload>, String>;

fn immediate(call: Call) -> Checked {
    match call.route {
        Route::Hello => Ok(hello()),
        Route::Echo => Ok(inspect::echo(call)),
        Route::Json => Ok(plain::document()),
        Route::Status => plain::status(&call),
        Route::Bytes => plain::bytes(&call),
        Route::Stream => plain::stream(&call),
        Route::Login => shop::login(&call),
        Route::Orders if call.head.method == Method::POST => shop::create_order(&call),
        Route::Orders => Ok(shop::orders()),
        Route::Order => shop::order(&call),
        Route::Products => Ok(shop::products()),
        Route::Product => shop::product(&call),
        Route::Flaky => faults::flaky(&call),
        Route::Stall => faults::stall(&call),
        Route::Drip => plain::drip(&call),
        Route::RedirectTo => redirects::to(&call),
        Route::RedirectChain => redirects::chain(&call),
        Route::Gzip => Ok(encoded::gzip()),
        Route::Deflate => Ok(encoded::deflate()),
        Route::Brotli => Ok(encoded::brotli()),
        Route::Zstd => Ok(encoded::zstd()),
        Route::Cookies => Ok(inspect::cookies(&call)),
        Route::CookiesSet => inspect::set_cookies(&call),
        Route::BasicAuth => Ok(inspect::basic_auth(&call)),
        Route::Headers => Ok(inspect::headers(&call)),
        Route::Stats => Ok(statistics::show(&call)),
        Route::StatsReset => Ok(statistics::reset(&call)),
        // The three that are not immediate are answered above.
        Route::Unknown | Route::Delay | Route::Close | Route::Reset => Ok(unknown(&call)),
    }
}

fn unknown(call: &Call) -> hyper::Response<crate::payload::Payload> {
    let message = format!("there is no route `{}`", call.head.uri.path());
    reply::json(
        StatusCode::NOT_FOUND,
        &json!({ "error": message, "routes": routes() }),
    )
}

fn method_not_allowed(
    method: &Method,
    allowed: &[&str],
) -> hyper::Response<crate::payload::Payload> {
    let allowed = allowed.join(", ");
    let message = format!("`{method}` is not allowed here, only {allowed}");
    let mut response = reply::error(StatusCode::METHOD_NOT_ALLOWED, &message);
    if let Ok(value) = HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}
