//! What was measured: series, histograms, intervals, totals and the summary.
//!
//! Reading order: [`histogram`] (log-linear, exact under merge), [`series`] (names interned to integers, bounded),
//! [`recorder`] (what one I/O thread writes to, no locks), [`interval`] (one second of everything, merged exactly),
//! [`health`] (what the generator used), [`exemplar`] and [`exemplar_summary`] (operations kept as a whole, and their file), [`values`] (numbers of the test itself), [`total`] (a whole run), [`phased`] (its measured part), [`window`] (its last seconds, for live views), [`threshold`] (rules on it), [`summary`] (what `summary.json` holds).
//!
//! This crate does no I/O, reads no clock, and knows no protocol and no reporter.

pub mod checks;
pub mod exemplar;
pub mod exemplar_summary;
pub mod failures;
pub mod health;
pub mod histogram;
pub mod interpreter;
pub mod interval;
pub mod phased;
pub mod recorder;
pub mod sample;
pub mod seconds;
pub mod series;
pub mod series_part;
pub mod statuses;
pub mod summary;
pub mod threshold;
pub mod total;
pub mod values;
pub mod window;

pub use checks::{CheckCount, CheckCounts};
pub use exemplar::{Exemplar, ExemplarFailure, ExemplarMessage, Exemplars};
pub use failures::{FailureGroup, FailureGroups};
pub use health::{HealthTotals, MachinePart, ProcessPart};
pub use histogram::{Histogram, SparseHistogram};
pub use interpreter::{InterpreterPart, InterpreterTotals};
pub use interval::{Interval, IntervalPart, ScenarioPart, ThreadPart};
pub use phased::{PhaseTotals, PhasedTotals};
pub use recorder::Recorder;
pub use sample::{Outcome, Sample};
pub use seconds::LoadedSeconds;
pub use series::{
    ScenarioId, ScenarioKey, SeriesId, SeriesKey, SeriesKind, SeriesSnapshot, SeriesTable, Tags,
};
pub use series_part::{Measure, SeriesPart};
pub use statuses::StatusCounts;
pub use total::{IterationTotals, RunTotals, SeriesTotal};
pub use values::ValuePart;
pub use window::{Window, WindowTimes};
