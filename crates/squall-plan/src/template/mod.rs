//! Strings with placeholders: `/items/${random_int(1, 5000)}`.
//!
//! A placeholder is `${expression}` or `${expression|string}`; [`Expression`] lists what there is. `$` before anything but `{` is an
//! ordinary character; dollars right before `{` are doubled to be literal, so `$${` is the text `${`, and `$$${x}` is a dollar and a
//! placeholder.

mod error;
mod expression;
mod parsed;
mod parser;
mod written;

pub use error::TemplateError;
pub(crate) use expression::is_identifier;
pub use expression::{Expression, FUNCTIONS, TimestampUnit};
pub use parsed::{ParsedTemplate, Part, Placeholder, Rendering};
pub use written::Template;
