//! Settings that a starter begins with.

use serde_json::{Map, Value, json};
use squall_reporters::{SettingKind, find};

/// Returns the class of a reporter in Python.
pub(crate) fn class(reporter: &str) -> &'static str {
    find(reporter).map_or("JSONConfig", |known| known.class)
}

/// Returns the settings of a reporter in a test that somebody goes on writing: what must be given, and no single events.
pub(crate) fn example(reporter: &str) -> Map<String, Value> {
    let mut settings = Map::new();
    let Ok(known) = find(reporter) else {
        return settings;
    };
    for info in known.settings {
        if info.name == "metrics_filepath" {
            let file = format!("metrics.{reporter}");
            settings.insert(info.name.to_owned(), file.into());
        } else if info.required {
            let value = match info.kind {
                SettingKind::Secret => {
                    json!({"env": format!("{reporter}_{}", info.name).to_uppercase()})
                }
                _ => json!("squall"),
            };
            settings.insert(info.name.to_owned(), value);
        }
    }
    settings.insert("events".to_owned(), false.into());
    settings
}

/// Writes settings as YAML's flow style.
pub(crate) fn yaml(settings: &Map<String, Value>) -> String {
    let fields = settings.iter().map(|(name, value)| match value {
        Value::Object(inner) => format!("{name}: {}", yaml(inner)),
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    });
    let fields: Vec<String> = fields.collect();
    format!("{{{}}}", fields.join(", "))
}

/// Writes settings as arguments in Python, and tells whether they need `from_env`.
pub(crate) fn python(settings: &Map<String, Value>) -> (String, bool) {
    let mut needs_env = false;
    let fields = settings.iter().map(|(name, value)| match value {
        Value::Object(place) => {
            needs_env = true;
            let variable = place.values().next().cloned().unwrap_or_default();
            format!("{name}=from_env({variable})")
        }
        Value::Bool(true) => format!("{name}=True"),
        Value::Bool(false) => format!("{name}=False"),
        other => format!("{name}={other}"),
    });
    let fields: Vec<String> = fields.collect();
    (fields.join(", "), needs_env)
}

#[cfg(test)]
mod tests {
    use squall_reporters::{BuildContext, REGISTRATIONS, build};

    use super::*;

    #[test]
    fn every_starter_has_settings_that_exist_and_all_that_must_be_given() {
        let context = BuildContext {
            base_dir: ".".into(),
            events: true,
            intervals: true,
        };
        for known in REGISTRATIONS {
            let mut settings = example(known.name);
            for value in settings.values_mut().filter(|value| value.is_object()) {
                // What is in the environment of whoever runs it.
                *value = json!("secret");
            }
            if let Err(error) = build(known.name, &settings, &context) {
                panic!("{error}");
            }
        }
    }

    #[test]
    fn settings_are_written_as_each_language_has_them() {
        let settings = example("postgres");
        assert_eq!(
            yaml(&settings),
            "{database: squall, username: squall, password: {env: POSTGRES_PASSWORD}, events: false}"
        );
        let (text, needs_env) = python(&settings);
        assert!(needs_env);
        assert_eq!(
            text,
            r#"database="squall", username="squall", password=from_env("POSTGRES_PASSWORD"), events=False"#
        );
    }
}
