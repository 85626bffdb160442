//! What `IndexedDB` reports, as the store's errors.

use daybook_core::Error;
use indexed_db_futures::error::{Error as IdbError, OpenDbError};
use web_sys::DomException;

/// The error for a failed request or transaction.
///
/// What is not known to be anything else counts as a broken connection: a new one is the only
/// remedy there is, and every browser has names of its own for it.
pub(crate) fn from_idb(error: IdbError) -> Error {
    match error {
        IdbError::DomException(exception) => from_exception(&exception.into()),
        IdbError::Serialisation(error) => Error::corrupt(0, error.to_string()),
        other => Error::ConnectionLost {
            detail: other.to_string(),
        },
    }
}

/// The error for a database that could not be opened.
pub(crate) fn from_open(error: OpenDbError) -> Error {
    match error {
        OpenDbError::Base(error) => from_idb(error),
        OpenDbError::UnsupportedEnvironment | OpenDbError::NullFactory => {
            unavailable("there is no IndexedDB here")
        }
        // The version is never zero; this also stands for whatever `open` threw at once.
        OpenDbError::VersionZero => unavailable("this page may not use IndexedDB"),
    }
}

/// Whether the database was found to have a higher version than the one asked for.
pub(crate) fn is_newer_version(error: &OpenDbError) -> bool {
    matches!(error, OpenDbError::Base(IdbError::DomException(exception))
        if DomException::from(exception.clone()).name() == "VersionError")
}

/// The error an exception stands for.
pub(crate) fn from_exception(exception: &DomException) -> Error {
    let name = exception.name();
    let detail = format!("{name}: {}", exception.message());
    match name.as_str() {
        "QuotaExceededError" => Error::QuotaExceeded { detail },
        "SecurityError" => unavailable(&detail),
        // An object store is missing, or a value's bytes are.
        "NotFoundError" | "NotReadableError" | "DataError" => Error::corrupt(0, detail),
        _ => Error::ConnectionLost { detail },
    }
}

fn unavailable(reason: &str) -> Error {
    Error::invalid("storage", reason)
}
