//! The storage port: all a backend has to provide.
//!
//! A backend knows two things: an ordered log of batches, and derived records. One method is one
//! transaction: it happens whole or not at all, and transactions that write take turns. Nothing
//! foreign is awaited inside one. Every backend must pass [`crate::testing`]'s conformance suite.

use crate::{Position, Result};

/// One record of the log: consecutive events, under the position of the last of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBatch {
    /// The position of the batch's last event; its key.
    pub last: Position,
    /// The encoded batch.
    pub bytes: Vec<u8>,
}

/// How a commit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// The batches are stored.
    Done,
    /// Something lies beyond the tail the caller knows; nothing was stored.
    Behind,
}

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// When the data is on the disk, as far as the platform can tell.
    #[default]
    Strict,
    /// When the operating system has the data; a power cut may take the last seconds.
    Relaxed,
}

/// A change to the derived records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Writes `value` under `key`, replacing what is there.
    Put {
        /// The record's key.
        key: String,
        /// Its new value.
        value: Vec<u8>,
    },
    /// Removes the record under `key`, if there is one.
    Delete {
        /// The record's key.
        key: String,
    },
    /// Removes every record whose key begins with `prefix`.
    DeletePrefix {
        /// What the keys begin with; not empty.
        prefix: String,
    },
}

/// A derived record: its key and value.
pub type Record = (String, Vec<u8>);

/// What a backend provides. Futures need not be `Send`: a store lives on one thread.
///
/// Every method may fail with `connection_lost`, `quota_exceeded`, `closed` or `data_lost`; after
/// a failure nothing has changed, except that after `connection_lost` a write may have been stored.
#[allow(
    async_fn_in_trait,
    reason = "stores are single-threaded; no Send bound is wanted"
)]
pub trait Storage {
    /// Puts `batches` (ascending, at least one) at the end of the log, if the log still ends at
    /// `tail`: all of them or none. Each is made when it is asked for, at once, so that a backend can
    /// work on one while the next is made; there are as many as the iterator says. Whoever stores
    /// them, or cannot tell whether they are stored, has asked for all. An error among them is the
    /// answer, even when something lies beyond `tail`, and nothing is stored.
    ///
    /// When the last batch ends at `tail` (or there is none, and `tail` is 0): stores and answers
    /// [`Commit::Done`] once the transaction has completed. When something lies beyond `tail`:
    /// stores nothing and answers [`Commit::Behind`]. When the log ends before `tail`, it is gone,
    /// and the answer is the error `data_lost`.
    ///
    /// One whose future is dropped is carried out whole or not at all, and not after a later one.
    async fn commit(
        &self,
        tail: Position,
        batches: impl ExactSizeIterator<Item = Result<StoredBatch>>,
        durability: Durability,
    ) -> Result<Commit>;

    /// The batches whose key is greater than `after`, ascending, at most `limit` of them (1 or
    /// more). One may begin before `after`, or before the end of the one before
    /// it, when it was merged from smaller ones.
    async fn read_after(&self, after: Position, limit: usize) -> Result<Vec<StoredBatch>>;

    /// For each of `positions` (ascending), the batch with the smallest key that is not below it,
    /// read in one transaction. Each batch is returned once, in ascending order; positions beyond
    /// the end of the log give nothing.
    async fn read_at(&self, positions: &[Position]) -> Result<Vec<StoredBatch>>;

    /// Replaces the batches with exactly the keys `keys` (ascending, at least one) by `merged`,
    /// whose key is the last of `keys`. `after` is the key of the batch before them; 0 when there
    /// is none. Answers `false`, and changes nothing, when the log's keys in the range
    /// `after ≤ key ≤ merged.last` are not exactly `after` (unless it is 0) and then `keys`: another
    /// tab was quicker. (Without a look at `after`, the first of `keys` could have grown: it may be
    /// merged with the batch before it and keep its key.)
    async fn replace(
        &self,
        after: Position,
        keys: &[Position],
        merged: &StoredBatch,
    ) -> Result<bool>;

    /// The derived record under `key`.
    async fn read_record(&self, key: &str) -> Result<Option<Vec<u8>>>;

    /// Every derived record whose key begins with `prefix`, ordered by key as `str` compares: by
    /// code point. An empty prefix gives all of them.
    async fn read_records(&self, prefix: &str) -> Result<Vec<Record>>;

    /// Applies all of `changes`, in order, in one transaction.
    async fn write_records(&self, changes: &[Change]) -> Result<()>;

    /// Connects anew after `connection_lost`. What was stored before must still be there; whether
    /// it is, the caller checks.
    async fn reconnect(&self) -> Result<()>;

    /// Removes the log and every derived record, for every connection to them. The others are cut
    /// off: they fail with `connection_lost` until they reconnect. Else one of them could commit to
    /// a new log, when that has become as long as the one it knew.
    async fn destroy(&self) -> Result<()>;

    /// Lets go of the connection. Later calls fail with `closed`.
    async fn close(&self);
}
