//! A block of lines that is redrawn in place.
//!
//! The cursor rests, hidden, on the first line of the block. A terminal that reflows its lines when it is resized keeps the cursor on
//! the same text, so the next drawing starts at the right place without knowing how the old lines were broken. No answer of the
//! terminal is ever needed: it would come in between keys, and where keys are not read it could not be read at all.

use crossterm::Command;
use crossterm::cursor::{
    Hide, MoveDown, MoveToColumn, MoveUp, RestorePosition, SavePosition, Show,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, DisableLineWrap, EnableLineWrap,
    EndSynchronizedUpdate,
};

use super::frame;
use super::keys::Panel;
use super::state::LiveState;
use super::view::Size;
use crate::text::{Line, wrap};
use crate::theme::Theme;

/// What is on the terminal now.
pub(super) struct Screen {
    theme: Theme,
    drawn: Option<Drawn>,
}

struct Drawn {
    size: Size,
    lines: Vec<Line>,
}

impl Screen {
    /// A screen that has not drawn anything.
    pub(super) fn new(theme: Theme) -> Self {
        Self { theme, drawn: None }
    }

    /// Bytes that replace what is shown by `state`.
    pub(super) fn draw(&mut self, state: &LiveState, panel: Option<&Panel>, size: Size) -> String {
        let usable = usable(size);
        let lines = frame::lines(state, panel, usable);
        let resized = self.drawn.as_ref().is_some_and(|drawn| drawn.size != size);
        let mut out = Output::begin();
        if resized {
            // Old lines may be broken into more rows than are drawn over.
            out.wipe();
        }
        out.block(&lines, self.theme);
        self.drawn = Some(Drawn { size, lines });
        out.end()
    }

    /// Bytes that put `message` above what is shown.
    pub(super) fn message(&mut self, message: &str, size: Size) -> String {
        let mut out = Output::begin();
        out.wipe();
        for line in message.lines() {
            let indent = line.len() - line.trim_start().len();
            let columns = usize::from(usable(size).columns).saturating_sub(indent);
            for text in wrap(line, columns) {
                let text = format!("{}{text}", " ".repeat(indent));
                out.text
                    .push_str(&crate::message::render(&text, self.theme).replace('\n', "\r\n"));
            }
        }
        match &self.drawn {
            Some(drawn) => out.block(&drawn.lines, self.theme),
            None => out.command(&Show),
        }
        out.end()
    }

    /// Bytes that take away what is shown and restore the cursor.
    pub(super) fn clear(&mut self) -> String {
        if self.drawn.take().is_none() {
            return String::new();
        }
        let mut out = Output::begin();
        out.wipe();
        out.command(&Show);
        out.end()
    }
}

/// The last column stays free: terminals disagree about where the cursor is after writing to it. The last row stays free for what
/// the terminal echoes.
fn usable(size: Size) -> Size {
    Size {
        columns: size.columns.saturating_sub(1).max(1),
        rows: size.rows.saturating_sub(1).max(1),
    }
}

/// Collects what is written at once.
struct Output {
    text: String,
}

impl Output {
    fn begin() -> Self {
        let mut out = Self {
            text: String::new(),
        };
        out.command(&BeginSynchronizedUpdate);
        out.command(&Hide);
        out.command(&MoveToColumn(0));
        out
    }

    fn end(mut self) -> String {
        self.command(&EndSynchronizedUpdate);
        self.text
    }

    fn command(&mut self, command: &impl Command) {
        let written = command.write_ansi(&mut self.text);
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }

    /// Clears everything from the cursor on. Not by one command: tmux keeps what is cleared from the top left corner in its history.
    fn wipe(&mut self) {
        self.command(&SavePosition);
        self.command(&Clear(ClearType::CurrentLine));
        self.command(&MoveDown(1));
        self.command(&Clear(ClearType::FromCursorDown));
        self.command(&RestorePosition);
    }

    /// Writes the lines over what is there and returns to the first.
    fn block(&mut self, lines: &[Line], theme: Theme) {
        // The terminal may already be narrower than it says: a cut line is better than one that takes two rows.
        self.command(&DisableLineWrap);
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                self.text.push_str("\r\n");
            }
            self.text.push_str(&theme.paint(line));
            self.command(&Clear(ClearType::UntilNewLine));
        }
        self.command(&Clear(ClearType::FromCursorDown));
        self.command(&EnableLineWrap);
        let up = u16::try_from(lines.len().saturating_sub(1)).unwrap_or(u16::MAX);
        if up > 0 {
            self.command(&MoveUp(up));
        }
        self.command(&MoveToColumn(0));
    }
}
