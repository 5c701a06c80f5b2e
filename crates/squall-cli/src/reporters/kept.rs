//! `[reporters.NAME]` of `squall.toml`.

use std::fs;

use serde_json::{Map, Value};
use squall_plan::{PlanError, nearest};
use squall_reporters::find;
use toml::Table;

/// Name of the table of tables.
pub(crate) const TABLE: &str = "reporters";
/// The key that says which reporter it is, where the table has another name.
const TYPE: &str = "type";
/// The key of one that gets every run.
const ALWAYS: &str = "always";
const FILE: &str = "squall.toml";

/// A reporter that `squall.toml` keeps.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    /// What `--out` calls it.
    pub(super) name: String,
    /// Its name in the table of reporters.
    pub(super) reporter: String,
    pub(super) settings: Map<String, Value>,
    /// Whether it gets every run.
    pub(super) always: bool,
}

/// Reads those of the working directory; a file that is no TOML was told before any command began.
pub(super) fn kept() -> Vec<Kept> {
    let text = fs::read_to_string(FILE).unwrap_or_default();
    let table = text.parse::<Table>().unwrap_or_default();
    let tables = table.get(TABLE).and_then(toml::Value::as_table);
    let tables = tables.into_iter().flatten();
    tables
        .filter_map(|(name, value)| read(name, value.as_table()?).ok())
        .collect()
}

/// Finds what is wrong with the tables.
pub(crate) fn check(tables: &Table) -> Vec<PlanError> {
    let mut errors = Vec::new();
    for (name, value) in tables {
        let place = format!("{FILE}, [{TABLE}.{name}]");
        let Some(table) = value.as_table() else {
            let message = format!("`{name}` is no table");
            let hint = format!("write `[{TABLE}.{name}]` and its settings below it");
            errors.push(PlanError::new(format!("{FILE}, [{TABLE}]"), message).with_hint(hint));
            continue;
        };
        if let Err((message, hint)) = read(name, table) {
            errors.push(PlanError::new(&place, message).with_hint(hint));
        }
    }
    errors
}

/// What is wrong, and how to fix it.
type Wrong = (String, Option<String>);

fn read(name: &str, table: &Table) -> Result<Kept, Wrong> {
    let mut table = table.clone();
    let reporter = match table.remove(TYPE) {
        None => name.to_owned(),
        Some(toml::Value::String(reporter)) => reporter,
        Some(_) => {
            let hint = "name a reporter: `squall reporters` lists them".to_owned();
            return Err((format!("`{TYPE}` must be a text"), Some(hint)));
        }
    };
    let is_plugin = reporter.starts_with("plugin:");
    if !is_plugin && find(&reporter).is_err() {
        let names = squall_reporters::REGISTRATIONS.iter().map(|one| one.name);
        let hint = nearest::hint(&reporter, names, "reporters");
        return Err((format!("there is no reporter `{reporter}`"), hint));
    }
    let always = match table.remove(ALWAYS) {
        None => false,
        Some(toml::Value::Boolean(always)) => always,
        Some(_) => {
            let hint = "`true` sends every run there".to_owned();
            return Err((format!("`{ALWAYS}` must be `true` or `false`"), Some(hint)));
        }
    };
    let settings = serde_json::to_value(table).unwrap_or_default();
    Ok(Kept {
        name: name.to_owned(),
        reporter,
        settings: match settings {
            Value::Object(settings) => settings,
            _ => Map::new(),
        },
        always,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        text.parse().unwrap()
    }

    #[test]
    fn a_table_is_a_reporter_under_its_own_name_or_another() {
        let kept = read("json", &table("metrics_filepath = \"m.json\"")).unwrap();
        assert_eq!((&*kept.reporter, kept.always), ("json", false));
        assert_eq!(kept.settings["metrics_filepath"], "m.json");
        let kept = read("nightly", &table("type = \"csv\"\nalways = true")).unwrap();
        assert_eq!((&*kept.reporter, kept.always), ("csv", true));
        assert!(kept.settings.is_empty());
    }

    #[test]
    fn mistakes_say_where_and_what_would_be_right() {
        let errors = check(&table("jsn = {}\ncsv = 1\n[json]\nalways = \"yes\""));
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let text = errors.join("\n");
        assert!(text.contains("there is no reporter `jsn`"), "{text}");
        assert!(text.contains("[reporters.csv]"), "{text}");
        assert!(text.contains("`always` must be"), "{text}");
    }
}
