//! What a terminal shows of a run while it goes: the bytes go through a terminal emulator, and its screen is what is checked.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use insta::assert_snapshot;
use squall_view::live::{Percentiles, StageStatus};
use squall_view::theme::{Color, Glyphs};
use squall_view::{LiveState, LiveView, Progress, Size, Theme};

use crate::moment;

const COLORED: Theme = Theme {
    color: Color::On,
    glyphs: Glyphs::Unicode,
};

/// A terminal that can be resized while something writes to it.
#[derive(Clone)]
struct Terminal(Arc<Mutex<vt100::Parser>>);

impl Terminal {
    fn new(columns: u16, rows: u16) -> Self {
        Self(Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 100))))
    }

    fn view(&self, progress: Progress, theme: Theme) -> LiveView<Self> {
        let terminal = self.clone();
        let size = move || {
            let (rows, columns) = terminal.emulator().screen().size();
            Size { columns, rows }
        };
        LiveView::new(progress, self.clone(), theme, Box::new(size))
    }

    fn emulator(&self) -> MutexGuard<'_, vt100::Parser> {
        self.0
            .lock()
            .expect("no test panics while it holds the emulator")
    }

    fn resize(&self, columns: u16, rows: u16) {
        self.emulator().screen_mut().set_size(rows, columns);
    }

    fn type_in(&self, text: &str) {
        self.emulator().process(text.as_bytes());
    }

    fn contents(&self) -> String {
        self.emulator().screen().contents()
    }

    fn cursor_is_hidden(&self) -> bool {
        self.emulator().screen().hide_cursor()
    }

    fn cursor_row(&self) -> u16 {
        self.emulator().screen().cursor_position().0
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.emulator().process(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a terminal shows after one update.
fn show(state: &LiveState, columns: u16, rows: u16) -> String {
    let terminal = Terminal::new(columns, rows);
    let mut view = terminal.view(Progress::Screen, COLORED);
    view.update(state);
    terminal.contents()
}

#[test]
fn a_screen_at_several_widths() {
    for columns in [20, 40, 80, 120, 200] {
        assert_snapshot!(
            format!("screen_{columns}"),
            show(&moment::live(12.0), columns, 40)
        );
    }
}

#[test]
fn a_short_terminal_shows_what_matters_most() {
    for rows in [1, 2, 5, 9] {
        assert_snapshot!(
            format!("screen_80x{rows}"),
            show(&moment::live(12.0), 80, rows)
        );
    }
}

#[test]
fn before_anything_is_known() {
    assert_snapshot!(show(
        &LiveState {
            name: "shop".to_owned(),
            ..LiveState::default()
        },
        80,
        24
    ));
}

#[test]
fn several_stages_at_once_have_a_bar_each() {
    let mut state = moment::live(12.0);
    state.stages[2].status = StageStatus::Running;
    assert_snapshot!(show(&state, 80, 24));
}

#[test]
fn a_generator_at_its_limit_is_named_and_not_only_coloured() {
    let mut state = moment::live(12.0);
    state.iteration_rate = Some(1_200.0);
    state.generator.busiest_thread_percent = 99.0;
    state.generator.schedule_lag_p99_ms = Some(41.0);
    assert_snapshot!(show(&state, 100, 24));
}

#[test]
fn an_interpreter_is_shown_beside_the_threads() {
    let mut state = moment::live(12.0);
    state.generator.busiest_interpreter_percent = Some(61.0);
    assert!(show(&state, 100, 24).contains("busiest thread 31 %  python 61 %"));
    state.generator.busiest_interpreter_percent = Some(97.0);
    assert!(show(&state, 100, 24).contains("python 97 % !"));
}

#[test]
fn colours_on_the_screen() {
    let mut bytes = Vec::new();
    let mut view = LiveView::new(
        Progress::Screen,
        &mut bytes,
        COLORED,
        Box::new(|| Size {
            columns: 80,
            rows: 24,
        }),
    );
    view.update(&moment::live(12.0));
    view.finish().unwrap();
    assert_snapshot!(String::from_utf8(bytes).unwrap().replace('\u{1b}', "␛"));
}

#[test]
fn the_screen_is_redrawn_in_place_and_taken_away_at_the_end() {
    let terminal = Terminal::new(80, 24);
    terminal.type_in("$ squall run shop.py\r\n");
    let mut view = terminal.view(Progress::Screen, COLORED);
    for second in 0..40_u32 {
        view.update(&moment::live(f64::from(second)));
    }
    assert!(terminal.cursor_is_hidden());
    assert_eq!(terminal.contents().matches("operations").count(), 1);
    view.finish().unwrap();
    assert_eq!(terminal.contents(), "$ squall run shop.py");
    assert!(!terminal.cursor_is_hidden());
    assert_eq!(terminal.cursor_row(), 1);
}

#[test]
fn dropping_the_view_restores_the_terminal() {
    let terminal = Terminal::new(80, 24);
    let mut view = terminal.view(Progress::Screen, COLORED);
    view.update(&moment::live(1.0));
    drop(view);
    assert_eq!(terminal.contents(), "");
    assert!(!terminal.cursor_is_hidden());
}

#[test]
fn at_the_bottom_of_the_terminal_the_screen_pushes_up_what_is_above() {
    let terminal = Terminal::new(80, 24);
    terminal.type_in(&"line\r\n".repeat(30));
    let mut view = terminal.view(Progress::Screen, COLORED);
    view.update(&moment::live(3.0));
    view.update(&moment::live(4.0));
    let shown = terminal.contents();
    assert_eq!(shown.matches("operations").count(), 1);
    view.finish().unwrap();
    let left = terminal.contents();
    assert!(
        left.lines().all(|line| line == "line") && left.lines().count() > 5,
        "{left}"
    );
}

#[test]
fn a_terminal_may_be_resized_at_any_moment() {
    let terminal = Terminal::new(120, 40);
    terminal.type_in("$ squall run shop.py\r\n");
    let mut view = terminal.view(Progress::Screen, COLORED);
    for (columns, rows) in [(120, 40), (50, 15), (20, 3), (1, 1), (200, 50), (80, 24)] {
        terminal.resize(columns, rows);
        view.update(&moment::live(5.0));
    }
    assert_eq!(terminal.contents().matches("operations").count(), 1);
    view.finish().unwrap();
    assert!(!terminal.contents().contains("operations"));
}

#[test]
fn a_message_stays_above_the_screen() {
    let terminal = Terminal::new(60, 24);
    let mut view = terminal.view(Progress::Screen, COLORED);
    view.update(&moment::live(3.0));
    view.message("warning: reporter `json` is retried\n  caused by: disk full");
    assert_snapshot!(terminal.contents());
    view.finish().unwrap();
    assert_eq!(
        terminal.contents(),
        "warning: reporter `json` is retried\n  caused by: disk full"
    );
}

/// All that a run of 130 s writes, five updates a second.
fn plain(theme: Theme, columns: u16) -> String {
    let mut bytes = Vec::new();
    let mut view = LiveView::new(
        Progress::Plain,
        &mut bytes,
        theme,
        Box::new(move || Size { columns, rows: 24 }),
    );
    for fifth in 0..650_u32 {
        let elapsed_s = f64::from(fifth) / 5.0;
        view.update(&moment::live(elapsed_s));
        if fifth == 100 {
            view.message("stopping: press Ctrl-C again to stop at once");
        }
    }
    view.finish().expect("a vector takes all bytes");
    String::from_utf8(bytes).expect("only text is written")
}

#[test]
fn the_rest_of_an_interval_after_the_load_is_no_line() {
    let mut bytes = Vec::new();
    let size = Size {
        columns: 120,
        rows: 24,
    };
    let mut view = LiveView::new(
        Progress::Plain,
        &mut bytes,
        Theme::PLAIN,
        Box::new(move || size),
    );
    let mut state = moment::live(3.0);
    for stage in &mut state.stages {
        stage.status = StageStatus::Completed;
    }
    view.update(&state);
    view.finish().expect("a vector takes all bytes");
    let shown = String::from_utf8(bytes).expect("only text is written");
    assert!(shown.contains("completed"), "{shown}");
    assert!(!shown.contains("in flight"), "{shown}");
}

#[test]
fn plain_lines() {
    assert_snapshot!(plain(Theme::PLAIN, u16::MAX));
}

#[test]
fn plain_lines_on_a_narrow_terminal_are_broken_between_fields() {
    let shown = plain(Theme::PLAIN, 60);
    assert!(
        shown
            .lines()
            .all(|line| line.chars().count() <= 60 && !line.contains('…')),
        "{shown}"
    );
}

#[test]
fn plain_lines_in_seven_bits() {
    assert!(
        plain(
            Theme {
                glyphs: Glyphs::Ascii,
                ..Theme::PLAIN
            },
            u16::MAX
        )
        .is_ascii()
    );
}

#[test]
fn a_stage_that_starts_and_ends_between_two_updates_is_told() {
    let mut bytes = Vec::new();
    let mut view = LiveView::new(
        Progress::Plain,
        &mut bytes,
        Theme::PLAIN,
        Box::new(|| Size::UNLIMITED),
    );
    let mut state = moment::live(0.1);
    view.update(&state);
    state.stages[1].status = StageStatus::Completed;
    state.stages[1].elapsed_s = 0.2;
    state.stages[2].status = StageStatus::Failed;
    state.stages[2].elapsed_s = 0.1;
    state.stages[3].status = StageStatus::Skipped;
    view.update(&state);
    view.finish().unwrap();
    assert_snapshot!(String::from_utf8(bytes).unwrap());
}

#[test]
fn a_load_without_an_end_goes_on_until_it_is_stopped() {
    let mut state = moment::live(12.0);
    state.planned_s = None;
    let browse = state.stages.iter_mut();
    for stage in browse.filter(|stage| stage.status == StageStatus::Running) {
        stage.planned_s = None;
        stage.until_stopped = true;
    }
    let screen = show(&state, 80, 24);
    let title = screen.lines().next().unwrap_or_default();
    assert!(title.ends_with("s, until stopped"), "{title}");
    let mut bytes = Vec::new();
    let mut view = LiveView::new(
        Progress::Plain,
        &mut bytes,
        Theme::PLAIN,
        Box::new(|| Size::UNLIMITED),
    );
    view.update(&state);
    view.finish().unwrap();
    let lines = String::from_utf8(bytes).unwrap();
    assert!(lines.contains("started, until stopped\n"), "{lines}");
}

#[test]
fn without_progress_only_messages_are_shown() {
    let mut bytes = Vec::new();
    let mut view = LiveView::new(
        Progress::None,
        &mut bytes,
        Theme::PLAIN,
        Box::new(|| Size::UNLIMITED),
    );
    view.update(&moment::live(3.0));
    view.message("stopping");
    view.finish().unwrap();
    assert_eq!(bytes, b"stopping\n");
}

/// A pipe whose reader is gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_is_told_at_the_end_and_stops_nothing() {
    let mut view = LiveView::new(
        Progress::Screen,
        Closed,
        Theme::PLAIN,
        Box::new(|| Size::UNLIMITED),
    );
    view.update(&moment::live(1.0));
    view.update(&moment::live(2.0));
    assert_eq!(view.finish().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
}

#[test]
fn values_that_are_no_numbers_are_shown_as_none() {
    let mut state = moment::live(f64::NAN);
    state.planned_s = Some(f64::INFINITY);
    state.rate = f64::NAN;
    state.asked_rate = Some(f64::NEG_INFINITY);
    state.history = vec![f64::NAN; 50];
    state.response = Some(Percentiles {
        p50: f64::NAN,
        p95: f64::INFINITY,
        p99: -1.0,
    });
    assert!(show(&state, 80, 24).contains("p50 –  p95 –  p99 0 µs"));
}

#[test]
fn iterations_that_fail_without_a_request_are_told() {
    let mut state = moment::live(12.0);
    state.iterations_failed = state.failed + 7;
    assert!(show(&state, 100, 24).contains("iterations failed"));
    state.iterations_failed = state.failed;
    assert!(!show(&state, 100, 24).contains("iterations failed"));
}
