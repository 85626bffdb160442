//! Expected versions: optimistic concurrency on one stream.

use core::fmt;

use crate::{NO_STREAM, Version};

/// What an append requires of its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExpectedVersion {
    /// Anything: append after whatever is there.
    #[default]
    Any,
    /// The stream does not exist.
    NoStream,
    /// The stream exists, at whatever version.
    StreamExists,
    /// The stream's last event has exactly this version (0 or more).
    Exact(Version),
}

impl ExpectedVersion {
    /// Whether a stream at version `actual` (-1: does not exist) is as required.
    ///
    /// ```
    /// use daybook_core::ExpectedVersion;
    /// assert!(ExpectedVersion::NoStream.holds(-1));
    /// assert!(!ExpectedVersion::Exact(3).holds(4));
    /// ```
    #[must_use]
    pub const fn holds(self, actual: Version) -> bool {
        match self {
            Self::Any => true,
            Self::NoStream => actual == NO_STREAM,
            Self::StreamExists => actual > NO_STREAM,
            Self::Exact(version) => actual == version,
        }
    }
}

impl From<Version> for ExpectedVersion {
    /// The exact version, where -1 stands for [`ExpectedVersion::NoStream`].
    fn from(version: Version) -> Self {
        if version < 0 {
            Self::NoStream
        } else {
            Self::Exact(version)
        }
    }
}

impl fmt::Display for ExpectedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any version"),
            Self::NoStream => f.write_str("no stream"),
            Self::StreamExists => f.write_str("an existing stream"),
            Self::Exact(version) => write!(f, "version {version}"),
        }
    }
}
