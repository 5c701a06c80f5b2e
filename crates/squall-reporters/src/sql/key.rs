//! Ids by which a record that comes again is known.

use std::fmt::Write;

use squall_report::{Event, EventKind, Tags};

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a of the parts of a natural key; the same in every version, because ids are stored.
///
/// Names may have any length, and an index entry may not. 64 bits are enough: keys also have the run and, where there are many
/// rows, the moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyHash(u64);

impl KeyHash {
    pub(super) fn new() -> Self {
        Self(OFFSET)
    }

    pub(super) fn text(self, text: &str) -> Self {
        // The length keeps `a`, `bc` apart from `ab`, `c`.
        self.number(text.len() as u64).bytes(text.as_bytes())
    }

    pub(super) fn number(self, number: u64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    pub(super) fn tags(self, tags: &Tags) -> Self {
        let start = self.number(tags.len() as u64);
        tags.iter()
            .fold(start, |hash, (name, value)| hash.text(name).text(value))
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
        }))
    }

    /// Writes it as 16 digits.
    pub(super) fn write(self, id: &mut String) {
        id.clear();
        self.append(id);
    }

    fn append(self, id: &mut String) {
        write!(id, "{:016x}", self.0).expect("a string takes all");
    }
}

/// Writes the id of an event: that of the record, and what tells a transaction or a check from the operation of the same id.
pub(super) fn event(event: &Event<'_>, id: &mut String) {
    id.clear();
    write!(id, "{}", event.id).expect("a string takes all");
    if event.kind != EventKind::Operation {
        id.push('-');
        id.push_str(event.kind.as_str());
    }
    if let Some(check) = &event.check {
        id.push('-');
        KeyHash::new().text(check).append(id);
    }
}
