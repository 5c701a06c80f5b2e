//! What keys do.
//!
//! | | watching | asked to stop | note | help |
//! |---|---|---|---|---|
//! | `p` | pause, resume | watching | text | watching |
//! | `+` `−` arrows, pages | change the load | watching | text | watching |
//! | `u` `r` Tab | choose | watching | text | watching |
//! | `m` | mark | watching | text | watching |
//! | `n` | note | watching | text | watching |
//! | `s` `q` | asked to stop | stop | text | watching |
//! | `?` | help | watching | text | watching |
//! | Enter | – | watching | store the note | watching |
//! | Esc | – | watching | watching | watching |

use super::key::Key;
use super::step::{Step, stepped};
use crate::live::{LiveState, LoadKind, LoadName, LoadState};

/// Seconds that a notice is shown.
pub(super) const NOTICE_S: f64 = 8.0;
/// Seconds in which a second key stops the run.
pub(super) const STOP_S: f64 = 5.0;
/// Seconds until the state must show what was asked for.
const SETTLE_S: f64 = 1.0;
/// Characters of a note; what is kept of one at most.
pub(super) const NOTE: usize = 500;

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Sets a load.
    Set {
        /// What of it.
        kind: LoadKind,
        /// Which one; `None`: all that go on.
        load: Option<LoadName>,
        /// Users, or iterations a second.
        value: f64,
    },
    /// No iteration starts any more.
    Pause,
    /// Iterations start again.
    Resume,
    /// The load ends.
    Stop,
    /// Live views count anew.
    Mark,
    /// A remark.
    Note(String),
}

/// What the keys are doing.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    pub(super) mode: Mode,
    pub(super) notice: Option<Notice>,
    /// What of a load is changed, where somebody chose it.
    kind: Option<LoadKind>,
    /// Which load is changed; `None`: all.
    chosen: Option<LoadName>,
    asked: Option<Asked>,
}

/// What a key means now.
#[derive(Clone, Debug, Default)]
pub(super) enum Mode {
    #[default]
    Watching,
    Help,
    Note(String),
    /// `s` was pressed; so long a second one stops the run.
    Stopping {
        until_s: f64,
    },
}

/// Something that is told for a while.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    pub(super) message: String,
    pub(super) hint: Option<String>,
    until_s: f64,
}

/// A load as it was asked for: the next key goes on from there, also before the state shows it.
#[derive(Clone, Debug)]
struct Asked {
    kind: LoadKind,
    load: Option<LoadName>,
    value: f64,
    until_s: f64,
}

impl Panel {
    /// Takes a key, and returns what is to be done.
    pub fn press(&mut self, key: Key, state: &LiveState) -> Option<Action> {
        self.notice = None;
        match std::mem::take(&mut self.mode) {
            Mode::Watching => self.watching(key, state),
            Mode::Help => None,
            Mode::Note(text) => self.note(text, key),
            Mode::Stopping { until_s } => {
                let again = matches!(key, Key::Char('s' | 'q'));
                if again && state.elapsed_s <= until_s {
                    Some(Action::Stop)
                } else if again {
                    self.ask_to_stop(state)
                } else {
                    None
                }
            }
        }
    }

    /// Says that the run did what it was told to.
    pub fn obeyed(&mut self, action: &Action, state: &LiveState) {
        if let Action::Set { kind, load, value } = action {
            self.asked = Some(Asked {
                kind: *kind,
                load: load.clone(),
                value: *value,
                until_s: state.elapsed_s + SETTLE_S,
            });
        }
    }

    /// Says that the run did not, and why.
    pub fn refused(&mut self, message: &str, hint: Option<&str>, state: &LiveState) {
        self.asked = None;
        self.tell(message, hint, state);
    }

    /// Forgets what was told and asked for, as time goes on. Call it with every new state.
    pub fn go_on(&mut self, state: &LiveState) {
        let is_over = |until_s: f64| state.elapsed_s > until_s;
        if self
            .notice
            .as_ref()
            .is_some_and(|notice| is_over(notice.until_s))
        {
            self.notice = None;
        }
        if self
            .asked
            .as_ref()
            .is_some_and(|asked| is_over(asked.until_s))
        {
            self.asked = None;
        }
        if matches!(self.mode, Mode::Stopping { until_s } if is_over(until_s)) {
            self.mode = Mode::Watching;
        }
        let is_there = |name: &LoadName| state.loads.iter().any(|load| load.name == *name);
        if self.chosen.as_ref().is_some_and(|name| !is_there(name)) {
            self.chosen = None;
        }
    }

    /// Returns what a key would change: what of it, which load, and how much it is.
    pub(super) fn target(&self, state: &LiveState) -> Option<(LoadKind, f64)> {
        let kind = self.kind(state)?;
        let asked = self.asked.as_ref();
        let asked = asked.filter(|asked| asked.kind == kind && asked.load == self.chosen);
        if let Some(asked) = asked {
            return Some((kind, asked.value));
        }
        let loads = self.meant(state).filter(|load| load.kind == kind);
        Some((kind, loads.map(|load| load.value).sum()))
    }

