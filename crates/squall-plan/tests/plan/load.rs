use squall_plan::{CookiePolicy, Plan, PlanErrors};

use crate::{SHOP_JSON, SHOP_YAML};

#[test]
fn the_same_plan_in_json_and_yaml_is_the_same_plan() {
    assert_eq!(
        Plan::from_yaml(SHOP_YAML).unwrap(),
        Plan::from_json(SHOP_JSON).unwrap()
    );
}

#[test]
fn every_structural_mistake_is_found_at_once() {
    let plan = r#"{
  "version": "1",
  "nmae": "shop",
  "speed": 5,
  "http": {"base_url": 5, "connect_timeout": "5 parsecs", "connections": {"shared": -1}, "coookies": false},
  "data": {"users": {"csv": "users.csv", "order": "randm"}},
  "stages": {
    "Browse": {
      "source": {"file": "shop.py", "line": 12, "name": "Browse"},
      "after": "Warm",
      "execute": {"scenarios": {
        "main": {
          "load": {"closd": {"users": -5, "duration": "1 fortnight"}},
          "flow": [
            "http",
            {"http": {"metod": "GET", "url": "/"}},
            {"htp": {"url": 5}},
            {"pause": "3s..1s"},
            {"http": {"source": {"file": "shop.py", "line": 20, "name": "Browse.home"}, "method": "GET", "expect": {"status": {}}}},
            {"pause": "1s", "http": {"url": "/"}},
            {"loop": {"times": 1.5}},
            {"if": {"then": []}},
            {},
            {"frobnicate": {"url": 1}},
            {"choose": {"order": "sometimes", "branches": {"a": {"weight": "heavy", "steps": []}}}},
            {"http": {"url": "/", "auth": {"basic": 5}, "body": {"json": 1, "text": "x"}, "params": {"page": 1}}}
          ]
        },
        "other": {"load": {"iterations": {"shared": 5}}, "flow": {}}
      }}
    },
    "Send": {"submit": {}}
  },
  "thresholds": [{"rule": 1}, "p99 < 5"]
}"#;
    insta::assert_snapshot!(Plan::from_json(plan).unwrap_err());
}

#[test]
fn an_empty_object_is_told_everything_that_is_missing() {
    let PlanErrors(errors) = Plan::from_json("{}").unwrap_err();
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`version` is missing",
            "`name` is missing",
            "`stages` is missing"
        ]
    );
}

#[test]
fn a_document_that_is_no_object_is_refused() {
    for (text, message) in [
        ("[]", "expected an object, found a list"),
        ("5", "expected an object, found `5`"),
        ("null", "expected an object, found `null`"),
        ("\"x\"", "expected an object, found the string `\"x\"`"),
    ] {
        assert_eq!(
            Plan::from_json(text).unwrap_err().to_string(),
            format!("error: {message}")
        );
    }
}

