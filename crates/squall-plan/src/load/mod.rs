//! Reading plans from JSON and YAML; all structural errors at once.
//!
//! [`document`] reads text into a tree (syntax errors, each with line and column), [`repair`] makes a plan of the tree: it records what
//! serde objects to, mends that place, and tries again until nothing is left to object to. [`wording`] says it in people's words.
//! [`fillers`] stands in for what is missing.

mod document;
mod fillers;
mod lines;
mod read;
mod repair;
mod trail;
mod wording;

pub use lines::yaml_lines;
