//! The `squall` command: arguments, exit codes, and what is printed.

mod loader;

pub use loader::TestLoader;
