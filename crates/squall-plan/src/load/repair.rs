//! Makes a plan of a tree: records what serde objects to, mends it, and tries again.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;

use super::fillers::filler;
use super::trail::{Hop, Moves, Trail, get_mut, path, step, trail};
use super::wording::Objection;
use crate::error::{PlanError, PlanErrors};
use crate::model::{Plan, Source};
use crate::nearest;

/// More errors than anyone reads; also the bound on the work that a hostile document can cause.
const MAX_ERRORS: usize = 200;

pub(super) fn plan(written: Value) -> Result<Plan, PlanErrors> {
    let mut repair = Repair {
        mended: written.clone(),
        written,
        moves: Moves::default(),
        silent: HashSet::new(),
        errors: Vec::new(),
    };
    loop {
        match serde_path_to_error::deserialize(&repair.mended) {
            Ok(plan) if repair.errors.is_empty() => return Ok(plan),
            Ok(_) => break,
            Err(error) => {
                let at = trail(error.path());
                let mended = repair.mend(&at, Objection::of(&error.inner().to_string()));
                if mended == Progress::Stuck || repair.errors.len() >= MAX_ERRORS {
                    break;
                }
            }
        }
    }
    Err(PlanErrors(repair.errors))
}

/// What names stand for: one, and many of them.
type Nouns = (&'static str, &'static str);

const FIELDS: Nouns = ("field", "fields");
const KINDS: Nouns = ("kind", "kinds");
const VALUES: Nouns = ("value", "values");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// The same objection cannot come again.
    Mended,
    /// Nothing is left that could be changed.
    Stuck,
}

struct Repair {
    written: Value,
    mended: Value,
    moves: Moves,
    /// Required fields whose absence follows from something already recorded: the object as written, and the name.
    silent: HashSet<(Trail, String)>,
    errors: Vec<PlanError>,
}

impl Repair {
    fn mend(&mut self, at: &[Hop], objection: Objection) -> Progress {
        match objection {
            Objection::MissingField(name) => self.fill(at, &name),
            Objection::UnknownField(name, known) => self.unknown(at, &name, &known, FIELDS),
            Objection::UnknownKind(name, known) => {
                let is_word = self.mended_at(at).is_some_and(Value::is_string);
                self.unknown(at, &name, &known, if is_word { VALUES } else { KINDS })
            }
            Objection::NotOneKind => self.not_one_kind(at),
            Objection::Other(message, hint) => {
                self.record(at, message, hint.map(str::to_owned));
                self.drop(at)
            }
        }
    }

    fn mended_at(&self, at: &[Hop]) -> Option<&Value> {
        at.iter().try_fold(&self.mended, step)
    }

    fn not_one_kind(&mut self, at: &[Hop]) -> Progress {
        let place = self.moves.original(at);
        let given = self
            .mended_at(at)
            .and_then(Value::as_object)
            .filter(|map| !map.is_empty());
        if let Some(given) = given {
            let names: Vec<&str> = given.keys().map(String::as_str).collect();
            let message = format!("several kinds are given: {}", nearest::list(&names));
            self.record(at, message, Some("give one of them here".to_owned()));
        } else if !self.silent.iter().any(|(object, _)| *object == place) {
            let hint = "give an object with one key, which names the kind";
            self.record(at, "the kind is missing".to_owned(), Some(hint.to_owned()));
        }
        self.drop(at)
    }

    fn record(&mut self, at: &[Hop], message: String, hint: Option<String>) {
        let original = self.moves.original(at);
        let source = source(&self.written, &original);
        self.errors.push(
            PlanError::new(path(&original), message)
                .with_hint(hint)
                .with_source(source),
        );
    }

    /// Puts something in the place of a field that is missing.
    fn fill(&mut self, at: &[Hop], name: &str) -> Progress {
        if !self
            .silent
            .contains(&(self.moves.original(at), name.to_owned()))
        {
            self.record(at, format!("`{name}` is missing"), None);
        }
        let object = get_mut(&mut self.mended, at).and_then(Value::as_object_mut);
        if let (Some(object), Some(value)) = (object, filler(name)) {
            object.insert(name.to_owned(), value);
            return Progress::Mended;
        }
        self.drop(at)
    }

    /// Puts a misspelt name right where that is possible, and takes it away where not.
    fn unknown(
        &mut self,
        at: &[Hop],
        name: &str,
        known: &[String],
        (one, many): Nouns,
    ) -> Progress {
        let known = || known.iter().map(String::as_str);
        let hint = nearest::hint(name, known(), many);
        let mut named = at.to_vec();
        if named.last() != Some(&Hop::Key(name.to_owned()))
            && self.mended_at(at).is_some_and(Value::is_object)
        {
            named.push(Hop::Key(name.to_owned()));
        }
        self.record(&named, format!("unknown {one} `{name}`"), hint);
        match nearest::nearest(name, known()) {
            Some(right) if self.rename(&named, name, right) => Progress::Mended,
            _ => self.drop(&named),
        }
    }

    /// Puts `right` in the place of the key or the string `name`; false where that is not possible.
    fn rename(&mut self, named: &[Hop], name: &str, right: &str) -> bool {
        if let Some(text @ Value::String(_)) =
            get_mut(&mut self.mended, named).filter(|value| value.as_str() == Some(name))
        {
            *text = Value::from(right);
            return true;
        }
        let Some((_, parent)) = named.split_last() else {
            return false;
        };
        let Some(object) = get_mut(&mut self.mended, parent).and_then(Value::as_object_mut) else {
            return false;
        };
        if object.contains_key(right) {
            return false;
        }
        let Some(value) = object.shift_remove(name) else {
            return false;
        };
        object.insert(right.to_owned(), value);
        self.moves.key_changed(parent, name, right);
        true
    }

    /// Takes away what is at a place, or the nearest thing around it that can be taken away.
    fn drop(&mut self, at: &[Hop]) -> Progress {
        let Some((last, parent)) = at.split_last() else {
            return Progress::Stuck;
        };
        let place = self.moves.original(parent);
        let taken = match (get_mut(&mut self.mended, parent), last) {
            (Some(Value::Object(object)), Hop::Key(key)) if object.contains_key(key) => {
                object.shift_remove(key);
                let written = self.moves.original(at);
                if let Some(Hop::Key(written)) = written.last() {
                    self.silent.insert((place.clone(), written.clone()));
                }
                self.silent.insert((place, key.clone()));
                true
            }
            (Some(Value::Array(items)), Hop::Index(index)) if *index < items.len() => {
                let length = items.len();
                items.remove(*index);
                self.moves.item_taken(parent, *index, length);
                true
            }
            _ => false,
        };
        if taken {
            Progress::Mended
        } else {
            self.drop(parent)
        }
    }
}

/// The nearest source around a place.
fn source(root: &Value, trail: &[Hop]) -> Option<Source> {
    let mut value = root;
    let mut nearest = None;
    for hop in trail {
        let Some(next) = step(value, hop) else { break };
        value = next;
        let own = value
            .get("source")
            .and_then(|source| Source::deserialize(source).ok());
        nearest = own.or(nearest);
    }
    nearest
}
