use std::collections::BTreeSet;

use serde_json::Value;
use squall_plan::schema::json_schema;

use crate::SHOP_JSON;

#[test]
fn the_schema_is_generated() {
    insta::assert_json_snapshot!(json_schema());
}

fn property_names(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| property_names(item, names)),
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get("properties") {
                names.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| property_names(value, names));
        }
        _ => {}
    }
}

#[test]
fn the_schema_knows_the_fields_that_the_example_uses() {
    let mut names = BTreeSet::new();
    property_names(&json_schema(), &mut names);
    let written: Value = serde_json::from_str(SHOP_JSON).unwrap();
    let scenario = &written["stages"]["Browse"]["execute"]["scenarios"]["buy"];
    let request = &scenario["flow"][0]["http"];
    for object in [
        &written,
        &written["http"],
        &written["stages"]["Browse"],
        scenario,
        request,
        &request["expect"],
    ] {
        for field in object.as_object().unwrap().keys() {
            assert!(names.contains(field), "`{field}`");
        }
    }
}
