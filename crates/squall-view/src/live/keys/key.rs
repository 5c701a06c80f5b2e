//! Keys, from the bytes that a terminal sends for them.

/// A key that means something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// Ends an input.
    Enter,
    /// Leaves an input.
    Escape,
    /// Goes to the next.
    Tab,
    /// Takes away a character.
    Backspace,
    /// Takes away a word: Ctrl-W.
    EraseWord,
    /// Takes away everything: Ctrl-U.
    EraseLine,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Page up, or arrow up with Shift.
    PageUp,
    /// Page down, or arrow down with Shift.
    PageDown,
}

/// Makes keys of bytes; a sequence may come in several pieces.
#[derive(Debug, Default)]
pub struct Decoder {
    rest: Vec<u8>,
}

/// What the bytes begin with.
enum Step {
    /// So many bytes that are a key, or that mean nothing here.
    Bytes(usize, Option<Key>),
    /// More bytes have to come.
    Wait,
}

impl Decoder {
    /// Returns the keys that are complete with these bytes. An escape character that nothing follows is the key itself.
    pub fn decode(&mut self, bytes: &[u8]) -> Vec<Key> {
        self.rest.extend_from_slice(bytes);
        let mut keys = Vec::new();
        let mut at = 0;
        while at < self.rest.len() {
            match step(&self.rest[at..]) {
                Step::Bytes(length, key) => {
                    at += length;
                    keys.extend(key);
                }
                Step::Wait => break,
            }
        }
        self.rest.drain(..at);
        keys
    }
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [0x1b, b'[', parameters @ ..] => control_sequence(parameters),
        [0x1b, b'O', last, ..] => Step::Bytes(3, arrow(*last, &[])),
        [0x1b, b'O'] => Step::Wait,
        [0x1b, ..] => Step::Bytes(1, Some(Key::Escape)),
        [first, ..] if first.is_ascii() => Step::Bytes(1, single(*first)),
        _ => wide(bytes),
    }
}

fn single(byte: u8) -> Option<Key> {
    match byte {
        b'\r' | b'\n' => Some(Key::Enter),
        b'\t' => Some(Key::Tab),
        0x08 | 0x7f => Some(Key::Backspace),
        0x17 => Some(Key::EraseWord),
        0x15 => Some(Key::EraseLine),
        byte if byte.is_ascii_control() => None,
        byte => Some(Key::Char(char::from(byte))),
    }
}

/// What follows `ESC [`: parameters, and a last byte from `@` to `~` (ECMA-48, 5.4).
fn control_sequence(bytes: &[u8]) -> Step {
    const START: usize = 2;
    /// Longer ones are none.
    const MOST: usize = 16;
    let Some(end) = bytes.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
        return if bytes.len() > MOST {
            Step::Bytes(START + bytes.len(), None)
        } else {
            Step::Wait
        };
    };
    let (parameters, last) = (&bytes[..end], bytes[end]);
    let key = match (parameters, last) {
        (b"5", b'~') => Some(Key::PageUp),
        (b"6", b'~') => Some(Key::PageDown),
        _ => arrow(last, parameters),
    };
    Step::Bytes(START + end + 1, key)
}

fn arrow(last: u8, parameters: &[u8]) -> Option<Key> {
    // The second parameter says which keys are held: 2 is Shift.
    let shift = parameters == b"1;2";
    match last {
        b'A' if shift => Some(Key::PageUp),
        b'B' if shift => Some(Key::PageDown),
        b'A' => Some(Key::Up),
        b'B' => Some(Key::Down),
        _ => None,
    }
}

/// A character of several bytes.
fn wide(bytes: &[u8]) -> Step {
    const LONGEST: usize = 4;
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) => {
            return match error.error_len() {
                Some(wrong) => Step::Bytes(wrong, None),
                None => Step::Wait,
            };
        }
    };
    match valid.chars().next() {
        Some(character) => Step::Bytes(character.len_utf8(), Some(Key::Char(character))),
        None => Step::Bytes(1, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], keys: &[Key]) {
        assert_eq!(Decoder::default().decode(bytes), keys, "{bytes:?}");
        let mut decoder = Decoder::default();
        let single = bytes.iter().flat_map(|byte| decoder.decode(&[*byte]));
        let single: Vec<Key> = single.collect();
        if !bytes.contains(&0x1b) {
            assert_eq!(single, keys, "{bytes:?} byte by byte");
        }
    }

    #[test]
    fn bytes_of_a_terminal_become_keys() {
        check(b"p+", &[Key::Char('p'), Key::Char('+')]);
        check(b"\n\r\t", &[Key::Enter, Key::Enter, Key::Tab]);
        check(
            b"\x7f\x08\x15\x17",
            &[
                Key::Backspace,
                Key::Backspace,
                Key::EraseLine,
                Key::EraseWord,
            ],
        );
        check(b"\x1b[A\x1bOB", &[Key::Up, Key::Down]);
        check(
            b"\x1b[5~\x1b[6~\x1b[1;2A",
            &[Key::PageUp, Key::PageDown, Key::PageUp],
        );
        check(
            "é東🙂a".as_bytes(),
            &[
                Key::Char('é'),
                Key::Char('東'),
                Key::Char('🙂'),
                Key::Char('a'),
            ],
        );
    }

    #[test]
    fn escape_is_a_key_where_nothing_follows_it() {
        check(b"\x1b", &[Key::Escape]);
        check(b"\x1bs", &[Key::Escape, Key::Char('s')]);
    }

    #[test]
    fn what_means_nothing_here_is_left_out() {
        check(
            b"\x1b[3~\x1b[200~a\x01\xff\xfeb",
            &[Key::Char('a'), Key::Char('b')],
        );
    }

    #[test]
    fn a_sequence_may_come_in_two_pieces() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.decode(b"a\x1b["), [Key::Char('a')]);
        assert_eq!(decoder.decode(b"Ab"), [Key::Up, Key::Char('b')]);
    }
}
