//! Whether one JSON document contains another.

use serde_json::Value;

/// Tells where `actual` does not contain `expected`: objects may hold more keys, arrays must match item by item.
///
/// Returns `None` where it does, else the path of the first difference.
pub(super) fn difference(expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            expected
                .iter()
                .find_map(|(key, value)| match actual.get(key) {
                    None => Some(format!(".{key}")),
                    Some(found) => difference(value, found).map(|rest| format!(".{key}{rest}")),
                })
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let mut pairs = expected.iter().zip(actual).enumerate();
            pairs.find_map(|(index, (value, found))| {
                difference(value, found).map(|rest| format!("[{index}]{rest}"))
            })
        }
        (Value::Number(expected), Value::Number(actual)) if expected != actual => {
            let equal = expected
                .as_f64()
                .zip(actual.as_f64())
                .is_some_and(|(a, b)| a.to_bits() == b.to_bits());
            (!equal).then(String::new)
        }
        _ => (expected != actual).then(String::new),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_contains_itself_and_smaller_ones() {
        assert_eq!(difference(&json!({"a": 1}), &json!({"a": 1, "b": 2})), None);
        assert_eq!(
            difference(
                &json!({"a": {"b": [1, {"c": null}]}}),
                &json!({"a": {"b": [1, {"c": null, "d": 1}]}})
            ),
            None
        );
        assert_eq!(difference(&json!({"a": 1}), &json!({"a": 1.0})), None);
    }

    #[test]
    fn a_difference_is_told_by_its_path() {
        let check = |expected: Value, actual: Value, path: &str| {
            assert_eq!(difference(&expected, &actual).as_deref(), Some(path));
        };
        check(json!({"a": {"b": 1}}), json!({"a": {"b": 2}}), ".a.b");
        check(json!({"a": [1, 2]}), json!({"a": [1, 3]}), ".a[1]");
        check(json!({"a": [1, 2]}), json!({"a": [1]}), ".a");
        check(json!({"a": 1}), json!({}), ".a");
        check(json!("1"), json!(1), "");
    }
}
