//! Keeping house: small batches are merged, and the index is saved behind the log.
//!
//! None of it is needed for anything to be right; it makes reading and opening quick. Several
//! stores may do it at once: a merge that another store was quicker with is refused, and segments
//! that overlap are understood.

use std::rc::Rc;

use super::read::decode_all;
use super::{Inner, Store};
use crate::batch::{Batch, EncodedBatch, encode_with};
use crate::codec::{Damaged, Reader, Writer};
use crate::index::BatchEntry;
use crate::storage::{Change, Storage};
use crate::{Hash, Position, Result};
use daybook_codec::hash64::hash64;

/// The size of a sealed batch, in bytes: up to about this much a record costs no more to read than
/// a small one.
pub const SEALED_BYTES: usize = 120_000;
/// So many small batches at the log's end are merged, even when they do not fill a sealed one.
const MERGE_BATCHES: usize = 64;
/// So many events beyond the last stored segment make a new one.
pub(super) const SEGMENT_EVENTS: Position = 4_096;

/// A segment is not merged with others beyond so many events: storing and loading one stay short.
const MAX_SEGMENT_EVENTS: Position = 65_536;

const INDEX_PREFIX: &str = "index/";
/// Where the [`Summary`] is stored.
pub(super) const SUMMARY_KEY: &str = "index";
const SUMMARY_FORMAT: u8 = 2;

/// What is stored of the index: read on opening, while the segments themselves can wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Summary {
    /// The position up to which the log is indexed, 1 or more,
    pub(super) tail: Position,
    /// and the chain hash there.
    pub(super) head: Hash,
    /// The stored segments, from position 0 to `tail` without a gap; some may overlap.
    pub(super) segments: Vec<SegmentRange>,
}

impl Summary {
    fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.byte(SUMMARY_FORMAT);
        writer.uint(self.tail);
        writer.raw(&self.head.0);
        writer.count(self.segments.len());
        for segment in &self.segments {
            writer.uint(segment.after);
            writer.uint(segment.upto);
        }
        let check = hash64(writer.as_bytes());
        writer.raw(&check.to_le_bytes());
        writer.into_bytes()
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Damaged> {
        let (body, check) = bytes.split_last_chunk().ok_or(Damaged)?;
        let mut reader = Reader::new(body);
        if hash64(body) != u64::from_le_bytes(*check) || reader.byte()? != SUMMARY_FORMAT {
            return Err(Damaged);
        }
        let (tail, head) = (reader.uint()?, Hash(reader.array()?));
        let (mut segments, mut end) = (Vec::new(), 0);
        for _ in 0..reader.count()? {
            let (after, upto) = (reader.uint()?, reader.uint()?);
            if after > end || upto <= end {
                return Err(Damaged);
            }
            segments.push(SegmentRange { after, upto });
            end = upto;
        }
        if end != tail || tail == 0 {
            return Err(Damaged);
        }
        Ok(Self {
            tail,
            head,
            segments,
        })
    }
}

/// The part of the log that a stored index segment covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentRange {
    pub(super) after: Position,
    pub(super) upto: Position,
}

impl SegmentRange {
    pub(super) fn key(after: Position) -> String {
        format!("{INDEX_PREFIX}{after:016}")
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
    /// Does one small step of maintenance; call it again, when there is time, until it is idle. The
    /// first loads the index, so that the first to need it need not wait.
    ///
    /// # Errors
    /// Whatever the storage says; the log is as it was then.
    pub async fn maintain(&self) -> Result<Maintenance> {
        Inner::indexed(&self.inner).await?;
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
        Inner::indexed(&self.inner).await?;
        while self.inner.unindexed() > 0 {
            self.inner.save_index().await?;
        }
        Ok(())
    }
}

impl<S: Storage + 'static> Inner<S> {
    /// The last run of small batches that is worth merging, or the beginning of it.
    fn small_batches(&self) -> Option<Vec<BatchEntry>> {
        let state = self.state.borrow();
        let mut batches = state.index.batches().rev();
        let mut at_end = true;
        loop {
            let mut run: Vec<BatchEntry> = Vec::new();
            let mut large = None;
            for entry in batches.by_ref() {
                if entry.bytes >= SEALED_BYTES / 2 {
                    large = Some(entry);
                    break;
                }
                run.push(entry);
            }
            let bytes: usize = run.iter().map(|entry| entry.bytes).sum();
            // What is at the log's end may still grow; what has a large batch after it will not.
            let is_whole = !at_end || run.len() >= MERGE_BATCHES || bytes >= SEALED_BYTES;
            if run.len() >= 2 && is_whole {
                run.reverse();
                let mut total = 0;
                run.retain(|entry| {
                    let fits = total < SEALED_BYTES;
                    total += entry.bytes;
                    fits
                });
                return Some(run);
            }
            large?;
            at_end = false;
        }
    }

