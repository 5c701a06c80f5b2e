//! Sets of accepted statuses.

use squall_plan::StatusSet;

use crate::template::CompileError;

const WORDS: usize = 16;

/// A set of statuses below 1024: one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statuses([u64; WORDS]);

impl Default for Statuses {
    /// Accepts everything below 400.
    fn default() -> Self {
        let mut set = Self([0; WORDS]);
        set.insert_range(0, 399);
        set
    }
}

impl Statuses {
    /// Compiles a set.
    ///
    /// # Errors
    /// A range does not parse.
    pub fn compile(set: &StatusSet) -> Result<Self, CompileError> {
        let mut statuses = Self([0; WORDS]);
        statuses.insert(set)?;
        Ok(statuses)
    }

    /// Tells whether a status is accepted.
    #[inline]
    pub fn contains(&self, status: u16) -> bool {
        let word = usize::from(status) / 64;
        word < WORDS && self.0[word] >> (status % 64) & 1 == 1
    }

    fn insert(&mut self, set: &StatusSet) -> Result<(), CompileError> {
        match set {
            StatusSet::Code(code) => self.insert_range(*code, *code),
            StatusSet::Any(sets) => sets.iter().try_for_each(|set| self.insert(set))?,
            StatusSet::Range(text) => {
                let (low, high) = parse_range(text).ok_or_else(|| invalid(text))?;
                self.insert_range(low, high);
            }
        }
        Ok(())
    }

    fn insert_range(&mut self, low: u16, high: u16) {
        for status in low..=high.min(1023) {
            self.0[usize::from(status) / 64] |= 1 << (status % 64);
        }
    }
}

fn invalid(text: &str) -> CompileError {
    CompileError::Invalid(format!(
        "`{text}` is not a status; write `200`, `2xx` or `200-204`"
    ))
}

fn parse_range(text: &str) -> Option<(u16, u16)> {
    let text = text.trim();
    if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
        let class: u16 = class.parse().ok().filter(|class| (1..=5).contains(class))?;
        return Some((class * 100, class * 100 + 99));
    }
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    Some((low.trim().parse().ok()?, high.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(set: &StatusSet, accepted: &[u16], refused: &[u16]) {
        let statuses = Statuses::compile(set).unwrap();
        assert!(
            accepted.iter().all(|status| statuses.contains(*status)),
            "{set:?}"
        );
        assert!(
            !refused.iter().any(|status| statuses.contains(*status)),
            "{set:?}"
        );
    }

    #[test]
    fn sets_hold_codes_classes_ranges_and_lists() {
        check(&StatusSet::Code(201), &[201], &[200, 202, 0, 65535]);
        check(&StatusSet::Range("2xx".into()), &[200, 299], &[199, 300]);
        check(&StatusSet::Range("200-204".into()), &[200, 204], &[205]);
        check(
            &StatusSet::Any(vec![StatusSet::Code(404), StatusSet::Range("3xx".into())]),
            &[404, 301],
            &[200],
        );
    }

    #[test]
    fn the_default_set_ends_at_400() {
        assert!(Statuses::default().contains(399));
        assert!(!Statuses::default().contains(400));
    }
}
