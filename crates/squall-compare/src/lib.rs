//! Whether one run is really slower than another.
//!
//! Reading order: [`run`](StoredRun) (what is compared, and which seconds count), `pairing` (series of two runs beside each other, and what speaks against
//! it; `plans`), `estimate` (a number and its uncertainty: `pooled`, `long_run`), `contrast` (a difference; `student`), [`compare`](compare()) (all of
//! them, made up for their number in `holm`), [`comparison`] (what comes out), [`words`] (the same in sentences), [`limit`] and
//! [`gate`] (what a pipeline stops at).
//!
//! The method. A percentile of a run is asked of all its seconds together. How uncertain it is, is told by how the share of values below
//! it changes from second to second: seconds depend on their neighbours, and the variance takes that in (`long_run`). The share's
//! bounds are read off as values (`estimate`), the bounds of two runs give those of their difference (`contrast`), and a finding must hold
//! beside all the others (`holm`). Every function names its source. No resampling is needed, so there is no seed, and the
//! same runs always give the same answer.
//!
//! This crate does no I/O, and knows no run but by what it left.

mod compare;
pub mod comparison;
mod contrast;
mod estimate;
pub mod gate;
mod holm;
pub mod limit;
mod long_run;
mod metric;
mod pairing;
mod plans;
mod pooled;
mod run;
mod student;
pub mod words;

pub use compare::{Care, CompareSettings, compare};
pub use comparison::Comparison;
pub use gate::{Gate, judge};
pub use limit::{Limit, LimitError};
pub use metric::{Metric, Unit};
pub use pairing::plan_differences;
pub use run::StoredRun;
