//! The names that a project has.

use std::fs;

use serde_json::{Map, Value, json};
use squall_plan::nearest;
use toml::Table;

use super::tables::{PLUGINS, TABLES};

/// Reads what a project's `squall.toml` registers.
///
/// Returns an object with `project`, its own table, and an object for each table of names.
///
/// # Errors
/// Says with its line what is no TOML.
pub fn read(text: &str) -> Result<Value, String> {
    let table = text.parse::<Table>().map_err(|error| error.to_string())?;
    let of = |name: &str| table.get(name).and_then(toml::Value::as_table);
    let mut all = Map::new();
    all.insert(
        "project".to_owned(),
        json!(of("project").cloned().unwrap_or_default()),
    );
    for name in TABLES {
        let entries = of(name).into_iter().flatten();
        let texts = entries.filter_map(|(key, value)| Some((key.clone(), json!(value.as_str()?))));
        all.insert(name.to_owned(), Value::Object(texts.collect()));
    }
    Ok(Value::Object(all))
}

/// What is registered in the working directory's `squall.toml` under a name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Registered {
    /// A test: `FILE` or `FILE:NAME`.
    As(String),
    /// Nothing; the names that are most like it and all others, where there are some.
    Nothing(Option<String>),
}

/// Looks for a test by its name.
pub(crate) fn registered(name: &str) -> Registered {
    let text = fs::read_to_string("squall.toml").unwrap_or_default();
    look_up(&text, name)
}

fn look_up(text: &str, name: &str) -> Registered {
    // A file that is no TOML was told before any command began.
    let all = read(text).unwrap_or_default();
    let tables = TABLES.into_iter().filter(|table| *table != PLUGINS);
    let entries = tables
        .filter_map(|table| all.get(table)?.as_object())
        .flatten();
    let entries: Vec<(&String, &str)> = entries
        .filter_map(|(key, value)| Some((key, value.as_str()?)))
        .collect();
    match entries.iter().find(|(key, _)| *key == name) {
        Some((_, value)) => Registered::As((*value).to_owned()),
        None if entries.is_empty() => Registered::Nothing(None),
        None => {
            let known = entries.iter().map(|(key, _)| key.as_str());
            Registered::Nothing(nearest::hint(name, known, "registered tests"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "users = 5\n[graphs]\nshop = 'load/shop.py'\n[plans]\nnight = 'plans/night.yaml'\n[plugins]\nredis = 'r.py:R'\n";

    #[test]
    fn tests_are_found_by_name_whatever_they_are() {
        let found = |name| look_up(TEXT, name);
        assert_eq!(found("shop"), Registered::As("load/shop.py".to_owned()));
        assert_eq!(
            found("night"),
            Registered::As("plans/night.yaml".to_owned())
        );
    }

    #[test]
    fn another_name_is_answered_with_those_that_exist() {
        let Registered::Nothing(Some(hint)) = look_up(TEXT, "shpo") else {
            panic!("there are names");
        };
        assert!(hint.contains("did you mean `shop`?"), "{hint}");
        assert!(hint.contains("`night`"), "{hint}");
        assert!(!hint.contains("redis"), "{hint}");
        assert_eq!(look_up("", "shop"), Registered::Nothing(None));
    }

    #[test]
    fn all_tables_are_there_and_options_of_commands_are_not() {
        let all = read(TEXT).unwrap();
        assert_eq!(all["plugins"], json!({"redis": "r.py:R"}));
        assert_eq!(all["scenarios"], json!({}));
        assert_eq!(all.get("users"), Some(&json!({})));
        assert!(read("x = = 1").unwrap_err().contains("line 1"));
    }
}
