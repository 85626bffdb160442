//! What a projection is doing, for a person to see.

use crate::{Error, Position};

/// Where and why a projection stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The position of the event it could not take.
    pub position: Position,
    /// What was wrong.
    pub error: Box<Error>,
}

/// How many events of a kind were skipped because the build that folded them did not know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The events' type.
    pub event_type: String,
    /// The events' schema version.
    pub schema_version: u32,
    /// How many there were.
    pub count: u64,
}

/// What a projection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its rows are being read; at most a preview is shown.
    Restoring,
    /// It has followed the log to its end.
    Live,
    /// There are events it has not taken yet.
    CatchingUp,
    /// It is rebuilt beside the rows in use.
    Rebuilding {
        /// The position up to which the new rows have come.
        done: Position,
    },
    /// It, or its rebuild, could not take an event; the rows in use serve as they are.
    Stopped,
}

/// A projection's state, for a person to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The projection's name.
    pub name: &'static str,
    /// The version of the rows in use.
    pub version: u32,
    /// The position up to which they have followed the log.
    pub position: Position,
    /// How many events they are behind the log's end.
    pub lag: u64,
    /// How many events were skipped because the build did not know them.
    pub skipped: u64,
    /// The same, by type and schema version.
    pub skipped_types: Vec<Skipped>,
    /// What it is doing.
    pub state: State,
    /// Where and why it, or its rebuild, stopped.
    pub error: Option<Failure>,
}
