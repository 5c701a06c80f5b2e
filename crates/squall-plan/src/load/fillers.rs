use serde_json::{Value, json};

/// Something of the right shape for a required field, so that reading can go on past its absence.
///
/// No two required fields of a plan share a name and differ in shape; a test holds this against the schema.
pub(super) fn filler(field: &str) -> Option<Value> {
    Some(match field {
        "name" | "rule" | "url" | "username" | "password" | "from" | "to" | "value" | "pattern"
        | "file" | "entry" => json!(""),
        "version" | "times" | "users" | "line" | "size" | "per_batch" | "first" | "step" => {
            json!(1)
        }
        "target" => json!(0),
        "duration" | "interval" => json!("0s"),
        "flow" | "steps" | "then" | "reporters" => json!([]),
        "stages" | "scenarios" | "branches" => json!({}),
        "when" => json!({"value": ""}),
        "load" => json!({"iterations": {"users": 1}}),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn required_fields(schema: &Value, fields: &mut Vec<String>) {
        match schema {
            Value::Array(items) => items.iter().for_each(|item| required_fields(item, fields)),
            Value::Object(map) => {
                let required = map.get("required").and_then(Value::as_array);
                // What has exactly one property and no other is a variant of an enum.
                let variant = map.get("additionalProperties") == Some(&json!(false))
                    && map
                        .get("properties")
                        .and_then(Value::as_object)
                        .is_some_and(|names| names.len() == 1);
                for name in required.into_iter().flatten().filter(|_| !variant) {
                    fields.push(name.as_str().unwrap().to_owned());
                }
                map.values()
                    .for_each(|value| required_fields(value, fields));
            }
            _ => {}
        }
    }

    #[test]
    fn every_required_field_has_a_filler() {
        let mut fields = Vec::new();
        required_fields(&crate::schema::json_schema(), &mut fields);
        assert!(fields.len() > 10, "{fields:?}");
        let without: Vec<_> = fields
            .iter()
            .filter(|field| filler(field).is_none())
            .collect();
        assert!(without.is_empty(), "no filler for {without:?}");
    }
}