    /// Returns the load that keys change; `None`: all.
    pub(super) fn chosen(&self) -> Option<&LoadName> {
        self.chosen.as_ref()
    }

    fn meant<'a>(&self, state: &'a LiveState) -> impl Iterator<Item = &'a LoadState> {
        let loads = state.loads.iter();
        loads.filter(|load| self.chosen.as_ref().is_none_or(|name| load.name == *name))
    }

    /// What was chosen where the loads have it, and else what the first of them has.
    fn kind(&self, state: &LiveState) -> Option<LoadKind> {
        let has = |kind: LoadKind| self.meant(state).any(|load| load.kind == kind);
        let chosen = self.kind.filter(|kind| has(*kind));
        chosen.or_else(|| self.meant(state).next().map(|load| load.kind))
    }

    fn watching(&mut self, key: Key, state: &LiveState) -> Option<Action> {
        match key {
            Key::Char('p') if state.paused => return Some(Action::Resume),
            Key::Char('p') => return Some(Action::Pause),
            Key::Char('m') => return Some(Action::Mark),
            Key::Char('+' | '=') | Key::Up => return self.change(Step::Up, state),
            Key::Char('-' | '−') | Key::Down => return self.change(Step::Down, state),
            Key::PageUp => return self.change(Step::Double, state),
            Key::PageDown => return self.change(Step::Halve, state),
            Key::Char('s' | 'q') => return self.ask_to_stop(state),
            Key::Char('u') => self.choose(LoadKind::Users, state),
            Key::Char('r') => self.choose(LoadKind::Rate, state),
            Key::Tab => self.choose_next(state),
            Key::Char('n') => self.mode = Mode::Note(String::new()),
            Key::Char('?' | 'h') => self.mode = Mode::Help,
            Key::Char(other) => {
                self.tell(&format!("no key `{other}`; ? shows the keys"), None, state);
            }
            Key::Enter | Key::Escape | Key::Backspace | Key::EraseWord | Key::EraseLine => {}
        }
        None
    }

    fn change(&mut self, step: Step, state: &LiveState) -> Option<Action> {
        let Some((kind, value)) = self.target(state) else {
            let message = "there is no number of users and no rate that could be changed now";
            let hint =
                "load that ends by a number of iterations, batches and volume models have none";
            self.tell(message, Some(hint), state);
            return None;
        };
        let value = stepped(value, kind, step);
        let load = self.chosen.clone();
        Some(Action::Set { kind, load, value })
    }

    fn choose(&mut self, kind: LoadKind, state: &LiveState) {
        if self.meant(state).any(|load| load.kind == kind) {
            self.kind = Some(kind);
            return;
        }
        let message = match kind {
            LoadKind::Users => "no load that goes on has a number of users to change",
            LoadKind::Rate => "no load that goes on has a rate to change",
        };
        self.tell(message, None, state);
    }

    /// All loads, then each of them, then all again.
    fn choose_next(&mut self, state: &LiveState) {
        if state.loads.len() < 2 {
            self.tell("there is only one load to choose", None, state);
            return;
        }
        let at = self.chosen.as_ref().and_then(|name| {
            let mut loads = state.loads.iter();
            loads.position(|load| load.name == *name)
        });
        let next = at.map_or(0, |at| at + 1);
        self.chosen = state.loads.get(next).map(|load| load.name.clone());
    }

    fn ask_to_stop(&mut self, state: &LiveState) -> Option<Action> {
        if state.stopping {
            self.tell(
                "the run is being stopped; Ctrl-C ends it at once",
                None,
                state,
            );
        } else {
            let until_s = state.elapsed_s + STOP_S;
            self.mode = Mode::Stopping { until_s };
        }
        None
    }

    fn note(&mut self, mut text: String, key: Key) -> Option<Action> {
        match key {
            Key::Enter if text.trim().is_empty() => return None,
            Key::Enter => return Some(Action::Note(text.trim().to_owned())),
            Key::Escape => return None,
            Key::Char(character) if text.chars().count() < NOTE => text.push(character),
            Key::Backspace => drop(text.pop()),
            Key::EraseLine => text.clear(),
            Key::EraseWord => {
                let kept = text.trim_end().rfind(' ').map_or(0, |space| space + 1);
                text.truncate(kept);
            }
            _ => {}
        }
        self.mode = Mode::Note(text);
        None
    }

    fn tell(&mut self, message: &str, hint: Option<&str>, state: &LiveState) {
        self.notice = Some(Notice {
            message: message.to_owned(),
            hint: hint.map(str::to_owned),
            until_s: state.elapsed_s + NOTICE_S,
        });
    }
}
