//! The batches of the log: where each ends, and how large it is.

use crate::{Hash, Position};

use super::narrow;

/// One batch of the log, as last known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchEntry {
    /// The position of its first event.
    pub first: Position,
    /// The position of its last event; its key.
    pub last: Position,
    /// The size of its record.
    pub bytes: usize,
}

/// The batches in order; each begins where the one before ends.
#[derive(Debug, Default)]
pub(super) struct Directory {
    entries: Vec<Line>,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    last: u32,
    bytes: u32,
    /// The chain hash at `last`.
    head: Hash,
}

impl Directory {
    /// Adds a batch at the end.
    pub(super) fn push(&mut self, last: u32, bytes: usize, head: Hash) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.entries.push(Line { last, bytes, head });
    }

    /// Replaces the batches that end within `first..=last` by one.
    pub(super) fn merge(&mut self, first: u32, last: u32, bytes: usize) {
        let from = self.entries.partition_point(|line| line.last < first);
        let to = self.entries.partition_point(|line| line.last <= last);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let merged = self.entries.get(from..to).unwrap_or_default();
        if let Some(head) = merged.last().map(|line| line.head) {
            self.entries.splice(from..to, [Line { last, bytes, head }]);
        }
    }

    /// The batch that holds a position.
    pub(super) fn find(&self, position: Position) -> Option<BatchEntry> {
        if position == 0 {
            return None;
        }
        let position = narrow(position);
        self.entry(self.entries.partition_point(|line| line.last < position))
    }

    /// The chain hash at the end of the batch with the key `last`.
    pub(super) fn head(&self, last: u32) -> Option<Hash> {
        let at = self.entries.partition_point(|line| line.last < last);
        let line = self.entries.get(at).filter(|line| line.last == last)?;
        Some(line.head)
    }

    /// The end of the last batch that ends at most at `position`; 0 when there is none.
    pub(super) fn end_below(&self, position: u32) -> u32 {
        let at = self.entries.partition_point(|line| line.last <= position);
        let before = at.checked_sub(1).and_then(|at| self.entries.get(at));
        before.map_or(0, |line| line.last)
    }

    /// All batches, ascending.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = BatchEntry> {
        (0..self.entries.len()).filter_map(|index| self.entry(index))
    }

    /// The batches that end after `position`, ascending.
    pub(super) fn after(&self, position: u32) -> impl Iterator<Item = BatchEntry> {
        let from = self.entries.partition_point(|line| line.last <= position);
        (from..self.entries.len()).filter_map(|index| self.entry(index))
    }

    /// The bytes of memory held.
    pub(super) fn memory_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Line>()
    }

    fn entry(&self, index: usize) -> Option<BatchEntry> {
        let line = self.entries.get(index)?;
        let before = index.checked_sub(1).and_then(|at| self.entries.get(at));
        Some(BatchEntry {
            first: before.map_or(0, |line| Position::from(line.last)) + 1,
            last: Position::from(line.last),
            bytes: usize::try_from(line.bytes).unwrap_or(usize::MAX),
        })
    }
}
