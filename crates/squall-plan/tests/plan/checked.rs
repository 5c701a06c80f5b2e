use squall_plan::{
    CheckedExecute, CheckedKind, CheckedLoad, CheckedPlan, ConnectionPolicy, CookiePolicy,
    IterationTotal, LoadEnd, Plan, RampStage, Spacing, Span,
};

use crate::SHOP_JSON;

fn checked() -> CheckedPlan {
    Plan::from_json(SHOP_JSON).unwrap().check().unwrap()
}

fn execute<'a>(plan: &'a CheckedPlan, name: &str) -> &'a CheckedExecute {
    match &plan
        .stages
        .iter()
        .find(|stage| stage.name == name)
        .unwrap()
        .kind
    {
        CheckedKind::Execute(execute) => execute,
        other => panic!("{other:?}"),
    }
}

#[test]
fn stages_come_in_the_order_of_their_dependencies() {
    let plan = checked();
    let order: Vec<_> = plan
        .stages
        .iter()
        .map(|stage| (stage.name.as_str(), stage.after.clone()))
        .collect();
    let expected = [
        ("Warm", vec![]),
        ("Browse", vec![0]),
        ("Upload", vec![]),
        ("Sum", vec![1, 2]),
        ("Send", vec![3]),
    ];
    assert_eq!(order, expected);
}

#[test]
fn a_stage_written_before_what_it_depends_on_comes_after_it() {
    let text = SHOP_JSON.replace(
        "\"Sum\": {\"after\": [\"Browse\", \"Upload\"]",
        "\"Sum\": {\"after\": [\"Browse\"]",
    );
    let mut plan = Plan::from_json(&text).unwrap();
    let last = plan.stages.len() - 1;
    plan.stages.move_index(last, 0);
    let checked = plan.check().unwrap();
    let order: Vec<_> = checked
        .stages
        .iter()
        .map(|stage| stage.name.as_str())
        .collect();
    assert_eq!(order, ["Warm", "Browse", "Upload", "Sum", "Send"]);
}

#[test]
fn settings_of_the_stage_lie_over_those_of_the_plan_over_the_defaults() {
    let plan = checked();
    let browse = execute(&plan, "Browse");
    assert_eq!(browse.graceful_stop, Span::from_secs(2));
    assert_eq!(browse.http.redirects, 5);
    assert_eq!(browse.http.request_timeout, Span::from_secs(30));
    assert_eq!(browse.http.connect_timeout, Span::from_secs(10));
    assert_eq!(
        browse.http.headers.keys().collect::<Vec<_>>(),
        ["x-trace", "Accept"]
    );
    assert_eq!(browse.http.connections, ConnectionPolicy::Shared(64));
    assert!(browse.http.tls.insecure);
    let upload = execute(&plan, "Upload");
    assert_eq!(upload.graceful_stop, Span::from_secs(1));
    assert_eq!(upload.http.redirects, 3);
    assert_eq!(upload.http.max_response_size, 1 << 30);
    assert_eq!(
        upload.http.headers.keys().collect::<Vec<_>>(),
        ["accept", "x-trace"]
    );
    assert_eq!(upload.http.cookies, CookiePolicy::PerUser);
    assert!(upload.http.tls.resumption);
}

#[test]
fn a_load_of_ten_years_has_no_end() {
    let end = |days: u64| {
        let load = CheckedLoad::Closed {
            start_users: 1.0,
            ramps: vec![RampStage {
                duration: Span::from_secs(days * 86_400),
                target: 1.0,
            }],
            pacing: None,
            pause: None,
            grow: None,
        };
        load.end()
    };
    assert_eq!(end(1), LoadEnd::After(Span::from_secs(86_400)));
    assert_eq!(end(3650), LoadEnd::Stopped);
    let upload = checked();
    let load = &execute(&upload, "Upload").scenarios[0].load;
    assert_eq!(load.end(), LoadEnd::Open);
}

#[test]
fn load_profiles_know_their_duration_and_users() {
    let plan = checked();
    let ramp = |seconds, target| RampStage {
        duration: Span::from_secs(seconds),
        target,
    };
    let loads: Vec<_> = execute(&plan, "Browse")
        .scenarios
        .iter()
        .map(|scenario| &scenario.load)
        .collect();
    let [closed, open] = loads[..] else {
        panic!("{loads:?}")
    };
    assert!(matches!(closed, CheckedLoad::Closed { ramps, .. } if *ramps == [ramp(90, 20.0)]));
    assert_eq!(
        (closed.duration(), closed.peak_users()),
        (Span::from_secs(90), 20)
    );
    let CheckedLoad::Open {
        start_rate,
        ramps,
        spacing,
        max_wait,
        ..
    } = open
    else {
        panic!("{open:?}")
    };
    assert!((start_rate - 0.5).abs() < 1e-12);
    assert_eq!(
        (ramps.as_slice(), *spacing),
        (&[ramp(30, 5.0), ramp(60, 5.0)][..], Spacing::Poisson)
    );
    assert_eq!(*max_wait, Span::from_secs(10));
    assert_eq!(
        (open.duration(), open.peak_users()),
        (Span::from_secs(90), 50)
    );
    let load = &execute(&plan, "Upload").scenarios[0].load;
    assert!(matches!(
        load,
        CheckedLoad::Iterations {
            total: IterationTotal::PerUser(10),
            ..
        }
    ));
    assert_eq!(
        (load.duration(), load.peak_users()),
        (Span::from_secs(600), 2)
    );
}

#[test]
fn an_open_load_has_two_seconds_worth_of_users_within_bounds() {
    for (rate, users) in [("1", 100), ("500", 1_000), ("1000000", 20_000)] {
        let text = SHOP_JSON
            .replace("\"rate\": \"30/m\"", &format!("\"rate\": {rate}"))
            .replace(", \"max_users\": 50", "");
        let plan = Plan::from_json(&text).unwrap().check().unwrap();
        assert_eq!(
            execute(&plan, "Browse").scenarios[1].load.peak_users(),
            users,
            "{rate}"
        );
    }
}
