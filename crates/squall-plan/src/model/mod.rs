//! The plan as it is written: serde types, field for field what a JSON or YAML plan holds.
//!
//! Nothing here is checked beyond its shape; [`crate::check`] turns a [`Plan`] into a [`crate::CheckedPlan`].

mod answer;
mod cookies;
mod data;
mod flow;
mod hooks;
mod http;
mod load_profile;
mod paced;
mod script;
mod shapes;
mod stage;
mod threshold;

pub use answer::{Bounds, Expect, Extract, JsonPathExpectation, RegexExtract, StatusSet};
pub use cookies::CookiePolicy;
pub use data::{DataPool, RowOrder};
pub(crate) use flow::has_scripts;
pub use flow::{Branch, Choose, ChooseOrder, Condition, Flow, Group, If, Loop, Pause, Step};
pub use hooks::{Hooks, Priority, StageKind};
pub use http::{
    Auth, BasicAuth, Body, ConnectTo, ConnectionPolicy, HttpRequest, HttpSettings, MultipartPart,
    OneOrMany, TlsSettings,
};
pub use load_profile::{
    ClosedLoad, IterationLoad, LoadProfile, OpenLoad, RampStage, Ramps, Spacing, VolumeLoad,
};
pub use paced::{ArrivalLoad, BatchLoad, CompletionLoad, EagerLoad, Growth};
pub use script::{Script, ScriptRuns};
pub use stage::{
    Empty, Execute, ExecuteSettings, Plan, ReporterConfig, Scenario, Source, Stage, Submit,
};
pub use threshold::Threshold;
