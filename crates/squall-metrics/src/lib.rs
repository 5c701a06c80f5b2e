//! What was measured: series, histograms, intervals, totals and the summary.
//!
//! Reading order: [`histogram`] (log-linear, exact under merge), [`series`] (names interned to integers, bounded),
//! [`recorder`] (what one I/O thread writes to, no locks), [`interval`] (one second of everything, merged exactly),
//! [`total`] (a whole run), [`summary`] (what `summary.json` holds).
//!
//! This crate does no I/O and knows no protocol and no reporter.

pub mod summary;
