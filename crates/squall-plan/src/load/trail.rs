//! Where in a tree of values something is, and what mending has moved since it was written.

use std::collections::HashMap;

use serde_json::Value;
use serde_path_to_error::Segment;

use crate::place::{push_index, push_key};

/// One step down a tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Hop {
    /// Into an object.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// The steps from the root to a value.
pub(super) type Trail = Vec<Hop>;

/// serde's path as a trail.
pub(super) fn trail(path: &serde_path_to_error::Path) -> Trail {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Hop::Index(*index)),
            Segment::Map { key } => Some(Hop::Key(key.clone())),
            Segment::Enum { variant } => Some(Hop::Key(variant.clone())),
            Segment::Unknown => None,
        })
        .collect()
}

/// The value that one hop leads to.
pub(super) fn step<'v>(value: &'v Value, hop: &Hop) -> Option<&'v Value> {
    match hop {
        Hop::Key(key) => value.get(key),
        Hop::Index(index) => value.get(index),
    }
}

/// The value at `trail`.
pub(super) fn get_mut<'v>(root: &'v mut Value, trail: &[Hop]) -> Option<&'v mut Value> {
    trail.iter().try_fold(root, |value, hop| match hop {
        Hop::Key(key) => value.get_mut(key),
        Hop::Index(index) => value.get_mut(index),
    })
}

/// The trail as a path for people.
pub(super) fn path(trail: &[Hop]) -> String {
    let mut path = String::new();
    for hop in trail {
        match hop {
            Hop::Key(key) => push_key(&mut path, key),
            Hop::Index(index) => push_index(&mut path, *index),
        }
    }
    path
}

/// What mending has moved: finds the place in the document as written for a place in the mended one.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// For each list that lost items, the written indices of those that are left.
    left: HashMap<Trail, Vec<usize>>,
    /// For each object whose key was put right, what was written for it.
    written: HashMap<(Trail, String), String>,
}

impl Moves {
    /// The place as written.
    pub(super) fn original(&self, trail: &[Hop]) -> Trail {
        let mut original = Trail::new();
        for hop in trail {
            let hop = match hop {
                Hop::Key(key) => {
                    let written = self.written.get(&(original.clone(), key.clone()));
                    Hop::Key(written.unwrap_or(key).clone())
                }
                Hop::Index(index) => {
                    let left = self.left.get(&original).and_then(|left| left.get(*index));
                    Hop::Index(left.copied().unwrap_or(*index))
                }
            };
            original.push(hop);
        }
        original
    }

    /// Item `index` of the list at `list`, which had `length` items, was taken away.
    pub(super) fn item_taken(&mut self, list: &[Hop], index: usize, length: usize) {
        let left = self
            .left
            .entry(self.original(list))
            .or_insert_with(|| (0..length).collect());
        if index < left.len() {
            left.remove(index);
        }
    }

    /// In the object at `object`, the key `written` became `right`.
    pub(super) fn key_changed(&mut self, object: &[Hop], written: &str, right: &str) {
        self.written.insert(
            (self.original(object), right.to_owned()),
            written.to_owned(),
        );
    }
}
