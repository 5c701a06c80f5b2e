use serde_json::{Value, json};
use squall_plan::{CheckedPlan, FileKind, Plan, PlanErrors};

use crate::SHOP_JSON;

fn plan(pools: Value, url: &str) -> Plan {
    let plan = json!({
        "version": 1,
        "name": "test",
        "data": pools,
        "stages": {"main": {"execute": {"scenarios": {"main": {
            "load": {"closed": {"users": 3, "duration": "1s"}},
            "flow": [{"http": {"url": url}}],
        }}}}},
    });
    Plan::from_value(plan).unwrap()
}

const URL: &str = "stages.main.execute.scenarios.main.flow[0].http.url";

#[track_caller]
fn check(pools: Value, url: &str, expected: &[&str]) {
    let errors = match plan(pools, url).check() {
        Ok(_) => Vec::new(),
        Err(PlanErrors(errors)) => errors,
    };
    let errors: Vec<_> = errors
        .iter()
        .map(|error| format!("{}: {}", error.path, error.message))
        .collect();
    assert_eq!(errors, expected);
}

#[test]
fn a_pool_has_exactly_one_source() {
    check(json!({"p": {"csv": "p.csv"}}), "http://a/${data.p.x}", &[]);
    check(
        json!({"p": {}}),
        "http://a",
        &["data.p: exactly one of `csv`, `json`, `json_lines` and `rows` must be given; none is"],
    );
    check(
        json!({"p": {"csv": "", "rows": [{"x": 1}]}}),
        "http://a",
        &[
            "data.p: exactly one of `csv`, `json`, `json_lines` and `rows` must be given; `csv`, `rows` are",
            "data.p.csv: the path of the file is empty",
        ],
    );
}

#[test]
fn pools_and_fields_that_are_used_exist() {
    let pools = json!({"users": {"rows": [{"name": "ann", "age": 5}, {"name": "bob", "age": 6}]}});
    check(pools.clone(), "http://a/${data.users.name}", &[]);
    check(
        pools.clone(),
        "http://a/${data.user.name}",
        &[&format!("{URL}: there is no data pool `user`")],
    );
    check(
        pools.clone(),
        "http://a/${data.users.nmae}",
        &[&format!("{URL}: data pool `users` has no field `nmae`")],
    );
    let PlanErrors(errors) = plan(pools, "http://a/${data.users.nmae}")
        .check()
        .unwrap_err();
    assert_eq!(
        errors[0].hint.as_deref(),
        Some("did you mean `name`? the fields are `name`, `age`")
    );
}

#[test]
fn rows_in_the_plan_are_checked() {
    check(
        json!({"p": {"rows": []}}),
        "http://a",
        &["data.p: data pool `p` has no rows"],
    );
    check(
        json!({"p": {"rows": [{"a": 1, "b": 2}, {"a": 1}]}}),
        "http://a",
        &["data.p.rows[1]: the row has no `b`, which other rows have"],
    );
    let unique = |rows: Value| json!({"p": {"rows": rows, "order": "unique"}});
    check(unique(json!([{"a": 1}])), "http://a", &[]);
    check(
        unique(json!([{"a": 1}, {"a": 2}, {"a": 3}])),
        "http://a/${data.p.a}",
        &[],
    );
    check(
        unique(json!([{"a": 1}])),
        "http://a/${data.p.a}",
        &["data.p: data pool `p` has 1 rows for 3 virtual users, each of which keeps one"],
    );
}

#[test]
fn rows_from_files_are_checked_by_the_run() {
    let checked: CheckedPlan = Plan::from_json(SHOP_JSON).unwrap().check().unwrap();
    assert_eq!(checked.users_of("users"), 50);
    assert_eq!(checked.users_of("skus"), 70);
    let name = &["name".to_owned()];
    assert_eq!(checked.check_rows("users", name, 50), Ok(()));
    let report = |fields: &[String], rows| {
        checked
            .check_rows("users", fields, rows)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        report(name, 0),
        "error: data pool `users` has no rows\n  in data.users"
    );
    let expected = "error: data pool `users` has 49 rows for 50 virtual users, each of which keeps one\n  in data.users\n\
        hint: add rows, lower the number of users, or choose another `order`\n\n\
        error: data pool `users` has no field `name`\n  at shop.py:12, Browse\n  \
        in stages.Browse.execute.scenarios.buy.flow[0].http.body.json.user\nhint: did you mean `names`?";
    assert_eq!(report(&["names".to_owned()], 49), expected);
}

#[test]
fn files_are_listed_for_the_run() {
    let files = Plan::from_json(SHOP_JSON).unwrap().files();
    let listed: Vec<_> = files
        .iter()
        .map(|file| (file.file.as_str(), file.kind, file.path.as_str()))
        .collect();
    let photo = "stages.Upload.execute.scenarios.main.flow[0].http.body.multipart[1].file";
    assert_eq!(
        listed,
        [
            ("users.csv", FileKind::Data, "data.users.csv"),
            ("photo.jpg", FileKind::Body, photo)
        ]
    );
    assert_eq!(
        files[0].error("no such file").to_string(),
        "error: file `users.csv` cannot be read: no such file\n  in data.users.csv"
    );
}

#[test]
fn a_script_uses_whole_rows_of_its_pools() {
    let plan = |pool: &str| {
        let mut value = serde_json::to_value(plan(
            json!({"users": {"rows": [{"name": "ann"}], "order": "unique"}}),
            "http://a",
        ))
        .unwrap();
        value["stages"]["main"]["execute"]["scenarios"]["main"]["flow"] =
            json!([{"script": {"entry": "Shop.buy", "pools": [pool]}}]);
        Plan::from_value(value).unwrap().check()
    };
    let PlanErrors(errors) = plan("user").unwrap_err();
    assert_eq!(errors[0].message, "there is no data pool `user`");
    let PlanErrors(errors) = plan("users").unwrap_err();
    assert_eq!(
        errors[0].message,
        "data pool `users` has 1 rows for 3 virtual users, each of which keeps one"
    );
}
