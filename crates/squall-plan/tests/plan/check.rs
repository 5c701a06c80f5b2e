use serde_json::{Value, json};
use squall_plan::{Plan, PlanErrors};

/// The errors of a plan that has one Execute stage `main` with one scenario `main`.
fn errors_of(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut plan = json!({
        "version": 1,
        "name": "test",
        "stages": {"main": {"execute": {"scenarios": {"main": {
            "load": {"closed": {"users": 1, "duration": "1s"}},
            "flow": [{"http": {"url": "http://shop.example/"}}],
        }}}}},
    });
    change(&mut plan);
    match Plan::from_value(plan).unwrap().check() {
        Ok(_) => Vec::new(),
        Err(PlanErrors(errors)) => errors
            .iter()
            .map(|error| format!("{}: {}", error.path, error.message))
            .collect(),
    }
}

const SCENARIO: &str = "stages.main.execute.scenarios.main";

fn scenario(plan: &mut Value) -> &mut Value {
    &mut plan["stages"]["main"]["execute"]["scenarios"]["main"]
}

#[track_caller]
fn check_load(load: Value, expected: &[&str]) {
    let errors = errors_of(|plan| scenario(plan)["load"] = load.clone());
    let expected: Vec<_> = expected
        .iter()
        .map(|error| format!("{SCENARIO}.load.{error}"))
        .collect();
    assert_eq!(errors, expected, "{load}");
}

#[track_caller]
fn check_request(request: Value, expected: &[&str]) {
    let mut whole = json!({"url": "http://shop.example/"});
    whole
        .as_object_mut()
        .unwrap()
        .extend(request.as_object().unwrap().clone());
    check_flow(
        json!([{"http": whole}]),
        &expected
            .iter()
            .map(|error| format!("[0].http.{error}"))
            .collect::<Vec<_>>(),
    );
}

#[track_caller]
fn check_flow(flow: Value, expected: &[impl AsRef<str>]) {
    let errors = errors_of(|plan| scenario(plan)["flow"] = flow.clone());
    let expected: Vec<_> = expected
        .iter()
        .map(|error| format!("{SCENARIO}.flow{}", error.as_ref()))
        .collect();
    assert_eq!(errors, expected, "{flow}");
}

#[track_caller]
fn check_stages(stages: Value, expected: &[&str]) {
    let errors = errors_of(|plan| {
        let execute = plan["stages"]["main"]["execute"].clone();
        plan["stages"] = stages.clone();
        for stage in plan["stages"].as_object_mut().unwrap().values_mut() {
            if stage.get("execute").is_some() {
                stage["execute"] = execute.clone();
            }
        }
    });
    assert_eq!(errors, expected, "{stages}");
}

#[track_caller]
fn check_http(http: Value, expected: &[&str]) {
    let errors = errors_of(|plan| plan["http"] = http.clone());
    let expected: Vec<_> = expected
        .iter()
        .map(|error| format!("http.{error}"))
        .collect();
    assert_eq!(errors, expected, "{http}");
    // The same holds in a stage.
    let errors = errors_of(|plan| {
        plan["stages"]["main"]["execute"]["settings"] = json!({"http": http.clone()});
    });
    let expected: Vec<_> = expected
        .iter()
        .map(|error| format!("stages.main.execute.settings.{error}"))
        .collect();
    assert_eq!(errors, expected, "{http}");
}

#[test]
fn a_plan_full_of_mistakes_is_told_all_of_them() {
    let plan = Plan::from_json(include_str!("examples/wrong.json")).unwrap();
    insta::assert_snapshot!(plan.check().unwrap_err());
}

#[test]
fn a_good_plan_has_no_errors() {
    assert_eq!(errors_of(|_| {}), [""; 0]);
}

