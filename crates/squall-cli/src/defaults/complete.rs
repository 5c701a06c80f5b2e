//! A typed command line, completed with what was not typed.

use std::ffi::OsString;
use std::{env, fs, io};

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory as _};
use squall_plan::{PlanError, PlanErrors};

use super::option::{KnownOption, Setting, are_rivals, options};
use super::{environment, file};
use crate::args::Cli;

/// A command line with its defaults put in.
#[derive(Debug)]
pub(crate) struct Completed {
    pub(crate) args: Vec<OsString>,
    /// Option and origin of what was put in.
    added: Vec<(String, String)>,
}

/// Why a command line could not be completed.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What was typed is wrong, or asks for help.
    Usage(Box<clap::Error>),
    /// What was not typed is wrong.
    Defaults(PlanErrors),
}

/// Puts into a command line what the environment and `squall.toml` say.
pub(crate) fn complete(args: Vec<OsString>) -> Result<Completed, Refused> {
    let command = Cli::command();
    let matches = typed_matches(&command, &args)?;
    let path = command_path(&matches);
    let Some((command_name, matches)) = path.last() else {
        return Ok(untouched(args));
    };
    let section = section(&path, command_name);
    let sections = sections(&command);
    if sections.iter().all(|(name, _)| *name != section) {
        return Ok(untouched(args));
    }
    let options = own_options(&command, &path);
    let mut errors = Vec::new();
    let mut from_file = read_file(&section, &sections, &mut errors);
    // A table may be for several commands, which have not all the same options.
    from_file.retain(|setting| options.iter().any(|option| option.long == setting.long));
    let sources = [
        environment::read(&section, &options, |name| env::var_os(name), &mut errors),
        from_file,
    ];
    if !errors.is_empty() {
        return Err(Refused::Defaults(PlanErrors(errors)));
    }
    let chosen = choose(given(&options, matches), sources);
    Ok(insert(args, path.len(), chosen))
}

fn untouched(args: Vec<OsString>) -> Completed {
    Completed {
        args,
        added: Vec::new(),
    }
}

/// Parses what was typed; what only the defaults may bring need not be there yet.
fn typed_matches(command: &Command, args: &[OsString]) -> Result<ArgMatches, Refused> {
    match command.clone().try_get_matches_from(args) {
        Err(error) if error.kind() == ErrorKind::MissingRequiredArgument => command
            .clone()
            .ignore_errors(true)
            .try_get_matches_from(args),
        result => result,
    }
    .map_err(|error| Refused::Usage(Box::new(error)))
}

fn command_path(matches: &ArgMatches) -> Vec<(&str, &ArgMatches)> {
    let mut path = Vec::new();
    let mut at = matches.subcommand();
    while let Some((name, matches)) = at {
        path.push((name, matches));
        at = matches.subcommand();
    }
    path
}

/// Returns the name under which a command's defaults are kept: `graph run` is `run`, `journey run` is `journey`.
fn section(path: &[(&str, &ArgMatches)], name: &str) -> String {
    let outer = path.first().map(|(outer, _)| *outer);
    match (outer, name) {
        (Some("graph"), "create") => "new",
        (Some(outer @ ("journey" | "scenario" | "project")), _) => outer,
        (_, name) => name,
    }
    .to_owned()
}

/// Returns the options of the command that was typed.
fn own_options(command: &Command, path: &[(&str, &ArgMatches)]) -> Vec<KnownOption> {
    let mut names = path.iter().map(|(name, _)| name);
    names
        .try_fold(command, |command, name| command.find_subcommand(name))
        .map(options)
        .unwrap_or_default()
}

fn sections(command: &Command) -> Vec<file::Section> {
    let graph = command.find_subcommand("graph");
    let graph = |name: &str| graph?.find_subcommand(name);
    // What is hidden is typed by programs.
    let shown = command
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    shown
        .map(|command| {
            let name = command.get_name();
            // `graph run` has some options more than `run`.
            let same = graph(if name == "new" { "create" } else { name });
            let more = same.map(options).unwrap_or_default();
            (name.to_owned(), with(all_options(command), more))
        })
        .filter(|(name, options)| name != "graph" && !options.is_empty())
        .collect()
}

/// Returns the options of a command and the commands below it.
fn all_options(command: &Command) -> Vec<KnownOption> {
    let below = command.get_subcommands().flat_map(options).collect();
    with(options(command), below)
}

