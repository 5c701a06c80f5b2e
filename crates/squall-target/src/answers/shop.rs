//! A small shop: users log in, look at products and order them. Nothing is kept.

use std::sync::atomic::Ordering;

use hyper::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION, SET_COOKIE, WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use crate::answers::dispatch::Checked;
use crate::answers::token;
use crate::payload::Payload;
use crate::reply;
use crate::request::Call;

const NAMES: [&str; 10] = [
    "anchor",
    "sail",
    "rope",
    "compass",
    "lantern",
    "barrel",
    "hammock",
    "chart",
    "bell",
    "telescope",
];
const PRODUCT_COUNT: u64 = 100;
const PRODUCTS_LISTED: u64 = 20;
const ORDERS_LISTED: u64 = 5;

/// Gives a token and a session cookie to whoever names a user.
pub(crate) fn login(call: &Call) -> Checked {
    let fields = login_fields(call)?;
    let user = match fields.get("user") {
        Some(Value::String(user)) if !user.is_empty() => user.clone(),
        Some(Value::Number(user)) => user.to_string(),
        _ => {
            return Err(
                "`user` is missing; send `{\"user\": \"ada\"}` or the form `user=ada`".to_owned(),
            );
        }
    };
    let token = token::issue(&user);
    let mut body = json!({ "ok": true, "token": token, "user": user });
    if let Some(id) = fields.get("id") {
        body["id"] = id.clone();
    }
    let mut response = reply::json(StatusCode::OK, &body);
    if let Ok(cookie) = HeaderValue::from_str(&format!("session={token}; Path=/; HttpOnly")) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Takes an order of a user who logged in.
pub(crate) fn create_order(call: &Call) -> Checked {
    let bearer = call.header(AUTHORIZATION.as_str()).strip_prefix("Bearer ");
    let Some(user) = bearer.and_then(|text| token::verify(text.trim())) else {
        return Ok(unauthorized());
    };
    let order = parse_object(&call.body)?;
    let Some(sku) = order
        .get("sku")
        .filter(|sku| sku.is_string() || sku.is_number())
    else {
        return Err("`sku` is missing; send `{\"sku\": \"A-1\", \"quantity\": 2}`".to_owned());
    };
    let quantity = match order.get("quantity") {
        None => 1,
        Some(quantity) => quantity
            .as_u64()
            .ok_or("`quantity` is not a whole number")?,
    };
    let id = call.shared.orders.fetch_add(1, Ordering::Relaxed) + 1;
    let cents = price_in_cents(&sku.to_string()).saturating_mul(quantity);
    let body =
        json!({ "id": id, "sku": sku, "quantity": quantity, "total": amount(cents), "user": user });
    let mut response = reply::json(StatusCode::CREATED, &body);
    if let Ok(location) = HeaderValue::from_str(&format!("/orders/{id}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// Lists a few orders, always the same.
pub(crate) fn orders() -> Response<Payload> {
    let orders: Vec<Value> = (1..=ORDERS_LISTED).map(order_value).collect();
    reply::json(StatusCode::OK, &json!({ "orders": orders }))
}

/// Shows an order; every number is one.
pub(crate) fn order(call: &Call) -> Checked {
    let text = call.argument(0);
    let id = text
        .parse()
        .map_err(|_| format!("`{text}` is not the number of an order"))?;
    Ok(reply::json(StatusCode::OK, &order_value(id)))
}

/// Lists the first products.
pub(crate) fn products() -> Response<Payload> {
    let products: Vec<Value> = (1..=PRODUCTS_LISTED).map(product_value).collect();
    reply::json(
        StatusCode::OK,
        &json!({ "products": products, "total": PRODUCT_COUNT }),
    )
}

/// Shows a product.
pub(crate) fn product(call: &Call) -> Checked {
    let text = call.argument(0);
    let id = text
        .parse::<u64>()
        .map_err(|_| format!("`{text}` is not the number of a product"))?;
    if !(1..=PRODUCT_COUNT).contains(&id) {
        let message = format!("there is no product {id}, only 1 to {PRODUCT_COUNT}");
        return Ok(reply::error(StatusCode::NOT_FOUND, &message));
    }
    Ok(reply::json(StatusCode::OK, &product_value(id)))
}

fn login_fields(call: &Call) -> Result<Value, String> {
    if call
        .header(CONTENT_TYPE.as_str())
        .starts_with("application/x-www-form-urlencoded")
    {
        let fields = url::form_urlencoded::parse(&call.body);
        return Ok(fields
            .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
            .collect());
    }
    parse_object(&call.body)
}

fn parse_object(body: &[u8]) -> Result<Value, String> {
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err("the body is JSON, but not an object".to_owned()),
        Err(error) => Err(format!("the body is not JSON: {error}")),
    }
}

fn unauthorized() -> Response<Payload> {
    let message =
        "there is no valid token; send `Authorization: Bearer` with the token of `/login`";
    let mut response = reply::error(StatusCode::UNAUTHORIZED, message);
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

fn product_value(id: u64) -> Value {
    let name = NAMES
        .iter()
        .cycle()
        .nth(usize::try_from(id - 1).unwrap_or(0))
        .copied()
        .unwrap_or_default();
    let sku = format!("{}-{id}", name.to_uppercase());
    json!({ "id": id, "sku": sku, "name": name, "price": amount(price_in_cents(&sku)), "stock": id % 7 * 10 })
}

fn order_value(id: u64) -> Value {
    let product = product_value(id % PRODUCT_COUNT + 1);
    json!({ "id": id, "sku": product["sku"], "quantity": 1, "total": product["price"] })
}

fn price_in_cents(sku: &str) -> u64 {
    100 + token::checksum(sku.as_bytes()) % 9900
}

fn amount(cents: u64) -> f64 {
    cents as f64 / 100.0
}