#[test]
fn the_head_is_checked() {
    let errors = errors_of(|plan| {
        plan["version"] = json!(2);
        plan["name"] = json!(" ");
        plan["thresholds"] = json!([{"rule": ""}]);
    });
    let expected = [
        "version: version 2 of the plan format is not known",
        "name: the name is empty",
        "thresholds[0].rule: the rule is empty",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn stages_must_make_a_graph_that_sends_load() {
    check_stages(
        json!({"a": {"setup": {}}, "b": {"after": ["a"], "execute": 1}, "c": {"after": ["b"], "analyze": {}}}),
        &[],
    );
    check_stages(json!({}), &["stages: no stage sends load"]);
    check_stages(
        json!({"a": {"setup": {}}}),
        &["stages: no stage sends load"],
    );
    check_stages(
        json!({"a": {"execute": 1, "after": ["b"]}, "b": {"setup": {}, "after": ["a"]}}),
        &["stages.a.after: stages wait for each other in a circle: `a → b → a`"],
    );
    check_stages(
        json!({"x": {"execute": 1, "after": ["x"]}, "y": {"execute": 1, "after": ["z"]}, "z": {"execute": 1, "after": ["y", "x"]}}),
        &[
            "stages.x.after: stages wait for each other in a circle: `x → x`",
            "stages.y.after: stages wait for each other in a circle: `y → z → y`",
        ],
    );
    check_stages(
        json!({"a": {"setup": {}}, "b": {"execute": 1}, "c": {"analyze": {}, "after": ["a"]}}),
        &[
            "stages.a: stage `a` prepares nothing: no stage after it sends load",
            "stages.c: stage `c` cannot be reached: no stage before it sends load",
        ],
    );
    check_stages(
        json!({"a": {"execute": 1, "setup": {}}, "b": {}}),
        &[
            "stages.a: stage `a` must have exactly one of `setup`, `execute`, `analyze`, `submit`, `act`, `validate`, `checkpoint`, `teardown` and `wait`",
            "stages.b: stage `b` must have exactly one of `setup`, `execute`, `analyze`, `submit`, `act`, `validate`, `checkpoint`, `teardown` and `wait`",
        ],
    );
    check_stages(
        json!({"a": {"execute": 1, "after": ["aa"]}}),
        &["stages.a.after[0]: there is no stage `aa`"],
    );
}

#[test]
fn closed_loads_need_users_and_time() {
    check_load(
        json!({"closed": {"users": 1, "duration": "1s", "pacing": "1s", "pause": "1s..2s"}}),
        &[],
    );
    check_load(json!({"closed": {"stages": "0s:10,30s:10"}}), &[]);
    check_load(
        json!({"closed": {"users": 10, "stages": [{"duration": "30s", "target": 0}]}}),
        &[],
    );
    check_load(
        json!({"closed": {}}),
        &["closed: `users` and `duration` are missing"],
    );
    check_load(
        json!({"closed": {"duration": "1s"}}),
        &["closed: `users` is missing"],
    );
    check_load(
        json!({"closed": {"users": 1}}),
        &["closed: `duration` is missing"],
    );
    check_load(
        json!({"closed": {"users": 0, "duration": "0s", "pacing": 0}}),
        &[
            "closed.pacing: the duration must be longer than 0",
            "closed.duration: the duration must be longer than 0",
            "closed.users: `users` must be greater than 0",
        ],
    );
    check_load(
        json!({"closed": {"stages": "30s:1", "duration": "1s"}}),
        &["closed.duration: `duration` does not go with `stages`"],
    );
    check_load(
        json!({"closed": {"stages": "30s:0"}}),
        &["closed.stages: no stage ever has a target of `users` greater than 0"],
    );
    check_load(
        json!({"closed": {"stages": []}}),
        &["closed.stages: the stages take no time at all"],
    );
    check_load(
        json!({"closed": {"stages": [{"duration": 1, "target": -1}, {"duration": 1, "target": 1e12}]}}),
        &[
            "closed.stages[0].target: `-1` is not a number from 0 to 4294967295",
            "closed.stages[1].target: `1000000000000` is not a number from 0 to 4294967295",
        ],
    );
}

#[test]
fn open_loads_need_a_rate_and_time() {
    check_load(
        json!({"open": {"rate": "30/m", "duration": 5, "max_wait": 0}}),
        &[],
    );
    check_load(json!({"open": {"stages": "1s:5"}}), &[]);
    check_load(
        json!({"open": {"duration": "1s"}}),
        &["open: `rate` is missing"],
    );
    check_load(
        json!({"open": {"rate": 0, "duration": "1s"}}),
        &["open.rate: `rate` must be greater than 0"],
    );
    check_load(
        json!({"open": {"rate": 1, "duration": "1s", "max_users": 0}}),
        &["open.max_users: without virtual users no iteration can start"],
    );
}

#[test]
fn iteration_loads_need_exactly_one_count() {
    check_load(json!({"iterations": {"users": 1, "shared": 5}}), &[]);
    let message =
        "iterations: exactly one of `shared` and `per_user` must say how many iterations there are";
    check_load(json!({"iterations": {"users": 1}}), &[message]);
    check_load(
        json!({"iterations": {"users": 1, "shared": 5, "per_user": 5}}),
        &[message],
    );
    check_load(
        json!({"iterations": {"users": 0, "per_user": 0, "max_duration": 0}}),
        &[
            "iterations.users: without virtual users no iteration can start",
            "iterations.max_duration: the duration must be longer than 0",
            "iterations.per_user: there must be at least 1 iteration",
        ],
    );
}

#[test]
fn urls_are_absolute_or_have_a_base() {
    for url in [
        "http://a",
        "HTTPS://a:8080/b?c#d",
        "http://[::1]/",
        "http://${user_id()}.example/",
        "${uuid4()}",
        "http://a/${counter()}",
    ] {
        check_request(json!({"url": url}), &[]);
    }
    for (url, message) in [
        ("/", "`/` is relative, and there is no `base_url`"),
        ("items", "`items` is relative, and there is no `base_url`"),
        ("", "`` is relative, and there is no `base_url`"),
        (
            "/items/${uuid4()}",
            "`/items/${uuid4()}` is relative, and there is no `base_url`",
        ),
        (
            "ftp://a/",
            "`ftp://a/` starts with neither `http://` nor `https://`",
        ),
        (
            "ftp://${uuid4()}/",
            "`ftp://` starts with neither `http://` nor `https://`",
        ),
        (
            "localhost:8080/x",
            "`localhost:8080/x` starts with neither `http://` nor `https://`",
        ),
        (
            "http:a",
            "`http:a` is not a URL: `//` and a host are missing",
        ),
        ("http://", "`http://` is not a URL: empty host"),
        (
            "http://a:99999/",
            "`http://a:99999/` is not a URL: invalid port number",
        ),
        (
            "http://a b/",
            "`http://a b/` is not a URL: invalid international domain name",
        ),
    ] {
        check_request(json!({"url": url}), &[&format!("url: {message}")]);
    }
    let errors = errors_of(|plan| {
        plan["http"] = json!({"base_url": "https://shop.example/api"});
        scenario(plan)["flow"] =
            json!([{"http": {"url": "/x"}}, {"http": {"url": "x/${uuid4()}"}}]);
    });
    assert_eq!(errors, [""; 0]);
}

#[test]
fn methods_headers_and_cookies_follow_the_rfcs() {
    check_request(
        json!({"method": "M-SEARCH", "headers": {"x-a": ["1", "ä"]}, "cookies": {"a": "b"}}),
        &[],
    );
    check_request(
        json!({"method": "GET /"}),
        &["method: `GET /` is not a method"],
    );
    check_request(json!({"method": ""}), &["method: `` is not a method"]);
    check_request(
        json!({"headers": {"x a": "1"}}),
        &["headers[\"x a\"]: `x a` is not a header name"],
    );
    check_request(
        json!({"headers": {"Content-Length": "5", "transfer-encoding": "chunked"}}),
        &[
            "headers.Content-Length: `Content-Length` cannot be set",
            "headers.transfer-encoding: `transfer-encoding` cannot be set",
        ],
    );
    check_request(
        json!({"headers": {"a": "1\r\nb: 2", "b": ["x", "\n"], "c": "${uuid4()}\u{0}"}}),
        &[
            "headers.a: the value holds a carriage return, which no header may",
            "headers.b: the value holds a line break, which no header may",
            "headers.c: the value holds a NUL, which no header may",
        ],
    );
    check_request(
        json!({"cookies": {"a b": "1", "c": "1; d=2"}}),
        &[
            "cookies[\"a b\"]: `a b` is not a cookie name",
            "cookies.c: the value holds `;`, which ends a cookie",
        ],
    );
    check_request(
        json!({"auth": {"basic": {"username": "a:b", "password": "c:d"}}}),
        &["auth.basic.username: the user name holds `:`, which ends it"],
    );
    check_request(
        json!({"auth": {"bearer": "a\nb"}}),
        &["auth.bearer: the value holds a line break, which no header may"],
    );
    check_request(
        json!({"timeout": 0}),
        &["timeout: the duration must be longer than 0"],
    );
}

#[test]
fn bodies_are_checked() {
    check_request(json!({"body": {"base64": "AAEC"}}), &[]);
    check_request(
        json!({"body": {"base64": "AAE"}}),
        &["body.base64: this is not base64: invalid padding"],
    );
    check_request(
        json!({"body": {"file": ""}}),
        &["body.file: the path of the file is empty"],
    );
    check_request(
        json!({"body": {"multipart": []}}),
        &["body.multipart: a multipart body has at least one part"],
    );
    check_request(
        json!({"body": {"multipart": [{"name": "a"}, {"name": "b", "value": "1", "file": "x"}, {"name": "", "base64": "AA=="}]}}),
        &[
            "body.multipart[0]: the part `a` must have exactly one of `value`, `file` and `base64`",
            "body.multipart[1]: the part `b` must have exactly one of `value`, `file` and `base64`",
            "body.multipart[2].name: the name is empty",
        ],
    );
    check_request(
        json!({"body": {"json": {"a": [{"b": "${x}"}], "${x}": 1}}}),
        &["body.json.a[0].b: no earlier step extracts `x`"],
    );
    check_request(
        json!({"body": {"text": "${x"}}),
        &["body.text: `${x` is not closed"],
    );
    check_request(
        json!({"body": {"form": {"a": ["1", "${uuid()}"]}}}),
        &["body.form.a[1]: `${uuid()}` calls unknown function `uuid`"],
    );
}

#[test]
fn expectations_are_checked() {
    check_request(
        json!({"expect": {"status": ["2xx", 999]}}),
        &[
            "expect.status: `999` is not a status from 100 to 599; write it like `200`, `2xx` or `200-204`",
        ],
    );
    check_request(
        json!({"expect": {"regex": "a(b"}}),
        &["expect.regex: `a(b` is not a regular expression: unclosed group"],
    );
    check_request(
        json!({"expect": {"body_size": {}}}),
        &["expect.body_size: neither `min` nor `max` is given"],
    );
    check_request(
        json!({"expect": {"body_size": {"min": 2, "max": 1}}}),
        &["expect.body_size: no size is both at least 2 and at most 1"],
    );
    check_request(
        json!({"expect": {"duration": 0}}),
        &["expect.duration: the duration must be longer than 0"],
    );
    check_request(
        json!({"expect": {"headers": {"a b": "x"}}}),
        &["expect.headers[\"a b\"]: `a b` is not a header name"],
    );
    check_request(
        json!({"expect": {"json": ["${x}"], "json_path": {"$.a": {"equals": "${x}"}}, "text": "${x}"}}),
        &[
            "expect.json[0]: no earlier step extracts `x`",
            "expect.json_path[\"$.a\"].equals: no earlier step extracts `x`",
            "expect.text: no earlier step extracts `x`",
        ],
    );
}

#[test]
fn extractions_are_checked() {
    check_request(
        json!({"extract": {"data": {"json": "$.a"}, "a-b": {"header": "x"}, "c": {"header": "x y"}, "d": {"cookie": ""}}}),
        &[
            "extract.data: an extracted value cannot be called `data`, which stands for data pools",
            "extract.a-b: `a-b` is not a name that a template can use",
            "extract.c.header: `x y` is not a header name",
            "extract.d.cookie: `` is not a cookie name",
        ],
    );
    check_request(
        json!({"extract": {"a": {"regex": {"pattern": "(x)(y)", "group": 3}}, "b": {"regex": {"pattern": "(x)", "group": 1}}}}),
        &["extract.a.regex.group: the expression has no group 3; its groups end at 2"],
    );
    let errors = errors_of(|plan| {
        scenario(plan)["flow"][0]["http"]["extract"] = json!({"a": {"json": "a.b"}});
    });
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].contains("extract.a.json: `a.b` is not a JSON path"),
        "{errors:?}"
    );
}

