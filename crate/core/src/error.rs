//! The closed set of errors, each with a code that never changes.

use crate::{ExpectedVersion, Position, Version};

/// What every fallible operation of this crate returns.
///
/// The error is boxed: results are passed on at thousands of places, each of which would otherwise
/// hold, move and drop the largest error there is.
pub type Result<T, E = Box<Error>> = core::result::Result<T, E>;

/// Everything that can go wrong. A failed operation has changed nothing.
///
/// Cloneable, because appends that share a commit share its failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The stream is not at the version the caller decided on.
    #[error("stream '{stream}' was expected to be at {expected}, but is at version {actual}")]
    Conflict {
        /// The stream whose version differs.
        stream: String,
        /// What the caller expected.
        expected: ExpectedVersion,
        /// The version the stream has; -1 when it does not exist.
        actual: Version,
    },
    /// An event matching the append's condition was appended since.
    #[error("an event at position {position} matches what the append forbids")]
    ConditionFailed {
        /// Where the first such event stands.
        position: Position,
    },
    /// A rule of the domain forbids the command.
    #[error("{message}")]
    RuleBroken {
        /// The rule's stable name, such as `already_paid`.
        rule: String,
        /// What the command was for, such as an order's id.
        subject: String,
        /// The state the subject is in, such as `PAID`.
        status: String,
        /// The rule in words, for a person.
        message: String,
    },
    /// An argument is not of the form, size or range required.
    #[error("{field}: {reason}")]
    InvalidInput {
        /// Which argument, as a path such as `events.0.data`.
        field: String,
        /// What is wrong with it, for a person.
        reason: String,
    },
    /// What was asked for does not exist.
    #[error("{what} '{id}' does not exist")]
    NotFound {
        /// The kind of thing, such as `order`.
        what: String,
        /// Its id.
        id: String,
    },
    /// The browser's storage is full.
    #[error("the storage is full: {detail}")]
    QuotaExceeded {
        /// What the storage said.
        detail: String,
    },
    /// Another tab holds an older version of the store open, or upgrades it.
    #[error("another tab keeps the store from being opened: {detail}")]
    Blocked {
        /// What the storage said.
        detail: String,
    },
    /// The connection to the storage broke; whether a write under way was stored is unknown.
    #[error("the connection to the storage was lost: {detail}")]
    ConnectionLost {
        /// What the storage said.
        detail: String,
    },
    /// Stored bytes are damaged.
    #[error("the stored log is damaged at position {position}: {detail}")]
    StorageCorrupt {
        /// The first position that cannot be trusted.
        position: Position,
        /// What does not hold.
        detail: String,
    },
    /// Events that were there are gone: deleted by the user, by another tab or by the browser.
    #[error("stored events are gone: {detail}")]
    DataLost {
        /// What was found instead.
        detail: String,
    },
    /// The data was written by a newer build.
    #[error("{what} has format {found}, and this build reads formats up to {supported}")]
    UnsupportedFormat {
        /// What was read, such as `the log`.
        what: String,
        /// The format found.
        found: u32,
        /// The newest format this build reads.
        supported: u32,
    },
    /// The caller cancelled the operation.
    #[error("the operation was aborted")]
    Aborted,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl Error {
    /// The error's stable code, the same in Rust and JavaScript.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "conflict",
            Self::ConditionFailed { .. } => "condition_failed",
            Self::RuleBroken { .. } => "rule_broken",
            Self::InvalidInput { .. } => "invalid_input",
            Self::NotFound { .. } => "not_found",
            Self::QuotaExceeded { .. } => "quota_exceeded",
            Self::Blocked { .. } => "blocked",
            Self::ConnectionLost { .. } => "connection_lost",
            Self::StorageCorrupt { .. } => "storage_corrupt",
            Self::DataLost { .. } => "data_lost",
            Self::UnsupportedFormat { .. } => "unsupported_format",
            Self::Aborted => "aborted",
            Self::Closed => "closed",
        }
    }

    /// Shorthand for [`Error::InvalidInput`].
    #[must_use]
    pub fn invalid(field: impl AsRef<str>, reason: impl AsRef<str>) -> Box<Self> {
        Self::invalid_input(field.as_ref(), reason.as_ref())
    }

    #[cold]
    fn invalid_input(field: &str, reason: &str) -> Box<Self> {
        Box::new(Self::InvalidInput {
            field: field.to_owned(),
            reason: reason.to_owned(),
        })
    }

    /// Shorthand for [`Error::NotFound`].
    #[cold]
    #[must_use]
    pub fn not_found(what: &str, id: &str) -> Box<Self> {
        Box::new(Self::NotFound {
            what: what.to_owned(),
            id: id.to_owned(),
        })
    }

    /// Shorthand for [`Error::DataLost`].
    #[cold]
    #[must_use]
    pub fn data_lost(detail: String) -> Box<Self> {
        Box::new(Self::DataLost { detail })
    }

    /// Shorthand for [`Error::StorageCorrupt`].
    #[must_use]
    pub fn corrupt(position: Position, detail: impl AsRef<str>) -> Box<Self> {
        Self::storage_corrupt(position, detail.as_ref())
    }

    #[cold]
    fn storage_corrupt(position: Position, detail: &str) -> Box<Self> {
        Box::new(Self::StorageCorrupt {
            position,
            detail: detail.to_owned(),
        })
    }
}
