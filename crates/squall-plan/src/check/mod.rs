//! From a [`crate::Plan`] as written to a [`CheckedPlan`]: what each part means, all errors at once.
//!
//! `checked` is what comes out and what the engine reads; the other modules each check one part: `graph` (names, order, cycles),
//! `load_profile`, `settings` (HTTP, connections, TLS, with defaults filled in), `flow`, `request`, `answer`, `templates`,
//! `data`, `files` (which files a plan needs).

mod answer;
mod checked;
mod checker;
mod data;
mod files;
mod flow;
mod graph;
mod load_profile;
mod names;
mod plan;
mod request;
mod settings;
mod status;
mod templates;
mod url;

pub use checked::{
    CheckedExecute, CheckedHttp, CheckedKind, CheckedLoad, CheckedPlan, CheckedScenario,
    CheckedStage, CheckedTls, DataUse, IterationTotal, LoadEnd,
};
pub use files::{FileKind, FileUse};
