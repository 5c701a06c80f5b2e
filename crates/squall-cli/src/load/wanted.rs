//! What somebody wants of a run beside what its file says: of a loaded plan.

use serde_json::{Map, Value, json};
use squall_plan::{LoadProfile, Plan, PlanError, PlanErrors, Rate, Span};
use squall_ui::{LoadOffer, StageOffer, StartOptions, TestOffer};

use super::{complete_url, parse};

/// Says what of a test somebody can choose; of several stages, the largest load.
pub(crate) fn offer(file: &str, plan: &Plan, skip: &[String]) -> TestOffer {
    let loads = loads(plan);
    let stage = |number: usize| loads.iter().filter(move |load| load.stage == number);
    let all = 0..plan.stages.len();
    let users = all.clone().filter_map(|number| {
        let users = stage(number).filter_map(Load::users);
        users.reduce(u32::saturating_add)
    });
    let rates = all.filter_map(|number| {
        let rates = stage(number).filter_map(Load::rate);
        rates.reduce(|sum, rate| sum + rate)
    });
    let mut durations = loads.iter().map(|load| load.numbers.get("duration"));
    let first = durations.next().flatten();
    let same = durations.all(|other| other == first);
    let stages = plan.stages.iter().map(|(name, stage)| StageOffer {
        name: name.clone(),
        kind: stage
            .kinds()
            .first()
            .map_or("", |kind| kind.as_str())
            .to_owned(),
        skip: skip.iter().any(|own| own == name),
    });
    TestOffer {
        file: file.to_owned(),
        stages: stages.collect(),
        load: LoadOffer {
            users: users.max(),
            rate: rates.reduce(f64::max),
            duration: first
                .filter(|_| same)
                .and_then(Value::as_str)
                .map(str::to_owned),
        },
        host: plan.http.base_url.clone(),
    }
}

/// Makes a plan what somebody wants, also where its file says something else. The loads of a stage share users and rate as they do in the
/// file.
pub(crate) fn adjust(plan: &mut Plan, wanted: &StartOptions) -> Result<(), PlanErrors> {
    let mut errors = Vec::new();
    let duration: Option<Span> = parse("duration", wanted.duration.as_deref(), &mut errors);
    if let Some(host) = &wanted.host {
        plan.http.base_url = Some(complete_url(host));
    }
    let mut loads = loads(plan);
    if let Some(rate) = wanted.rate {
        let shares = shared(rate, &loads, Load::rate).into_iter();
        let texts = shares.map(|rate| rate.map(|rate| json!(rate)));
        set(&mut loads, "rate", texts, &mut errors);
    }
    match (wanted.users, wanted.rate) {
        (None, _) => {}
        // As with `-r` and `-u`: of arrivals, how many users there may be.
        (Some(users), Some(_)) => {
            let most = loads.iter().map(|load| load.rate().map(|_| json!(users)));
            let most: Vec<Option<Value>> = most.collect();
            set(&mut loads, "max_users", most, &mut errors);
        }
        (Some(users), None) => {
            let shares = whole(users, &loads).into_iter();
            let shares = shares.map(|users| users.map(|users| json!(users)));
            set(&mut loads, "users", shares, &mut errors);
        }
    }
    if let Some(duration) = duration {
        let durations: Vec<Option<Value>> = loads
            .iter()
            .map(|load| load.numbers.get("duration").map(|_| json!(duration)))
            .collect();
        set(&mut loads, "duration", durations, &mut errors);
    }
    if !errors.is_empty() {
        return Err(PlanErrors(errors));
    }
    for (profile, load) in profiles_mut(plan).zip(loads) {
        // What was a profile before is one with other numbers.
        if let Ok(adjusted) = load.into_profile(profile) {
            *profile = adjusted;
        }
    }
    Ok(())
}

/// The numbers of a load profile, by the names that they have in a plan.
#[derive(Debug)]
struct Load {
    /// Number of its stage.
    stage: usize,
    numbers: Map<String, Value>,
}

