//! JSON with a line for each value, and one for a list of numbers: what changes is seen.

use std::fmt::Write as _;

use serde_json::Value;

pub(crate) fn flat(value: &Value) -> String {
    let mut text = String::new();
    lines("", value, &mut text);
    text
}

fn lines(path: &str, value: &Value, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                lines(&path, member, text);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (at, item) in items.iter().enumerate() {
                lines(&format!("{path}[{at}]"), item, text);
            }
        }
        other => writeln!(text, "{path} = {}", rounded(other)).unwrap(),
    }
}

/// Nine digits: the last ones are another machine's affair, or those of the order in which numbers are added.
fn rounded(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let nine = number.as_f64().map(|number| format!("{number:.8e}"));
            nine.and_then(|text| text.parse::<f64>().ok()).into()
        }
        Value::Array(items) => items.iter().map(rounded).collect(),
        other => other.clone(),
    }
}
