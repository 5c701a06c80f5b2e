//! Names and their numbers, while a flow is compiled.

use std::sync::Arc;

use super::Table;

/// A counter's arithmetic: `start`, `start + step`, …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// First value.
    pub start: i64,
    /// Distance of values.
    pub step: i64,
}

/// What a flow's templates may refer to. Variables and counters are numbered as they appear.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pools: Vec<(String, Arc<Table>)>,
    variables: Vec<String>,
    counters: Vec<Counter>,
}

impl Scope {
    /// Creates a scope with these data pools.
    pub fn new(pools: Vec<(String, Arc<Table>)>) -> Self {
        Self {
            pools,
            variables: Vec::new(),
            counters: Vec::new(),
        }
    }

    /// Returns the number of a variable, giving it one at first sight.
    pub fn variable(&mut self, name: &str) -> usize {
        self.variables
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                self.variables.push(name.to_owned());
                self.variables.len() - 1
            })
    }

    /// Adds a counter and returns its number.
    pub fn counter(&mut self, counter: Counter) -> usize {
        self.counters.push(counter);
        self.counters.len() - 1
    }

    /// Returns the numbers of a pool and of one of its fields.
    pub fn field(&self, pool: &str, field: &str) -> Option<(usize, usize)> {
        let pool = self.pools.iter().position(|(name, _)| name == pool)?;
        Some((pool, self.pools[pool].1.field(field)?))
    }

    /// Names of the variables, by number.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The counters, by number.
    pub fn counters(&self) -> &[Counter] {
        &self.counters
    }

    /// The pools, by number.
    pub fn pools(&self) -> &[(String, Arc<Table>)] {
        &self.pools
    }
}
