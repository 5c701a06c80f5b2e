/// Why a template cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// What is wrong, with the piece of the template that is.
    pub message: String,
    /// How to write it instead.
    pub hint: Option<String>,
}
