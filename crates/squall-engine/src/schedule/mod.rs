//! Load profiles as arithmetic: pure functions of (profile, segment, time), without a clock and without I/O.
//!
//! Reading order: [`Segment`] (the exact share of one thread or agent), [`Ramp`] (the level over time, its integral and the
//! inverse of that), then one file per model: [`UserSchedule`] (closed: who is active when), [`Arrivals`] (open: when
//! iterations are to start), [`Batches`] (many at once), [`Windows`] (as somebody says while the load goes), [`IterationSchedule`] (a
//! given number of iterations), [`Completions`] (the controller of a rate of iterations that end), [`Course`] (what
//! somebody changed while the load went).
//!
//! All times are nanoseconds since the start of the load. Segments of any split, nested ones too, add up to the whole exactly
//! and need not talk to each other. Nothing here accumulates lateness: each time is computed from the profile alone.

mod arrivals;
mod batches;
mod completions;
mod course;
mod iterations;
mod ramp;
mod segment;
mod users;
mod windows;

#[cfg(test)]
mod tests;

pub use arrivals::{Arrival, Arrivals, count_due};
pub use batches::Batches;
pub use completions::Completions;
pub use course::{Change, Course, Steer};
pub use iterations::IterationSchedule;
pub use ramp::Ramp;
pub use segment::Segment;
pub use users::UserSchedule;
pub use windows::Windows;
