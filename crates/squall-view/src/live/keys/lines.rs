//! How the keys look: one line of hints, what is asked or told, and the help.

use super::panel::{Mode, Panel};
use crate::live::{LiveState, LoadKind, LoadName};
use crate::number::{count, number};
use crate::text::{Line, Role, flow, shorten_end, shorten_start, width, wrap};

/// From so many rows on each key of the help has a line.
const TALL: usize = 18;

/// All keys, with what they do.
const KEYS: [(&str, &str); 10] = [
    ("p", "pause, resume"),
    ("+ − ↑ ↓", "a tenth more or fewer"),
    ("PgUp PgDn", "twice or half as many"),
    ("u r", "change users, or rate"),
    ("Tab", "choose a scenario"),
    ("m", "mark: count anew"),
    ("n", "note"),
    ("s q", "stop gracefully"),
    ("Ctrl-C", "stop; again: at once"),
    ("?", "help; any key leaves it"),
];

/// The keys that do something now, as many as fit on a line: what is left out first is last in rank.
pub(in crate::live) fn hints(panel: &Panel, state: &LiveState, columns: usize) -> Line {
    let all = wanted(panel, state);
    let mut ranks: Vec<usize> = all.iter().map(|hint| hint.rank).collect();
    ranks.sort_unstable();
    let shown = ranks.iter().rev().map(|last| {
        let shown = all.iter().filter(|hint| hint.rank <= *last);
        joined(&shown.collect::<Vec<_>>())
    });
    let mut lines = shown.collect::<Vec<_>>();
    let least = lines.pop().unwrap_or_default();
    let fits = lines.into_iter().find(|line| line.width() <= columns);
    fits.unwrap_or(least)
}

struct Hint {
    rank: usize,
    keys: &'static str,
    does: String,
}

fn wanted(panel: &Panel, state: &LiveState) -> Vec<Hint> {
    let hint = |rank, keys, does: &str| Hint {
        rank,
        keys,
        does: does.to_owned(),
    };
    let mut all = Vec::new();
    if !state.stopping {
        all.push(hint(1, "p", if state.paused { "resume" } else { "pause" }));
        if let Some((kind, value)) = panel.target(state) {
            let of = panel.chosen().map(|name| format!(" of {}", short(name)));
            let does = format!("{}{}", level(kind, value), of.unwrap_or_default());
            all.push(hint(2, "+ −", &does));
        }
        let has = |kind| state.loads.iter().any(|load| load.kind == kind);
        if has(LoadKind::Users) && has(LoadKind::Rate) {
            all.push(hint(5, "u r", "users, rate"));
        }
        if state.loads.len() > 1 {
            all.push(hint(4, "Tab", "scenario"));
        }
    }
    all.push(hint(6, "m", "mark"));
    all.push(hint(7, "n", "note"));
    if state.stopping {
        all.push(hint(3, "Ctrl-C", "end at once"));
    } else {
        all.push(hint(3, "s", "stop"));
    }
    all.push(hint(0, "?", "help"));
    all
}

fn joined(hints: &[&Hint]) -> Line {
    let mut line = Line::default();
    for (at, hint) in hints.iter().enumerate() {
        let gap = if at == 0 { "" } else { " · " };
        line = line
            .and(Role::Faint, gap)
            .and(Role::Strong, hint.keys)
            .and(Role::Faint, &format!(" {}", hint.does));
    }
    line
}

fn level(kind: LoadKind, value: f64) -> String {
    match kind {
        LoadKind::Users => format!("users {}", number(value)),
        LoadKind::Rate => format!("rate {}/s", number(value)),
    }
}

fn short(name: &LoadName) -> String {
    const MOST: usize = 24;
    shorten_end(&name.scenario, MOST)
}

/// What is asked of the person at the keyboard, or told to them; nothing most of the time.
pub(in crate::live) fn prompt(panel: &Panel, columns: usize) -> Vec<Line> {
    match &panel.mode {
        Mode::Stopping { .. } => {
            let asked = Line::of(Role::Warn, "stop the run? s again: yes");
            vec![asked.and(
                Role::Faint,
                ", what is in flight may finish; other keys: no",
            )]
        }
        Mode::Note(text) => note(text, columns),
        Mode::Watching | Mode::Help => panel.notice.as_ref().map_or_else(Vec::new, |notice| {
            let mut lines = wrapped(Role::Warn, "! ", &notice.message, columns);
            let hint = notice.hint.as_deref().unwrap_or_default();
            if !hint.is_empty() {
                lines.extend(wrapped(Role::Accent, "hint: ", hint, columns));
            }
            lines
        }),
    }
}

fn wrapped(role: Role, word: &str, text: &str, columns: usize) -> Vec<Line> {
    let lines = wrap(text, columns.saturating_sub(width(word)));
    let lines = lines.iter().enumerate().map(|(at, text)| {
        let start = if at == 0 {
            Line::of(role, word)
        } else {
            Line::blank(width(word))
        };
        start.and(Role::Plain, text)
    });
    lines.collect()
}

/// The line that a note is typed in; of a long one the end is shown.
fn note(text: &str, columns: usize) -> Vec<Line> {
    const LABEL: &str = "note: ";
    const CURSOR: &str = "▁";
    let room = columns.saturating_sub(width(LABEL) + width(CURSOR));
    let typed = Line::of(Role::Strong, LABEL)
        .and(Role::Plain, &shorten_start(text, room))
        .and(Role::Accent, CURSOR);
    let told = format!(
        "Enter stores it · Esc leaves it · {} of 500",
        count(text.chars().count() as u64)
    );
    vec![typed, Line::of(Role::Faint, &told)]
}

/// The help, where it is asked for.
pub(in crate::live) fn help(panel: &Panel, columns: usize, rows: usize) -> Vec<Line> {
    const KEY: usize = 11;
    if !matches!(panel.mode, Mode::Help) {
        return Vec::new();
    }
    let one = |(key, does): &(&str, &str), room: usize| {
        let key = format!("{key:<room$}");
        Line::of(Role::Strong, &key).and(Role::Plain, &format!(" {does}"))
    };
    if rows >= TALL {
        let lines = KEYS.iter().map(|key| Line::blank(2).join(one(key, KEY)));
        return lines.collect();
    }
    let fields = KEYS.iter().enumerate().map(|(at, key)| {
        let dot = if at + 1 < KEYS.len() { " ·" } else { "" };
        one(key, 0).and(Role::Faint, dot)
    });
    flow(&Line::default(), fields.collect(), columns)
}