    /// Merges consecutive batches into one that holds the same events.
    async fn merge(&self, run: &[BatchEntry]) -> Result<()> {
        let mut keys = Vec::with_capacity(run.len());
        for entry in run {
            keys.push(entry.last);
        }
        let Some(first) = run.first().map(|entry| entry.first) else {
            return Ok(());
        };
        let (mut batches, missing) = self.cached(&keys);
        if !missing.is_empty() {
            batches = decode_all(self.read_at(&keys).await?)?;
        }
        if let Some(merged) = merged(&batches, first, &keys)?
            && self
                .storage
                .replace(first - 1, &keys, &merged.stored)
                .await?
        {
            self.state.borrow_mut().index.merged(
                first,
                merged.stored.last,
                merged.batch.plain_bytes(),
            );
            return Ok(());
        }
        // Another store was quicker. What it made of them, perhaps with events beyond the tail, is
        // in the directory after this, unless they were in memory: the next time they are not.
        self.refresh().await?;
        let mut state = self.state.borrow_mut();
        if missing.is_empty() {
            state.cache.clear();
            return Ok(());
        }
        for batch in &batches {
            state
                .index
                .merged(batch.first(), batch.last(), batch.plain_bytes());
        }
        Ok(())
    }

    fn unindexed(&self) -> Position {
        let state = self.state.borrow();
        state.index.tail() - state.segments.last().map_or(0, |range| range.upto)
    }

    /// Stores the index beyond the last segment, or the beginning of that, together with the
    /// segments before it that are not more than twice as long: so there are few, and each event is
    /// written a few times at most.
    async fn save_index(&self) -> Result<()> {
        let (changes, segments) = {
            let state = self.state.borrow();
            let mut segments = state.segments.clone();
            let mut after = segments.last().map_or(0, |range| range.upto);
            let upto = state.index.tail().min(after + MAX_SEGMENT_EVENTS);
            let mut changes = Vec::new();
            while let Some(last) = segments.pop_if(|last| {
                last.upto - last.after <= 2 * (upto - after)
                    && upto - last.after <= MAX_SEGMENT_EVENTS
            }) {
                after = last.after;
                changes.push(Change::Delete {
                    key: SegmentRange::key(after),
                });
            }
            let segment = state.index.segment_of(after, upto);
            segments.push(SegmentRange {
                after,
                upto: segment.upto,
            });
            let summary = Summary {
                tail: segment.upto,
                head: segment.head,
                segments: segments.clone(),
            };
            changes.push(Change::Put {
                key: SegmentRange::key(after),
                value: segment.bytes,
            });
            changes.push(Change::Put {
                key: SUMMARY_KEY.to_owned(),
                value: summary.write(),
            });
            (changes, segments)
        };
        self.storage.write_records(&changes).await?;
        self.state.borrow_mut().segments = segments;
        Ok(())
    }
}

/// The batches as one, if they are exactly those with the keys `keys`, beginning at `first`.
fn merged(
    batches: &[Rc<Batch>],
    first: Position,
    keys: &[Position],
) -> Result<Option<EncodedBatch>> {
    let same = batches
        .iter()
        .map(|batch| batch.last())
        .eq(keys.iter().copied());
    let (Some(begin), Some(end)) = (batches.first(), batches.last()) else {
        return Ok(None);
    };
    if !same || begin.first() != first {
        return Ok(None);
    }
    let (mut events, mut old) = (Vec::new(), 0);
    for batch in batches {
        old += batch.old();
        for event in batch.events() {
            events.push(event);
        }
    }
    let encoded = encode_with(&events, begin.previous(), old)?;
    // Damage must not be given a new, valid checksum.
    if encoded.batch.head() != end.head() {
        return Err(crate::Error::corrupt(first, "the hash chain does not hold"));
    }
    Ok(Some(encoded))
}
