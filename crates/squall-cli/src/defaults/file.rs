//! Options in `squall.toml`.

use std::ffi::OsString;

use squall_plan::{PlanError, Source, nearest};
use toml::{Table, Value};

use super::option::{KnownOption, OptionKind, Setting, is_shared};
use crate::project::is_register;
use crate::reporters;

/// Name of the file, in the working directory.
pub(super) const FILE: &str = "squall.toml";

/// A command's name and options.
pub(super) type Section = (String, Vec<KnownOption>);

/// Reads the whole file, and returns what it says for one command; mistakes anywhere in it are found.
pub(super) fn read(
    text: &str,
    section: &str,
    sections: &[Section],
    errors: &mut Vec<PlanError>,
) -> Vec<Setting> {
    let table = match text.parse::<Table>() {
        Ok(table) => table,
        Err(error) => {
            errors.push(not_toml(text, &error));
            return Vec::new();
        }
    };
    // What stands in the command's own table comes first and stays.
    let mut settings = Vec::new();
    let (tables, keys): (Vec<_>, Vec<_>) = table
        .into_iter()
        .partition(|(_, value)| matches!(value, Value::Table(_)));
    for (name, value) in tables {
        let Value::Table(table) = value else { continue };
        if name == reporters::TABLE {
            errors.extend(reporters::check(&table));
            continue;
        }
        if is_register(&name) {
            errors.extend(table.iter().filter_map(|entry| no_text(&name, entry)));
            continue;
        }
        match sections.iter().find(|(known, _)| *known == name) {
            Some((_, options)) => {
                let place = format!("{FILE}, [{name}]");
                let own = read_table(table, options, &place, errors);
                if name == section {
                    settings.extend(own);
                }
            }
            None => errors.push(unknown_table(&name, sections)),
        }
    }
    let shared = shared_options(sections);
    let common = read_table(keys.into_iter().collect(), &shared, FILE, errors);
    let own = sections.iter().find(|(known, _)| known == section);
    let has = |long: &str| own.is_some_and(|(_, own)| own.iter().any(|option| option.long == long));
    for setting in common {
        let known = settings
            .iter()
            .any(|own: &Setting| own.long == setting.long);
        if !known && has(&setting.long) && is_shared(section, &setting.long) {
            settings.push(setting);
        }
    }
    settings
}

fn shared_options(sections: &[Section]) -> Vec<KnownOption> {
    let mut shared: Vec<KnownOption> = Vec::new();
    for (name, options) in sections {
        for option in options {
            if is_shared(name, &option.long) && shared.iter().all(|known| known.long != option.long)
            {
                shared.push(option.clone());
            }
        }
    }
    shared
}

fn read_table(
    table: Table,
    options: &[KnownOption],
    place: &str,
    errors: &mut Vec<PlanError>,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (key, value) in table {
        let long = key.replace('_', "-");
        let Some(option) = options.iter().find(|option| option.long == long) else {
            let known = options.iter().map(|option| option.long.as_str());
            let hint = match nearest::nearest(&long, known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "the options are those that `squall COMMAND --help` shows".to_owned(),
            };
            let error = PlanError::new(place, format!("there is no option `{key}`"));
            errors.push(error.with_hint(hint));
            continue;
        };
        match typed(option, &value) {
            Ok(typed) => settings.push(Setting {
                long,
                typed,
                origin: place.to_owned(),
            }),
            Err(wanted) => {
                errors.push(PlanError::new(place, format!("`{key}` must be {wanted}")));
            }
        }
    }
    settings
}

