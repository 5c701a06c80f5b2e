//! Which values are secrets, and how to take them out of what is stored, printed or passed around.
//!
//! There is one list of names, for all who need one: the report, the exemplars of a run, and the exchanges that the command line shows.
//!
//! It knows names and shapes, and no plan: a secret in a field that no name tells of stays.

mod redact;

pub use redact::{REDACTED, document, is_secret, text};
