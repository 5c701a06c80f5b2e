//! The options of one command, as far as defaults need to know them.

use std::ffi::OsString;

use clap::{ArgAction, Command};

/// Commands whose options share their names in the environment, and the top of `squall.toml`.
const SHARED: [&str; 7] = [
    "run", "http", "check", "explain", "debug", "journey", "scenario",
];
/// Options of `ui` alone; its others are those of the runs that are started from there.
const OF_UI: [&str; 3] = ["address", "open", "test"];
/// Options of which one excludes the others.
const RIVALS: [&[&str]; 4] = [
    &["duration", "stages", "iterations"],
    &["body", "body-file", "json-body"],
    &["cpus", "threads"],
    &["cpus", "processes"],
];

/// An option that a command has.
#[derive(Clone, Debug)]
pub(super) struct KnownOption {
    /// Its long name, without the dashes.
    pub(super) long: String,
    /// Its name among clap's matches.
    pub(super) id: String,
    pub(super) kind: OptionKind,
}

/// How often an option can be given, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OptionKind {
    /// Without a value.
    Switch,
    /// With one value.
    Single,
    /// Several times, with a value each.
    List,
}

/// A value for an option, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) long: String,
    /// What is to be typed: none for a switch that is off, several for a list.
    pub(super) typed: Vec<OsString>,
    pub(super) origin: String,
}

/// Tells whether a command shares the name of an option with others; the folder of the runs is the same for all.
pub(super) fn is_shared(section: &str, long: &str) -> bool {
    SHARED.contains(&section) || long == "runs-dir" || (section == "ui" && !OF_UI.contains(&long))
}

/// Tells whether two options exclude each other.
pub(super) fn are_rivals(one: &str, other: &str) -> bool {
    let both = |rivals: &&&[&str]| rivals.contains(&one) && rivals.contains(&other);
    RIVALS.iter().any(|rivals| both(&rivals))
}

/// Returns the options that a command has of its own.
pub(super) fn options(command: &Command) -> Vec<KnownOption> {
    let named = command
        .get_arguments()
        .filter_map(|arg| Some((arg, arg.get_long()?)))
        .filter(|(_, long)| !matches!(*long, "help" | "version"));
    let known = named.map(|(arg, long)| KnownOption {
        long: long.to_owned(),
        id: arg.get_id().to_string(),
        kind: match arg.get_action() {
            ArgAction::SetTrue => OptionKind::Switch,
            ArgAction::Append => OptionKind::List,
            _ => OptionKind::Single,
        },
    });
    known.collect()
}

impl KnownOption {
    /// Returns what is to be typed to give the option a value.
    pub(super) fn typed(&self, value: impl Into<OsString>) -> OsString {
        let mut typed = OsString::from(format!("--{}=", self.long));
        typed.push(value.into());
        typed
    }

    /// Returns what is to be typed to turn a switch on or leave it off.
    pub(super) fn switched(&self, on: bool) -> Vec<OsString> {
        let typed = on.then(|| OsString::from(format!("--{}", self.long)));
        typed.into_iter().collect()
    }
}