impl Load {
    fn of(stage: usize, profile: &LoadProfile) -> Self {
        let value = serde_json::to_value(profile).unwrap_or_default();
        let inner = value.as_object().and_then(|kinds| kinds.values().next());
        let numbers = inner.and_then(Value::as_object).cloned();
        Self {
            stage,
            numbers: numbers.unwrap_or_default(),
        }
    }

    fn into_profile(self, before: &LoadProfile) -> serde_json::Result<LoadProfile> {
        let mut value = serde_json::to_value(before)?;
        if let Some(inner) = value
            .as_object_mut()
            .and_then(|kinds| kinds.values_mut().next())
        {
            *inner = Value::Object(self.numbers);
        }
        serde_json::from_value(value)
    }

    /// Returns how many users it has; one with ramps has no one number.
    fn users(&self) -> Option<u32> {
        let users = self.number("users")?.as_u64()?;
        u32::try_from(users).ok()
    }

    /// Returns its iterations a second.
    fn rate(&self) -> Option<f64> {
        let rate: Rate = serde_json::from_value(self.number("rate")?.clone()).ok()?;
        Some(rate.as_per_second())
    }

    fn number(&self, name: &str) -> Option<&Value> {
        if self.numbers.contains_key("stages") || self.numbers.contains_key("grow") {
            return None;
        }
        self.numbers.get(name)
    }
}

fn loads(plan: &Plan) -> Vec<Load> {
    let stages = plan.stages.values().enumerate();
    let executes = stages.filter_map(|(number, stage)| Some((number, stage.execute.as_ref()?)));
    let loads = executes.flat_map(|(number, execute)| {
        let scenarios = execute.scenarios.values();
        scenarios.map(move |scenario| Load::of(number, &scenario.load))
    });
    loads.collect()
}

fn profiles_mut(plan: &mut Plan) -> impl Iterator<Item = &mut LoadProfile> {
    let executes = plan
        .stages
        .values_mut()
        .filter_map(|stage| stage.execute.as_mut());
    executes.flat_map(|execute| {
        execute
            .scenarios
            .values_mut()
            .map(|scenario| &mut scenario.load)
    })
}

/// Puts numbers into the loads that have such a number; says so where none has.
fn set(
    loads: &mut [Load],
    name: &str,
    values: impl IntoIterator<Item = Option<Value>>,
    errors: &mut Vec<PlanError>,
) {
    let mut any = false;
    for (load, value) in loads.iter_mut().zip(values) {
        if let Some(value) = value {
            load.numbers.insert(name.to_owned(), value);
            any = true;
        }
    }
    if !any {
        let name = if name == "max_users" { "users" } else { name };
        let error = PlanError::new(
            name,
            format!("no load of this test has one number of {name} that could be set"),
        );
        let hint = "a load with ramps, of another kind, or of the test's own code is set in its file, or with `--set`";
        errors.push(error.with_hint(hint.to_owned()));
    }
}

/// Shares a number among the loads of each stage as they share theirs now, or evenly where all have none.
fn shared(sum: f64, loads: &[Load], now: fn(&Load) -> Option<f64>) -> Vec<Option<f64>> {
    let share = |load: &Load| {
        let own = now(load)?;
        let all = loads.iter().filter(|other| other.stage == load.stage);
        let all: Vec<f64> = all.filter_map(now).collect();
        let total: f64 = all.iter().sum();
        Some(match total {
            0.0 => sum / all.len() as f64,
            total => sum * own / total,
        })
    };
    loads.iter().map(share).collect()
}

