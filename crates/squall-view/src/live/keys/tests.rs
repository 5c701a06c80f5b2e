//! What keys do, one after the other.

use super::panel::{NOTE, NOTICE_S, STOP_S};
use super::{Action, Decoder, Panel};
use crate::live::{LiveState, LoadKind, LoadName, LoadState};

fn load(scenario: &str, kind: LoadKind, value: f64) -> LoadState {
    LoadState {
        name: LoadName {
            stage: "Shop".to_owned(),
            scenario: scenario.to_owned(),
        },
        kind,
        value,
    }
}

fn state() -> LiveState {
    LiveState {
        loads: vec![
            load("browse", LoadKind::Users, 10.0),
            load("buy", LoadKind::Users, 20.0),
            load("poll", LoadKind::Rate, 200.0),
        ],
        elapsed_s: 10.0,
        ..LiveState::default()
    }
}

/// Presses keys, each of which is obeyed, and returns what they did.
fn press(panel: &mut Panel, keys: &str, state: &LiveState) -> Vec<Action> {
    let mut done = Vec::new();
    for key in Decoder::default().decode(keys.as_bytes()) {
        if let Some(action) = panel.press(key, state) {
            panel.obeyed(&action, state);
            done.push(action);
        }
    }
    done
}

fn set(kind: LoadKind, scenario: Option<&str>, value: f64) -> Action {
    let load = scenario.map(|scenario| LoadName {
        stage: "Shop".to_owned(),
        scenario: scenario.to_owned(),
    });
    Action::Set { kind, load, value }
}

#[test]
fn a_load_is_changed_by_steps_that_add_up_before_the_run_shows_them() {
    let (mut panel, mut state) = (Panel::default(), state());
    let users = |value| set(LoadKind::Users, None, value);
    assert_eq!(
        press(&mut panel, "+\u{1b}[A-", &state),
        [users(32.0), users(34.0), users(32.0)]
    );
    // A second later the run's own numbers count again.
    state.elapsed_s += 2.0;
    panel.go_on(&state);
    assert_eq!(press(&mut panel, "\u{1b}[5~", &state), [users(60.0)]);
}

#[test]
fn a_key_chooses_between_users_and_rate_and_tab_chooses_the_load() {
    let (mut panel, state) = (Panel::default(), state());
    assert_eq!(
        press(&mut panel, "r+", &state),
        [set(LoadKind::Rate, None, 220.0)]
    );
    assert_eq!(
        press(&mut panel, "u\t\t-", &state),
        [set(LoadKind::Users, Some("buy"), 18.0)]
    );
    assert_eq!(
        press(&mut panel, "\t+", &state),
        [set(LoadKind::Rate, Some("poll"), 220.0)]
    );
    assert_eq!(
        press(&mut panel, "\t+", &state),
        [set(LoadKind::Users, None, 32.0)]
    );
}

#[test]
fn a_load_that_has_ended_is_not_chosen_any_more() {
    let (mut panel, mut state) = (Panel::default(), state());
    press(&mut panel, "\t", &state);
    state.loads.remove(0);
    panel.go_on(&state);
    assert_eq!(panel.chosen(), None);
}

#[test]
fn a_run_is_stopped_by_the_second_key_and_not_by_the_first() {
    let (mut panel, mut state) = (Panel::default(), state());
    assert_eq!(press(&mut panel, "s", &state), []);
    assert_eq!(press(&mut panel, "s", &state), [Action::Stop]);
    assert_eq!(press(&mut panel, "sp", &state), [], "another key goes on");
    assert_eq!(press(&mut panel, "q", &state), []);
    state.elapsed_s += STOP_S + 1.0;
    assert_eq!(press(&mut panel, "q", &state), [], "that was too late");
    assert_eq!(press(&mut panel, "q", &state), [Action::Stop]);
    state.stopping = true;
    assert_eq!(press(&mut panel, "ss", &state), []);
    assert!(panel.notice.is_some());
}

#[test]
fn the_same_key_pauses_and_resumes() {
    let (mut panel, mut state) = (Panel::default(), state());
    assert_eq!(press(&mut panel, "p", &state), [Action::Pause]);
    state.paused = true;
    assert_eq!(press(&mut panel, "p", &state), [Action::Resume]);
}

#[test]
fn a_note_is_typed_and_takes_all_keys() {
    let (mut panel, state) = (Panel::default(), state());
    let note = |text: &str| Action::Note(text.to_owned());
    assert_eq!(press(&mut panel, "nsps é\n", &state), [note("sps é")]);
    assert_eq!(
        press(&mut panel, "nabx\u{7f}c de\u{17}f\n", &state),
        [note("abc f")]
    );
    assert_eq!(press(&mut panel, "nabc\u{15}\n", &state), []);
    assert_eq!(press(&mut panel, "nabc\u{1b}", &state), []);
    assert_eq!(press(&mut panel, "m", &state), [Action::Mark]);
    press(&mut panel, "n", &state);
    press(&mut panel, &"x".repeat(NOTE + 9), &state);
    assert_eq!(press(&mut panel, "\n", &state), [note(&"x".repeat(NOTE))]);
}

#[test]
fn a_key_that_can_do_nothing_says_why() {
    let mut panel = Panel::default();
    let nothing = LiveState::default();
    for keys in ["+", "u", "r", "\t", "x"] {
        assert_eq!(press(&mut panel, keys, &nothing), []);
        assert!(panel.notice.is_some(), "{keys}");
    }
    panel.go_on(&LiveState {
        elapsed_s: NOTICE_S + 1.0,
        ..LiveState::default()
    });
    assert!(panel.notice.is_none());
}

#[test]
fn any_key_leaves_the_help() {
    let (mut panel, state) = (Panel::default(), state());
    assert_eq!(press(&mut panel, "?p", &state), []);
    assert_eq!(press(&mut panel, "p", &state), [Action::Pause]);
}
