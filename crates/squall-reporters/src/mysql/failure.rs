//! Which errors of MySQL are temporary.

use std::io::{self, ErrorKind};

use mysql::error::{DriverError, Error, MySqlError};
use squall_report::ReporterError;
use thiserror::Error;

/// What went wrong with the server.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// It said no, or the connection broke.
    #[error(transparent)]
    Mysql(#[from] Error),
    /// A record is longer than the server takes at once.
    #[error("a record is longer than the {0} bytes that `max_allowed_packet` leaves: raise it")]
    TooLarge(usize),
    /// Another process changes the tables for too long.
    #[error("another process makes tables: try again")]
    Locked,
    /// There is something that no later attempt gets past.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    /// Makes the error for the driver; `place` is where it happened.
    pub(super) fn at(self, place: &str) -> ReporterError {
        let message = format!("MySQL at {place}: {self}");
        match self {
            Self::TooLarge(_) => ReporterError::too_large(message),
            Self::Locked => ReporterError::temporary(message),
            Self::Refused(_) => ReporterError::permanent(message),
            Self::Mysql(Error::MySqlError(said)) => refused(&said, place),
            Self::Mysql(Error::DriverError(DriverError::PacketTooLarge)) => {
                ReporterError::too_large(message)
            }
            Self::Mysql(error) if is_down(&error) => {
                ReporterError::temporary(format!("no connection to MySQL at {place}"))
                    .with_source(error)
            }
            Self::Mysql(error) => ReporterError::permanent(format!(
                "MySQL at {place} cannot be used: check `tls`, `username` and `password`"
            ))
            .with_source(error),
        }
    }
}

/// Says whether there is no connection, as opposed to one that was refused.
fn is_down(error: &Error) -> bool {
    // A certificate that is not believed comes as invalid data.
    let broke = |error: &io::Error| error.kind() != ErrorKind::InvalidData;
    match error {
        Error::IoError(error) => broke(error),
        Error::CodecError(error) => {
            let cause = std::error::Error::source(error);
            cause
                .and_then(|cause| cause.downcast_ref())
                .is_none_or(broke)
        }
        Error::DriverError(error) => matches!(
            error,
            DriverError::ConnectTimeout
                | DriverError::CouldNotConnect(_)
                | DriverError::Timeout
                | DriverError::PacketOutOfSync
                | DriverError::UnexpectedPacket
                | DriverError::SetupError
        ),
        _ => false,
    }
}

fn refused(said: &MySqlError, place: &str) -> ReporterError {
    let MySqlError {
        state,
        message,
        code,
    } = said;
    let hint = match code {
        1044 => ": the user must be allowed to create, alter, select and insert there",
        1045 | 1698 => ": check `username` and `password`",
        1049 => ": make the database, or name another one with `database`",
        1142 => ": the user must be allowed to create and alter tables, to select and to insert",
        1146 => ": the table was there when the run began",
        _ => "",
    };
    let message = format!("MySQL at {place} says `{message}` ({code}){hint}");
    match code {
        1153 | 1301 => ReporterError::too_large(message),
        // Memory, disk, full table; too many connections, shutdown; locks, deadlock; network; limits of the user; read-only
        // (a standby); interrupted, killed, idle for too long.
        1021
        | 1037
        | 1038
        | 1040
        | 1041
        | 1053
        | 1114
        | 1158..=1161
        | 1180
        | 1181
        | 1203
        | 1205
        | 1206
        | 1213
        | 1226
        | 1290
        | 1317
        | 1836
        | 1927
        | 3024
        | 4031 => ReporterError::temporary(message),
        // Connection, and transaction rolled back.
        _ if state.starts_with("08") && *code != 1044 && *code != 1045 => {
            ReporterError::temporary(message)
        }
        _ if state.starts_with("40") => ReporterError::temporary(message),
        _ => ReporterError::permanent(message),
    }
}
