//! The live view: one interface, and behind it a screen, lines, or nothing.

use std::fmt;
use std::io::{self, Write};
use std::os::fd::AsFd;

use super::keys::Panel;
use super::plain::Plain;
use super::screen::Screen;
use super::state::LiveState;
use crate::theme::Theme;

/// How a run is shown while it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A block of lines at the bottom of a terminal, redrawn in place.
    Screen,
    /// A line every few seconds: for logs and pipes.
    Plain,
    /// Messages only.
    None,
}

/// Columns and rows of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Characters in a line.
    pub columns: u16,
    /// Lines.
    pub rows: u16,
}

impl Size {
    /// For plain lines where there is no terminal: nothing needs to be broken.
    pub const UNLIMITED: Self = Self {
        columns: u16::MAX,
        rows: u16::MAX,
    };

    /// The size of the terminal that `stream` writes to, or `None` where it is something else.
    pub fn of(stream: &impl AsFd) -> Option<Self> {
        let size = rustix::termios::tcgetwinsize(stream).ok()?;
        let known = size.ws_col > 0 && size.ws_row > 0;
        known.then_some(Self {
            columns: size.ws_col,
            rows: size.ws_row,
        })
    }
}

/// Asked before everything that is shown, so that a terminal may change its size at any moment.
pub type SizeProvider = Box<dyn Fn() -> Size + Send>;

/// Shows a run while it goes.
///
/// A writer that fails must not stop a run: from the first error on nothing is shown, and [`LiveView::finish`] returns that error.
/// Raw mode is never used, so Ctrl-C stays a signal. Dropping the view restores the cursor like `finish`.
pub struct LiveView<W: Write> {
    writer: W,
    size: SizeProvider,
    shown: Shown,
    broken: Option<io::Error>,
}

enum Shown {
    Screen(Screen),
    Plain(Plain),
    Messages(Theme),
}

impl<W: Write> LiveView<W> {
    /// A view that has not shown anything yet. `Progress::Screen` is for a `writer` that is a terminal.
    pub fn new(progress: Progress, writer: W, theme: Theme, size: SizeProvider) -> Self {
        let shown = match progress {
            Progress::Screen => Shown::Screen(Screen::new(theme)),
            Progress::Plain => Shown::Plain(Plain::new(theme)),
            Progress::None => Shown::Messages(theme),
        };
        Self {
            writer,
            size,
            shown,
            broken: None,
        }
    }

    /// Shows the state; call it about five times a second for a screen.
    pub fn update(&mut self, state: &LiveState) {
        self.update_with(state, None);
    }

    /// Shows the state, and on a screen what the keys are doing.
    pub fn update_with(&mut self, state: &LiveState, panel: Option<&Panel>) {
        let size = (self.size)();
        let bytes = match &mut self.shown {
            Shown::Screen(screen) => screen.draw(state, panel, size),
            Shown::Plain(plain) => plain.lines(state, size),
            Shown::Messages(_) => return,
        };
        self.write(&bytes);
    }

    /// Shows a message that stays: above the screen, or as lines of its own. `error:`, `hint:` and the like are coloured.
    pub fn message(&mut self, message: &str) {
        let size = (self.size)();
        let bytes = match &mut self.shown {
            Shown::Screen(screen) => screen.message(message, size),
            Shown::Plain(plain) => plain.message(message),
            Shown::Messages(theme) => crate::message::render(message, *theme),
        };
        self.write(&bytes);
    }

    /// Takes the screen away and restores the cursor, until the next update.
    pub fn hide(&mut self) {
        self.restore();
    }

    /// Takes the screen away and restores the cursor; what is written next begins in a new line.
    ///
    /// # Errors
    /// The first error of the writer since the view was made.
    pub fn finish(mut self) -> io::Result<()> {
        self.restore();
        self.broken.take().map_or(Ok(()), Err)
    }

    fn restore(&mut self) {
        let bytes = match &mut self.shown {
            Shown::Screen(screen) => screen.clear(),
            Shown::Plain(_) | Shown::Messages(_) => return,
        };
        self.write(&bytes);
    }

    fn write(&mut self, text: &str) {
        if self.broken.is_some() || text.is_empty() {
            return;
        }
        // In one piece, so that a terminal has no half a screen to show.
        let written = self
            .writer
            .write_all(text.as_bytes())
            .and_then(|()| self.writer.flush());
        self.broken = written.err();
    }
}

impl<W: Write> Drop for LiveView<W> {
    fn drop(&mut self) {
        self.restore();
    }
}

impl<W: Write> fmt::Debug for LiveView<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let progress = match self.shown {
            Shown::Screen(_) => Progress::Screen,
            Shown::Plain(_) => Progress::Plain,
            Shown::Messages(_) => Progress::None,
        };
        formatter
            .debug_struct("LiveView")
            .field("progress", &progress)
            .finish_non_exhaustive()
    }
}
