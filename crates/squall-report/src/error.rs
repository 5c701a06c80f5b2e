//! The one way in which a reporter fails.

use std::error::Error;
use std::time::Duration;

use thiserror::Error;

type Source = Box<dyn Error + Send + Sync>;

/// What a reporter could not do, sorted by what the driver does about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReporterError {
    /// The same call may succeed later: the driver waits and repeats it.
    #[error("{message}")]
    Temporary {
        /// What happened, where, and how to fix it.
        message: String,
        /// The cause, when something else reported it.
        source: Option<Source>,
        /// How long the backend asked to be left alone, where it said so.
        after: Option<Duration>,
    },
    /// No later call can succeed: the driver gives the reporter up.
    #[error("{message}")]
    Permanent {
        /// What happened, where, and how to fix it.
        message: String,
        /// The cause, when something else reported it.
        source: Option<Source>,
    },
    /// The batch was more than the backend takes at once: the driver halves it; a single record is dropped.
    #[error("{message}")]
    TooLarge {
        /// What the limit is.
        message: String,
    },
}

impl ReporterError {
    /// Makes an error that a later attempt may not have.
    pub fn temporary(message: impl Into<String>) -> Self {
        Self::Temporary {
            message: message.into(),
            source: None,
            after: None,
        }
    }

    /// Makes a temporary error of a backend that asked to be left alone for a while.
    pub fn throttled(message: impl Into<String>, after: Duration) -> Self {
        Self::Temporary {
            message: message.into(),
            source: None,
            after: Some(after),
        }
    }

    /// Makes an error that no later attempt can get past.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self::Permanent {
            message: message.into(),
            source: None,
        }
    }

    /// Makes an error that a smaller batch may not have.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::TooLarge {
            message: message.into(),
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(self, cause: impl Into<Source>) -> Self {
        let cause = Some(cause.into());
        match self {
            Self::Temporary { message, after, .. } => Self::Temporary {
                message,
                source: cause,
                after,
            },
            Self::Permanent { message, .. } => Self::Permanent {
                message,
                source: cause,
            },
            Self::TooLarge { .. } => self,
        }
    }

    /// Returns the message followed by its causes, in one line.
    pub fn describe(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