fn typed(option: &KnownOption, value: &Value) -> Result<Vec<OsString>, &'static str> {
    match (option.kind, value) {
        (OptionKind::Switch, Value::Boolean(on)) => Ok(option.switched(*on)),
        (OptionKind::Switch, _) => Err("`true` or `false`"),
        (OptionKind::List, Value::Array(values)) => {
            let typed = values
                .iter()
                .map(|value| scalar(value).map(|text| option.typed(text)));
            typed.collect::<Option<_>>().ok_or("a list of texts")
        }
        (OptionKind::List, value) => match scalar(value) {
            Some(text) => Ok(vec![option.typed(text)]),
            None => Err("a text or a list of texts"),
        },
        (OptionKind::Single, value) => match scalar(value) {
            Some(text) => Ok(vec![option.typed(text)]),
            None => Err("a text or a number"),
        },
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

/// Says what is wrong with an entry of a table of names.
fn no_text(table: &str, (name, value): (&String, &Value)) -> Option<PlanError> {
    let error = PlanError::new(
        format!("{FILE}, [{table}]"),
        format!("`{name}` must be the path of a file"),
    );
    (!value.is_str()).then_some(error)
}

fn unknown_table(name: &str, sections: &[Section]) -> PlanError {
    let known = sections.iter().map(|(name, _)| name.as_str());
    PlanError::new(FILE, format!("there is no command `{name}`"))
        .with_hint(nearest::hint(name, known, "tables"))
}

fn not_toml(text: &str, error: &toml::de::Error) -> PlanError {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.as_bytes().iter().take(start);
    let line = before.filter(|byte| **byte == b'\n').count() + 1;
    let source = Source {
        file: FILE.to_owned(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        name: None,
    };
    PlanError::new("", format!("this is not TOML: {}", error.message().trim()))
        .with_source(Some(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections() -> Vec<Section> {
        let option = |long: &str, kind| KnownOption {
            long: long.to_owned(),
            id: long.to_owned(),
            kind,
        };
        let load = || {
            vec![
                option("users", OptionKind::Single),
                option("runs-dir", OptionKind::Single),
                option("header", OptionKind::List),
                option("quiet", OptionKind::Switch),
            ]
        };
        vec![
            ("http".to_owned(), load()),
            ("run".to_owned(), load()),
            (
                "target".to_owned(),
                vec![option("users", OptionKind::Single)],
            ),
        ]
    }

    fn typed(text: &str, section: &str) -> Vec<String> {
        let mut errors = Vec::new();
        let settings = read(text, section, &sections(), &mut errors);
        assert_eq!(errors, [], "{text}");
        let typed = settings.into_iter().flat_map(|setting| setting.typed);
        typed.map(|typed| typed.into_string().unwrap()).collect()
    }

    fn refused(text: &str) -> String {
        let mut errors = Vec::new();
        read(text, "http", &sections(), &mut errors);
        errors[0].to_string()
    }

    #[test]
    fn a_commands_table_goes_before_the_top() {
        let text = "users = 1\nruns_dir = 'x'\n[http]\nusers = 2\n[run]\nusers = 3\n";
        assert_eq!(typed(text, "http"), ["--users=2", "--runs-dir=x"]);
        assert_eq!(typed(text, "run"), ["--users=3", "--runs-dir=x"]);
    }

    #[test]
    fn the_top_is_not_for_the_target() {
        assert_eq!(typed("users = 1", "target"), [""; 0]);
        assert_eq!(typed("[target]\nusers = 1", "target"), ["--users=1"]);
    }

    #[test]
    fn lists_and_switches_have_their_own_types() {
        let text = "header = ['a: 1', 'b: 2']\nquiet = true";
        assert_eq!(
            typed(text, "http"),
            ["--header=a: 1", "--header=b: 2", "--quiet"]
        );
        assert_eq!(typed("quiet = false", "http"), [""; 0]);
        assert!(refused("quiet = 1").contains("`quiet` must be `true` or `false`"));
        assert!(refused("users = true").contains("`users` must be a text or a number"));
    }

    #[test]
    fn unknown_names_are_answered_with_the_nearest() {
        assert!(refused("user = 1").contains("did you mean `users`?"));
        assert!(refused("[http]\nheadr = 'a: b'").contains("did you mean `header`?"));
        assert!(refused("[htp]\nusers = 1").contains("did you mean `http`?"));
    }

    #[test]
    fn a_table_of_names_is_left_alone() {
        let mut errors = Vec::new();
        let text = "[plugins]\ndatabase = 'database.py:Database'\n";
        read(text, "run", &sections(), &mut errors);
        assert_eq!(errors.len(), 0, "{errors:?}");
    }

    #[test]
    fn a_mistake_in_another_commands_table_is_found_too() {
        assert!(refused("[target]\nuser = 1").contains("[target]"));
    }

    #[test]
    fn tables_of_names_are_no_commands() {
        let names = "[graphs]\nshop = 'shop.py'\n[plugins]\nredis = 'r.py:R'\n";
        assert_eq!(typed(names, "run"), [""; 0]);
        assert!(refused("[graphs]\nshop = 5").contains("`shop` must be the path of a file"));
    }

    #[test]
    fn what_is_not_toml_is_said_with_its_line() {
        let message = refused("users = 1\nrate = = 5\n");
        assert!(message.contains("squall.toml:2"), "{message}");
    }
}
