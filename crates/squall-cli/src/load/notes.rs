//! Options of a load that a plan leaves no room for.

use indexmap::IndexMap;

/// An option that has no effect on one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Idle {
    /// As it was typed, e.g. `-d 1s`.
    pub(super) typed: String,
    pub(super) why: Why,
}

/// Why an option has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The plan says it already: kind of load and member.
    Said(String),
    /// The plan says something that leaves it no meaning.
    Excluded(&'static str),
    /// That kind of load has no such thing.
    Foreign(String),
}

/// Collects what has no effect; an option that has one on any scenario is not worth a note.
#[derive(Debug, Default)]
pub(super) struct Notes {
    scenarios: usize,
    /// Place of the scenario at hand.
    at: String,
    /// By option, on how many scenarios it has no effect, and the first note.
    idle: IndexMap<String, (usize, String)>,
}

impl Notes {
    /// Begins a scenario at its place in the plan.
    pub(super) fn scenario(&mut self, path: &str) {
        self.scenarios += 1;
        path.strip_prefix("stages.")
            .unwrap_or(path)
            .clone_into(&mut self.at);
    }

    /// Takes what has no effect on the scenario.
    pub(super) fn take(&mut self, idle: Vec<Idle>) {
        for option in idle {
            let note = note(&option, &self.at);
            self.idle.entry(option.typed).or_insert((0, note)).0 += 1;
        }
    }

    /// Returns the notes.
    pub(super) fn told(self) -> Vec<String> {
        let everywhere = |(count, note): (usize, String)| (count == self.scenarios).then_some(note);
        self.idle.into_values().filter_map(everywhere).collect()
    }
}

fn note(option: &Idle, at: &str) -> String {
    let typed = &option.typed;
    let value = typed
        .split_once(' ')
        .map_or_else(|| typed.trim_start_matches('-'), |(_, value)| value);
    let why = match &option.why {
        Why::Said(member) => format!("the file says it; use `--set {at}.load.{member}={value}`"),
        Why::Excluded(member) => format!("the file sets `{member}` in `{at}`"),
        Why::Foreign(kind) => format!("the load of `{at}` is `{kind}`"),
    };
    format!("`{typed}` has no effect: {why}")
}
