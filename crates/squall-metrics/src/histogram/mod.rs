//! Log-linear histograms of nanoseconds, exact under merge.
//!
//! [`Histogram`] is dense and fast to record into; [`SparseHistogram`] is small, and what is handed over once a second and
//! stored. Both hold the same buckets, so values move between them without loss.
//!
//! An octave (from 2ⁿ to 2ⁿ⁺¹) has 512 buckets of equal width. A value is reported as the middle of its bucket, at most
//! 1/1024 (0.098 %) off; below 1024 ns it is exact. The whole range of `u64` has a bucket, so that nothing clips.
//! Count, least, largest, sum and sum of squares are integers, so that a merge does not depend on its order.

mod bucket;
mod dense;
mod moments;
mod quantile;
mod sparse;

pub use dense::Histogram;
pub(crate) use quantile::rank_of;
pub use sparse::{SparseError, SparseHistogram};