fn get(url: &str, extract: &[&str]) -> Value {
    let extract: serde_json::Map<_, _> = extract
        .iter()
        .map(|name| ((*name).to_owned(), json!({"json": "$.x"})))
        .collect();
    json!({"http": {"url": format!("http://a/{url}"), "extract": extract}})
}

#[test]
fn a_value_is_extracted_before_it_is_used() {
    let none: &[&str] = &[];
    check_flow(json!([get("", &["x"]), get("${x}", &[])]), none);
    check_flow(
        json!([get("${x}", &["x"])]),
        &["[0].http.url: no earlier step extracts `x`"],
    );
    check_flow(
        json!([get("${x}", &[]), get("", &["x"])]),
        &["[0].http.url: no earlier step extracts `x`"],
    );
    check_flow(
        json!([{"group": {"name": "g", "steps": [get("", &["x"])]}}, get("${x}", &[])]),
        none,
    );
}

#[test]
fn a_value_from_a_branch_may_be_used_after_it_but_not_in_its_sibling() {
    let none: &[&str] = &[];
    let choose = |second: &str| {
        json!([
            {"choose": {"branches": {"a": {"steps": [get("", &["x"])]}, "b": {"steps": [get(second, &[])]}}}},
            get("${x}", &[]),
        ])
    };
    check_flow(choose(""), none);
    check_flow(
        choose("${x}"),
        &["[0].choose.branches.b.steps[0].http.url: no earlier step extracts `x`"],
    );
    let branch = |otherwise: &str| json!([{"if": {"when": {"value": "1"}, "then": [get("", &["x"])], "else": [get(otherwise, &[])]}}, get("${x}", &[])]);
    check_flow(branch(""), none);
    check_flow(
        branch("${x}"),
        &["[0].if.else[0].http.url: no earlier step extracts `x`"],
    );
}

