//! A request of the plan compiled into what the client sends and checks.
//!
//! Reading order: [`defaults`] (what requests inherit), [`target`] (URL templates), [`body`], [`compile`];
//! then [`direct`] (requests that code makes).

mod body;
mod compile;
mod default_lines;
mod defaults;
mod direct;
mod direct_lines;
mod head;
mod origins;
mod target;

pub(crate) use body::{Body, PartContent, PartTemplate};
pub(crate) use compile::Exchange;
pub use compile::HttpStep;
pub use defaults::RequestDefaults;
pub use direct::{DirectBody, DirectContent, DirectPart, DirectRequest};
pub(crate) use head::basic_line;
pub(crate) use target::{Target, origin_of};
