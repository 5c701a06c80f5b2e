//! Watching a run: what is shown while it goes, keys, and Ctrl-C.

use std::io::Stderr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use squall_run::RunHandle;
use squall_run::control::{ControlOrder, Source, Target};
use squall_view::live::{Action, LiveState, LiveView, LoadKind, LoadName, Marked, Panel, Progress};

use crate::job::{JobEvent, JobSignals};
use crate::keyboard::Keyboard;
use crate::live::live_state;
use crate::output;

/// How often the end of the run, keys and Ctrl-C are looked for.
const LOOK: Duration = Duration::from_millis(20);
/// How many looks pass between two frames.
const FRAME: u32 = 10;

/// Shows a run until it ends; `print` prints what has come since the last time, above the view. The first Ctrl-C stops the run
/// gracefully, the second at once.
pub(crate) fn watch(
    handle: &RunHandle,
    progress: Progress,
    interrupts: &AtomicUsize,
    print: impl Fn(&mut LiveView<Stderr>),
) {
    let mut watch = Watch::new(handle, progress);
    let mut looks = 0_u32;
    watch.update();
    while !handle.is_finished() {
        watch.heed_interrupts(interrupts.load(Ordering::Relaxed));
        watch.heed_job();
        print(&mut watch.view);
        looks = looks.wrapping_add(1);
        if watch.heed_keys() || looks.is_multiple_of(FRAME) {
            watch.update();
        }
        std::thread::sleep(LOOK);
    }
    print(&mut watch.view);
    // So that the end of the last stage is told, also of a run that was over before the first look.
    watch.update();
    // A terminal that is gone cannot be told.
    watch.view.finish().ok();
}

/// A run, and what is shown of it.
struct Watch<'a> {
    handle: &'a RunHandle,
    view: LiveView<Stderr>,
    marked: Marked,
    job: Option<JobSignals>,
    keyboard: Option<Keyboard>,
    panel: Panel,
    /// Ctrl-C and SIGTERM that were heeded.
    interrupts: usize,
    /// A key has stopped the run: Ctrl-C is the second time.
    stopped: bool,
    /// The process was stopped and goes on in the background, where somebody else types.
    behind: bool,
}

impl<'a> Watch<'a> {
    fn new(handle: &'a RunHandle, progress: Progress) -> Self {
        let has_screen = progress == Progress::Screen && output::has_screen();
        Self {
            handle,
            view: output::live_view(progress),
            marked: Marked::default(),
            job: has_screen.then(JobSignals::hold).flatten(),
            keyboard: has_screen.then(Keyboard::open).flatten(),
            panel: Panel::default(),
            interrupts: 0,
            stopped: false,
            behind: false,
        }
    }

    fn state(&mut self) -> LiveState {
        let mut state = live_state(self.handle.snapshot());
        self.marked.rebase(&mut state);
        state
    }

    fn update(&mut self) {
        if self.behind {
            return;
        }
        let state = self.state();
        self.panel.go_on(&state);
        let has_keys = self.keyboard.as_ref().is_some_and(Keyboard::is_ours);
        self.view
            .update_with(&state, has_keys.then_some(&self.panel));
    }

    fn heed_interrupts(&mut self, now: usize) {
        if now <= self.interrupts {
            return;
        }
        if self.interrupts == 0 && now == 1 && !self.stopped {
            self.view
                .message("stopping: what is in flight may finish; Ctrl-C again stops at once");
            self.handle.stop();
        } else {
            self.handle.abort();
        }
        self.interrupts = now;
    }

    /// Gives the terminal back before the process is stopped or ended by its user, and takes it again.
    fn heed_job(&mut self) {
        let events = self.job.as_mut().map(JobSignals::events);
        for event in events.unwrap_or_default() {
            if let JobEvent::Leave(_) = event {
                self.view.hide();
                if let Some(keyboard) = &mut self.keyboard {
                    keyboard.give_back();
                }
                event.obey();
            }
            if event != JobEvent::Resized
                && let Some(keyboard) = &mut self.keyboard
            {
                keyboard.take();
                self.behind = !keyboard.in_foreground();
            }
            self.update();
        }
    }

    /// Does what keys say; tells whether there were any.
    fn heed_keys(&mut self) -> bool {
        let Some(keyboard) = &mut self.keyboard else {
            return false;
        };
        if self.behind && keyboard.in_foreground() {
            self.behind = false;
        }
        let keys = keyboard.keys();
        if keys.is_empty() {
            return false;
        }
        let mut state = self.state();
        for key in keys {
            if let Some(action) = self.panel.press(key, &state) {
                self.act(&action, &state);
                state = self.state();
            }
        }
        true
    }

    fn act(&mut self, action: &Action, state: &LiveState) {
        let done = self
            .handle
            .remote()
            .control(&order(action), Source::Keyboard);
        match done {
            Ok(_) => {
                self.stopped |= *action == Action::Stop;
                self.panel.obeyed(action, state);
            }
            Err(refusal) => {
                let hint = refusal.hint.as_deref();
                self.panel.refused(&refusal.message, hint, state);
            }
        }
    }
}

/// What the run is told.
fn order(action: &Action) -> ControlOrder {
    match action {
        Action::Set { kind, load, value } => {
            let target = target(load.as_ref());
            match kind {
                LoadKind::Users => ControlOrder::Users {
                    target,
                    users: whole(*value),
                },
                LoadKind::Rate => ControlOrder::Rate {
                    target,
                    rate: *value,
                },
            }
        }
        Action::Pause => ControlOrder::Pause,
        Action::Resume => ControlOrder::Resume,
        Action::Stop => ControlOrder::Stop,
        Action::Mark => ControlOrder::Mark,
        Action::Note(text) => ControlOrder::Note { text: text.clone() },
    }
}

fn target(load: Option<&LoadName>) -> Target {
    load.map_or_else(Target::default, |name| Target {
        stage: Some(name.stage.clone()),
        scenario: Some(name.scenario.clone()),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what fits"
)]
fn whole(value: f64) -> u32 {
    value.round().clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_becomes_an_order_for_the_load_that_was_chosen() {
        let load = Some(LoadName {
            stage: "Shop".to_owned(),
            scenario: "buy".to_owned(),
        });
        let set = Action::Set {
            kind: LoadKind::Users,
            load,
            value: 20.0,
        };
        let target = Target {
            stage: Some("Shop".to_owned()),
            scenario: Some("buy".to_owned()),
        };
        assert_eq!(order(&set), ControlOrder::Users { target, users: 20 });
        let set = Action::Set {
            kind: LoadKind::Rate,
            load: None,
            value: 0.5,
        };
        let target = Target::default();
        assert_eq!(order(&set), ControlOrder::Rate { target, rate: 0.5 });
    }
}
