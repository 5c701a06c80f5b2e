//! Load profiles as arithmetic: pure functions of (profile, segment, time), without a clock and without I/O.
//!
//! Reading order: [`Segment`] (the exact share of one thread or agent), [`Ramp`] (the level over time, its integral and the
//! inverse of that), then one file per model: [`UserSchedule`] (closed: who is active when), [`Arrivals`] (open: when
//! iterations are to start), [`IterationSchedule`] (a given number of iterations).
//!
//! All times are nanoseconds since the start of the load. Segments of any split, nested ones too, add up to the whole exactly
//! and need not talk to each other. Nothing here accumulates lateness: each time is computed from the profile alone.

mod arrivals;
mod iterations;
mod ramp;
mod segment;
mod users;

#[cfg(test)]
mod tests;

pub use arrivals::{Arrival, Arrivals, count_due};
pub use iterations::IterationSchedule;
pub use ramp::Ramp;
pub use segment::Segment;
pub use users::UserSchedule;
