//! What a page does with news; for tests, also those of other crates.

use serde_json::{Map, Value, json};

/// Puts news into what is known of a run.
pub(crate) fn apply(known: &mut Value, news: &Value) {
    let steps = news["steps"].as_u64().unwrap();
    let steps = usize::try_from(steps).unwrap();
    let new = news["timeline"].as_object().unwrap();
    let mut timeline = Map::new();
    for (name, value) in new {
        let old = &known[name];
        let value = match name.as_str() {
            "series" | "scenarios" => {
                let all = value.as_array().unwrap().iter();
                all.map(|new| part(same(old, new), new, steps)).collect()
            }
            "all" | "generator" | "statuses" | "failures" => part(old, value, steps),
            "length_s" => column(old, value, steps),
            _ => value.clone(),
        };
        timeline.insert(name.clone(), value);
    }
    *known = Value::Object(timeline);
}

/// Finds what is known of a series or a scenario.
fn same<'a>(old: &'a Value, new: &Value) -> &'a Value {
    let is = |one: &&Value| {
        let names = ["stage", "scenario", "name", "kind"];
        names.into_iter().all(|name| one[name] == new[name])
    };
    let known = old.as_array().into_iter().flatten().find(is);
    known.unwrap_or(&Value::Null)
}

/// Joins what has columns at any depth.
fn part(old: &Value, new: &Value, steps: usize) -> Value {
    let mut joined = Map::new();
    for (name, value) in new.as_object().unwrap() {
        let value = match value {
            Value::Array(_) => column(&old[name], value, steps),
            Value::Object(_) if name == "heat" => heat(&old[name], value),
            Value::Object(_) => part(&old[name], value, steps),
            _ => value.clone(),
        };
        joined.insert(name.clone(), value);
    }
    if let (None, Some(heat)) = (joined.get("heat"), old.get("heat")) {
        joined.insert("heat".to_owned(), heat.clone());
    }
    Value::Object(joined)
}

/// All columns end with the run.
fn column(old: &Value, new: &Value, steps: usize) -> Value {
    let new = new.as_array().unwrap();
    let from = steps - new.len();
    let old = old.as_array().map_or(&[][..], |old| &old[..]);
    assert!(old.len() >= from, "a column has a gap");
    old[..from].iter().chain(new).cloned().collect()
}

fn heat(old: &Value, new: &Value) -> Value {
    let mut heat = new.clone();
    let Some(from) = new["from"].as_u64() else {
        return heat;
    };
    let kept = usize::try_from(from * new["rows"].as_u64().unwrap()).unwrap();
    let old = &old["counts"].as_array().unwrap()[..kept];
    let counts = old.iter().chain(new["counts"].as_array().unwrap()).cloned();
    heat["counts"] = json!(counts.collect::<Vec<_>>());
    heat.as_object_mut().unwrap().remove("from");
    heat
}
