//! Which parts of the summary are shown.

/// A part that can be left out. The verdict, errors, warnings and what the test measured itself are always shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The run and its totals.
    Session,
    /// A row for each stage.
    Stages,
    /// Counts and times of each action.
    Actions,
    /// Phases of each action.
    Timings,
    /// What the generator used.
    System,
    /// Samples of its CPU and memory, over the run and in each stage.
    Samples,
}

/// A set of parts. Default: all but [`Part::Timings`] and [`Part::Samples`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts(u8);

impl Default for Parts {
    fn default() -> Self {
        Self(u8::MAX).without(Part::Timings).without(Part::Samples)
    }
}

impl Parts {
    /// Adds a part.
    #[must_use]
    pub fn with(self, part: Part) -> Self {
        Self(self.0 | bit(part))
    }

    /// Leaves a part out.
    #[must_use]
    pub fn without(self, part: Part) -> Self {
        Self(self.0 & !bit(part))
    }

    /// Tells whether a part is shown.
    pub fn has(self, part: Part) -> bool {
        self.0 & bit(part) != 0
    }
}

fn bit(part: Part) -> u8 {
    match part {
        Part::Session => 1,
        Part::Stages => 2,
        Part::Actions => 4,
        Part::Timings => 8,
        Part::System => 16,
        Part::Samples => 32,
    }
}
