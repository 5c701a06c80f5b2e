//! The keyboard while a run goes: keys come at once and are not echoed, and the terminal gets its own settings back in every case.
//!
//! Only two settings change, those that collect lines and that echo. Signals stay: Ctrl-C, Ctrl-\ and Ctrl-Z are what they always are,
//! and so does what becomes of line breaks that a test prints. A process in the background neither reads nor changes anything: the
//! system would stop it.

use std::io::{IsTerminal as _, Stdin};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use rustix::process::getpgrp;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
};
use squall_view::live::{Decoder, Key};

/// The keyboard of the terminal that standard input is.
#[derive(Debug)]
pub(crate) struct Keyboard {
    input: Stdin,
    /// The settings to go back to, while ours hold.
    before: Option<Termios>,
    decoder: Decoder,
    /// The terminal is gone.
    closed: bool,
}

impl Keyboard {
    /// Opens the keyboard; `None`: standard input is no terminal.
    pub(crate) fn open() -> Option<Self> {
        let input = std::io::stdin();
        let mut keyboard = input.is_terminal().then_some(Self {
            input,
            before: None,
            decoder: Decoder::default(),
            closed: false,
        })?;
        keyboard.take();
        Some(keyboard)
    }

    /// Tells whether keys are read now.
    pub(crate) fn is_ours(&self) -> bool {
        self.before.is_some()
    }

    /// Sets the terminal so that keys come one by one, where the process is in the foreground. Call it again after the process was stopped:
    /// who stopped it may have set the terminal otherwise.
    pub(crate) fn take(&mut self) {
        if self.closed || !self.in_foreground() {
            return;
        }
        let Ok(now) = tcgetattr(&self.input) else {
            self.closed = true;
            return;
        };
        let mut keys = now.clone();
        keys.local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO);
        // A read never waits: another program may have taken what was there.
        keys.special_codes[SpecialCodeIndex::VMIN] = 0;
        keys.special_codes[SpecialCodeIndex::VTIME] = 0;
        if tcsetattr(&self.input, OptionalActions::Now, &keys).is_ok() {
            self.before.get_or_insert(now);
        }
    }

    /// Gives the terminal its settings back.
    pub(crate) fn give_back(&mut self) {
        let Some(before) = self.before.take() else {
            return;
        };
        // In the background the terminal is somebody else's, who has set it already.
        if self.in_foreground() {
            // A terminal that is gone has no settings.
            tcsetattr(&self.input, OptionalActions::Now, &before).ok();
        }
    }

    /// Returns the keys that were pressed since the last time.
    pub(crate) fn keys(&mut self) -> Vec<Key> {
        match (self.is_ours(), self.in_foreground()) {
            (true, false) => self.give_back(),
            (false, true) => self.take(),
            _ => {}
        }
        let mut keys = Vec::new();
        let mut bytes = [0_u8; 256];
        while self.is_ours() && self.is_ready() {
            match read(&self.input, &mut bytes) {
                Ok(0) => break,
                Ok(length) => keys.extend(self.decoder.decode(&bytes[..length])),
                Err(Errno::INTR) => {}
                Err(_) => self.closed = true,
            }
        }
        keys
    }

    /// Tells whether the process may use the terminal.
    pub(crate) fn in_foreground(&self) -> bool {
        !self.closed && tcgetpgrp(&self.input).is_ok_and(|group| group == getpgrp())
    }

    fn is_ready(&mut self) -> bool {
        let mut input = [PollFd::new(&self.input, PollFlags::IN)];
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let ready = poll(&mut input, Some(&now)).is_ok_and(|ready| ready > 0);
        let events = input[0].revents();
        if events.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            self.closed = true;
        }
        ready && !self.closed
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.give_back();
    }
}
