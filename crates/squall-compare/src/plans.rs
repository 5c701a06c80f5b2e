//! In what two plans differ, as far as it matters for a comparison.

use std::collections::BTreeSet;

use serde_json::Value;

/// Fields of a plan that change no load.
const UNIMPORTANT: [&str; 5] = ["name", "seed", "tags", "thresholds", "cpus"];
/// Where something is written in a test file.
const SOURCE: &str = "source";
/// Kinds of stages that send nothing.
const SILENT: [&str; 2] = ["submit", "analyze"];
/// So many differences are told; of the others, how many there are.
const TOLD: usize = 5;

/// How one plan differs from another.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PlanDifferences {
    /// Other requests or another load.
    pub(crate) load: Vec<String>,
    /// The same requests, to another host.
    pub(crate) hosts: BTreeSet<String>,
}

impl PlanDifferences {
    pub(crate) fn of(base: &Value, other: &Value) -> Self {
        let mut found = Self::default();
        found.look("", base, other);
        let more = found.load.len().saturating_sub(TOLD);
        if more > 0 {
            found.load.truncate(TOLD);
            found.load.push(format!("and {more} more"));
        }
        found
    }

    fn look(&mut self, path: &str, base: &Value, other: &Value) {
        match (base, other) {
            (Value::Object(left), Value::Object(right)) => {
                let missing: Vec<&String> = right
                    .keys()
                    .filter(|key| !left.contains_key(*key))
                    .collect();
                for key in left.keys().chain(missing) {
                    if !is_unimportant(path, key) {
                        let none = &Value::Null;
                        let values = (
                            left.get(key).unwrap_or(none),
                            right.get(key).unwrap_or(none),
                        );
                        self.look(&joined(path, key), values.0, values.1);
                    }
                }
            }
            (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
                for (at, (left, right)) in left.iter().zip(right).enumerate() {
                    self.look(&format!("{path}[{at}]"), left, right);
                }
            }
            _ if base == other || is_silent(base) && is_silent(other) => {}
            (Value::String(left), Value::String(right)) if same_path(left, right) => {
                self.hosts
                    .insert(format!("`{}` and `{}`", host_of(left), host_of(right)));
            }
            _ => self.load.push(told(path, base, other)),
        }
    }
}

/// A stage that sends nothing is as good as none.
fn is_silent(value: &Value) -> bool {
    value.is_null() || SILENT.iter().any(|kind| value.get(kind).is_some())
}

fn is_unimportant(path: &str, key: &str) -> bool {
    key == SOURCE || SILENT.contains(&key) || path.is_empty() && UNIMPORTANT.contains(&key)
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn told(path: &str, base: &Value, other: &Value) -> String {
    format!("`{path}` is {} and {}", short(base), short(other))
}

fn short(value: &Value) -> String {
    match value {
        Value::Null => "not there".to_owned(),
        Value::String(text) => format!("`{}`", text.chars().take(60).collect::<String>()),
        Value::Object(_) => "there".to_owned(),
        Value::Array(entries) => format!("a list of {}", entries.len()),
        plain => format!("`{plain}`"),
    }
}

/// Whether two URLs differ in scheme and host alone.
fn same_path(left: &str, right: &str) -> bool {
    path_of(left).is_some_and(|path| path_of(right) == Some(path))
}

/// The scheme and host of a URL.
fn host_of(url: &str) -> &str {
    let path = path_of(url).map_or(0, str::len);
    &url[..url.len() - path]
}

/// What follows the host of a URL; nothing where there is no host.
fn path_of(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"))?;
    Some(rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(url: &str, users: u32) -> Value {
        json!({"name": "shop", "seed": users, "stages": {"load": {"execute": {"scenarios": {"a": {
            "load": {"closed": {"users": users}}, "flow": [{"http": {"url": url}}], "source": {"line": users},
        }}}}}})
    }

    #[test]
    fn what_changes_no_load_does_not_differ() {
        let mut other = plan("http://a/x", 5);
        other["name"] = json!("other");
        other["seed"] = json!(7);
        other["stages"]["results"] = json!({"after": ["load"], "submit": {"reporters": []}});
        other["stages"]["load"]["execute"]["scenarios"]["a"]["source"] = json!({"line": 9});
        let found = PlanDifferences::of(&plan("http://a/x", 5), &other);
        assert_eq!(found, PlanDifferences::default());
    }

    #[test]
    fn another_host_is_no_other_load() {
        let found = PlanDifferences::of(&plan("http://a:80/x", 5), &plan("https://b/x", 5));
        assert_eq!(found.load, [""; 0]);
        let hosts: Vec<&String> = found.hosts.iter().collect();
        assert_eq!(hosts, ["`http://a:80` and `https://b`"]);
    }

    #[test]
    fn what_differs_is_named_with_its_place() {
        let found = PlanDifferences::of(&plan("http://a/x", 5), &plan("http://a/y", 6));
        let scenario = "stages.load.execute.scenarios.a";
        let expected = [
            format!("`{scenario}.load.closed.users` is `5` and `6`"),
            format!("`{scenario}.flow[0].http.url` is `http://a/x` and `http://a/y`"),
        ];
        assert_eq!(found.load, expected);
    }

    #[test]
    fn of_many_differences_the_first_are_told() {
        let many = |sign: &str| {
            let fields = (0..9).map(|at| (format!("k{at}"), json!(sign)));
            Value::Object(fields.collect())
        };
        let found = PlanDifferences::of(&many("a"), &many("b"));
        assert_eq!(found.load.len(), TOLD + 1);
        assert_eq!(found.load[TOLD], "and 4 more");
    }
}