/// Shares users, so that those of a stage sum to the whole.
fn whole(sum: u32, loads: &[Load]) -> Vec<Option<u32>> {
    let shares = shared(f64::from(sum), loads, |load| load.users().map(f64::from));
    let (mut stage, mut given, mut before) = (usize::MAX, 0, 0.0);
    let shares = loads.iter().zip(shares).map(|(load, share)| {
        if load.stage != stage {
            (stage, given, before) = (load.stage, 0, 0.0);
        }
        before += share?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to the sum, which is a whole number of 32 bits"
        )]
        let upto = (before.round() as u32).min(sum);
        let own = upto - given;
        given = upto;
        Some(own)
    });
    shares.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(loads: &[&str]) -> Plan {
        let scenarios: Vec<String> = loads
            .iter()
            .enumerate()
            .map(|(number, load)| {
                format!("        x{number}: {{load: {load}, flow: [{{http: {{url: /}}}}]}}\n")
            })
            .collect();
        let text = format!(
            "version: 1\nname: t\nhttp: {{base_url: 'http://a/'}}\nstages:\n  s:\n    execute:\n      scenarios:\n{}",
            scenarios.concat()
        );
        Plan::from_value(Plan::value_from_yaml(&text).unwrap()).unwrap()
    }

    fn wanted(json: &Value) -> StartOptions {
        StartOptions {
            users: json["users"]
                .as_u64()
                .map(|users| u32::try_from(users).unwrap()),
            rate: json["rate"].as_f64(),
            duration: json["duration"].as_str().map(str::to_owned),
            host: json["host"].as_str().map(str::to_owned),
            skip: None,
        }
    }

    fn adjusted(loads: &[&str], json: &Value) -> Value {
        let mut plan = plan(loads);
        adjust(&mut plan, &wanted(json)).unwrap();
        let loads = profiles_mut(&mut plan).map(|load| serde_json::to_value(load).unwrap());
        loads.collect()
    }

    #[test]
    fn what_is_wanted_goes_before_the_file() {
        assert_eq!(
            adjusted(
                &["{closed: {users: 1, duration: 1s}}"],
                &json!({"users": 7, "duration": "1m"})
            ),
            json!([{"closed": {"users": 7, "duration": "1m"}}])
        );
        let open = adjusted(
            &["{open: {rate: 5/s, duration: 1s}}"],
            &json!({"rate": 0.5, "users": 9}),
        );
        assert_eq!(open[0]["open"]["rate"], 0.5);
        assert_eq!(open[0]["open"]["max_users"], 9);
        let mut plan = plan(&["{closed: {users: 1, duration: 1s}}"]);
        adjust(&mut plan, &wanted(&json!({"host": "b:5"}))).unwrap();
        assert_eq!(plan.http.base_url.as_deref(), Some("http://b:5"));
    }

    #[test]
    fn several_loads_keep_their_shares() {
        let closed = |users: u32| format!("{{closed: {{users: {users}, duration: 1s}}}}");
        let (one, two) = (closed(1), closed(2));
        let loads = adjusted(
            &[&one, &two, "{open: {rate: 1/s, duration: 1s}}"],
            &json!({"users": 10}),
        );
        assert_eq!(loads[0]["closed"]["users"], 3);
        assert_eq!(loads[1]["closed"]["users"], 7);
        assert_eq!(loads[2]["open"]["rate"], 1.0);
    }

    #[test]
    fn what_cannot_be_set_is_said_all_at_once() {
        let mut plan = plan(&["{closed: {stages: '1s:5'}}"]);
        let errors =
            adjust(&mut plan, &wanted(&json!({"users": 5, "duration": "soon"}))).unwrap_err();
        let paths: Vec<&str> = errors.0.iter().map(|error| error.path.as_str()).collect();
        assert_eq!(paths, ["duration", "users"]);
    }

    #[test]
    fn a_test_offers_what_it_has() {
        let plan = plan(&[
            "{closed: {users: 2, duration: 5s}}",
            "{open: {rate: 30/m, duration: 5s}}",
        ]);
        let offer = offer("t.yaml", &plan, &["s".to_owned()]);
        assert_eq!(offer.load.users, Some(2));
        assert_eq!(offer.load.rate, Some(0.5));
        assert_eq!(offer.load.duration.as_deref(), Some("5s"));
        assert_eq!(offer.host.as_deref(), Some("http://a/"));
        assert!(offer.stages[0].skip && offer.stages[0].kind == "execute");
    }
}
