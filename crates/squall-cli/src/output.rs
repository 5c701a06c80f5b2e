//! The one place that writes to the standard streams.

use std::fs::File;
use std::io::{self, IsTerminal as _, Stderr, Write};
use std::sync::OnceLock;

use rustix::io::fcntl_dupfd_cloexec;
use rustix::stdio::dup2_stdout;
use squall_view::live::{LiveView, Progress, Size};
use squall_view::{Theme, message};

/// Columns assumed where there is no terminal.
const DEFAULT_COLUMNS: u16 = 120;
/// Descriptors below are those of the standard streams.
const FIRST_FREE: i32 = 3;

/// Standard output, where it is kept for a document.
static KEPT: OnceLock<File> = OnceLock::new();

/// Prints a text that is the result of the command.
pub(crate) fn print(text: &str) {
    // Whoever reads may have closed the pipe, as `head` does; there is nobody left to tell.
    std::io::stdout().write_all(text.as_bytes()).ok();
}

/// Standard output, for a result that is written bit by bit.
#[derive(Debug)]
pub(crate) struct Results;

impl Write for Results {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // As above.
        io::stdout().write_all(bytes).ok();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush().ok();
        Ok(())
    }
}

/// Tells whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Keeps standard output for a document until the process ends: all else that it, the test and what they start print goes to standard
/// error.
pub(crate) fn keep_for_document() -> io::Result<()> {
    if KEPT.get().is_none() {
        let kept = fcntl_dupfd_cloexec(io::stdout(), FIRST_FREE)?;
        dup2_stdout(io::stderr())?;
        KEPT.get_or_init(|| File::from(kept));
    }
    Ok(())
}

/// Prints the document that standard output was kept for.
pub(crate) fn print_document(text: &str) {
    match KEPT.get() {
        // As above.
        Some(mut kept) => drop(kept.write_all(text.as_bytes())),
        None => print(text),
    }
}

/// Prints an error, its words coloured where the terminal can.
pub(crate) fn error(text: &str) {
    let stream = std::io::stderr();
    let columns = Size::of(&stream).map_or(usize::MAX, |size| size.columns.into());
    let lines: Vec<String> = text.lines().map(|line| broken(line, columns)).collect();
    let text = message::render(&lines.join("\n"), Theme::for_stream(&stream));
    let mut stream = stream.lock();
    // As above.
    writeln!(stream, "{}", text.trim_end()).ok();
}

/// Breaks a line between words where it is wider than the terminal.
fn broken(line: &str, columns: usize) -> String {
    const INDENT: &str = "    ";
    let mut broken = String::new();
    let mut width = 0;
    for word in line.split_inclusive(' ') {
        let own = word.trim_end().chars().count();
        if width > INDENT.len() && width + own > columns {
            broken.truncate(broken.trim_end().len());
            broken.push('\n');
            broken.push_str(INDENT);
            width = INDENT.len();
        }
        broken.push_str(word);
        width += word.chars().count();
    }
    broken
}

/// Prints a note that is not the result of the command.
pub(crate) fn note(text: &str) {
    let mut stream = std::io::stderr().lock();
    // As above.
    writeln!(stream, "{text}").ok();
}

/// Prints what clap has to say: help on standard output, mistakes on standard error.
pub(crate) fn usage(error: &clap::Error) {
    // As above.
    error.print().ok();
}

/// Makes the live view of a run; it shows on standard error, so that results can be piped.
pub(crate) fn live_view(progress: Progress) -> LiveView<Stderr> {
    let stream = std::io::stderr();
    let theme = Theme::for_stream(&stream);
    let size = || Size::of(&std::io::stderr()).unwrap_or(Size::UNLIMITED);
    LiveView::new(progress, stream, theme, Box::new(size))
}

/// Prints what a test prints, above the live view where both are on the same terminal.
pub(crate) fn print_beside(view: &mut LiveView<Stderr>, text: &str) {
    if has_screen() && std::io::stdout().is_terminal() {
        view.message(text.trim_end_matches('\n'));
    } else {
        print(text);
    }
}

/// Returns how many columns standard output has: those of the terminal, or what `COLUMNS` says where there is none.
pub(crate) fn columns() -> u16 {
    let said = || std::env::var("COLUMNS").ok()?.parse().ok();
    Size::of(&std::io::stdout())
        .map(|size| size.columns)
        .or_else(said)
        .filter(|columns| *columns > 0)
        .unwrap_or(DEFAULT_COLUMNS)
}

/// Returns how standard output is to look.
pub(crate) fn theme() -> Theme {
    Theme::for_stream(&std::io::stdout())
}

/// Tells whether standard error is a terminal.
pub(crate) fn has_screen() -> bool {
    std::io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn a_line_is_broken_between_words() {
        for (line, columns, expected) in [
            ("hint: one two", 80, "hint: one two"),
            ("hint: one two", 13, "hint: one two"),
            ("hint: one two", 12, "hint: one\n    two"),
            ("  in a, b c", 8, "  in a,\n    b c"),
            ("a-very-long-word", 8, "a-very-long-word"),
            ("", 8, ""),
        ] {
            assert_eq!(broken(line, columns), expected, "{line} at {columns}");
        }
    }
}
