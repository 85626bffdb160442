//! Keeping house: small batches are merged, and the index is saved behind the log.
//!
//! None of it is needed for anything to be right; it makes reading and opening quick. Several
//! stores may do it at once: a merge that another store was quicker with is refused, and segments
//! that overlap are understood.

use super::{Inner, Store};
use crate::batch::{Batch, encode};
use crate::index::BatchEntry;
use crate::storage::{Change, Storage, StoredBatch};
use crate::{Position, RecordedEvent, Result};

/// The size of a sealed batch, in bytes: up to about this much a record costs no more to read than
/// a small one.
pub const SEALED_BYTES: usize = 120_000;
/// So many small batches at the log's end are merged, even when they do not fill a sealed one.
const MERGE_BATCHES: usize = 64;
/// So many events beyond the last stored segment make a new one.
const SEGMENT_EVENTS: Position = 4_096;

pub(super) const INDEX_PREFIX: &str = "index/";

/// The part of the log that a stored index segment covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentRange {
    pub(super) after: Position,
    pub(super) upto: Position,
}

impl SegmentRange {
    fn key(after: Position) -> String {
        format!("{INDEX_PREFIX}{after:016}")
    }

    pub(super) fn after_of(key: &str) -> Option<Position> {
        key.strip_prefix(INDEX_PREFIX)?.parse().ok()
    }
}

/// What one step of maintenance did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maintenance {
    /// Small batches were merged into one.
    Merged,
    /// A part of the index was stored.
    Indexed,
    /// There was nothing to do.
    Idle,
}

impl<S: Storage + 'static> Store<S> {
    /// Does one small step of maintenance; call it again, when there is time, until it is idle.
    ///
    /// # Errors
    /// Whatever the storage says; the log is as it was then.
    pub async fn maintain(&self) -> Result<Maintenance> {
        self.inner.check_open()?;
        if let Some(run) = self.inner.small_batches() {
            self.inner.merge(&run).await?;
            return Ok(Maintenance::Merged);
        }
        if self.inner.unindexed() >= SEGMENT_EVENTS {
            self.inner.save_index().await?;
            return Ok(Maintenance::Indexed);
        }
        Ok(Maintenance::Idle)
    }

    /// Stores the index up to the tail, so that the next opening reads nothing of the log but its
    /// last batch.
    ///
    /// # Errors
    /// Whatever the storage says.
    pub async fn save_index(&self) -> Result<()> {
        self.inner.check_open()?;
        if self.inner.unindexed() == 0 {
            Ok(())
        } else {
            self.inner.save_index().await
        }
    }
}

impl<S: Storage> Inner<S> {
    /// A run of small batches at the end of the log that is worth merging.
    fn small_batches(&self) -> Option<Vec<BatchEntry>> {
        let state = self.state.borrow();
        let mut run: Vec<BatchEntry> = state
            .index
            .batches()
            .rev()
            .take_while(|entry| entry.bytes < SEALED_BYTES / 2)
            .collect();
        run.reverse();
        let bytes: usize = run.iter().map(|entry| entry.bytes).sum();
        if run.len() < 2 || (run.len() < MERGE_BATCHES && bytes < SEALED_BYTES) {
            return None;
        }
        let mut total = 0;
        run.retain(|entry| {
            let fits = total < SEALED_BYTES;
            total += entry.bytes;
            fits
        });
        Some(run)
    }

    /// Merges consecutive batches into one that holds the same events.
    async fn merge(&self, run: &[BatchEntry]) -> Result<()> {
        let keys: Vec<Position> = run.iter().map(|entry| entry.last).collect();
        let Some(first) = run.first().map(|entry| entry.first) else {
            return Ok(());
        };
        let stored = self
            .retrying(async |storage| storage.read_at(&keys).await)
            .await?;
        let batches = stored
            .into_iter()
            .map(|it| Batch::decode(it.bytes))
            .collect::<Result<Vec<_>>>()?;
        if let Some(merged) = merged(&batches, first, &keys)?
            && self.storage.replace(first - 1, &keys, &merged).await?
        {
            self.state
                .borrow_mut()
                .index
                .merged(first, merged.last, merged.bytes.len());
            return Ok(());
        }
        // Another store was quicker. What it made of them, perhaps with events beyond the tail, is
        // in the directory after this.
        self.refresh().await?;
        let mut state = self.state.borrow_mut();
        for batch in &batches {
            state
                .index
                .merged(batch.first(), batch.last(), batch.bytes().len());
        }
        Ok(())
    }

    fn unindexed(&self) -> Position {
        let state = self.state.borrow();
        state.index.tail() - state.segments.last().map_or(0, |range| range.upto)
    }

    /// Stores the index beyond the last segment, together with the segments before it that are not
    /// more than twice as long: so there are few, and each event is written a few times at most.
    async fn save_index(&self) -> Result<()> {
        let (changes, kept, range) = {
            let state = self.state.borrow();
            let mut kept = state.segments.clone();
            let mut after = kept.last().map_or(0, |range| range.upto);
            let mut changes = Vec::new();
            while let Some(last) =
                kept.pop_if(|last| last.upto - last.after <= 2 * (state.index.tail() - after))
            {
                after = last.after;
                changes.push(Change::Delete {
                    key: SegmentRange::key(after),
                });
            }
            let segment = state.index.segment(after);
            changes.push(Change::Put {
                key: SegmentRange::key(after),
                value: segment.bytes,
            });
            (
                changes,
                kept,
                SegmentRange {
                    after,
                    upto: segment.upto,
                },
            )
        };
        self.storage.write_records(&changes).await?;
        let mut state = self.state.borrow_mut();
        state.segments = kept;
        state.segments.push(range);
        Ok(())
    }
}

/// The batches as one, if they are exactly those with the keys `keys`, beginning at `first`.
fn merged(batches: &[Batch], first: Position, keys: &[Position]) -> Result<Option<StoredBatch>> {
    let same = batches.iter().map(Batch::last).eq(keys.iter().copied());
    let (Some(begin), Some(end)) = (batches.first(), batches.last()) else {
        return Ok(None);
    };
    if !same || begin.first() != first {
        return Ok(None);
    }
    let events: Vec<RecordedEvent<'_>> = batches.iter().flat_map(Batch::events).collect();
    let encoded = encode(&events, begin.previous())?;
    // Damage must not be given a new, valid checksum.
    if encoded.head != *end.head() {
        return Err(crate::Error::corrupt(first, "the hash chain does not hold"));
    }
    Ok(Some(encoded.stored))
}
