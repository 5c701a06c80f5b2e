//! What an error of MongoDB means for the driver.

use mongodb::error::{Error, ErrorKind, InsertManyError, WriteFailure};
use squall_report::ReporterError;

/// A document with this id is there already: it is the record, from an attempt whose answer was lost.
const DUPLICATE_KEY: i32 = 11_000;
const AUTHENTICATION_FAILED: i32 = 18;

/// What no later attempt can get past, and how to fix it.
fn hint(code: i32) -> Option<&'static str> {
    Some(match code {
        13 => "give the user the role `readWrite` on the database",
        AUTHENTICATION_FAILED | 11 => {
            "check `username`, `password` and `auth_source`, the database that knows the user"
        }
        73 => "choose another `database` or collection",
        166 => "the name is that of a view: choose another collection",
        20 => "the server does not take this operation",
        _ => return None,
    })
}

/// Makes the error of a batch; `place` says where, without secrets.
pub(super) fn sorted(error: Error, place: &str) -> ReporterError {
    let permanent = |hint: &str| ReporterError::permanent(format!("{place}: {hint}"));
    let code = code(&error);
    if let Some(hint) = code.and_then(hint) {
        return permanent(hint).with_source(error);
    }
    match &*error.kind {
        ErrorKind::Authentication { .. } => {
            permanent(hint(AUTHENTICATION_FAILED).unwrap_or_default()).with_source(error)
        }
        ErrorKind::InvalidTlsConfig { .. } => permanent("check `ca`").with_source(error),
        ErrorKind::ServerSelection { message, .. } if message.contains("certificate") => {
            permanent("the certificate is not trusted: name the file of its authority in `ca`")
                .with_source(error)
        }
        ErrorKind::InvalidArgument { .. } => {
            permanent("the driver does not take this").with_source(error)
        }
        _ => ReporterError::temporary(format!("{place} does not take the records"))
            .with_source(error),
    }
}

fn code(error: &Error) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteFailure::WriteError(error)) => Some(error.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => Some(error.code),
        _ => None,
    }
}

/// What became of documents of which not all were written.
pub(super) struct Written {
    /// Documents that were refused and will be again.
    pub(super) refused: usize,
    /// Why the first of them was.
    pub(super) why: String,
}

/// Looks at the errors of single documents; `None` when the whole batch should come again.
pub(super) fn written(errors: &InsertManyError) -> Option<Written> {
    if errors.write_concern_error.is_some() {
        return None;
    }
    let mut written = Written {
        refused: 0,
        why: String::new(),
    };
    for error in errors.write_errors.iter().flatten() {
        match error.code {
            DUPLICATE_KEY => {}
            code if is_for_good(code) => {
                written.refused += 1;
                if written.why.is_empty() {
                    written.why = format!("{} (code {code})", error.message);
                }
            }
            _ => return None,
        }
    }
    Some(written)
}

/// True for a document that is wrong itself: it breaks the collection's rules, is too large, or has names that are not allowed.
fn is_for_good(code: i32) -> bool {
    matches!(
        code,
        2 | 9 | 14 | 22 | 52 | 56 | 57 | 121 | 10_334 | 17_280 | 17_419 | 17_420
    )
}