#[test]
fn a_loop_sees_what_its_last_pass_extracted() {
    let none: &[&str] = &[];
    let repeat = |times: u32| json!([{"loop": {"times": times, "steps": [get("${x}", &[]), get("", &["x"])]}}]);
    check_flow(repeat(2), none);
    check_flow(
        repeat(1),
        &["[0].loop.steps[0].http.url: no earlier step extracts `x`"],
    );
    check_flow(
        json!([{"loop": {"times": 0, "steps": [get("", &[])]}}]),
        &["[0].loop.times: a loop runs at least 1 time"],
    );
}

#[test]
fn a_condition_may_ask_for_a_value_that_comes_later() {
    let none: &[&str] = &[];
    let login = |name: &str| json!([{"if": {"when": {"value": format!("${{{name}}}"), "exists": false}, "then": [get("", &["token"])]}}]);
    check_flow(login("token"), none);
    check_flow(
        login("tokn"),
        &["[0].if.when.value: no earlier step extracts `tokn`"],
    );
    check_flow(
        json!([{"if": {"when": {"value": "", "matches": "(", "equals": "${x}"}, "then": []}}]),
        &[
            "[0].if.when.value: the value is empty, so there is nothing to compare",
            "[0].if.when.equals: no earlier step extracts `x`",
            "[0].if.when.matches: `(` is not a regular expression: unclosed group",
            "[0].if.then: there are no steps",
        ],
    );
}

