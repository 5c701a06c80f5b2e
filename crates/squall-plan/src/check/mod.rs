//! From a [`crate::Plan`] as written to a [`CheckedPlan`]: what each part means, all errors at once.
//!
//! `checked` is what comes out and what the engine reads; the other modules each check one part: `graph` (names, order, cycles),
//! `stage`, `load_profile` and `paced`, `settings` (HTTP, connections, TLS, with defaults filled in), `flow`, `request`, `answer`, `templates`,
//! `data`, `files` (which files a plan needs), `thresholds`.

mod answer;
mod checked;
mod checker;
mod data;
mod files;
mod flow;
mod graph;
mod load_profile;
mod names;
mod paced;
mod plan;
mod request;
mod settings;
mod stage;
mod status;
mod templates;
mod thresholds;
mod url;

pub use checked::{
    CheckedBatches, CheckedExecute, CheckedHttp, CheckedKind, CheckedLoad, CheckedPlan,
    CheckedScenario, CheckedStage, CheckedSubmit, CheckedThreshold, CheckedTls, DataUse, HOOKS,
    IterationTotal, LoadEnd,
};
pub use files::{FileKind, FileUse};
pub use paced::UNBOUNDED;
