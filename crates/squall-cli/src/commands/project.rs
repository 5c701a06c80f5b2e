//! `squall project`: a collection of tests in git.

use serde_json::{Value, json};
use squall_plan::PlanError;
use squall_view::listing::{Fact, facts, table};

use super::refuse;
use crate::args::{
    Format, PlaceArgs, ProjectAboutArgs, ProjectCommand, ProjectCreateArgs, ProjectGetArgs,
    ProjectSyncArgs,
};
use crate::{TestLoader, exit, output};

/// Tables of names, and what their rows are called.
const SHOWN: [&str; 7] = [
    "graphs",
    "scenarios",
    "testcases",
    "repeats",
    "users",
    "plans",
    "plugins",
];

/// Does what a command of a project asks for.
pub(super) fn run(command: &ProjectCommand, loader: &dyn TestLoader) -> anyhow::Result<u8> {
    if let Some(error) = secret(command) {
        return Ok(refuse(&error.into()));
    }
    let answer = loader
        .project(&request(command).to_string())
        .map_err(anyhow::Error::msg)?;
    let answer: Value = serde_json::from_str(&answer)?;
    for warning in texts(&answer, "warnings") {
        output::error(&format!("warning: {warning}"));
    }
    if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
        return Ok(failed(error));
    }
    for line in texts(&answer, "lines") {
        output::print(&format!("{line}\n"));
    }
    if let ProjectCommand::About(args) = command {
        about(&answer["about"], args.format)?;
    }
    Ok(exit::PASSED)
}

/// Says why a user name or a password is not taken.
fn secret(command: &ProjectCommand) -> Option<PlanError> {
    let place = match command {
        ProjectCommand::Create(ProjectCreateArgs { place, .. })
        | ProjectCommand::Sync(ProjectSyncArgs { place, .. })
        | ProjectCommand::Get(ProjectGetArgs { place, .. }) => place,
        ProjectCommand::About(_) => return None,
    };
    let given = [
        ("--password", place.password.is_some()),
        ("--username", place.username.is_some()),
    ];
    let (option, _) = given.into_iter().find(|(_, given)| *given)?;
    let error = PlanError::new(
        option,
        "Squall takes no credentials: it would have to keep them, or show them to other programs",
    );
    let hint = "git asks for them itself, or takes them from a credential helper (`git help credentials`) or an SSH key";
    Some(error.with_hint(hint.to_owned()))
}

fn request(command: &ProjectCommand) -> Value {
    match command {
        ProjectCommand::Create(args) => with(
            json!({"do": "create", "url": args.url, "project_name": args.project_name}),
            &args.place,
        ),
        ProjectCommand::Sync(args) => with(
            json!({"do": "sync", "url": args.url, "sync_message": args.sync_message, "local": args.local}),
            &args.place,
        ),
        ProjectCommand::Get(args) => with(json!({"do": "get", "url": args.url}), &args.place),
        ProjectCommand::About(ProjectAboutArgs { path, ignore, .. }) => {
            json!({"do": "about", "path": path, "ignore": ignore})
        }
    }
}

fn with(mut request: Value, place: &PlaceArgs) -> Value {
    request["path"] = json!(place.path);
    request["branch"] = json!(place.branch);
    request["remote"] = json!(place.remote);
    request["ignore"] = json!(place.ignore);
    request
}

fn texts<'a>(answer: &'a Value, member: &str) -> impl Iterator<Item = &'a str> {
    let list = answer.get(member).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

fn failed(error: &Value) -> u8 {
    let text = |member: &str| error.get(member).and_then(Value::as_str).map(str::to_owned);
    let told = PlanError::new("", text("message").unwrap_or_default()).with_hint(text("hint"));
    let code = refuse(&told.into());
    let refused = error.get("refused").and_then(Value::as_bool);
    if refused == Some(true) {
        code
    } else {
        exit::FAULT
    }
}

fn about(about: &Value, format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        output::print(&format!("{}\n", serde_json::to_string_pretty(about)?));
        return Ok(());
    }
    let (columns, theme) = (output::columns(), output::theme());
    let project = about["project"].as_object().into_iter().flatten();
    let known = project.filter_map(|(name, value)| Some(Fact::plain(name, value.as_str()?)));
    output::print(&facts(&known.collect::<Vec<_>>(), columns, theme));
    for name in SHOWN {
        let entries = about[name].as_object().into_iter().flatten();
        let rows =
            entries.filter_map(|(key, value)| Some(vec![key.clone(), value.as_str()?.to_owned()]));
        let shown = table(
            name,
            &["name", "file"],
            &rows.collect::<Vec<_>>(),
            columns,
            theme,
        );
        if !shown.is_empty() {
            output::print(&format!("\n{shown}"));
        }
    }
    Ok(())
}
