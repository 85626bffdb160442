//! The storage port in memory: for tests, for servers that need no disk, and as the port's model.
//!
//! Several connections to one memory stand for several tabs over one database.

use core::cell::{Cell, RefCell, RefMut};
use core::cmp::Ordering;
use std::rc::Rc;

use crate::sorted::SortedMap;
use crate::storage::{Change, Commit, Durability, Record, Storage, StoredBatch};
use crate::{Error, Position, Result};

/// One connection to a log and records kept in memory.
///
/// Every operation completes when it is first polled; wrap it in `testing::Yielding` to interleave
/// several connections. What it holds lives as long as one of its connections does.
///
/// ```
/// use daybook_core::memory::MemoryStorage;
/// use daybook_core::storage::{Commit, Durability, Storage, StoredBatch};
/// # futures_util::FutureExt::now_or_never(async {
/// let here = MemoryStorage::new();
/// let there = here.connect();
/// let batch = StoredBatch { last: 1, bytes: b"an event".to_vec() };
/// let batches = [Ok(batch.clone())].into_iter();
/// assert_eq!(here.commit(0, batches, Durability::Strict).await?, Commit::Done);
/// assert_eq!(there.read_after(0, 10).await?, [batch]);
/// # Ok::<(), Box<daybook_core::Error>>(())
/// # }).unwrap()?;
/// # Ok::<(), Box<daybook_core::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStorage {
    memory: Rc<RefCell<Memory>>,
    /// How often the memory had been destroyed when this connection was made.
    destroyed: Cell<u64>,
    closed: Cell<bool>,
}

#[derive(Debug, Default)]
struct Memory {
    destroyed: u64,
    log: SortedMap<Position, Vec<u8>>,
    records: SortedMap<String, Vec<u8>>,
}

impl MemoryStorage {
    /// A connection to a new, empty memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Another connection to the same memory, open also when this one is closed: closing and
    /// connecting again stands for a restart.
    #[must_use]
    pub fn connect(&self) -> Self {
        Self {
            memory: Rc::clone(&self.memory),
            destroyed: Cell::new(self.memory.borrow().destroyed),
            closed: Cell::new(false),
        }
    }

    /// The memory, while this connection to it holds.
    fn memory(&self) -> Result<RefMut<'_, Memory>> {
        let memory = self.unchecked()?;
        if memory.destroyed != self.destroyed.get() {
            let detail = "another connection has destroyed the memory".to_owned();
            return Err(Error::ConnectionLost { detail }.into());
        }
        Ok(memory)
    }

    /// The memory, whatever was done to it since this connection was made. Never held across an
    /// await, so that it is always free.
    fn unchecked(&self) -> Result<RefMut<'_, Memory>> {
        if self.closed.get() {
            return Err(Error::Closed.into());
        }
        Ok(self.memory.borrow_mut())
    }
}

impl Memory {
    fn batch((last, bytes): &(Position, Vec<u8>)) -> StoredBatch {
        StoredBatch {
            last: *last,
            bytes: bytes.clone(),
        }
    }

    fn commit(&mut self, tail: Position, batches: &[StoredBatch]) -> Result<Commit> {
        let end = self.log.as_slice().last().map_or(0, |(last, _)| *last);
        match end.cmp(&tail) {
            Ordering::Greater => Ok(Commit::Behind),
            Ordering::Less => Err(Error::data_lost(format!(
                "the log was known up to {tail}, but ends at {end}"
            ))),
            Ordering::Equal => {
                for batch in batches {
                    self.log.insert(batch.last, batch.bytes.clone());
                }
                Ok(Commit::Done)
            }
        }
    }

    fn replace(&mut self, after: Position, keys: &[Position], merged: &StoredBatch) -> bool {
        let before = (after > 0).then_some(&after);
        let expected = before.into_iter().chain(keys);
        let found = self.log.from(&after).iter().map(|(key, _)| key);
        if !found.take_while(|&&key| key <= merged.last).eq(expected) {
            return false;
        }
        for key in keys {
            self.log.remove(key);
        }
        self.log.insert(merged.last, merged.bytes.clone());
        true
    }