/// Adds the options that are not there yet.
fn with(mut all: Vec<KnownOption>, more: Vec<KnownOption>) -> Vec<KnownOption> {
    for option in more {
        if all.iter().all(|known| known.long != option.long) {
            all.push(option);
        }
    }
    all
}

fn read_file(
    section: &str,
    sections: &[file::Section],
    errors: &mut Vec<PlanError>,
) -> Vec<Setting> {
    match fs::read_to_string(file::FILE) {
        Ok(text) => file::read(&text, section, sections, errors),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let message = format!("cannot read `{}`: {error}", file::FILE);
            errors.push(PlanError::new("", message));
            Vec::new()
        }
    }
}

/// Returns the options that were typed.
fn given(options: &[KnownOption], matches: &ArgMatches) -> Vec<String> {
    let typed =
        |option: &&KnownOption| matches.value_source(&option.id) == Some(ValueSource::CommandLine);
    let given = options.iter().filter(typed);
    given.map(|option| option.long.clone()).collect()
}

/// Takes from each source what no earlier one has said or excluded.
fn choose(mut given: Vec<String>, sources: [Vec<Setting>; 2]) -> Vec<Setting> {
    let mut chosen = Vec::new();
    for source in sources {
        let free = |setting: &Setting| {
            given
                .iter()
                .all(|known| *known != setting.long && !are_rivals(known, &setting.long))
        };
        let new: Vec<Setting> = source.into_iter().filter(free).collect();
        given.extend(new.iter().map(|setting| setting.long.clone()));
        chosen.extend(new);
    }
    chosen
}

/// Puts settings behind the names of the command: everything after them may be typed in any order.
fn insert(mut args: Vec<OsString>, names: usize, settings: Vec<Setting>) -> Completed {
    let added = settings
        .iter()
        .map(|setting| (setting.long.clone(), setting.origin.clone()));
    let added = added.collect();
    let at = (names + 1).min(args.len());
    args.splice(
        at..at,
        settings.into_iter().flat_map(|setting| setting.typed),
    );
    Completed { args, added }
}

impl Completed {
    /// Returns the names of the options that were not typed.
    pub(crate) fn untyped(&self) -> Vec<String> {
        self.added.iter().map(|(long, _)| long.clone()).collect()
    }

    /// Says which options were not typed: whoever looks for a mistake may not look there.
    pub(crate) fn note(&self) -> Option<String> {
        let said = self
            .added
            .iter()
            .map(|(long, origin)| format!("`--{long}` ({origin})"));
        let said: Vec<String> = said.collect();
        (!said.is_empty()).then(|| format!("note: set, though not typed: {}", said.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(long: &str, value: &str) -> Setting {
        Setting {
            long: long.to_owned(),
            typed: vec![format!("--{long}={value}").into()],
            origin: "somewhere".to_owned(),
        }
    }

    #[test]
    fn what_is_typed_goes_before_the_environment_and_that_before_the_file() {
        let environment = vec![setting("users", "1"), setting("seed", "1")];
        let file = vec![
            setting("users", "2"),
            setting("seed", "2"),
            setting("threads", "2"),
        ];
        let chosen = choose(vec!["users".to_owned()], [environment, file]);
        assert_eq!(chosen, [setting("seed", "1"), setting("threads", "2")]);
    }

    #[test]
    fn an_option_keeps_away_those_that_it_excludes() {
        let file = vec![setting("duration", "10s"), setting("users", "5")];
        let chosen = choose(vec!["stages".to_owned()], [Vec::new(), file]);
        assert_eq!(chosen, [setting("users", "5")]);
    }

    #[test]
    fn settings_stand_behind_the_commands_names() {
        let args = ["squall", "graph", "run", "x.py", "-q"].map(OsString::from);
        let completed = insert(args.into(), 2, vec![setting("users", "5")]);
        assert_eq!(
            completed.args,
            ["squall", "graph", "run", "--users=5", "x.py", "-q"]
        );
        assert_eq!(
            completed.note().unwrap(),
            "note: set, though not typed: `--users` (somewhere)"
        );
    }

    #[test]
    fn every_commands_options_are_known() {
        let sections = sections(&Cli::command());
        let names: Vec<&str> = sections.iter().map(|(name, _)| name.as_str()).collect();
        let expected = "run http new check explain debug ping history report reporters export compare ui target \
            journey scenario plugin project";
        assert_eq!(names, expected.split(' ').collect::<Vec<_>>());
    }
}