#[test]
fn flows_groups_and_branches_have_something_to_do() {
    check_flow(json!([]), &[": there are no steps"]);
    check_flow(
        json!([{"group": {"name": "", "steps": []}}, {"choose": {"branches": {}}}, {"choose": {"branches": {"a": {"weight": 0, "steps": []}}}}]),
        &[
            "[0].group.name: the name is empty",
            "[0].group.steps: there are no steps",
            "[1].choose.branches: there are no branches to choose from",
            "[2].choose.branches.a.weight: the weight must be a number greater than 0, not `0`",
        ],
    );
    let errors = errors_of(|plan| plan["stages"]["main"]["execute"]["scenarios"] = json!({}));
    assert_eq!(
        errors,
        ["stages.main.execute.scenarios: there are no scenarios, so nothing would be sent"]
    );
}

#[test]
fn settings_are_checked_at_both_levels() {
    check_http(
        json!({"base_url": "https://shop.example", "local_address": "::1", "connections": {"shared": 1}}),
        &[],
    );
    check_http(
        json!({"base_url": "shop.example"}),
        &["base_url: `shop.example` has no scheme and host"],
    );
    check_http(
        json!({"base_url": "https://a?b"}),
        &["base_url: `https://a?b` has a query or a fragment, which a base cannot have"],
    );
    check_http(
        json!({"headers": {"a": "${x}"}}),
        &["headers.a: `${x}` is an extracted value, which settings cannot use"],
    );
    check_http(
        json!({"connect_timeout": 0, "read_timeout": 0, "request_timeout": 0, "max_response_size": 0, "dns_ttl": 0}),
        &[
            "connect_timeout: the duration must be longer than 0",
            "read_timeout: the duration must be longer than 0",
            "request_timeout: the duration must be longer than 0",
            "max_response_size: the size must be greater than 0",
        ],
    );
    check_http(
        json!({"connections": {"shared": 0}}),
        &["connections.shared: a shared pool has at least 1 connection"],
    );
    check_http(
        json!({"connect_to": [{"from": "*:443", "to": "*:443"}, {"from": "a", "to": "b:1"}]}),
        &[
            "connect_to[0].to: `*:443` is not `host:port`",
            "connect_to[1].from: `a` is not `host:port`",
        ],
    );
    check_http(
        json!({"local_address": "localhost"}),
        &["local_address: `localhost` is not an IP address"],
    );
    check_http(
        json!({"tls": {"cert_file": "a"}}),
        &["tls.cert_file: `cert_file` is given without `key_file`"],
    );
    check_http(
        json!({"tls": {"key_file": "a"}}),
        &["tls.key_file: `key_file` is given without `cert_file`"],
    );
    check_http(
        json!({"tls": {"key_file": "a", "cert_file": "", "server_name": "a b"}}),
        &[
            "tls.cert_file: the path of the file is empty",
            "tls.server_name: `a b` is not a host name",
        ],
    );
}