    /// The records whose key begins with `prefix`, ordered by key.
    fn records(&self, prefix: &str) -> impl Iterator<Item = &Record> {
        self.records
            .from(prefix)
            .iter()
            .take_while(move |(key, _)| key.starts_with(prefix))
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Put { key, value } => {
                self.records.insert(key.clone(), value.clone());
            }
            Change::Delete { key } => {
                self.records.remove(key);
            }
            Change::DeletePrefix { prefix } => {
                self.records
                    .retain(|key, _| !key.starts_with(prefix.as_str()));
            }
        }
    }
}

/// Beyond the port's errors, an argument that breaks the port's stated preconditions gives
/// `invalid_input`, so that tests over memory find the mistake.
impl Storage for MemoryStorage {
    async fn commit(
        &self,
        tail: Position,
        batches: impl ExactSizeIterator<Item = Result<StoredBatch>>,
        _durability: Durability,
    ) -> Result<Commit> {
        let batches = batches.collect::<Result<Vec<_>>>()?;
        let mut memory = self.memory()?;
        let mut end = tail;
        for batch in &batches {
            if batch.last <= end {
                let reason = "must ascend, and lie beyond the tail";
                return Err(Error::invalid("batches", reason));
            }
            end = batch.last;
        }
        if end == tail {
            return Err(Error::invalid("batches", "must be one or more"));
        }
        memory.commit(tail, &batches)
    }

    async fn read_after(&self, after: Position, limit: usize) -> Result<Vec<StoredBatch>> {
        let memory = self.memory()?;
        if limit == 0 {
            return Err(Error::invalid("limit", "must be 1 or more"));
        }
        let batches = memory.log.from(&after.saturating_add(1)).iter().take(limit);
        Ok(batches.map(Memory::batch).collect())
    }

    async fn read_at(&self, positions: &[Position]) -> Result<Vec<StoredBatch>> {
        let memory = self.memory()?;
        if !positions.is_sorted() {
            return Err(Error::invalid("positions", "must be ascending"));
        }
        let mut batches: Vec<StoredBatch> = Vec::new();
        for batch in positions
            .iter()
            .filter_map(|at| memory.log.from(at).first())
        {
            if batches.last().is_none_or(|before| before.last != batch.0) {
                batches.push(Memory::batch(batch));
            }
        }
        Ok(batches)
    }

    async fn replace(
        &self,
        after: Position,
        keys: &[Position],
        merged: &StoredBatch,
    ) -> Result<bool> {
        let mut memory = self.memory()?;
        if keys.last() != Some(&merged.last) || !keys.is_sorted() {
            return Err(Error::invalid(
                "keys",
                "must be ascending and end with the merged batch's key",
            ));
        }
        Ok(memory.replace(after, keys, merged))
    }

    async fn read_record(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.memory()?.records.get(key).cloned())
    }

    async fn read_records(&self, prefix: &str) -> Result<Vec<Record>> {
        let memory = self.memory()?;
        Ok(memory.records(prefix).cloned().collect())
    }

    async fn write_records(&self, changes: &[Change]) -> Result<()> {
        let mut memory = self.memory()?;
        let everything = |change: &Change| matches!(change, Change::DeletePrefix { prefix } if prefix.is_empty());
        if changes.iter().any(everything) {
            return Err(Error::invalid("prefix", "must not be empty"));
        }
        for change in changes {
            memory.change(change);
        }
        Ok(())
    }

    async fn reconnect(&self) -> Result<()> {
        self.destroyed.set(self.unchecked()?.destroyed);
        Ok(())
    }

    async fn destroy(&self) -> Result<()> {
        let mut memory = self.memory()?;
        let destroyed = memory.destroyed + 1;
        *memory = Memory {
            destroyed,
            ..Memory::default()
        };
        self.destroyed.set(destroyed);
        Ok(())
    }

    async fn close(&self) {
        self.closed.set(true);
    }
}

#[cfg(test)]
mod tests;
