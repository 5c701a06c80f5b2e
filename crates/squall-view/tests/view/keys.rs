//! The screen with keys: what is asked, told and changed, at the sizes of windows that people have.

use insta::assert_snapshot;
use squall_metrics::summary::ControlSummary;
use squall_view::live::{
    Decoder, ErrorGroup, LoadKind, LoadName, LoadState, Panel, StageState, StageStatus,
};
use squall_view::{LiveState, LiveView, Progress, Size, Theme};

use crate::{moment, sample};

/// A run with two loads that can be changed, one of which was.
fn state() -> LiveState {
    let load = |scenario: &str, kind, value| LoadState {
        name: LoadName {
            stage: "Browse".to_owned(),
            scenario: scenario.to_owned(),
        },
        kind,
        value,
    };
    LiveState {
        loads: vec![
            load("browse", LoadKind::Users, 20.0),
            load("poll", LoadKind::Rate, 2_000.0),
        ],
        controls: sample::controls()[..2].to_vec(),
        ..moment::live(12.0)
    }
}

/// The lines of a screen after some keys.
fn shown(state: &LiveState, keys: &str, (columns, rows): (u16, u16)) -> String {
    let mut parser = vt100::Parser::new(rows, columns, 0);
    let mut bytes = Vec::new();
    let size = Box::new(move || Size { columns, rows });
    let mut view = LiveView::new(Progress::Screen, &mut bytes, Theme::PLAIN, size);
    let mut panel = Panel::default();
    for key in Decoder::default().decode(keys.as_bytes()) {
        if let Some(action) = panel.press(key, state) {
            panel.obeyed(&action, state);
        }
    }
    panel.go_on(state);
    view.update_with(state, Some(&panel));
    // What takes the screen away at the end is not looked at.
    std::mem::forget(view);
    parser.process(&bytes);
    parser.screen().contents()
}

#[test]
fn windows_of_all_sizes_show_what_fits() {
    let mut state = state();
    let error = |at: u64| ErrorGroup {
        class: "status".to_owned(),
        message: format!("50{at} of a server that has much to say about what is wrong with it"),
        count: 9 - at,
    };
    state.errors.extend((1..8).map(error));
    for size in [
        (60, 10),
        (80, 10),
        (80, 24),
        (120, 24),
        (200, 50),
        (60, 50),
        (30, 5),
    ] {
        let (columns, rows) = size;
        assert_snapshot!(format!("keys_{columns}x{rows}"), shown(&state, "", size));
    }
}

#[test]
fn of_many_stages_those_that_run_are_shown_first() {
    let mut state = state();
    let numbered = |at: usize| StageState {
        name: format!("Stage{at}"),
        status: match at {
            0..20 => StageStatus::Completed,
            20..23 => StageStatus::Running,
            23 => StageStatus::Failed,
            _ => StageStatus::Waiting,
        },
        started_s: 0.0,
        elapsed_s: 12.0,
        planned_s: Some(60.0),
        until_stopped: false,
    };
    state.stages = (0..40).map(numbered).collect();
    assert_snapshot!("stages_80x24", shown(&state, "", (80, 24)));
    assert_snapshot!("stages_80x12", shown(&state, "", (80, 12)));
}

#[test]
fn the_help_leaves_room_for_what_matters() {
    assert_snapshot!("help_80x24", shown(&state(), "?", (80, 24)));
    assert_snapshot!("help_60x10", shown(&state(), "?", (60, 10)));
}

#[test]
fn what_is_asked_and_told_stands_above_the_hints() {
    for (name, keys) in [
        ("stop", "s"),
        ("note", "ndeployed 4.2, see the channel"),
        ("chosen", "\t"),
        ("unknown", "x"),
    ] {
        let screen = shown(&state(), keys, (80, 24));
        let lines: Vec<&str> = screen.lines().collect();
        assert_snapshot!(format!("asked_{name}"), lines[lines.len() - 4..].join("\n"));
    }
}

#[test]
fn a_refusal_comes_with_its_hint_and_goes_after_a_while() {
    let mut state = state();
    let mut panel = Panel::default();
    let hint = "its load has users, which can be changed";
    panel.refused(
        "scenario `browse` has no rate to change",
        Some(hint),
        &state,
    );
    let show = |panel: &Panel, state: &LiveState| {
        let mut bytes = Vec::new();
        let size = Box::new(|| Size {
            columns: 80,
            rows: 24,
        });
        let mut view = LiveView::new(Progress::Screen, &mut bytes, Theme::PLAIN, size);
        view.update_with(state, Some(panel));
        drop(view);
        String::from_utf8(bytes).unwrap()
    };
    let told = show(&panel, &state);
    assert!(told.contains("! scenario `browse` has no rate to change"));
    assert!(told.contains("hint: its load has users"));
    state.elapsed_s += 60.0;
    panel.go_on(&state);
    assert!(!show(&panel, &state).contains("hint:"));
}

#[test]
fn paused_and_stopping_are_said_in_words() {
    let mut state = state();
    state.paused = true;
    let paused = shown(&state, "", (80, 24));
    assert!(paused.contains("Browse · paused"), "{paused}");
    assert!(paused.contains("p resume"), "{paused}");
    state.stopping = true;
    let stopping = shown(&state, "", (80, 24));
    assert!(stopping.contains("Browse · stopping"), "{stopping}");
    assert!(stopping.contains("Ctrl-C end at once"), "{stopping}");
}

#[test]
fn a_note_cannot_control_the_terminal() {
    let mut state = state();
    state.controls = vec![ControlSummary {
        text: Some("\u{1b}[2J\u{7}boo".to_owned()),
        action: "note".to_owned(),
        ..ControlSummary::default()
    }];
    let screen = shown(&state, "", (80, 24));
    assert!(screen.contains("\\u{1b}[2J\\u{7}boo"), "{screen}");
}

#[test]
fn plain_lines_tell_changes_and_rules_that_hold_again() {
    let mut bytes = Vec::new();
    let size = Box::new(|| Size::UNLIMITED);
    let mut view = LiveView::new(Progress::Plain, &mut bytes, Theme::PLAIN, size);
    let mut state = moment::live(4.0);
    view.update(&state);
    state.controls = sample::controls();
    state.elapsed_s = 5.0;
    view.update(&state);
    state.thresholds[1].status = squall_view::live::ThresholdStatus::Holds;
    state.thresholds[1].value = Some(0.05);
    state.elapsed_s = 10.0;
    view.update(&state);
    view.finish().unwrap();
    let shown = String::from_utf8(bytes).unwrap();
    assert!(shown.lines().all(|line| line.chars().count() <= 120));
    assert_snapshot!(shown);
}
