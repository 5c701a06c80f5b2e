//! A request of the plan compiled into what the client sends and checks.
//!
//! Reading order: [`defaults`] (what requests inherit), [`target`] (URL templates), [`body`], [`compile`].

mod body;
mod compile;
mod defaults;
mod head;
mod target;

pub(crate) use body::{Body, PartContent, PartTemplate};
pub(crate) use compile::Exchange;
pub use compile::HttpStep;
pub use defaults::RequestDefaults;
pub(crate) use head::basic_line;
pub(crate) use target::{Target, origin_of};
