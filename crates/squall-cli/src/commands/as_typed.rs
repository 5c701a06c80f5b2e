//! Errors about the plan that `squall http` makes, in terms of what was typed.

use squall_plan::{PlanError, PlanErrors};

/// Where everything of the one scenario is.
const SCENARIO: &str = "stages.http.execute.scenarios.http.";
/// Beginnings of paths, without those of the scenario and the kind of load, and what was typed for them.
const TYPED: [(&str, &str); 22] = [
    ("flow[0].http.url", "URL"),
    ("flow[0].http.method", "--method"),
    ("flow[0].http.body.file", "--body-file"),
    ("flow[0].http.body.json", "--json-body"),
    ("flow[0].http.body", "--body"),
    ("users", "--users"),
    ("max_users", "--users"),
    ("rate", "--rate"),
    ("duration", "--duration"),
    ("max_duration", "--duration"),
    ("stages", "--stages"),
    ("shared", "--iterations"),
    ("pause", "--pause"),
    ("thresholds", "--threshold"),
    ("measure", "--measure"),
    ("http.headers", "--header"),
    ("http.base_url", "--host"),
    ("http.request_timeout", "--timeout"),
    ("http.tls.ca_file", "--cacert"),
    ("http.tls.cert_file", "--cert"),
    ("http.tls.key_file", "--key"),
    ("http.", "--"),
];
/// Settings that hints name, and the options for them.
const SETTINGS: [(&str, &str); 9] = [
    (
        "or set `base_url`: in a Setup stage, or in `http` of a plan",
        "or give its base with `--host`",
    ),
    ("`base_url`", "`--host`"),
    ("`connect_to`", "`--connect-to`"),
    ("`ca_file`", "`--cacert`"),
    ("`insecure`", "`--insecure`"),
    ("`cert_file`", "`--cert`"),
    ("`key_file`", "`--key`"),
    ("`request_timeout`", "`--timeout`"),
    ("set `server_name`, or accept", "accept"),
];

/// Puts errors in terms of options.
pub(super) fn as_typed(errors: PlanErrors) -> PlanErrors {
    PlanErrors(errors.0.into_iter().map(error_as_typed).collect())
}

fn error_as_typed(error: PlanError) -> PlanError {
    let hint = error.hint.map(|hint| option_names(&hint));
    PlanError::new(path_as_typed(&error.path), error.message)
        .with_hint(hint)
        .with_source(error.source)
}

/// Puts options for the settings that a text names.
pub(super) fn option_names(text: &str) -> String {
    let replaced = |text: String, (setting, option): &(&str, &str)| text.replace(setting, option);
    SETTINGS.iter().fold(text.to_owned(), replaced)
}

fn path_as_typed(path: &str) -> String {
    // There is only one stage, and nobody gave it its name.
    if path == "stages.http" {
        return String::new();
    }
    let mut rest = path.strip_prefix(SCENARIO).unwrap_or(path);
    for kind in ["load.closed.", "load.open.", "load.iterations."] {
        rest = rest.strip_prefix(kind).unwrap_or(rest);
    }
    let typed = TYPED
        .iter()
        .find_map(|(start, typed)| Some((*typed, rest.strip_prefix(start)?)));
    match typed {
        Some(("--", setting)) => format!("--{}", setting.replace('_', "-")),
        Some((typed, _)) => typed.to_owned(),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_what_was_typed() {
        for (path, typed) in [
            ("stages.http", ""),
            ("stages.http.execute.scenarios.http.flow[0].http.url", "URL"),
            (
                "stages.http.execute.scenarios.http.load.open.max_users",
                "--users",
            ),
            (
                "stages.http.execute.scenarios.http.load.iterations.shared",
                "--iterations",
            ),
            ("http.headers[\"bad name\"]", "--header"),
            ("http.local_address", "--local-address"),
            ("--poisson", "--poisson"),
            ("data.x", "data.x"),
        ] {
            assert_eq!(path_as_typed(path), typed, "{path}");
        }
    }

    #[test]
    fn hints_name_options() {
        let error = PlanError::new("", "x").with_hint("give `connect_to`".to_owned());
        assert_eq!(error_as_typed(error).hint.unwrap(), "give `--connect-to`");
    }
}
