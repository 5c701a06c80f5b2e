//! How the command line gets a plan out of a test file that is not plain data.

use std::path::Path;

/// Loads test files in a language that this crate does not know.
pub trait TestLoader: Sync {
    /// Loads `file`, or the test called `name` in it, and returns a JSON document: `plan`, `explain` and `errors`.
    ///
    /// `overrides` is a JSON object: `defaults` are attributes by name for whatever the file leaves open, `set` is a list of
    /// `[stage, attribute, value]` that replace what the file says.
    ///
    /// # Errors
    /// Says why the loader itself could not work; mistakes in the file are in the document's `errors`.
    fn load(&self, file: &Path, name: Option<&str>, overrides: &str) -> Result<String, String>;
}
