//! A variable's place, reused from iteration to iteration.

use serde_json::Value;

/// What the bytes of a value are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Text: quoted and escaped inside JSON.
    Text,
    /// JSON source of a number, a boolean, `null`, an array or an object: written as it is inside JSON.
    Json,
}

/// Holds one value, or none. Its buffer is kept when the value changes, so that a warm slot never allocates.
#[derive(Clone, Debug)]
pub struct Slot {
    kind: ValueKind,
    set: bool,
    bytes: Vec<u8>,
}

impl Default for Slot {
    fn default() -> Self {
        Self {
            kind: ValueKind::Text,
            set: false,
            bytes: Vec::new(),
        }
    }
}

impl Slot {
    /// Returns the value's bytes and what they are.
    pub fn get(&self) -> Option<(ValueKind, &[u8])> {
        self.set.then_some((self.kind, self.bytes.as_slice()))
    }

    /// Forgets the value.
    pub fn clear(&mut self) {
        self.set = false;
        self.bytes.clear();
    }

    /// Sets a text.
    pub fn set_text(&mut self, text: &[u8]) {
        self.clear();
        self.kind = ValueKind::Text;
        self.set = true;
        self.bytes.extend_from_slice(text);
    }

    /// Sets a JSON value; a string becomes text.
    pub fn set_json(&mut self, value: &Value) {
        if let Value::String(text) = value {
            self.set_text(text.as_bytes());
            return;
        }
        self.clear();
        self.kind = ValueKind::Json;
        self.set = serde_json::to_writer(&mut self.bytes, value).is_ok();
    }
}