#[test]
fn syntax_errors_carry_line_and_column() {
    let mut report: Vec<String> = Vec::new();
    for text in [
        "",
        "{\n  \"version\": 1,\n}",
        "{\"a\": 1} x",
        "{\"a\": 1,\n \"a\": 2}",
        "{\"a\": 1e999}",
    ] {
        report.push(format!("{}", Plan::from_json(text).unwrap_err()));
    }
    for text in [
        "",
        "a: [1,\nb: 2",
        "a: 1\na: 2",
        "a: &x [*x]",
        "? [a]\n: b",
        "{a: b}\n---\n{c: d}",
    ] {
        report.push(format!("{}", Plan::from_yaml(text).unwrap_err()));
    }
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn endless_nesting_is_refused() {
    for text in [
        "[".repeat(100_000),
        format!("{}1{}", "[".repeat(120), "]".repeat(120)),
        "{\"a\":".repeat(100_000),
    ] {
        assert!(Plan::from_json(&text).is_err());
    }
    let errors = Plan::from_yaml(&format!("{}1{}", "[".repeat(120), "]".repeat(120))).unwrap_err();
    assert!(errors.to_string().contains("100 levels"), "{errors}");
    assert!(Plan::from_yaml(&"[".repeat(100_000)).is_err());
}

#[test]
fn a_flood_of_mistakes_is_cut() {
    let fields: Vec<_> = (0..5_000)
        .map(|index| format!("\"zzzzzzzzz{index}\": 1"))
        .collect();
    let PlanErrors(errors) = Plan::from_json(&format!("{{{}}}", fields.join(","))).unwrap_err();
    assert_eq!(errors.len(), 200);
}

#[test]
fn yaml_words_stay_words() {
    let yaml = "version: 1\nname: yes\nstages: {no: {setup: {}}, on: {analyze: {}}}\ntags: {a: \"true\", b: y}";
    let plan = Plan::from_yaml(yaml).unwrap();
    assert_eq!(plan.name, "yes");
    assert_eq!(plan.stages.keys().collect::<Vec<_>>(), ["no", "on"]);
    assert_eq!(plan.tags["b"], "y");
}

#[test]
fn cookies_are_kept_per_user_per_iteration_or_not_at_all() {
    let plan = |cookies: &str| {
        Plan::from_json(&format!(
            r#"{{"version": 1, "name": "shop", "http": {{"cookies": {cookies}}}, "stages": {{}}}}"#
        ))
    };
    for (written, policy) in [
        ("true", CookiePolicy::PerUser),
        ("false", CookiePolicy::Off),
        (r#""per_iteration""#, CookiePolicy::PerIteration),
    ] {
        let plan = plan(written).unwrap();
        assert_eq!(plan.http.cookies, Some(policy));
        let again = serde_json::to_value(&plan).unwrap();
        assert_eq!(again["http"]["cookies"].to_string(), written);
    }
    let PlanErrors(errors) = plan(r#""always""#).unwrap_err();
    assert_eq!(errors[0].path, "http.cookies");
    assert!(
        errors[0].message.contains("true, false or `per_iteration`"),
        "{}",
        errors[0]
    );
}

#[test]
fn a_null_that_is_expected_is_kept() {
    let text = SHOP_JSON.replace("{\"ok\": true}", "null");
    let plan = Plan::from_json(&text).unwrap();
    let again = Plan::from_json(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(again, plan);
    assert!(
        serde_json::to_string(&plan)
            .unwrap()
            .contains("\"json\":null")
    );
}

#[test]
fn the_deepest_flow_that_is_read_fits_the_stack() {
    // Three levels for each loop, and the way from the root to the flow.
    let loops = 28;
    let flow = format!(
        "{}{}",
        "[{\"loop\":{\"times\":2,\"steps\":".repeat(loops),
        "[{\"http\":{\"url\":\"/\"}}]"
    );
    let flow = format!("{flow}{}", "}}]".repeat(loops));
    let text = format!(
        "{{\"version\":1,\"name\":\"deep\",\"http\":{{\"base_url\":\"http://a\"}},\"stages\":{{\"s\":{{\"execute\":{{\"scenarios\":{{\"s\":\
        {{\"load\":{{\"closed\":{{\"users\":1,\"duration\":1}}}},\"flow\":{flow}}}}}}}}}}}}}"
    );
    for plan in [Plan::from_json(&text), Plan::from_yaml(&text)] {
        assert!(plan.unwrap().check().is_ok());
    }
}

#[test]
fn wrong_names_in_scripts_and_volumes_are_answered_with_those_that_exist() {
    let plan = r#"{
  "version": 1,
  "name": "shop",
  "stages": {"Browse": {"execute": {"scenarios": {"main": {
    "load": {"volume": {"enrty": "shop:peaks", "users": 5}},
    "flow": [
      {"script": {"entry": "shop:browse", "run": "thread"}},
      {"script": {"entry": "shop:browse", "runs": "coroutin", "takes_data": "yes"}},
      {"scrpt": {"entry": "shop:browse"}}
    ]
  }}}}}
}"#;
    insta::assert_snapshot!(Plan::from_json(plan).unwrap_err());
}