#[test]
fn a_stage_may_complete_the_certificate_of_the_plan() {
    let errors = errors_of(|plan| {
        plan["http"] = json!({"tls": {"cert_file": "a", "key_file": "b"}});
        plan["stages"]["main"]["execute"]["settings"] =
            json!({"http": {"tls": {"cert_file": "c"}}});
    });
    assert_eq!(errors, [""; 0]);
}

#[test]
fn scripts_are_checked() {
    check_flow(
        json!([{"script": {"entry": " ", "name": ""}}]),
        &[
            "[0].script.entry: the name is empty",
            "[0].script.name: the name is empty",
        ],
    );
    let taker = json!({"script": {"entry": "shop:browse", "takes_data": true}});
    check_flow(json!([taker.clone()]), &[] as &[&str]);
    let alone = "takes_data: a script that takes data must be the only step of its scenario: \
        without data, nothing of the iteration may start";
    check_flow(
        json!([{"pause": "1s"}, taker.clone()]),
        &[format!("[1].script.{alone}")],
    );
    check_flow(
        json!([{"loop": {"times": 2, "steps": [taker]}}]),
        &[format!("[0].loop.steps[0].script.{alone}")],
    );
}

#[test]
fn volumes_are_checked() {
    check_load(json!({"volume": {"entry": "shop:peaks"}}), &[]);
    check_load(
        json!({"volume": {"entry": "", "max_users": 0, "duration": "0s", "pacing": "0s"}}),
        &[
            "volume.entry: the name is empty",
            "volume.pacing: the duration must be longer than 0",
            "volume.duration: the duration must be longer than 0",
            "volume.max_users: without virtual users no iteration can start",
        ],
    );
}
