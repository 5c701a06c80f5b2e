//! Options in environment variables.

use std::ffi::OsString;

use squall_plan::PlanError;

use super::option::{KnownOption, OptionKind, Setting, is_shared};

const ON: [&str; 4] = ["1", "true", "yes", "on"];
const OFF: [&str; 5] = ["", "0", "false", "no", "off"];

/// Returns the variable of an option: `SQUALL_USERS` of `run` and `http`, `SQUALL_TARGET_HTTP` of `target`.
pub(super) fn variable(section: &str, long: &str) -> String {
    let name = if is_shared(section, long) {
        format!("squall_{long}")
    } else {
        format!("squall_{section}_{long}")
    };
    name.to_uppercase().replace(['-', '.'], "_")
}

/// Reads the variables of some options; a list has a line for each of its values.
pub(super) fn read(
    section: &str,
    options: &[KnownOption],
    get: impl Fn(&str) -> Option<OsString>,
    errors: &mut Vec<PlanError>,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    for option in options {
        let name = variable(section, &option.long);
        // As everywhere: an empty variable is as good as none.
        let Some(value) = get(&name).filter(|value| !value.is_empty()) else {
            continue;
        };
        match typed(option, &value) {
            Some(typed) => settings.push(Setting {
                long: option.long.clone(),
                typed,
                origin: name,
            }),
            None => errors.push(
                PlanError::new(
                    &name,
                    format!("`{}` is neither on nor off", value.display()),
                )
                .with_hint("use `1` or `0`".to_owned()),
            ),
        }
    }
    settings
}

fn typed(option: &KnownOption, value: &OsString) -> Option<Vec<OsString>> {
    match option.kind {
        OptionKind::Single => Some(vec![option.typed(value)]),
        OptionKind::List => {
            let text = value.to_string_lossy();
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            Some(lines.map(|line| option.typed(line)).collect())
        }
        OptionKind::Switch => {
            let word = value.to_string_lossy().to_lowercase();
            let on = ON.contains(&word.as_str());
            (on || OFF.contains(&word.as_str())).then(|| option.switched(on))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(long: &str, kind: OptionKind) -> KnownOption {
        KnownOption {
            long: long.to_owned(),
            id: long.to_owned(),
            kind,
        }
    }

    #[test]
    fn variables_are_named_like_options() {
        assert_eq!(variable("http", "runs-dir"), "SQUALL_RUNS_DIR");
        assert_eq!(variable("run", "http1.1"), "SQUALL_HTTP1_1");
        assert_eq!(variable("target", "http"), "SQUALL_TARGET_HTTP");
    }

    #[test]
    fn values_switches_and_lists_are_typed_as_people_would() {
        let options = [
            option("users", OptionKind::Single),
            option("quiet", OptionKind::Switch),
            option("insecure", OptionKind::Switch),
            option("header", OptionKind::List),
        ];
        let get = |name: &str| match name {
            "SQUALL_USERS" => Some("5".into()),
            "SQUALL_QUIET" => Some("yes".into()),
            "SQUALL_INSECURE" => Some("0".into()),
            "SQUALL_HEADER" => Some("a: 1\nb: 2\n".into()),
            _ => None,
        };
        let mut errors = Vec::new();
        let typed: Vec<OsString> = read("http", &options, get, &mut errors)
            .into_iter()
            .flat_map(|setting| setting.typed)
            .collect();
        assert_eq!(
            typed,
            ["--users=5", "--quiet", "--header=a: 1", "--header=b: 2"]
        );
        assert_eq!(errors, []);
    }

    #[test]
    fn a_switch_that_is_neither_on_nor_off_is_refused() {
        let mut errors = Vec::new();
        let get = |_: &str| Some("maybe".into());
        let quiet = option("quiet", OptionKind::Switch);
        assert_eq!(read("http", &[quiet], get, &mut errors), []);
        assert!(errors[0].to_string().contains("`maybe`"), "{errors:?}");
        assert!(errors[0].to_string().contains("SQUALL_QUIET"), "{errors:?}");
    }
}
