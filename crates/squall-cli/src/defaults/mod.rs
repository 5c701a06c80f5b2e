//! Options that are not typed: from the environment, and from `squall.toml` in the working directory.
//!
//! They are put into the command line before it is parsed, so that they are read, checked and refused exactly as if they had been
//! typed. What is typed goes before the environment, and that before the file; an option also keeps away those that it excludes
//! (`--stages` a `duration` in the file).

mod complete;
mod environment;
mod file;
mod option;

pub(crate) use complete::{Refused, complete};
