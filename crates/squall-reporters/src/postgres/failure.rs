//! Which errors of PostgreSQL are temporary.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use squall_report::ReporterError;
use thiserror::Error;
use tokio_postgres::error::SqlState;

/// What went wrong with the server.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// It did not answer in time.
    #[error("no answer within {0} s")]
    Timeout(u64),
    /// It said no, or the connection broke.
    #[error(transparent)]
    Postgres(#[from] tokio_postgres::Error),
    /// There is something that no later attempt gets past.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    /// Makes the error for the driver; `place` is where it happened.
    pub(super) fn at(self, place: &str) -> ReporterError {
        let error = match self {
            Self::Timeout(_) => {
                return ReporterError::temporary(format!("PostgreSQL at {place}: {self}"));
            }
            Self::Refused(message) => {
                return ReporterError::permanent(format!("PostgreSQL at {place}: {message}"));
            }
            Self::Postgres(error) => error,
        };
        match error.as_db_error() {
            Some(said) => refused(
                said.code(),
                &format!(
                    "PostgreSQL at {place} says `{}` ({}){}",
                    said.message(),
                    said.code().code(),
                    hint(said.code())
                ),
            ),
            None if is_down(&error) => {
                ReporterError::temporary(format!("no connection to PostgreSQL at {place}"))
                    .with_source(error)
            }
            None => ReporterError::permanent(format!(
                "PostgreSQL at {place} cannot be used: check `tls`, `username` and `password`"
            ))
            .with_source(error),
        }
    }
}

/// Says whether there is no connection, as opposed to one that was refused.
fn is_down(error: &tokio_postgres::Error) -> bool {
    if error.is_closed() {
        return true;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            // A certificate that is not believed comes as invalid data.
            return error.kind() != ErrorKind::InvalidData;
        }
        cause = error.source();
    }
    false
}

fn refused(code: &SqlState, message: &str) -> ReporterError {
    // Classes of appendix A of PostgreSQL's documentation.
    let temporary = match &code.code()[..2] {
        // Connection; transaction rolled back (deadlock); no resources; operator's intervention (shutdown, starting);
        // system; internal.
        "08" | "40" | "53" | "57" | "58" | "XX" => true,
        // Locks that are held, and a server that became a standby.
        _ => [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::OBJECT_IN_USE,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ]
        .contains(code),
    };
    if temporary {
        ReporterError::temporary(message)
    } else if *code == SqlState::PROGRAM_LIMIT_EXCEEDED {
        ReporterError::too_large(message)
    } else {
        ReporterError::permanent(message)
    }
}

/// Says how to fix what users meet.
fn hint(code: &SqlState) -> &'static str {
    if *code == SqlState::INVALID_PASSWORD || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION
    {
        ": check `username` and `password`"
    } else if *code == SqlState::INVALID_CATALOG_NAME {
        ": make the database, or name another one with `database`"
    } else if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        ": the user must be allowed to make tables in `schema`, temporary tables, and to insert"
    } else if *code == SqlState::UNDEFINED_TABLE {
        ": the table was there when the run began"
    } else {
        ""
    }
}
