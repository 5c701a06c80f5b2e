//! What a series index stands for.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::Tags;

/// The names of one series of operations.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SeriesName {
    /// Stage, for example `Browse`.
    pub stage: Arc<str>,
    /// Scenario of the stage.
    pub scenario: Arc<str>,
    /// Operation, for example `home`.
    pub name: Arc<str>,
    /// Its tags, without those of the run.
    #[serde(default)]
    pub tags: Arc<Tags>,
}

impl SeriesName {
    /// Makes the names of one series.
    pub fn new(
        stage: impl Into<Arc<str>>,
        scenario: impl Into<Arc<str>>,
        name: impl Into<Arc<str>>,
    ) -> Self {
        Self {
            stage: stage.into(),
            scenario: scenario.into(),
            name: name.into(),
            tags: Arc::default(),
        }
    }

    /// Adds its tags.
    #[must_use]
    pub fn with_tags(mut self, tags: impl Into<Arc<Tags>>) -> Self {
        self.tags = tags.into();
        self
    }
}

/// The names of a run's series at one moment; cheap to clone.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Names(Arc<Vec<SeriesName>>);

impl Names {
    /// Returns the names of series `index`, if it has been registered.
    pub fn get(&self, index: u32) -> Option<&SeriesName> {
        self.0.get(usize::try_from(index).ok()?)
    }
}

/// The names of a run's series, shared by whoever registers series and the drivers that look them up.
///
/// Series are appended and never renamed, so that an index keeps its meaning for the whole run. The table is
/// read once per batch, never per event.
#[derive(Debug, Clone, Default)]
pub struct NameTable(Arc<Mutex<Names>>);

impl NameTable {
    /// Starts a table in which series `i` has the `i`th name.
    pub fn new(names: Vec<SeriesName>) -> Self {
        Self(Arc::new(Mutex::new(Names(Arc::new(names)))))
    }

    /// Appends a series and returns its index.
    pub fn push(&self, name: SeriesName) -> u32 {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = u32::try_from(names.0.len()).unwrap_or(u32::MAX);
        Arc::make_mut(&mut names.0).push(name);
        index
    }

    /// Returns the table as it is now.
    pub fn names(&self) -> Names {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
