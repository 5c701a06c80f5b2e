//! Log in, look, order.

use serde_json::json;

use crate::client::{Client, target};

#[test]
fn who_logs_in_can_order() {
    let target = target();
    let mut client = Client::connect(&target);
    let login = client.post_json("/login", "", r#"{"user": "ada", "id": 7}"#);
    assert_eq!(login.status, 200);
    let session = login.json();
    assert_eq!(
        (&session["ok"], &session["user"], &session["id"]),
        (&json!(true), &json!("ada"), &json!(7))
    );
    let token = session["token"].as_str().unwrap();
    assert_eq!(
        login.header("set-cookie"),
        format!("session={token}; Path=/; HttpOnly")
    );

    let bearer = format!("Authorization: Bearer {token}\r\n");
    let first = client.post_json("/orders", &bearer, r#"{"sku": "A-1"}"#);
    assert_eq!((first.status, first.header("location")), (201, "/orders/1"));
    let second = client
        .post_json("/orders", &bearer, r#"{"sku": "A-1", "quantity": 2}"#)
        .json();
    assert_eq!(
        (&second["id"], &second["sku"], &second["user"]),
        (&json!(2), &json!("A-1"), &json!("ada"))
    );
    let (once, twice) = (
        first.json()["total"].as_f64().unwrap(),
        second["total"].as_f64().unwrap(),
    );
    assert!((twice - 2.0 * once).abs() < 1e-9, "{once} {twice}");
}

#[test]
fn a_form_logs_in_as_well() {
    let target = target();
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let login = Client::connect(&target)
        .request("POST", "/login", form, "user=ada+l&id=7")
        .json();
    assert_eq!(
        (&login["user"], &login["id"]),
        (&json!("ada l"), &json!("7"))
    );
}

#[test]
fn a_bad_login_says_what_is_wrong() {
    let target = target();
    let mut client = Client::connect(&target);
    for body in ["", "{", "[1]", "{}", r#"{"user": ""}"#, r#"{"user": null}"#] {
        let answer = client.post_json("/login", "", body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["error"].is_string(), "{body}");
    }
}

#[test]
fn nobody_orders_without_a_valid_token() {
    let target = target();
    let mut client = Client::connect(&target);
    for headers in [
        "",
        "Authorization: Bearer squall.616461.0\r\n",
        "Authorization: Basic YTpi\r\n",
    ] {
        let answer = client.post_json("/orders", headers, r#"{"sku": "A-1"}"#);
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (401, "Bearer"),
            "{headers}"
        );
    }
}

#[test]
fn an_order_needs_a_sku_and_a_whole_quantity() {
    let target = target();
    let mut client = Client::connect(&target);
    let token = client.post_json("/login", "", r#"{"user": 1}"#).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let bearer = format!("Authorization: Bearer {token}\r\n");
    for body in [
        "",
        "{}",
        r#"{"sku": null}"#,
        r#"{"sku": "a", "quantity": -1}"#,
    ] {
        assert_eq!(
            client.post_json("/orders", &bearer, body).status,
            400,
            "{body}"
        );
    }
}

#[test]
fn orders_and_products_can_be_looked_at() {
    let target = target();
    let mut client = Client::connect(&target);
    assert_eq!(
        client.get("/orders").json()["orders"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    assert_eq!(client.get("/orders/7").json()["id"], 7);
    let products = client.get("/products").json();
    assert_eq!(products["products"].as_array().unwrap().len(), 20);
    assert_eq!(client.get("/products/1").json(), products["products"][0]);
    for missing in ["0", "101"] {
        assert_eq!(client.get(&format!("/products/{missing}")).status, 404);
    }
    assert_eq!(client.get("/products/x").status, 400);
}
