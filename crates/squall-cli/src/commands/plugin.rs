//! `squall plugin create`: starter plugins.

use std::path::Path;

use squall_plan::{PlanError, PlanErrors};

use super::new::StarterFile;
use super::refuse;
use crate::args::{PluginCommand, PluginCreateArgs, PluginKind};
use crate::{exit, output};

const ENGINE: &str = include_str!("../templates/plugin_engine.py.txt");
const PERSONA: &str = include_str!("../templates/plugin_persona.py.txt");
const REPORTER: &str = include_str!("../templates/plugin_reporter.py.txt");
const OPTIMIZER: &str = include_str!("../templates/plugin_optimizer.py.txt");

/// Names that a plugin in such a file cannot have, because the template uses them.
const TAKEN: [&str; 5] = ["Load", "Use", "Visit", "Summary", "Results"];

/// Does what `squall plugin` is told.
pub(super) fn run(command: &PluginCommand) -> anyhow::Result<u8> {
    match command {
        PluginCommand::Create(args) => create(args),
    }
}

fn create(args: &PluginCreateArgs) -> anyhow::Result<u8> {
    let shown = args.path.display();
    let name = match name_of(&args.path) {
        Ok(name) => name,
        Err(errors) => return Ok(refuse(&errors)),
    };
    let text = template(args.kind)
        .replace("@URL@", args.url.trim_end_matches('/'))
        .replace("@CLASS@", &class_of(&name))
        .replace("@NAME@", &name)
        // It stands in a docstring.
        .replace(
            "@PATH@",
            &shown.to_string().replace('\\', "/").replace('"', "'"),
        );
    let file = StarterFile {
        path: &args.path,
        url: &args.url,
        force: args.force,
    };
    if let Err(errors) = file.write(&text)? {
        return Ok(refuse(&errors));
    }
    let command = match args.kind {
        PluginKind::Optimizer => "python",
        PluginKind::Engine | PluginKind::Persona | PluginKind::Reporter => "squall run",
    };
    output::print(&format!("wrote {shown}; run it with `{command} {shown}`\n"));
    Ok(exit::PASSED)
}

fn template(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Engine => ENGINE,
        PluginKind::Persona => PERSONA,
        PluginKind::Reporter => REPORTER,
        PluginKind::Optimizer => OPTIMIZER,
    }
}

/// Returns the name of the plugin in a file: that of the file, as a name of Python.
fn name_of(path: &Path) -> Result<String, PlanErrors> {
    let shown = path.display();
    if path.extension().is_none_or(|extension| extension != "py") {
        let message = format!("`{shown}` does not end in `.py`, but plugins are Python");
        return Err(PlanError::new("", message).into());
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = stem.replace('-', "_").to_lowercase();
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name {
        return Ok(name);
    }
    let message = format!("`{stem}` is no name that a plugin could have");
    let hint = "name the file by letters, digits and underscores, such as `database.py`";
    Err(PlanError::new("", message)
        .with_hint(hint.to_owned())
        .into())
}

/// Returns the name of the plugin's class, `MyDatabase` for `my_database`.
fn class_of(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    let class: String = words
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect();
    if TAKEN.contains(&class.as_str()) {
        return class + "Plugin";
    }
    class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_named_after_its_file() {
        for (file, name, class) in [
            ("plugins/database.py", "database", "Database"),
            ("My-Store.py", "my_store", "MyStore"),
            ("load.py", "load", "LoadPlugin"),
        ] {
            let found = name_of(Path::new(file)).unwrap();
            assert_eq!(class_of(&found), class);
            assert_eq!(found, name);
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for file in ["7.py", "käse.py", "a b.py", "database.yaml", "database"] {
            assert!(name_of(Path::new(file)).is_err(), "{file}");
        }
    }
}
